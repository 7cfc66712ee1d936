//! What a session can be asked to do.
//!
//! Not here: the lines that go over the wire, and what the replies mean (`session`).

use std::fmt;

use super::Letter;
use crate::Secret;
use crate::sasl::{ChannelBinding, Credential, Mechanism};

/// A command of the caller. One command is one ticket and one outcome, even where it takes several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Asks for TLS (RFC 3207). Answered by [`super::Event::StartTls`]; Done follows [`super::Session::tls_started`].
    StartTls,
    /// Signs in (RFC 4954).
    Login(Login),
    /// Sends a letter.
    Send(Letter),
    /// Nothing; keeps the session alive.
    Noop,
    /// Ends the session.
    Quit,
}

impl Command {
    /// The command's word on the wire; of a letter, its first.
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::StartTls => "STARTTLS",
            Self::Login(_) => "AUTH",
            Self::Send(_) => "MAIL",
            Self::Noop => "NOOP",
            Self::Quit => "QUIT",
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
    /// The mechanism to take, whether or not the server announces it; the strongest that both sides know where there is
    /// none.
    pub mechanism: Option<Mechanism>,
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
        Self { user: user.into(), credential, mechanism: None, bindings: Vec::new() }
    }

    /// The same login by exactly this mechanism.
    #[must_use]
    pub fn by(self, mechanism: Mechanism) -> Self {
        Self { mechanism: Some(mechanism), ..self }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("credential", &self.credential)
            .field("mechanism", &self.mechanism)
            .finish_non_exhaustive()
    }
}
