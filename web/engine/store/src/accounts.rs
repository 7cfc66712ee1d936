//! Accounts, and what becomes of their mail on the server.

use restante_api::keep::Policy;
use restante_api::{Security, TlsEnd};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::types::next_id;
use crate::{AccountId, Store, StoreError, folders};

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// What its owner calls it.
    pub name: String,
    /// Host name or address of the mail server.
    pub host: String,
    /// TCP port, not 0.
    pub port: u16,
    /// User name.
    pub user: String,
    /// How its server is reached.
    pub way: Way,
}

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Way {
    /// How the connection is protected.
    pub security: Security,
    /// Who ends TLS.
    pub tls_end: TlsEnd,
    /// SHA-256 of the one certificate that is trusted; `None`: whichever verifies.
    pub trusted: Option<[u8; 32]>,
    /// The bridge's address; empty: the host's own.
    pub bridge: String,
    /// The owner agreed that the password travels in clear text.
    pub cleartext_agreed: bool,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identity.
    pub id: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// Host name or address of the mail server.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User name.
    pub user: String,
    /// What becomes of its mail on the server.
    pub policy: Policy,
    /// Octets above which only the header of a message is fetched.
    pub size_limit: Option<u64>,
    /// The last login, seconds since 1970-01-01 UTC.
    pub login_at: i64,
    /// Seconds that the server wants between two logins; 0 where it does not say.
    pub login_delay: u32,
    /// How its server is reached.
    pub way: Way,
    /// Minutes between two checks for new mail; `None`: only when asked.
    pub check_every: Option<u32>,
    /// Days after which the server removes mail, where it says so (RFC 2449, section 6.7).
    pub expires: Option<u32>,
    /// Messages of the last listing that are to be fetched and have not come.
    pub missing: u32,
}

const COLUMNS: &str = "id, name, host, port, user, policy, policy_days, size_limit, login_at, login_delay,
                       security, tls_end, trusted, bridge, cleartext_agreed, check_every, expires, missing";

impl Store {
    /// Makes an account with its folders, or finds the one that has the same server and user, which is reached this way
    /// from now on.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn add_account(&mut self, new: &NewAccount) -> Result<AccountId, StoreError> {
        self.together(|db| {
            let found = db
                .query_row(
                    "SELECT id FROM account WHERE host = ?1 AND port = ?2 AND user = ?3",
                    params![new.host, new.port, new.user],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(id) = found {
                set_way(db, id, &new.way)?;
                return Ok(id);
            }
            let id = AccountId(next_id(db, "account")?);
            db.execute(
                "INSERT INTO account (id, name, host, port, user, policy, policy_days, size_limit, listing,
                                      login_at, login_delay)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'leave', 0, 0, 0, 0, 0)",
                params![id, new.name, new.host, new.port, new.user],
            )?;
            set_way(db, id, &new.way)?;
            folders::make_standard(db, id)?;
            Ok(id)
        })
    }

    /// All accounts, in the order they were made.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let mut statement = self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM account ORDER BY id"))?;
        let accounts = statement.query_map([], read)?.collect::<Result<_, _>>()?;
        Ok(accounts)
    }

    /// One account.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none.
    pub fn account(&self, id: AccountId) -> Result<Account, StoreError> {
        let mut statement = self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM account WHERE id = ?1"))?;
        statement.query_row([id], read).optional()?.ok_or(StoreError::NotFound("account"))
    }

    /// Says what becomes of an account's mail on the server from now on.
    ///
    /// What was to be deleted under the policy before and is not deleted yet stays on the server, unless the new policy
    /// deletes it too.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such account.
    pub fn set_policy(
        &mut self,
        account: AccountId,
        policy: Policy,
        size_limit: Option<u64>,
    ) -> Result<(), StoreError> {
        let limit = i64::try_from(size_limit.unwrap_or(0)).unwrap_or(i64::MAX);
        let days = if let Policy::DeleteAfter { days } = policy { days } else { 0 };
        self.together(|db| {
            let changed = db.execute(
                "UPDATE account SET policy = ?2, policy_days = ?3, size_limit = ?4 WHERE id = ?1",
                params![account, policy_name(policy), days, limit],
            )?;
            if changed == 0 {
                return Err(StoreError::NotFound("account"));
            }
            db.execute("UPDATE maildrop SET state = 'kept' WHERE account_id = ?1 AND state = 'delete'", [account])?;
            Ok(())
        })
    }

    /// Accepts the certificate with this SHA-256 for an account's server, and no other that does not verify.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn trust(&mut self, account: AccountId, certificate: [u8; 32]) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute("UPDATE account SET trusted = ?2 WHERE id = ?1", params![account, certificate])?;
            Ok(())
        })
    }

    /// Says how often is checked for new mail: every so many minutes, or only when asked.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn set_check_every(&mut self, account: AccountId, minutes: Option<u32>) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute("UPDATE account SET check_every = ?2 WHERE id = ?1", params![account, minutes.unwrap_or(0)])?;
            Ok(())
        })
    }

    /// Notes after how many days the server removes mail, as far as it says.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_expiry(&mut self, account: AccountId, days: Option<u32>) -> Result<(), StoreError> {
        let days = days.map_or(-1, i64::from);
        self.together(|db| {
            db.execute("UPDATE account SET expires = ?2 WHERE id = ?1 AND expires <> ?2", params![account, days])?;
            Ok(())
        })
    }

    /// Notes how many messages of the last listing are to be fetched and have not come.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_missing(&mut self, account: AccountId, messages: u32) -> Result<(), StoreError> {
        self.together(|db| {
            db.prepare_cached("UPDATE account SET missing = ?2 WHERE id = ?1 AND missing <> ?2")?
                .execute(params![account, messages])?;
            Ok(())
        })
    }

    /// Notes a login, and the seconds that the server wants between two.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_login(&mut self, account: AccountId, at: i64, delay: u32) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute(
                "UPDATE account SET login_at = ?2, login_delay = ?3 WHERE id = ?1",
                params![account, at, delay],
            )?;
            Ok(())
        })
    }

    /// Removes an account with all that is kept of it. The server is not asked to delete anything.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be removed.
    pub fn remove_account(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute("DELETE FROM search WHERE rowid IN (SELECT id FROM message WHERE account_id = ?1)", [account])?;
            db.execute("DELETE FROM message WHERE account_id = ?1", [account])?;
            db.execute("DELETE FROM account WHERE id = ?1", [account])?;
            Ok(())
        })
    }
}

