//! The user interface.
//!
//! [`state`] decides everything and touches nothing. The small modules beside it turn values into words and shapes.

pub mod format;
pub mod path;
pub mod shared;
pub mod state;
pub mod text;
pub mod window;
pub mod words;
