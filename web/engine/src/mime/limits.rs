//! How much of a message is copied to be shown. What goes beyond is offered as a file, and a file is copied once, when it
//! is asked for. So what a view costs does not grow with the message.

/// Octets of a part that are decoded at most to be shown as plain text. More than is shown: some character sets take
/// four octets for a letter.
pub(super) const TEXT: usize = 1 << 20;

/// Octets of HTML at most. The sanitiser takes as many (`html::MAX_HTML_BYTES`); one more, and it says that it was cut.
pub(super) const HTML: usize = (8 << 20) + 1;

/// Octets of all pictures inside the HTML together at most; the others are attachments.
pub(crate) const PICTURES: usize = 16 << 20;

/// Parts that are listed at most; the rest is named as a fault.
pub(super) const ATTACHMENTS: usize = 1000;

/// Octets of a message that are decoded for the sake of its subject, which names it as a file.
pub(super) const SUBJECT: usize = 64 << 10;
