//! What only a browser has for mail that is kept: a place for the database, locks between tabs, encrypted passwords.
//!
//! ```text
//! page ── link ──► program ──► tabs: another tab leads, and is asked
//!                     ├──────► this one leads: storage (lock, OPFS) ──► engine
//!                     └──────► it is alone: memory ──► engine
//! ```

mod browser;
mod idb;
mod lock;
#[cfg(target_arch = "wasm32")]
pub mod program;
pub mod secrets;
#[cfg(target_arch = "wasm32")]
pub mod storage;
pub mod tabs;
