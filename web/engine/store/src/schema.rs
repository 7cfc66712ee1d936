//! The database's settings and its numbered migrations.

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::StoreError;

/// The version that this program writes, as `PRAGMA user_version` has it.
pub const VERSION: u32 = MIGRATIONS.len() as u32;

/// Each brings a database of the version that is its position to the next. One that was released never changes.
const MIGRATIONS: [&str; 10] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
    include_str!("migrations/0010.sql"),
];

/// Pages larger than SQLite's default make fewer writes of what is mostly blobs.
const SETTINGS: &str = "
    PRAGMA page_size = 8192;
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = PERSIST;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16384;
";

/// Statements that stay prepared: more than a message takes on its way in, and a page's lists and searches beside it. With
/// rusqlite's 16 each message had most of them prepared anew, which took longer than to run them.
const STATEMENTS: usize = 96;

/// Applies the settings, and the migrations that are missing, each in a transaction of its own.
pub(crate) fn prepare(db: &mut Connection) -> Result<(), StoreError> {
    db.execute_batch(SETTINGS)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    // A rank of one's own would be read from the database's file, which may be damaged or somebody else's.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Otherwise what compares a value with a partial index's condition is planned anew for each value.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > VERSION {
        return Err(StoreError::TooNew { found, known: VERSION });
    }
    for (version, migration) in (1..).zip(MIGRATIONS).skip(found as usize) {
        let transaction = db.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}
