//! A connection's byte stream: a tunnel, or TLS over one. And what a byte stream's failures mean to a person.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::io::{AsyncRead, AsyncWrite};
use futures_rustls::client::TlsStream;
use restante_api::{Blame, Failure, FailureKind, Fingerprint, TlsView};
use restante_protocol::pop3::ChannelBinding;
use restante_protocol::tunnel::CloseCode;

use crate::platform::{Tunnel, TunnelFault};
use crate::tls::{self, Peer};

/// What POP3 is spoken over.
pub enum Transport {
    /// The tunnel's bytes as they are. Where the bridge ends TLS, the tunnel is protected beyond it.
    Plain(Box<dyn Tunnel>),
    /// TLS that ends here.
    Tls(Box<TlsStream<Box<dyn Tunnel>>>),
}

impl Transport {
    /// Starts TLS that ends here.
    ///
    /// # Errors
    /// See [`tls::handshake`]; [`FailureKind::Internal`] where TLS is up already.
    pub async fn secure(self, peer: &Peer) -> Result<Self, Failure> {
        match self {
            Self::Plain(tunnel) => Ok(Self::Tls(Box::new(tls::handshake(peer, tunnel).await?))),
            Self::Tls(_) => Err(Failure::new(FailureKind::Internal, "TLS within TLS")),
        }
    }

    /// Starts TLS that ends at the bridge.
    ///
    /// # Errors
    /// What the bridge says; [`FailureKind::Internal`] where TLS is up already.
    pub async fn secure_at_bridge(&mut self) -> Result<(), Failure> {
        match self {
            Self::Plain(tunnel) => tunnel.start_tls().await.map_err(|fault| failure_of_tunnel(&fault)),
            Self::Tls(_) => Err(Failure::new(FailureKind::Internal, "TLS within TLS")),
        }
    }

    /// The address that was dialled; empty where it is not known.
    pub fn peer(&self) -> String {
        match self {
            Self::Plain(tunnel) => tunnel.peer(),
            Self::Tls(stream) => stream.get_ref().0.peer(),
        }
    }

    /// The TLS session that ends here, for a person to see.
    pub fn tls_view(&self, host: &str, trusted: Option<Fingerprint>, now: u64) -> Option<TlsView> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(stream) => tls::view(stream, host, trusted, now),
        }
    }

    /// What a login can be bound to; empty where TLS does not end here.
    pub fn channel_bindings(&self) -> Vec<ChannelBinding> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Tls(stream) => tls::channel_bindings(stream.get_ref().1),
        }
    }
}

impl AsyncRead for Transport {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tunnel) => Pin::new(tunnel).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tunnel) => Pin::new(tunnel).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tunnel) => Pin::new(tunnel).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tunnel) => Pin::new(tunnel).poll_close(cx),
            Self::Tls(stream) => Pin::new(stream).poll_close(cx),
        }
    }
}

/// What an I/O error of an established connection means.
pub fn failure_of(error: &io::Error) -> Failure {
    if let Some(fault) = TunnelFault::of(error) {
        return failure_of_tunnel(fault);
    }
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return Failure::new(FailureKind::TlsFailed, tls.to_string());
    }
    if error.kind() == io::ErrorKind::UnexpectedEof {
        // An end without TLS' goodbye: servers do that.
        return Failure::new(FailureKind::ConnectionLost, "").blamed(Blame::Server);
    }
    Failure::new(FailureKind::ConnectionLost, error.to_string())
}

/// What a tunnel's fault means.
pub fn failure_of_tunnel(fault: &TunnelFault) -> Failure {
    let refused = match fault {
        TunnelFault::BridgeUnreachable(detail) => return Failure::new(FailureKind::BridgeUnreachable, detail.clone()),
        TunnelFault::OtherBridge(bridge) => {
            let blame = if bridge.barred { Blame::Site } else { Blame::Operator };
            return Failure::new(FailureKind::OtherBridge(bridge.clone()), "").blamed(blame);
        }
        TunnelFault::Lost(detail) => return Failure::new(FailureKind::ConnectionLost, detail.clone()),
        TunnelFault::Refused(refused) => refused,
    };
    let (kind, blame) = match refused.code {
        CloseCode::Unauthorized => (FailureKind::BridgeUnauthorized, None),
        CloseCode::Forbidden => (FailureKind::Forbidden, None),
        CloseCode::UnknownHost => (FailureKind::UnknownHost, None),
        CloseCode::Draining | CloseCode::TooMany => (FailureKind::BridgeBusy, None),
        CloseCode::ConnectRefused | CloseCode::ConnectTimeout | CloseCode::Unreachable => {
            (FailureKind::Unreachable, None)
        }
        CloseCode::ConnectionLost => (FailureKind::ConnectionLost, None),
        CloseCode::OpenTimeout | CloseCode::IdleTimeout => (FailureKind::TimedOut, None),
        CloseCode::SessionTimeout => (FailureKind::ConnectionLost, Some(Blame::Operator)),
        CloseCode::TlsFailed | CloseCode::CertificateInvalid => (FailureKind::TlsFailed, Some(Blame::Operator)),
        CloseCode::StarttlsInjection => (FailureKind::TlsFailed, Some(Blame::Network)),
        CloseCode::BadMessage => (FailureKind::Internal, None),
        // A code of a later version: whatever it is, the bridge's message says.
        _ => (FailureKind::ConnectionLost, Some(Blame::Operator)),
    };
    let failure = Failure::new(kind, refused.message.clone());
    match blame {
        Some(blame) => failure.blamed(blame),
        None => failure,
    }
}
