//! Who asks, and how much each may have: addresses and what proxies say of them, tokens, counts, a day's share. Not here: where anybody
//! may go ([`crate::reach`]).

pub(crate) mod admission;
pub(crate) mod client;
pub(crate) mod days;
pub(crate) mod shares;
pub mod token;
pub(crate) mod visitors;