fn set_way(db: &Connection, account: AccountId, way: &Way) -> Result<(), StoreError> {
    db.execute(
        "UPDATE account SET security = ?2, tls_end = ?3, trusted = ?4, bridge = ?5, cleartext_agreed = ?6 WHERE id = ?1",
        params![
            account,
            security_name(way.security),
            tls_end_name(way.tls_end),
            way.trusted.as_ref().map_or(&[][..], |hash| &hash[..]),
            way.bridge,
            way.cleartext_agreed
        ],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    let limit: i64 = row.get(7)?;
    Ok(Account {
        id: row.get(0)?,
        name: row.get(1)?,
        host: row.get(2)?,
        port: row.get(3)?,
        user: row.get(4)?,
        policy: read_policy(row.get_ref(5)?.as_str()?, row.get(6)?),
        size_limit: u64::try_from(limit).ok().filter(|limit| *limit > 0),
        login_at: row.get(8)?,
        login_delay: row.get(9)?,
        way: Way {
            security: read_security(row.get_ref(10)?.as_str()?),
            tls_end: read_tls_end(row.get_ref(11)?.as_str()?),
            trusted: row.get_ref(12)?.as_blob()?.try_into().ok(),
            bridge: row.get(13)?,
            cleartext_agreed: row.get(14)?,
        },
        check_every: Some(row.get(15)?).filter(|minutes| *minutes > 0),
        expires: u32::try_from(row.get::<_, i64>(16)?).ok(),
        missing: row.get(17)?,
    })
}

// The names are those of the schema, which admits no others.

fn policy_name(policy: Policy) -> &'static str {
    match policy {
        Policy::Leave => "leave",
        Policy::DeleteAfter { .. } => "delete-after",
        Policy::DeleteWhenDeletedHere => "delete-when-deleted-here",
        Policy::DeleteOnceKept => "delete-once-kept",
        Policy::HeadersOnly => "headers-only",
    }
}

fn read_policy(name: &str, days: u32) -> Policy {
    match name {
        "delete-after" => Policy::DeleteAfter { days },
        "delete-when-deleted-here" => Policy::DeleteWhenDeletedHere,
        "delete-once-kept" => Policy::DeleteOnceKept,
        "headers-only" => Policy::HeadersOnly,
        _ => Policy::Leave,
    }
}

pub(crate) fn security_name(security: Security) -> &'static str {
    match security {
        Security::Tls => "tls",
        Security::Starttls => "starttls",
        Security::None => "none",
    }
}

pub(crate) fn read_security(name: &str) -> Security {
    match name {
        "starttls" => Security::Starttls,
        "none" => Security::None,
        _ => Security::Tls,
    }
}

fn tls_end_name(end: TlsEnd) -> &'static str {
    match end {
        TlsEnd::Browser => "browser",
        TlsEnd::Bridge => "bridge",
    }
}

fn read_tls_end(name: &str) -> TlsEnd {
    if name == "bridge" { TlsEnd::Bridge } else { TlsEnd::Browser }
}
