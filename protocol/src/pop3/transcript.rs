//! What was said in a session, fit to be shown to others: no password, no token and no message is in it.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::Why;
use super::reply::readable;
use crate::Secret;

/// Who said a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// This side.
    Client,
    /// The server.
    Server,
}

/// A line that was said, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// Who said it.
    pub speaker: Speaker,
    /// What may be shown of it; control characters are replaced.
    pub text: String,
    /// What stood behind that text, or in the place of the line.
    pub left_out: Option<LeftOut>,
    /// Why the mechanism was chosen, where this line begins to sign in by it.
    pub why: Option<Why>,
}

/// What a transcript leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeftOut {
    /// A password, a token, or what is made of one.
    Secret,
    /// So many lines of a listing.
    Lines(u32),
    /// So many octets of a message.
    Octets(u64),
}

/// Lines that nobody has taken yet.
#[derive(Default)]
pub(super) struct Transcript {
    lines: VecDeque<Spoken>,
    /// What a server must not be quoted with, while a login is under way: some say in their refusals what was sent.
    hidden: Vec<Secret>,
    /// Why the next line is said.
    why: Option<Why>,
}

/// What stands in the place of a secret that a server quotes.
const HIDDEN: &[u8; 4] = b"****";

impl Transcript {
    /// Lines that are remembered where nobody takes them; the oldest go first.
    const REMEMBERED: usize = 512;
    /// Characters of a line that are shown.
    const SHOWN: usize = 512;

    /// This side said it.
    pub(super) fn sent(&mut self, text: &str) {
        self.note(Speaker::Client, text.to_owned(), None);
    }

    /// This side said it, and something secret behind it, which the server is not quoted with either.
    pub(super) fn sent_secret(&mut self, text: &str, secret: &str) {
        self.hide(Secret::new(secret));
        self.note(Speaker::Client, text.to_owned(), Some(LeftOut::Secret));
    }

    /// The next line begins to sign in, for this reason.
    pub(super) fn chose(&mut self, why: Why) {
        self.why = Some(why);
    }

    /// The server is not quoted with this until [`Transcript::login_is_over`].
    pub(super) fn hide(&mut self, secret: Secret) {
        // The longest first: a short one may be a part of it. A mask that held one would be masked for ever.
        if !secret.expose().is_empty() && !secret.expose().bytes().all(|c| c == b'*') {
            self.hidden.push(secret);
            self.hidden.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        }
    }

    pub(super) fn login_is_over(&mut self) {
        self.hidden.clear();
    }

    /// The server said this line.
    pub(super) fn received(&mut self, line: &[u8]) {
        let mut line = Cow::Borrowed(line);
        for secret in &self.hidden {
            let secret = secret.expose().as_bytes();
            while let Some(at) = memchr::memmem::find(&line, secret) {
                let octets = line.to_mut();
                octets.splice(at..at + secret.len(), *HIDDEN);
            }
        }
        self.note(Speaker::Server, readable(&line), None);
    }

    /// The server asks this side to prove who it is, or proves it itself: a password may be guessed from that.
    pub(super) fn challenged(&mut self, status: &[u8]) {
        let status = if status.starts_with(b"+OK") { "+OK" } else { "+" };
        self.note(Speaker::Server, status.to_owned(), Some(LeftOut::Secret));
    }

    /// The server said more than is shown.
    pub(super) fn left_out(&mut self, what: LeftOut) {
        self.note(Speaker::Server, String::new(), Some(what));
    }

    pub(super) fn next(&mut self) -> Option<Spoken> {
        self.lines.pop_front()
    }

    fn note(&mut self, speaker: Speaker, text: String, left_out: Option<LeftOut>) {
        let is_cut = text.chars().nth(Self::SHOWN).is_some();
        let printable = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        let text = text.chars().take(Self::SHOWN).map(printable).chain(is_cut.then_some('…')).collect();
        if self.lines.len() >= Self::REMEMBERED {
            self.lines.pop_front();
        }
        let why = if speaker == Speaker::Client { self.why.take() } else { None };
        self.lines.push_back(Spoken { speaker, text, left_out, why });
    }
}
