//! What the integration tests and benchmarks share: real and misbehaving servers, a delaying proxy, and the engine's
//! way through a bridge outside a browser.
//!
//! ```text
//! browser or engine → delay → bridge → delay → dovecot | scripted | restante-sample
//! ```
//!
//! Everything listens on loopback, on ports the system chooses, and ends when its handle is dropped. Nothing in here
//! asserts: that is for the tests.

pub mod authority;
pub mod bench;
pub mod breaking;
pub mod bridge;
pub mod canary;
pub mod courier;
pub mod delay;
pub mod dialogues;
pub mod dovecot;
pub mod exim;
pub mod hostile;
pub mod mailbox;
pub mod maildir;
pub mod maildrop;
pub mod postfix;
pub mod scripted;
pub mod soak;
pub mod tokens;
pub mod tunnel;
pub mod world;
