//! The server around [`Session`]: two loopback listeners, TLS, limits. What POP3 says is in `session`.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::certificate::Identity;
use crate::lines::{CHUNK, Stuffer, top};
use crate::maildrop::maildrop;
use crate::session::{Office, Reply, Session};

/// The one account.
const USER: &str = "robin@postbox.example";
const PASSWORD: &str = "held-until-called-for";

/// Connections at a time; more are told to come back.
const MAX_CONNECTIONS: usize = 64;

/// The autologout timer: at least ten minutes (RFC 1939, section 3).
const IDLE: Duration = Duration::from_secs(10 * 60);

/// Time for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(20);

/// The sample POP3 server, on 127.0.0.1 and two ports that the system chooses. It stops when this is dropped.
pub struct Server {
    pops_port: u16,
    pop_port: u16,
    identity: Identity,
    tasks: [JoinHandle<()>; 2],
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
        let office = Arc::new(Office {
            user: USER.into(),
            password: PASSWORD.into(),
            maildrop: maildrop(OffsetDateTime::now_utc()),
        });
        let pops = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let pop = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (pops_port, pop_port) = (pops.local_addr()?.port(), pop.local_addr()?.port());
        let acceptor = TlsAcceptor::from(identity.tls.clone());
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let shared = Shared { office, acceptor, places };
        let tasks = [tokio::spawn(listen(pops, shared.clone(), true)), tokio::spawn(listen(pop, shared, false))];
        Ok(Self { pops_port, pop_port, identity, tasks })
    }

    /// The port of POP3 over implicit TLS.
    pub fn pops_port(&self) -> u16 {
        self.pops_port
    }

    /// The port of POP3 with STLS; it takes no password in clear text.
    pub fn pop_port(&self) -> u16 {
        self.pop_port
    }

    /// SHA-256 of [`Self::certificate_der`].
    pub fn fingerprint(&self) -> [u8; 32] {
        self.identity.fingerprint
    }

    /// The certificate both ports present, signed by itself.
    pub fn certificate_der(&self) -> &CertificateDer<'static> {
        &self.identity.der
    }

    /// The account's user name.
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

#[derive(Clone)]
struct Shared {
    office: Arc<Office>,
    acceptor: TlsAcceptor,
    places: Arc<Semaphore>,
}

/// Accepts until it is aborted; its connections end with it, because they live in its `JoinSet`.
async fn listen(listener: TcpListener, shared: Shared, implicit_tls: bool) {
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
        connections.spawn(async move { serve(stream, shared, implicit_tls).await.unwrap_or_default() });
    }
}

async fn serve(mut stream: TcpStream, shared: Shared, implicit_tls: bool) -> io::Result<()> {
    let Ok(_place) = shared.places.try_acquire() else {
        return stream.write_all(b"-ERR [SYS/TEMP] Too many connections; try again in a minute\r\n").await;
    };
    stream.set_nodelay(true)?;
    let mut session = Session::new(shared.office.clone(), implicit_tls);
    if !implicit_tls {
        stream.write_all(format!("{}\r\n", session.greeting()).as_bytes()).await?;
        match converse(stream, &mut session).await? {
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
    converse(stream, &mut session).await.map(|_| ())
}

/// Talks until QUIT or the end of input; returns the stream where TLS is to start on it.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S, session: &mut Session) -> io::Result<Option<S>> {
    let mut stream = BufReader::with_capacity(16 * 1024, stream);
    let (mut line, mut out) = (Vec::new(), Vec::new());
    loop {
        // Replies to pipelined commands leave together (RFC 2449, section 6.8).
        if !stream.buffer().contains(&b'\n') {
            send(&mut stream, &mut out).await?;
        }
        let reply = match timeout(IDLE, read_line(&mut stream, &mut line, session.line_limit())).await?? {
            Line::End => return Ok(None),
            Line::TooLong => Reply::Close("-ERR This line is too long".into()),
            Line::Read => match std::str::from_utf8(&line) {
                Ok(text) => session.line(text),
                Err(_) => Reply::Line("-ERR This is not UTF-8".into()),
            },
        };
        match reply {
            Reply::Line(text) => push_line(&mut out, &text),
            Reply::List(status, lines) => {
                push_line(&mut out, &status);
                lines.iter().for_each(|text| push_line(&mut out, text));
                push_line(&mut out, ".");
            }
            Reply::Message { status, index, lines } => {
                push_line(&mut out, &status);
                let whole = session.message(index);
                let mut stuffer = Stuffer::new(lines.map_or(whole, |lines| top(whole, lines)));
                let mut chunk = Vec::with_capacity(CHUNK);
                while stuffer.fill(&mut chunk) {
                    out.extend_from_slice(&chunk);
                    if out.len() >= CHUNK {
                        send(&mut stream, &mut out).await?;
                    }
                }
            }
            Reply::StartTls(text) => {
                push_line(&mut out, &text);
                send(&mut stream, &mut out).await?;
                // Drops what was sent behind STLS: it came in clear text, from whomever.
                return Ok(Some(stream.into_inner()));
            }
            Reply::Close(text) => {
                push_line(&mut out, &text);
                send(&mut stream, &mut out).await?;
                stream.get_mut().shutdown().await?;
                return Ok(None);
            }
        }
        if out.len() >= CHUNK {
            send(&mut stream, &mut out).await?;
        }
    }
}

enum Line {
    Read,
    TooLong,
    End,
}

/// Reads a line into `line`, without its line end, and never more than `limit` octets of it.
async fn read_line<S: AsyncRead + Unpin>(
    stream: &mut BufReader<S>,
    line: &mut Vec<u8>,
    limit: usize,
) -> io::Result<Line> {
    line.clear();
    loop {
        let have = stream.fill_buf().await?;
        if have.is_empty() {
            return Ok(Line::End);
        }
        let end = have.iter().position(|&b| b == b'\n');
        let take = end.map_or(have.len(), |at| at + 1);
        if line.len() + take > limit {
            return Ok(Line::TooLong);
        }
        line.extend_from_slice(&have[..take]);
        stream.consume(take);
        if end.is_some() {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(Line::Read);
        }
    }
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
