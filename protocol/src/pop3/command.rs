//! What a session can be asked to do.
//!
//! Not here: the lines that go over the wire (`encode`), and what the answers mean (`session`).

use std::fmt;

use super::{Mechanism, MessageNumber};
use crate::Secret;
use crate::sasl::{ChannelBinding, Credential};

/// A command of the caller. One command is one ticket and one outcome, even where it takes several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Asks what the server can do (RFC 2449, section 5). Answered by [`super::Event::Capabilities`] and Done.
    Capa,
    /// Asks for TLS (RFC 2595, section 4). Answered by [`super::Event::StartTls`]; Done follows
    /// [`super::Session::tls_started`].
    Stls,
    /// Signs in. Waits until everything before it is answered, then chooses its mechanism by what is known.
    Login(Login),
    /// Number of messages and their octets.
    Stat,
    /// The sizes of all messages, or of one. Answered by [`super::Event::ListItem`]s and Done.
    List(Option<MessageNumber>),
    /// The unique-ids of all messages, or of one. Answered by [`super::Event::UidlItem`]s and Done.
    Uidl(Option<MessageNumber>),
    /// A message's header and the first lines of its body. Answered by [`super::Event::Body`]s and Done.
    Top {
        /// The message.
        number: MessageNumber,
        /// Lines of the body; 0 for the header alone.
        lines: u32,
    },
    /// A message. Answered by [`super::Event::Body`]s and Done.
    Retr {
        /// The message.
        number: MessageNumber,
        /// Its octets, where LIST told: they count in the window, and help with servers that end a body badly.
        octets: Option<u64>,
    },
    /// Marks a message as deleted; QUIT deletes it.
    Dele(MessageNumber),
    /// Nothing; keeps the session alive.
    Noop,
    /// Unmarks every message that is marked as deleted.
    Rset,
    /// Deletes what is marked, and ends the session. Done means that it was deleted (RFC 1939, section 6).
    Quit,
    /// The highest message number accessed (RFC 1725, section 5; dropped by RFC 1939): for servers without UIDL.
    Last,
    /// Switches the session to UTF-8 (RFC 6856, section 2.1).
    Utf8,
    /// Sets the language of the server's texts; `*` for its default, `None` to list what it has (RFC 6856, section 3).
    Lang(Option<String>),
}

impl Command {
    /// The command's word on the wire; `AUTH` for every way to sign in.
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Capa => "CAPA",
            Self::Stls => "STLS",
            Self::Login(_) => "AUTH",
            Self::Stat => "STAT",
            Self::List(_) => "LIST",
            Self::Uidl(_) => "UIDL",
            Self::Top { .. } => "TOP",
            Self::Retr { .. } => "RETR",
            Self::Dele(_) => "DELE",
            Self::Noop => "NOOP",
            Self::Rset => "RSET",
            Self::Quit => "QUIT",
            Self::Last => "LAST",
            Self::Utf8 => "UTF8",
            Self::Lang(_) => "LANG",
        }
    }
}

/// Who signs in, with what, and how.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user name, as the server expects it.
    pub user: String,
    /// What proves it.
    pub credential: Credential,
    /// Which mechanism to take.
    pub choice: MechanismChoice,
    /// What binds the login to this TLS channel, best first: the next is tried where the server does not know the kind of
    /// the one before. Empty where there is no TLS, or where the caller does not end it.
    pub bindings: Vec<ChannelBinding>,
}

impl Login {
    /// A login with a password, by the strongest mechanism that both sides know.
    pub fn with_password(user: impl Into<String>, password: Secret) -> Self {
        Self::with(user, Credential::Password(password))
    }

    /// A login with an OAuth 2.0 bearer token.
    pub fn with_token(user: impl Into<String>, token: Secret) -> Self {
        Self::with(user, Credential::BearerToken(token))
    }

    /// A login with either.
    pub fn with(user: impl Into<String>, credential: Credential) -> Self {
        Self { user: user.into(), credential, choice: MechanismChoice::Strongest, bindings: Vec::new() }
    }

    /// The same login by exactly this mechanism.
    #[must_use]
    pub fn by(mut self, mechanism: impl Into<Mechanism>) -> Self {
        self.choice = MechanismChoice::Only(mechanism.into());
        self
    }

    /// Whether name and secret need no UTF-8, which USER, PASS and APOP may not have everywhere (RFC 6856, section 2.2).
    pub(super) fn is_ascii(&self) -> bool {
        let (Credential::Password(secret) | Credential::BearerToken(secret)) = &self.credential;
        self.user.is_ascii() && secret.expose().is_ascii()
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("credential", &self.credential)
            .field("choice", &self.choice)
            .finish_non_exhaustive()
    }
}

/// Which mechanism a login takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MechanismChoice {
    /// The strongest that both sides know (see [`super::choose`]). APOP is never taken this way.
    #[default]
    Strongest,
    /// This one, whether or not the server announces it.
    Only(Mechanism),
}
