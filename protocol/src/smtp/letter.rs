//! A letter's envelope: from whom, to whom, and what is asked of the server along with it.
//!
//! Not here: what is in the letter (`content`), what the server can do about what is asked (`session/transaction`).

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use super::{Content, Mailbox, ReversePath};

/// A letter to be sent. It has one recipient or more; `Debug` shows no address.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    pub(super) from: ReversePath,
    pub(super) recipients: Vec<Recipient>,
    pub(super) content: Content,
    pub(super) dsn: Option<Dsn>,
    pub(super) require_tls: bool,
}

/// Somebody a letter is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Recipient {
    /// The mailbox.
    pub mailbox: Mailbox,
    /// What the sender wants to hear of this delivery; `None` for what is usual: failures and long delays.
    pub notify: Option<Notify>,
}

/// When the sender wants to be told of a delivery (RFC 3461, section 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notify {
    /// Never, not even of a failure.
    Never,
    /// When one of these happens; at least one.
    On {
        /// It was delivered.
        success: bool,
        /// It could not be delivered.
        failure: bool,
        /// It takes longer than usual.
        delay: bool,
    },
}

/// What is asked for with a letter's delivery reports (RFC 3461, sections 4.3 and 4.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Dsn {
    /// How much of the letter comes back with a report of a failure.
    pub returned: Option<Return>,
    /// What the reports repeat, so that they can be told apart.
    pub envelope: Option<EnvelopeId>,
}

/// How much of a letter comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Return {
    /// All of it.
    Full,
    /// Its header.
    Headers,
}

/// An envelope's name: printable ASCII, and as xtext of 100 octets at most (RFC 3461, sections 4.4 and 5.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnvelopeId(String);

/// Why something is no letter, or no part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum BadLetter {
    /// Nobody to send it to.
    #[error("the letter has no recipient")]
    NoRecipient,
    /// An envelope's name that is empty, too long, or has other characters than printable ASCII.
    #[error("the envelope's name is not 1 to 100 printable ASCII characters")]
    EnvelopeId,
}

impl Letter {
    /// A letter with nothing asked for but its delivery. A mailbox that stands twice among the recipients is kept once.
    ///
    /// # Errors
    /// [`BadLetter::NoRecipient`].
    pub fn new<R: Into<Recipient>>(
        from: impl Into<ReversePath>,
        to: impl IntoIterator<Item = R>,
        content: Content,
    ) -> Result<Self, BadLetter> {
        let mut seen = std::collections::HashSet::new();
        let recipients: Vec<Recipient> =
            to.into_iter().map(Into::into).filter(|to| seen.insert(to.mailbox.clone())).collect();
        if recipients.is_empty() {
            return Err(BadLetter::NoRecipient);
        }
        Ok(Self { from: from.into(), recipients, content, dsn: None, require_tls: false })
    }

    /// Asks for delivery reports. A server that has no DSN sends the letter without them
    /// ([`super::Event::WithoutReports`]).
    #[must_use]
    pub fn with_reports(self, dsn: Dsn) -> Self {
        Self { dsn: Some(dsn), ..self }
    }

    /// Has the letter bounce rather than travel on without TLS (RFC 8689). A server without REQUIRETLS does not get it.
    #[must_use]
    pub fn requiring_tls(self) -> Self {
        Self { require_tls: true, ..self }
    }

    /// The same letter for others.
    ///
    /// # Errors
    /// [`BadLetter::NoRecipient`].
    pub fn readdressed(&self, to: impl IntoIterator<Item = Recipient>) -> Result<Self, BadLetter> {
        let Self { from, recipients: _, content, dsn, require_tls } = self.clone();
        Ok(Self { dsn, require_tls, ..Self::new(from, to, content)? })
    }

    /// Whom it is returned to.
    pub fn from(&self) -> &ReversePath {
        &self.from
    }

    /// Whom it is for, each mailbox once; [`super::Event::Recipient`] counts in it.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// What is known of what it holds.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Whether the server has to know SMTPUTF8 (RFC 6531, section 3.4).
    pub fn needs_utf8(&self) -> bool {
        self.content.needs_utf8()
            || !self.from.is_ascii()
            || self.recipients.iter().any(|recipient| !recipient.mailbox.is_ascii())
    }

