//! POP3 servers that misbehave in one way each: what a mail client must name and survive.
//!
//! Apart from its fault a server holds three small messages and takes any password.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Result;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::authority::Identity;

/// How a server misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Greets as another protocol's server.
    NotPop3,
    /// Closes the connection without a word.
    ClosesAtOnce,
    /// Never says anything.
    Silent,
    /// Says -ERR to every password, with `[AUTH]` (RFC 3206, section 4).
    WrongPassword,
    /// Closes the connection instead of saying -ERR to a password.
    ClosesOnPassword,
    /// The mailbox is locked: `[IN-USE]` (RFC 2449, section 8.1.2).
    InUse,
    /// Too soon after the last login: `[LOGIN-DELAY]` (RFC 2449, section 8.1.1).
    LoginDelay,
    /// A temporary fault: `[SYS/TEMP]` (RFC 3206, section 4).
    Temporary,
    /// A permanent fault: `[SYS/PERM]` (RFC 3206, section 4).
    Permanent,
    /// No STLS in CAPA, and -ERR to it.
    NoStls,
    /// Closes the connection in the middle of a message.
    DropsInBody,
    /// Says -ERR to RETR of message 2, and goes on.
    RefusesOneMessage,
}

/// A running server. It stops when this is dropped.
pub struct Scripted {
    port: u16,
    task: JoinHandle<()>,
}

impl Scripted {
    /// Starts a server with this fault on 127.0.0.1: over implicit TLS where it gets an identity, else in clear text.
    ///
    /// # Errors
    /// Where there is no port, or TLS refuses the identity.
    pub async fn start(fault: Fault, identity: Option<&Identity>) -> Result<Self> {
        let acceptor = identity.map(acceptor).transpose()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                // What goes wrong on a connection is the client's to notice.
                connections.spawn(async move { serve(stream, acceptor, fault).await.unwrap_or_default() });
            }
        });
        Ok(Self { port, task })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The server's side of TLS with this identity.
pub(crate) fn acceptor(identity: &Identity) -> Result<TlsAcceptor> {
    let chain = vec![CertificateDer::from(identity.der.clone())];
    let key = PrivatePkcs8KeyDer::from(identity.key_der.clone()).into();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn serve(stream: TcpStream, acceptor: Option<TlsAcceptor>, fault: Fault) -> Result<()> {
    match acceptor {
        Some(acceptor) => talk(acceptor.accept(stream).await?, fault).await,
        None => talk(stream, fault).await,
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, fault: Fault) -> Result<()> {
    let mut stream = BufReader::new(stream);
    match fault {
        Fault::NotPop3 => say(&mut stream, "220 mail.example ESMTP ready\r\n").await?,
        Fault::ClosesAtOnce => return Ok(stream.get_mut().shutdown().await?),
        Fault::Silent => {}
        _ => say(&mut stream, "+OK ready\r\n").await?,
    }
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let command = line.trim_end().to_ascii_uppercase();
        line.clear();
        match fault {
            Fault::NotPop3 => say(&mut stream, "500 5.5.1 Command unrecognized\r\n").await?,
            Fault::Silent => {}
            _ => {
                if !answer(&mut stream, &command, fault).await? {
                    return Ok(stream.get_mut().shutdown().await?);
                }
            }
        }
    }
    Ok(())
}

/// Answers one command; false where the connection is to be closed.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    command: &str,
    fault: Fault,
) -> Result<bool> {
    let mut words = command.split(' ');
    let verb = words.next().unwrap_or_default();
    let number: usize = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
    let text = match verb {
        // The code itself has no number (RFC 2449, section 8.1.1); the capability says how long it is (section 6.6).
        "CAPA" if fault == Fault::LoginDelay => {
            "+OK\r\nTOP\r\nUIDL\r\nUSER\r\nRESP-CODES\r\nLOGIN-DELAY 120\r\n.\r\n".into()
        }
        "CAPA" => "+OK\r\nTOP\r\nUIDL\r\nUSER\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n.\r\n".into(),
        "USER" => "+OK\r\n".into(),
        "PASS" => match fault {
            Fault::WrongPassword => "-ERR [AUTH] Authentication failed\r\n".into(),
            Fault::ClosesOnPassword => return Ok(false),
            Fault::InUse => "-ERR [IN-USE] Another session has this maildrop\r\n".into(),
            Fault::LoginDelay => "-ERR [LOGIN-DELAY] Minimum time between logins is 120 seconds\r\n".into(),
            Fault::Temporary => "-ERR [SYS/TEMP] The disk is being changed\r\n".into(),
            Fault::Permanent => "-ERR [SYS/PERM] This account has been closed\r\n".into(),
            _ => "+OK\r\n".into(),
        },
        "STAT" => format!("+OK 3 {}\r\n", 3 * message(1).len()),
        "LIST" if number == 0 => {
            (1..=3).fold("+OK\r\n".into(), |l: String, n| format!("{l}{n} {}\r\n", message(n).len())) + ".\r\n"
        }
        "UIDL" if number == 0 => "+OK\r\n1 one\r\n2 two\r\n3 three\r\n.\r\n".into(),
        "LIST" => format!("+OK {number} {}\r\n", message(number).len()),
        "UIDL" => format!("+OK {number} uid-{number}\r\n"),
        "TOP" => format!("+OK\r\n{}\r\n.\r\n", message(number).split("\r\n\r\n").next().unwrap_or_default()),
        "RETR" if fault == Fault::RefusesOneMessage && number == 2 => "-ERR This message is damaged\r\n".into(),
        "RETR" if fault == Fault::DropsInBody => {
            say(stream, &format!("+OK\r\n{}", &message(number)[..100])).await?;
            return Ok(false);
        }
        "RETR" => format!("+OK\r\n{}.\r\n", message(number)),
        "NOOP" | "RSET" => "+OK\r\n".into(),
        "QUIT" => {
            say(stream, "+OK\r\n").await?;
            return Ok(false);
        }
        _ => "-ERR Unknown command\r\n".into(),
    };
    say(stream, &text).await?;
    Ok(true)
}

/// Message of this number, 1 to 3; all of the same length.
fn message(number: usize) -> String {
    format!(
        "From: Scripted <scripted@mail.example>\r\nTo: robin@postbox.example\r\nSubject: Scripted message {number}\r\n\
         Date: Mon, 2 Nov 2026 10:0{number}:00 +0000\r\n\r\nThis is message {number} of a server that plays a part.\r\n"
    )
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, text: &str) -> Result<()> {
    stream.get_mut().write_all(text.as_bytes()).await?;
    Ok(stream.get_mut().flush().await?)
}
