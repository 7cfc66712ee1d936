//! Identities, and the hashes that tell messages apart.

use rusqlite::Connection;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use sha2::{Digest as _, Sha256};

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_i64().map(Self)
            }
        }
    };
}

row_id!(
    /// An account.
    AccountId
);
row_id!(
    /// A folder of an account.
    FolderId
);
row_id!(
    /// A message. It stands for the same message for as long as the message is kept.
    MessageId
);
row_id!(
    /// A conversation.
    ThreadId
);
row_id!(
    /// A message in the server's maildrop, as far as it is known here.
    ItemId
);

macro_rules! hash {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub [u8; 32]);

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let bytes = value.as_blob()?;
                bytes.try_into().map(Self).map_err(|_| FromSqlError::OutOfRange(bytes.len() as i64))
            }
        }
    };
}

hash!(
    /// SHA-256 of a message's octets.
    Digest
);
hash!(
    /// SHA-256 of what stays the same of a message's header however a server gives it out. Who makes it decides what that
    /// is; here it is compared only.
    HeaderHash
);

impl Digest {
    /// The hash of these octets.
    pub fn of(octets: &[u8]) -> Self {
        Self(Sha256::digest(octets).into())
    }
}

/// An id for a new row of `account`, `folder` or `message`, which no row ever had.
pub(crate) fn next_id(db: &Connection, table: &str) -> rusqlite::Result<i64> {
    let sql =
        format!("SELECT max(id, (SELECT coalesce(max(id), 0) FROM {table})) + 1 FROM last_id WHERE of = '{table}'");
    db.prepare_cached(&sql)?.query_row([], |row| row.get(0))
}
