//! Folders: those that every account has, and its owner's own.

use restante_api::keep::Role;
use rusqlite::{Connection, OptionalExtension, params};

use crate::types::next_id;
use crate::{AccountId, FolderId, Store, StoreError};

/// The name that a role has in the database.
pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Inbox => "inbox",
        Role::Archive => "archive",
        Role::Deleted => "deleted",
        Role::Sent => "sent",
        Role::Own => "own",
    }
}

fn read_role(name: &str) -> Role {
    match name {
        "inbox" => Role::Inbox,
        "archive" => Role::Archive,
        "deleted" => Role::Deleted,
        "sent" => Role::Sent,
        _ => Role::Own,
    }
}

/// A folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its identity.
    pub id: FolderId,
    /// Whose it is.
    pub account: AccountId,
    /// What it is for.
    pub role: Role,
    /// Its name, where it has one of its own; that of the others is the reader's language's business.
    pub name: String,
    /// Messages in it.
    pub messages: u32,
    /// Those that were not read.
    pub unread: u32,
}

/// The folders that every account has.
pub(crate) fn make_standard(db: &Connection, account: AccountId) -> Result<(), StoreError> {
    for role in [Role::Inbox, Role::Archive, Role::Deleted, Role::Sent] {
        db.execute(
            "INSERT INTO folder (id, account_id, role, name) VALUES (?1, ?2, ?3, ?3)",
            params![FolderId(next_id(db, "folder")?), account, role_name(role)],
        )?;
    }
    Ok(())
}

/// The folder of this role.
pub(crate) fn of_role(db: &Connection, account: AccountId, role: Role) -> Result<FolderId, StoreError> {
    let mut statement = db.prepare_cached("SELECT id FROM folder WHERE account_id = ?1 AND role = ?2 ORDER BY id")?;
    statement
        .query_row(params![account, role_name(role)], |row| row.get(0))
        .optional()?
        .ok_or(StoreError::NotFound("folder"))
}

impl Store {
    /// An account's folders with their counts: the standard ones first, then its owner's by name.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    pub fn folders(&self, account: AccountId) -> Result<Vec<Folder>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, role, name, messages, unread FROM folder WHERE account_id = ?1
             ORDER BY role = 'own', CASE WHEN role = 'own' THEN name ELSE '' END, id",
        )?;
        let folders = statement.query_map([account], |row| {
            Ok(Folder {
                id: row.get(0)?,
                account,
                role: read_role(row.get_ref(1)?.as_str()?),
                name: row.get(2)?,
                messages: row.get(3)?,
                unread: row.get(4)?,
            })
        })?;
        Ok(folders.collect::<Result<_, _>>()?)
    }

    /// The account's folder of a standard role.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such account, or the role is [`Role::Own`] and it has none.
    pub fn folder_of(&self, account: AccountId, role: Role) -> Result<FolderId, StoreError> {
        of_role(&self.db, account, role)
    }

    /// Makes a folder of the owner's own, or finds the one of that name, whatever it is for.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn add_folder(&mut self, account: AccountId, name: &str) -> Result<FolderId, StoreError> {
        self.together(|db| {
            db.execute(
                "INSERT INTO folder (id, account_id, role, name) VALUES (?1, ?2, 'own', ?3) ON CONFLICT DO NOTHING",
                params![FolderId(next_id(db, "folder")?), account, name],
            )?;
            let found = db.query_row(
                "SELECT id FROM folder WHERE account_id = ?1 AND name = ?2",
                params![account, name],
                |row| row.get(0),
            )?;
            Ok(found)
        })
    }

    /// Gives a folder of the owner's own another name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such folder, or it is a standard one; [`StoreError::NameTaken`] where
    /// another one has the name.
    pub fn rename_folder(&mut self, folder: FolderId, name: &str) -> Result<(), StoreError> {
        self.together(|db| {
            let taken: bool = db.query_row(
                "SELECT EXISTS (SELECT 1 FROM folder f JOIN folder o ON o.account_id = f.account_id
                                WHERE f.id = ?1 AND o.id <> f.id AND o.name = ?2)",
                params![folder, name],
                |row| row.get(0),
            )?;
            if taken {
                return Err(StoreError::NameTaken);
            }
            let changed =
                db.execute("UPDATE folder SET name = ?2 WHERE id = ?1 AND role = 'own'", params![folder, name])?;
            if changed == 0 { Err(StoreError::NotFound("folder")) } else { Ok(()) }
        })
    }

    /// Removes a folder of the owner's own. What is in it goes to the account's Archive.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such folder, or it is a standard one.
    pub fn remove_folder(&mut self, folder: FolderId) -> Result<(), StoreError> {
        self.together(|db| {
            let mut statement = db.prepare_cached("SELECT account_id FROM folder WHERE id = ?1 AND role = 'own'")?;
            let account: Option<AccountId> = statement.query_row([folder], |row| row.get(0)).optional()?;
            let archive = of_role(db, account.ok_or(StoreError::NotFound("folder"))?, Role::Archive)?;
            db.execute("UPDATE message SET folder_id = ?2 WHERE folder_id = ?1", params![folder, archive])?;
            db.execute(
                "UPDATE folder SET (messages, unread) =
                        (SELECT folder.messages + f.messages, folder.unread + f.unread FROM folder f WHERE f.id = ?1)
                 WHERE id = ?2",
                params![folder, archive],
            )?;
            db.execute("DELETE FROM folder WHERE id = ?1", [folder])?;
            Ok(())
        })
    }
}
