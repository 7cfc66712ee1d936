//! Takes messages apart: a row for the list from a header and a few lines, a view for the reader, a part's bytes.
//!
//! mail-parser does the parsing; here is what it leaves open: which parts make up the text, what is an inline image,
//! texts whose character set is wrong or missing, names that are safe to save under, and bounds for hostile messages.
//!
//! Not here: making HTML safe (that is `html`), and fetching anything.

mod charset;
mod limits;
mod names;
mod parts;
mod row;
mod text;
mod view;

pub use row::row;
pub use view::{Part, part, source, view};

#[cfg(test)]
mod tests;
