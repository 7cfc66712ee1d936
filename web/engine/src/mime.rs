//! Takes messages apart: a row for the list from a header and a few lines, a view for the reader, a part's bytes.
//!
//! ```text
//! octets ──► head (fields, bounded) ──► structure (parts, one level) ──► bodies ──► text, blocks ──► view, row
//!                                           └── decode (transfer encodings)
//! ```
//!
//! mail-parser reads fields and knows the character sets. The parts are found here, in a loop and not by recursion: a parser
//! that opens messages within messages can be made to nest as deep as a sender likes, and its result falls apart as deep.
//!
//! Not here: making HTML safe (that is `html`), and fetching anything.

mod archive;
mod authentication;
mod blocks;
mod bodies;
mod calendar;
mod charset;
mod contact;
mod content_lines;
mod decode;
mod fields;
mod head;
#[cfg(feature = "keep")]
mod html_rich;
mod html_text;
mod html_tokens;
mod limits;
mod lines;
mod marks;
mod names;
#[cfg(feature = "keep")]
mod original;
mod protection;
mod references;
mod row;
#[cfg(feature = "keep")]
mod seven_bit;
mod structure;
#[cfg(feature = "keep")]
mod summary;
mod text;
mod view;

pub use archive::archive;
pub use head::Head;
#[cfg(feature = "keep")]
pub(crate) use head::has_header;
#[cfg(feature = "keep")]
pub(crate) use html_rich::rich;
#[cfg(feature = "keep")]
pub(crate) use limits::PICTURES;
#[cfg(feature = "keep")]
pub(crate) use names::line;
pub use names::message_name;
#[cfg(feature = "keep")]
pub(crate) use original::{File, Original, original};
pub use row::row;
#[cfg(feature = "keep")]
pub(crate) use seven_bit::{base64, fits, seven_bit, with_line_ends};
#[cfg(feature = "keep")]
pub use summary::{MAX_SUMMARY, summary};
pub use view::{Part, part, source, view};

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
