//! The user interface.
//!
//! [`state`] decides everything and touches nothing; [`app`] holds the state and carries the effects out; [`view`] draws;
//! [`browser`] is what they need of the browser. The small modules beside them turn values into words and shapes.

pub mod app;
pub mod browser;
pub mod cost;
pub mod format;
pub mod path;
pub mod provider;
pub mod screens;
pub mod shared;
pub mod state;
pub mod view;
pub mod window;
pub mod words;
