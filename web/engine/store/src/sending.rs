//! By which server an account sends, who writes from it, and what is trusted of that server.

use restante_api::letter::{Identity, Sending, SubmissionServer};
use rusqlite::{OptionalExtension, Row, params};

use crate::accounts::{read_security, security_name};
use crate::{AccountId, Store, StoreError};

impl Store {
    /// By which server an account sends; `None` where nobody said.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    pub fn sending(&self, account: AccountId) -> Result<Option<Sending>, StoreError> {
        let sql =
            "SELECT host, port, security, name, address, signature, copy_to_self FROM sending WHERE account_id = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let read = |row: &Row<'_>| {
            Ok(Sending {
                host: row.get(0)?,
                port: row.get(1)?,
                security: read_security(row.get_ref(2)?.as_str()?),
                name: row.get(3)?,
                address: row.get(4)?,
                signature: row.get(5)?,
                copy_to_self: row.get(6)?,
                identities: Vec::new(),
            })
        };
        let Some(sending) = statement.query_row([account], read).optional()? else { return Ok(None) };
        let sql = "SELECT name, address, signature FROM identity WHERE account_id = ?1 ORDER BY position";
        let mut statement = self.db.prepare_cached(sql)?;
        let read = |row: &Row<'_>| Ok(Identity { name: row.get(0)?, address: row.get(1)?, signature: row.get(2)? });
        let identities = statement.query_map([account], read)?.collect::<Result<_, _>>()?;
        Ok(Some(Sending { identities, ..sending }))
    }

    /// Says by which server an account sends. Where that is another one, nothing is known of it: neither the certificate that
    /// was trusted nor what it takes.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn set_sending(&mut self, account: AccountId, sending: &Sending) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute(
                "UPDATE account SET sending_trusted = x'', sending_limit = 0, sending_reports = NULL
                 WHERE id = ?1 AND NOT EXISTS
                     (SELECT 1 FROM sending WHERE account_id = ?1 AND host = ?2 AND port = ?3)",
                params![account, sending.host, sending.port],
            )?;
            db.execute(
                "INSERT OR REPLACE INTO sending (account_id, host, port, security, name, address, signature, copy_to_self)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    account,
                    sending.host,
                    sending.port,
                    security_name(sending.security),
                    sending.name,
                    sending.address,
                    sending.signature,
                    sending.copy_to_self
                ],
            )?;
            db.execute("DELETE FROM identity WHERE account_id = ?1", [account])?;
            let sql = "INSERT INTO identity (account_id, position, name, address, signature) VALUES (?1, ?2, ?3, ?4, ?5)";
            let mut statement = db.prepare_cached(sql)?;
            for (position, Identity { name, address, signature }) in (1..).zip(&sending.identities) {
                statement.execute(params![account, position, name, address, signature])?;
            }
            Ok(())
        })
    }

    /// What is known of the server by which an account sends.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    pub fn submission_server(&self, account: AccountId) -> Result<SubmissionServer, StoreError> {
        let sql = "SELECT sending_limit, sending_reports FROM account WHERE id = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let read = |row: &Row<'_>| {
            let limit: i64 = row.get(0)?;
            let size_limit = u64::try_from(limit).ok().filter(|limit| *limit > 0);
            Ok(SubmissionServer { size_limit, reports: row.get(1)? })
        };
        Ok(statement.query_row([account], read).optional()?.unwrap_or_default())
    }

    /// Notes what a server says of itself.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_submission_server(&mut self, account: AccountId, server: SubmissionServer) -> Result<(), StoreError> {
        if self.submission_server(account)? == server {
            return Ok(());
        }
        // SQLite's numbers have a sign; what is larger is no limit.
        let limit = server.size_limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or_default();
        self.together(|db| {
            let sql = "UPDATE account SET sending_limit = ?2, sending_reports = ?3 WHERE id = ?1";
            db.execute(sql, params![account, limit, server.reports])?;
            Ok(())
        })
    }

    /// The SHA-256 of the one certificate that is trusted of the server by which an account sends.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    pub fn sending_trusted(&self, account: AccountId) -> Result<Option<[u8; 32]>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT sending_trusted FROM account WHERE id = ?1")?;
        let read = |row: &Row<'_>| Ok(row.get_ref(0)?.as_blob()?.try_into().ok());
        Ok(statement.query_row([account], read).optional()?.flatten())
    }

    /// Accepts the certificate with this SHA-256 for the server by which an account sends, and no other that does not
    /// verify.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn trust_sending(&mut self, account: AccountId, certificate: [u8; 32]) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute("UPDATE account SET sending_trusted = ?2 WHERE id = ?1", params![account, certificate])?;
            Ok(())
        })
    }
}
