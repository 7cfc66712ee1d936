//! The server around the sessions: loopback listeners, TLS, limits. How octets reach a session is in `pop3` and `submission` here,
//! what it says to them in the modules of these names above.

mod pop3;
mod submission;

use std::future::Future;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::certificate::Identity;
use crate::maildrop::maildrop;
use crate::office::{Office, Room};

/// The one account.
const USER: &str = "robin@postbox.example";
const PASSWORD: &str = "held-until-called-for";

/// Connections at a time; more are told to come back.
const MAX_CONNECTIONS: usize = 64;

/// The autologout timer: at least ten minutes (RFC 1939, section 3); five would do for submission (RFC 5321, section
/// 4.5.3.2.7).
const IDLE: Duration = Duration::from_secs(10 * 60);

/// Time for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(20);

/// Octets that are gathered before they are sent, and read at most before they are looked at.
const BUFFER: usize = 16 * 1024;

/// The sample server for POP3 and submission, on 127.0.0.1 and four ports that the system chooses. It stops when this is dropped.
pub struct Server {
    pops_port: u16,
    pop_port: u16,
    submission_port: u16,
    submission_starttls_port: u16,
    identity: Identity,
    tasks: Vec<JoinHandle<()>>,
}

/// Why the sample server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A loopback port could not be had.
    #[error("no loopback port for the sample mail server: {0}")]
    Listen(#[from] io::Error),
    /// The certificate could not be made.
    #[error("no certificate for the sample mail server: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS refused the certificate that was made.
    #[error("TLS for the sample mail server: {0}")]
    Tls(#[from] rustls::Error),
}

impl Server {
    /// Makes the maildrop and the certificate, and starts to listen. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`] where there is no loopback port or no certificate.
    pub async fn start() -> Result<Self, StartError> {
        let identity = Identity::make()?;
        let mail = maildrop(OffsetDateTime::now_utc());
        let office = Arc::new(Office::new(USER, PASSWORD, mail, Room::default()));
        let acceptor = TlsAcceptor::from(identity.tls.clone());
        let shared = Shared { office, acceptor, places: Arc::new(Semaphore::new(MAX_CONNECTIONS)) };
        let mut server = Self {
            pops_port: 0,
            pop_port: 0,
            submission_port: 0,
            submission_starttls_port: 0,
            identity,
            tasks: Vec::new(),
        };
        server.pops_port = server.offer::<crate::pop3::Session>(&shared, true).await?;
        server.pop_port = server.offer::<crate::pop3::Session>(&shared, false).await?;
        server.submission_port = server.offer::<crate::submission::Session>(&shared, true).await?;
        server.submission_starttls_port = server.offer::<crate::submission::Session>(&shared, false).await?;
        Ok(server)
    }

    /// Listens for a protocol; returns the port.
    async fn offer<P: Protocol>(&mut self, shared: &Shared, implicit_tls: bool) -> io::Result<u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        self.tasks.push(tokio::spawn(listen::<P>(listener, shared.clone(), implicit_tls)));
        Ok(port)
    }

    /// The port of POP3 over implicit TLS.
    pub fn pops_port(&self) -> u16 {
        self.pops_port
    }

    /// The port of POP3 with STLS; it takes no password in clear text.
    pub fn pop_port(&self) -> u16 {
        self.pop_port
    }

    /// The port of submission over implicit TLS (RFC 8314, section 3.3).
    pub fn submission_port(&self) -> u16 {
        self.submission_port
    }

    /// The port of submission with STARTTLS (RFC 3207); it takes neither a password nor mail in clear text.
    pub fn submission_starttls_port(&self) -> u16 {
        self.submission_starttls_port
    }

    /// SHA-256 of [`Self::certificate_der`].
    pub fn fingerprint(&self) -> [u8; 32] {
        self.identity.fingerprint
    }

    /// The certificate all ports present, signed by itself.
    pub fn certificate_der(&self) -> &CertificateDer<'static> {
        &self.identity.der
    }

    /// The account's user name, which is its address too.
    pub fn user(&self) -> &str {
        USER
    }

    /// The account's password, which is no secret.
    pub fn password(&self) -> &str {
        PASSWORD
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// What the server has to know of a protocol: a session of it, and how to talk for one.
trait Protocol: Sized + Send + 'static {
    /// Said in place of a greeting where there is no place.
    const CROWDED: &'static str;

    /// A session at its beginning.
    fn begin(office: Arc<Office>, secure: bool) -> Self;

    /// The banner, without its line end.
    fn greeting(&self) -> String;

    /// TLS is up, and nothing of before it counts.
    fn secured(&mut self);

    /// Talks until the connection is to end; returns the stream where TLS is to start on it.
    fn converse<S>(&mut self, stream: S) -> impl Future<Output = io::Result<Option<S>>> + Send
    where
        S: AsyncRead + AsyncWrite + Unpin + Send;
}

#[derive(Clone)]
struct Shared {
    office: Arc<Office>,
    acceptor: TlsAcceptor,
    places: Arc<Semaphore>,
}

/// Accepts until it is aborted; its connections end with it, because they live in its `JoinSet`.
async fn listen<P: Protocol>(listener: TcpListener, shared: Shared, implicit_tls: bool) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, most likely: let some connections end first.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let shared = shared.clone();
        // A connection that fails is the client's to notice; there is nobody to tell here.
        connections.spawn(async move { serve::<P>(stream, shared, implicit_tls).await.unwrap_or_default() });
    }
}

async fn serve<P: Protocol>(mut stream: TcpStream, shared: Shared, implicit_tls: bool) -> io::Result<()> {
    let Ok(_place) = shared.places.try_acquire() else {
        return stream.write_all(format!("{}\r\n", P::CROWDED).as_bytes()).await;
    };
    stream.set_nodelay(true)?;
    let mut session = P::begin(shared.office.clone(), implicit_tls);
    if !implicit_tls {
        stream.write_all(format!("{}\r\n", session.greeting()).as_bytes()).await?;
        match session.converse(stream).await? {
            None => return Ok(()),
            Some(clear) => stream = clear,
        }
        session.secured();
    }
    let mut stream = timeout(HANDSHAKE, shared.acceptor.accept(stream)).await??;
    if implicit_tls {
        stream.write_all(format!("{}\r\n", session.greeting()).as_bytes()).await?;
        stream.flush().await?;
    }
    session.converse(stream).await.map(|_| ())
}

/// Sends what has gathered, and gives a client that does not read the idle time to begin.
async fn send<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, out: &mut Vec<u8>) -> io::Result<()> {
    if !out.is_empty() {
        timeout(IDLE, async {
            stream.get_mut().write_all(out).await?;
            stream.get_mut().flush().await
        })
        .await??;
        out.clear();
    }
    Ok(())
}

fn push_line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\r\n");
}
