//! The page's own program: user interface, and the glue to the browser.
//!
//! ```text
//! app ──► ui (State, Action, reducer, views) ◄── restante_link ──► worker: platform + restante_engine
//!                                            ◄── restante_link ──► sanitizer: restante_html
//! ```
//!
//! Three programs, each compiled to WebAssembly of its own. Of the engine the page knows [`restante_api`] alone. Everything
//! compiles for the host as well, so that the reducer and all that decides something is tested natively.

pub mod ui;
