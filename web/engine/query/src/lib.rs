//! What somebody types to search, understood once for the mailbox on the device, whose index looks it up, and for a preview,
//! which compares it with the rows it knows.
//!
//! Not here: where messages are, and SQL.

mod matching;
mod query;
pub mod words;

pub use matching::Message;
pub use query::{BadQuery, Condition, Field, Query, Term, What};
