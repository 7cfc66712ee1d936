//! One WebSocket, one TCP connection, and the bytes between them. Not here: the upgrade ([`crate::http`]), and the way to
//! the server ([`crate::reach`]).

mod buffer;
mod credit;
mod first;
mod frame;
mod pace;
mod page;
mod relay;
mod sending;
mod services;
mod session;

pub use frame::replay_frames;
pub(crate) use page::Page;
pub(crate) use session::{Asked, Visitor, run};
