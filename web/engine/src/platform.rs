//! What only a host has: a way out to the network, a clock, sleep, and a place for what is kept. One trait a service; the engine is generic over
//! [`Platform`], which is all of them.
//!
//! The page's platform opens a WebSocket to the bridge; the native one of the example and the tests opens a TCP
//! connection. Futures are local: a browser's worker has one thread, and so has an engine.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::log::Log;
use crate::oauth::Tokens;
use futures::future::LocalBoxFuture;
use futures::io::{AsyncRead, AsyncWrite};
use restante_api::OtherBridge;
#[cfg(feature = "keep")]
use restante_api::{Failure, keep::Room};
use restante_protocol::tunnel::{BridgeTls, CloseCode, Refused, Secret, Service, Services};

/// Everything the engine needs of its host.
pub trait Platform: Dial + Clock {}

impl<P: Dial + Clock + ?Sized> Platform for P {}

/// Opens connections.
pub trait Dial {
    /// Opens a connection to a mail server.
    ///
    /// It may answer as soon as bytes can be written, before the server is reached: a failure that is learnt later comes
    /// out of the stream as an [`io::Error`] made from a [`TunnelFault`]. Dropping the future gives the attempt up, and
    /// dropping the tunnel closes it.
    ///
    /// # Errors
    /// [`TunnelFault`] where no connection comes about.
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>>;

    /// Readies the way to the host's own bridge for the next dial, where there is one to ready: no mail server is
    /// touched. It is given up after a short while, and nobody is told where it does not come about.
    fn ready(&self) {}

    /// Where is noted what is said on connections, if that is noted.
    fn log(&self) -> Option<&Log> {
        None
    }

    /// Where tokens are noted that are renewed, if they are.
    fn tokens(&self) -> Option<&Tokens> {
        None
    }

    /// Asks a bridge which mail servers a domain names in DNS. A host without a bridge asks nobody.
    ///
    /// # Errors
    /// [`TunnelFault`] where there is no answer.
    fn look_up(&self, _: Question) -> LocalBoxFuture<'static, Result<Services, TunnelFault>> {
        let nobody = TunnelFault::refused(CloseCode::Forbidden, "there is no bridge to ask");
        Box::pin(std::future::ready(Err(nobody)))
    }
}

/// Tells the time, and waits.
pub trait Clock {
    /// Seconds since 1970-01-01 UTC, for the validity of certificates.
    fn now(&self) -> u64;

    /// Ends when this much time has passed. Dropping it is the way to stop waiting.
    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()>;
}

/// Holds the mailbox that is kept.
#[cfg(feature = "keep")]
pub trait Storage {
    /// Readies the place of the database and waits until nobody else has it open. It stays with this host until the host
    /// ends.
    ///
    /// # Errors
    /// A [`Failure`] where the host keeps nothing.
    fn open(&self) -> LocalBoxFuture<'static, Result<restante_store::Location, Failure>>;

    /// How much room what is kept takes, and how much there is.
    fn room(&self) -> LocalBoxFuture<'static, Room>;
}

/// Keeps secrets from one run to the next, encrypted with a key that the host does not give out.
#[cfg(feature = "keep")]
pub trait Secrets {
    /// Keeps a secret under this name, in the place of one that is there.
    ///
    /// # Errors
    /// A [`Failure`] where the host keeps none.
    fn keep(&self, name: String, secret: Secret) -> LocalBoxFuture<'static, Result<(), Failure>>;

    /// The secret of this name, where there is one.
    fn find(&self, name: String) -> LocalBoxFuture<'static, Option<Secret>>;

    /// Forgets the secret of this name.
    fn forget(&self, name: String) -> LocalBoxFuture<'static, ()>;
}

/// A byte stream to the mail server.
///
/// `poll_close` ends the outgoing direction. Reads may still give what the server says after that.
pub trait Tunnel: AsyncRead + AsyncWrite + Unpin {
    /// The address that was dialled, for a person to see; empty while it is not known.
    fn peer(&self) -> String;

