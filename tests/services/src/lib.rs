//! What a host's services for kept mail must hold, whoever implements them: natively and in a browser's worker the same.
//!
//! A host is given as a function that makes a service as a fresh start of the program finds it. What does not hold is told
//! by a panic, as in a test. Not here: the hosts, and how a program is killed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's assertions")]

mod batches;
mod secrets;
mod storage;

pub use batches::{BATCH, count_batches, write_batches};
pub use secrets::keeps_secrets;
pub use storage::{keeps_what_is_written, lets_one_in_at_a_time};
