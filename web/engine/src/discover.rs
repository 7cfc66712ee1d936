//! The settings of a mailbox, by its mail address.
//!
//! Not here: whether they work, which shows when the mailbox is opened.

mod providers;

pub(crate) use providers::known;
