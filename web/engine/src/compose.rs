//! Letters that are written here: who is meant by what was typed, how a letter begins that is made from a message, and the
//! octets that are sent.
//!
//! ```text
//! a message ─► mime::original ─► beginning (recipients, conversation) ─► Draft, typed on by somebody
//! Draft ─► build (addresses, flowed, files) ─► octets and envelope ─► submission
//! ```
//!
//! There is no clock and no randomness in here: both come in as arguments, so that the same letter is the same octets.
//!
//! Not here: what is put around a quotation (that is the page's, which knows the language), where drafts are kept, sending.

mod addresses;
mod beginning;
mod build;
mod conversation;
mod files;
mod flowed;
mod html;
mod recipients;
mod redirect;

#[cfg(feature = "keep")]
pub(crate) use addresses::mailbox;
pub use addresses::{Addressee, addresses, typed};
pub use beginning::beginning;
pub use build::{Built, Content, build, hidden, unsent};

/// A file that goes along with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its name.
    pub name: String,
    /// Media type, without parameters.
    pub media_type: String,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// One line of what was typed: white space folded, and no control characters, so that no header line begins in it.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
