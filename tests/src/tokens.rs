//! A real server that takes a provider's tokens, and what somebody needs to play the provider.

use anyhow::Result;
use restante_sample::maildrop;
use serde::Serialize;
use time::OffsetDateTime;

use crate::authority::{Authority, Identity, shown};
use crate::dovecot::{Dovecot, Options, TOKEN_KEY, User};

/// The server, running until this is dropped.
pub struct Tokens {
    dovecot: Dovecot,
    provider: Identity,
}

/// What a test needs to know of it, as one JSON object.
#[derive(Debug, Serialize)]
pub struct Description {
    /// The server's port of implicit TLS.
    pub pops_port: u16,
    /// SHA-256 of its certificate, as a person reads it.
    pub fingerprint: String,
    /// The one user, whose mailbox has the sample messages.
    pub user: &'static str,
    /// The key of the tokens that it takes: HS256 (RFC 7518, section 3.2), with the user as `sub`.
    pub token_key: String,
    /// A certificate for the provider, with its issuer's, and its key: PEM.
    pub provider_certificate: String,
    /// See [`Description::provider_certificate`].
    pub provider_key: String,
    /// Its SHA-256, as a person reads it.
    pub provider_fingerprint: String,
    /// Every port a bridge must allow on 127.0.0.1.
    pub ports: Vec<u16>,
}

const USER: &str = "robin@postbox.example";

impl Tokens {
    /// Starts the server.
    ///
    /// # Errors
    /// Where it does not come up.
    pub async fn start() -> Result<Self> {
        let authority = Authority::new()?;
        let mail = maildrop(OffsetDateTime::now_utc()).into_iter().map(|message| message.bytes).collect();
        let users = vec![User { name: USER.into(), password: "no password is asked for".into(), mail }];
        let identity = authority.issue(&["localhost", "127.0.0.1"])?;
        let dovecot = Dovecot::start(Options { identity, mechanisms: "plain xoauth2 oauthbearer", users }).await?;
        Ok(Self { dovecot, provider: authority.issue(&["127.0.0.1"])? })
    }

    /// What there is, and where.
    pub fn description(&self) -> Description {
        Description {
            pops_port: self.dovecot.pops_port(),
            fingerprint: shown(&self.dovecot.fingerprint()),
            user: USER,
            token_key: String::from_utf8_lossy(TOKEN_KEY).into_owned(),
            provider_certificate: self.provider.chain_pem.clone(),
            provider_key: self.provider.key_pem.clone(),
            provider_fingerprint: shown(&self.provider.fingerprint),
            ports: vec![self.dovecot.pops_port()],
        }
    }
}
