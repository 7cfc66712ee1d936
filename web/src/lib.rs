//! The page: user interface, worker contract, and the glue to what only a browser has.
//!
//! ```text
//! bin/app ──► ui (State, Action, reducer, views) ◄──► contract ◄──► bin/worker ──► platform + restante_engine
//!                                                └──► contract ◄──► bin/sanitizer ──► restante_engine::html
//! ```
//!
//! Three programs, each compiled to WebAssembly of its own. Everything compiles for the host as well, so that the reducer
//! and all that decides something is tested natively.

pub mod contract;
pub mod link;
pub mod platform;
pub mod ui;