    pub(super) fn asks_for_reports(&self) -> bool {
        self.dsn.is_some() || self.recipients.iter().any(|recipient| recipient.notify.is_some())
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("recipients", &self.recipients.len())
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}

impl From<Mailbox> for Recipient {
    fn from(mailbox: Mailbox) -> Self {
        Self { mailbox, notify: None }
    }
}

impl Notify {
    /// The value of RCPT's parameter.
    pub(super) fn words(self) -> String {
        let Self::On { success, failure, delay } = self else { return "NEVER".into() };
        let words = [(success, "SUCCESS"), (failure, "FAILURE"), (delay, "DELAY")];
        let words: Vec<&str> = words.iter().filter(|(is_asked, _)| *is_asked).map(|(_, word)| *word).collect();
        // Nothing to be told of is NEVER: there is no empty value.
        if words.is_empty() { "NEVER".into() } else { words.join(",") }
    }
}

impl Return {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Headers => "HDRS",
        }
    }
}

impl EnvelopeId {
    /// The name as xtext.
    pub(super) fn xtext(&self) -> String {
        xtext(&self.0)
    }
}

impl FromStr for EnvelopeId {
    type Err = BadLetter;

    fn from_str(text: &str) -> Result<Self, BadLetter> {
        let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if is_printable && (1..=100).contains(&xtext(text).len()) {
            Ok(Self(text.into()))
        } else {
            Err(BadLetter::EnvelopeId)
        }
    }
}

/// RFC 3461, section 4: printable ASCII but `+` and `=`; the rest as `+` and two hexadecimal digits.
fn xtext(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if matches!(byte, b'!'..=b'~') && !matches!(byte, b'+' | b'=') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "+{byte:02X}");
        }
    }
    encoded
}

/// ORCPT's value: the recipient as the sender has it (RFC 3461, section 4.2; RFC 6533, section 3 for letters beyond ASCII).
pub(super) fn original_recipient(mailbox: &Mailbox) -> String {
    let text = mailbox.to_string();
    if text.is_ascii() {
        return format!("rfc822;{}", xtext(&text));
    }
    // utf-8-addr-unitext: what xtext encodes, and the backslash, as \x{HEX}.
    let mut encoded = String::from("utf-8;");
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_graphic() || matches!(c, '+' | '=' | '\\') {
            let _ = write!(encoded, "\\x{{{:02X}}}", u32::from(c));
        } else {
            encoded.push(c);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_for_each_mailbox_once_and_for_one_at_least() {
        let content = Content::of(b"a: b\r\n").unwrap();
        let to = ["bert@example.org", "ana@example.org", "bert@EXAMPLE.org", "Bert@example.org"];
        let to = to.map(|text| text.parse::<Mailbox>().unwrap());
        let letter = Letter::new(ReversePath::Null, to, content).unwrap();
        let kept: Vec<String> = letter.recipients().iter().map(|to| to.mailbox.to_string()).collect();
        assert_eq!(kept, ["bert@example.org", "ana@example.org", "Bert@example.org"]);
        assert_eq!(Letter::new(ReversePath::Null, [] as [Mailbox; 0], content), Err(BadLetter::NoRecipient));
    }

    #[test]
    fn parameters_are_encoded_so_that_nothing_can_end_them() {
        assert_eq!(xtext("a+b =~\r\n"), "a+2Bb+20+3D~+0D+0A");
        assert_eq!("a b=c".parse::<EnvelopeId>().unwrap().xtext(), "a+20b+3Dc");
        for text in ["", "a\r\nb", "é", &"=".repeat(34), &"a".repeat(101)] {
            assert_eq!(text.parse::<EnvelopeId>(), Err(BadLetter::EnvelopeId), "{text}");
        }
        let of = |text: &str| original_recipient(&text.parse().unwrap());
        assert_eq!(of("a+b@example.org"), "rfc822;a+2Bb@example.org");
        assert_eq!(of("\"a b\"@example.org"), "rfc822;\"a+20b\"@example.org");
        assert_eq!(of("é+b@example.org"), "utf-8;é\\x{2B}b@example.org");
    }

    #[test]
    fn notifications_are_asked_for_by_their_words() {
        assert_eq!(Notify::Never.words(), "NEVER");
        assert_eq!(Notify::On { success: true, failure: false, delay: true }.words(), "SUCCESS,DELAY");
        assert_eq!(Notify::On { success: false, failure: false, delay: false }.words(), "NEVER");
    }
}
