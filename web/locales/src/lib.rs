//! Every word that a person reads, in each language, as one function a message: [`say`].
//!
//! The words stand in `en/*.ftl` and `es/*.ftl`. They are compiled when the program is: a message or an argument that is
//! missing does not compile, and no program carries a parser. What the platform knows better, plurals and how numbers are
//! written, it is asked for ([`Platform`]).

mod failure;
mod fill;
mod language;
mod platform;

/// The messages.
pub mod say {
    include!(concat!(env!("OUT_DIR"), "/say.rs"));
}

pub use failure::{advice, at_fault, deletion, detail, flaw, headline, reason, unfit};
pub use language::{Language, language, speak};
pub use platform::{Platform, number, set_platform};
