//! What goes wrong with a database, by what helps.

use rusqlite::ErrorCode;

/// Why the store could not do something. Nothing that was committed before is affected.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The device, or what the browser grants of it, has no room left.
    #[error("there is no room left on this device")]
    Full,
    /// The database is damaged: what can be read can be rescued.
    #[error("the mailbox database is damaged ({0})")]
    Corrupt(String),
    /// Another process or tab has the database open.
    #[error("the mailbox database is in use elsewhere")]
    InUse,
    /// The database was written by a later version of the program.
    #[error("the mailbox database has version {found}; this program knows versions up to {known}")]
    TooNew {
        /// The database's version.
        found: u32,
        /// The program's.
        known: u32,
    },
    /// What was asked for is not there, or no longer.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Another folder of the account has the name.
    #[error("there is a folder of this name already")]
    NameTaken,
    /// The file cannot be read or written.
    #[error("the mailbox database cannot be accessed ({0})")]
    Access(String),
    /// A statement failed that should not: a fault of this program.
    #[error("the mailbox database refused a statement ({0})")]
    Internal(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // The page's files say of a write that it failed and no more; what browsers refuse one for is the want of room.
        let is_refused =
            error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_WRITE);
        if cfg!(target_arch = "wasm32") && is_refused {
            return Self::Full;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::FileLockingProtocolFailed,
            ) => Self::Access(error.to_string()),
            _ => Self::Internal(error.to_string()),
        }
    }
}