    /// Starts TLS at the bridge, after the server's consent, and waits until it is up. Nothing may follow what was read of
    /// the tunnel so far. Only where [`Destination::tls`] is [`BridgeTls::Starttls`].
    ///
    /// # Errors
    /// [`TunnelFault`] where TLS does not come about, or the tunnel has no bridge in it.
    fn start_tls(&mut self) -> LocalBoxFuture<'_, Result<(), TunnelFault>>;
}

/// Where to connect to, and who ends TLS.
#[derive(Clone, PartialEq, Eq)]
pub struct Destination {
    /// Host name or address literal (IPv6 without brackets).
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Whether the bridge ends TLS.
    pub tls: BridgeTls,
    /// What is spoken.
    pub service: Service,
    /// The bridge's access token, where it asks for one.
    pub token: Option<Secret>,
    /// The address of the bridge (`wss://…`), where it is not the host's own.
    pub bridge: Option<String>,
}

impl fmt::Debug for Destination {
    /// Leaves out the token and the destination: neither reaches a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Destination").field("tls", &self.tls).field("service", &self.service).finish_non_exhaustive()
    }
}

/// A domain whose servers are looked up, and by whom.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    /// The domain, in ASCII.
    pub domain: String,
    /// See [`Destination::bridge`].
    pub bridge: Option<String>,
    /// See [`Destination::token`].
    pub token: Option<Secret>,
}

impl fmt::Debug for Question {
    /// Leaves all of it out, as for a destination.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").finish_non_exhaustive()
    }
}

/// Why there is no connection, or no longer one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TunnelFault {
    /// The bridge itself cannot be reached.
    #[error("the bridge cannot be reached: {0}")]
    BridgeUnreachable(String),
    /// A bridge that somebody else runs cannot be used.
    #[error("the bridge {} cannot be used", .0.bridge)]
    OtherBridge(OtherBridge),
    /// The bridge (or, natively, the operating system) says why, in the tunnel's own codes.
    #[error("{}", .0.message)]
    Refused(Refused),
    /// The connection to the bridge broke without a reason given.
    #[error("the connection broke: {0}")]
    Lost(String),
}

impl TunnelFault {
    /// A fault with one of the tunnel's codes.
    pub fn refused(code: CloseCode, message: impl Into<String>) -> Self {
        Self::Refused(Refused { code, message: message.into() })
    }

    /// The fault inside an I/O error that a [`Tunnel`] gave, through any number of layers that pass errors on.
    pub fn of(error: &io::Error) -> Option<&Self> {
        let mut inner = error.get_ref()? as &(dyn std::error::Error + 'static);
        loop {
            if let Some(fault) = inner.downcast_ref::<Self>() {
                return Some(fault);
            }
            inner = match inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                Some(error) => error,
                None => inner.source()?,
            };
        }
    }
}

impl From<TunnelFault> for io::Error {
    fn from(fault: TunnelFault) -> Self {
        let kind = match &fault {
            TunnelFault::Lost(_) => io::ErrorKind::ConnectionReset,
            TunnelFault::BridgeUnreachable(_) | TunnelFault::OtherBridge(_) | TunnelFault::Refused(_) => {
                io::ErrorKind::ConnectionAborted
            }
        };
        Self::new(kind, fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_found_again_inside_wrapped_io_errors() {
        let fault = TunnelFault::refused(CloseCode::Forbidden, "not listed");
        let wrapped = io::Error::other(io::Error::from(fault.clone()));
        assert_eq!(TunnelFault::of(&wrapped), Some(&fault));
        assert_eq!(TunnelFault::of(&io::Error::other("else")), None);
        assert_eq!(TunnelFault::of(&io::ErrorKind::BrokenPipe.into()), None);
    }

    #[test]
    fn a_destination_shows_neither_host_nor_token_in_debug() {
        let to = Destination {
            host: "pop.example.org".into(),
            port: 995,
            tls: BridgeTls::None,
            service: Service::Pop3,
            token: Some(Secret::new("s3cret")),
            bridge: None,
        };
        let shown = format!("{to:?}");
        assert!(!shown.contains("s3cret") && !shown.contains("example"), "{shown}");
    }
}
