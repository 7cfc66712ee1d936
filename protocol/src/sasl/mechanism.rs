//! The mechanisms: their registered names, and what each of them shows, needs and proves.
//!
//! Not here: what they say (`exchange`, `scram`).

use std::fmt;

/// A SASL mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// PLAIN (RFC 4616): the password itself travels.
    Plain,
    /// LOGIN (never standardised): the password itself travels.
    Login,
    /// CRAM-MD5 (RFC 2195).
    CramMd5,
    /// SCRAM-SHA-1 (RFC 5802).
    ScramSha1,
    /// SCRAM-SHA-1 bound to the TLS channel (RFC 5802).
    ScramSha1Plus,
    /// SCRAM-SHA-256 (RFC 7677).
    ScramSha256,
    /// SCRAM-SHA-256 bound to the TLS channel (RFC 7677).
    ScramSha256Plus,
    /// SCRAM-SHA-512 (RFC 5802 with SHA-512).
    ScramSha512,
    /// SCRAM-SHA-512 bound to the TLS channel.
    ScramSha512Plus,
    /// XOAUTH2 (Google's and Microsoft's): the bearer token itself travels.
    XOAuth2,
    /// OAUTHBEARER (RFC 7628): the bearer token itself travels.
    OAuthBearer,
}

impl Mechanism {
    /// Every mechanism, for tables and tests.
    pub const ALL: [Self; 11] = [
        Self::Plain,
        Self::Login,
        Self::CramMd5,
        Self::ScramSha1,
        Self::ScramSha1Plus,
        Self::ScramSha256,
        Self::ScramSha256Plus,
        Self::ScramSha512,
        Self::ScramSha512Plus,
        Self::XOAuth2,
        Self::OAuthBearer,
    ];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::ScramSha512Plus => "SCRAM-SHA-512-PLUS",
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }

    /// The mechanism of this name, whatever the case of its letters.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
    }

    /// Whether it is one of SCRAM's.
    pub fn is_scram(self) -> bool {
        matches!(self, Self::ScramSha1 | Self::ScramSha256 | Self::ScramSha512) || self.binds_channel()
    }

    /// Whether whoever reads along on a clear channel learns the password or token.
    pub fn shows_secret(self) -> bool {
        matches!(self, Self::Plain | Self::Login | Self::XOAuth2 | Self::OAuthBearer)
    }

    /// Whether it proves that nobody sits between (a -PLUS mechanism).
    pub fn binds_channel(self) -> bool {
        matches!(self, Self::ScramSha1Plus | Self::ScramSha256Plus | Self::ScramSha512Plus)
    }

    /// Whether it takes a bearer token instead of a password.
    pub fn takes_token(self) -> bool {
        matches!(self, Self::XOAuth2 | Self::OAuthBearer)
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
