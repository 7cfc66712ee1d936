//! The dialogues of `tests/scripts`, each behind a port of its own: what the page is tried against in a browser.
//!
//! How a script becomes a server is in `restante_testkit::server`, by the rules of `tests/scripts/README.md`.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use restante_api::{Blame, Failure, FailureKind};
use restante_locales::{advice, headline};
use restante_testkit::corpus::{self, File};
use restante_testkit::server::{Act, Channel, Plan, Server};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, shown};
use crate::scripted::acceptor;

/// A line of a client is no longer than this (RFC 5034, section 4 sets no limit to responses).
const LONGEST_LINE: usize = 1 << 20;

/// The servers, running until this is dropped.
pub struct Dialogues {
    /// Dropped, it ends them.
    _servers: JoinSet<()>,
    description: Description,
}

/// What a test needs to know, as one JSON object.
#[derive(Debug, Serialize)]
pub struct Description {
    /// The scripts that the page plays.
    pub scripts: Vec<Dialogue>,
    /// SHA-256 of the certificate of those that speak TLS, as a person reads it.
    pub fingerprint: String,
    /// Every port a bridge must allow on 127.0.0.1.
    pub ports: Vec<u16>,
}

/// A script, as a person meets it.
#[derive(Debug, Serialize)]
pub struct Dialogue {
    /// Folder and file name.
    pub name: String,
    /// Where it listens.
    pub port: u16,
    /// What to choose for security.
    pub security: &'static str,
    /// Whether to agree to clear text.
    pub agreed: bool,
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
    /// What a person sees, in this order.
    pub outcomes: Vec<Outcome>,
}

/// Something that a person sees.
#[derive(Debug, Serialize, PartialEq, Eq)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Outcome {
    /// The list.
    Opened {
        /// Messages in the maildrop.
        messages: u32,
        /// Rows that came.
        rows: u32,
        /// Rows that say why they have no header.
        faulty: u32,
    },
    /// A message that is read, and how its text begins.
    Message {
        /// Its row, counted from the newest, which is 0.
        position: u32,
        /// The beginning of the text.
        text: String,
    },
    /// A message that cannot be had.
    MessageFailed {
        /// Its row.
        position: u32,
        /// What happened, and what to do about it.
        words: [String; 2],
    },
    /// The end.
    Failed {
        /// The failure's name.
        kind: String,
        /// What happened, and what to do about it.
        words: [String; 2],
    },
}

impl Dialogues {
    /// Starts a server for each script that the page can play.
    ///
    /// # Errors
    /// Where a script cannot be read, or there is no port.
    pub async fn start() -> Result<Self> {
        let identity = Authority::new()?.issue(&["dialogues.example"])?;
        let acceptor = acceptor(&identity)?;
        let mut servers = JoinSet::new();
        let mut scripts = Vec::new();
        for File { name, text, .. } in corpus::files()? {
            let plan = Plan::new(&text).map_err(|fault| anyhow!("{name}: {fault}"))?;
            if plan.only_session.is_some() {
                continue;
            }
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            scripts.push(Dialogue {
                name: name.clone(),
                port: listener.local_addr()?.port(),
                security: match plan.channel {
                    Channel::Clear => "none",
                    Channel::Starttls => "STARTTLS",
                    Channel::Tls => "TLS",
                },
                agreed: plan.agreed,
                user: plan.user.clone(),
                password: plan.password.clone(),
                outcomes: read_outcomes(&plan.outcomes).with_context(|| name.clone())?,
            });
            servers.spawn(listen(listener, Arc::new(plan), acceptor.clone()));
        }
        let ports = scripts.iter().map(|script| script.port).collect();
        let description = Description { scripts, fingerprint: shown(&identity.fingerprint), ports };
        Ok(Self { _servers: servers, description })
    }

    /// What there is, and where.
    pub fn description(&self) -> &Description {
        &self.description
    }
}

async fn listen(listener: TcpListener, plan: Arc<Plan>, acceptor: TlsAcceptor) {
    let connections = Arc::new(AtomicU32::new(0));
    let mut talks = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (plan, acceptor, connections) = (Arc::clone(&plan), acceptor.clone(), Arc::clone(&connections));
        // What goes wrong on a connection is the page's to notice.
        talks.spawn(async move { serve(stream, &plan, &acceptor, &connections).await.unwrap_or_default() });
    }
}

async fn serve(stream: TcpStream, plan: &Plan, acceptor: &TlsAcceptor, connections: &AtomicU32) -> Result<()> {
    stream.set_nodelay(true)?;
    if plan.channel == Channel::Tls {
        // A connection that ends with the handshake is one on which the certificate was looked at.
        let stream = acceptor.accept(stream).await?;
        let mut server = Server::new(plan, connections.fetch_add(1, Ordering::Relaxed));
        let greeting = server.greet();
        return talk(&mut server, greeting, stream).await.map(drop);
    }
    let mut server = Server::new(plan, connections.fetch_add(1, Ordering::Relaxed));
    let greeting = server.greet();
    match talk(&mut server, greeting, stream).await? {
        Some(stream) => talk(&mut server, Vec::new(), acceptor.accept(stream).await?).await.map(drop),
        None => Ok(()),
    }
}

/// Talks until the connection ends, or until TLS is to start on it.
async fn talk<S>(server: &mut Server<'_>, mut acts: Vec<Act>, stream: S) -> Result<Option<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut stream = BufReader::new(stream);
    loop {
        for act in acts.drain(..) {
            match act {
                Act::Say(octets) => stream.write_all(&octets).await?,
                Act::SayForever(octets) => {
                    let many = octets.repeat((1 << 16) / octets.len().max(1) + 1);
                    loop {
                        stream.write_all(&many).await?;
                    }
                }
                Act::Pause => {
                    stream.flush().await?;
                    tokio::time::sleep(Duration::from_secs(5)).await;
                }
                Act::StartTls => {
                    stream.flush().await?;
                    return Ok(Some(stream.into_inner()));
                }
                Act::Close => {
                    stream.shutdown().await?;
                    return Ok(None);
                }
            }
        }
        stream.flush().await?;
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 || line.len() > LONGEST_LINE {
            return Ok(None);
        }
        acts = server.hear(line.trim_ascii_end());
    }
}

/// The `@` lines of a script.
fn read_outcomes(lines: &[String]) -> Result<Vec<Outcome>> {
    let mut of = 0;
    lines.iter().map(|line| read_outcome(line, &mut of).with_context(|| line.clone())).collect()
}

fn read_outcome(line: &str, of: &mut u32) -> Result<Outcome> {
    let (what, rest) = line.split_once(' ').context("one word is no outcome")?;
    match what {
        "opened" => {
            let numbers: Vec<u32> = rest.split(' ').filter_map(|word| word.parse().ok()).collect();
            let (Some(messages), Some(rows)) = (numbers.first(), numbers.get(1)) else { bail!("no two numbers") };
            *of = *messages;
            Ok(Outcome::Opened {
                messages: *messages,
                rows: *rows,
                faulty: numbers.get(2).copied().unwrap_or_default(),
            })
        }
        "message" => {
            let (number, rest) = rest.split_once(' ').context("which message?")?;
            let position = of.checked_sub(number.parse()?).context("there is no such message")?;
            match rest.split_once(' ') {
                Some(("reads", text)) => Ok(Outcome::Message { position, text: text.trim_matches('"').to_owned() }),
                Some(("failed", text)) => Ok(Outcome::MessageFailed { position, words: words(&read_failure(text)?) }),
                _ => bail!("what of the message?"),
            }
        }
        "failed" => {
            let failure = read_failure(rest)?;
            Ok(Outcome::Failed { kind: failure.kind.name().to_owned(), words: words(&failure) })
        }
        _ => bail!("unknown outcome"),
    }
}

fn words(failure: &Failure) -> [String; 2] {
    [headline(failure).to_owned(), advice(failure)]
}

/// `KIND[ in N s] by WHOSE FAULT[: …]`
fn read_failure(text: &str) -> Result<Failure> {
    let text = text.split_once(": ").map_or(text, |(text, _)| text);
    let (kind, blame) = text.split_once(" by ").context("whose fault?")?;
    let (kind, seconds) = match kind.split_once(" in ") {
        Some((kind, pause)) => (kind, Some(pause.trim_end_matches(" s").parse()?)),
        None => (kind, None),
    };
    use FailureKind as K;
    let kinds = [
        K::TlsFailed,
        K::NoStarttls,
        K::CleartextNotAgreed,
        K::NotPop3,
        K::UnfitCredentials,
        K::WrongPassword,
        K::NoMechanism,
        K::InUse,
        K::TryLater { seconds },
        K::Refused,
        K::ConnectionLost,
        K::TimedOut,
        K::NoSuchMessage,
        K::TooLarge,
    ];
    let blames = [Blame::Server, Blame::Network, Blame::Operator, Blame::User, Blame::Restante];
    let kind = kinds.into_iter().find(|known| known.name() == kind).context("an unknown kind")?;
    let blame = blames.into_iter().find(|known| known.name() == blame).context("nobody's fault")?;
    Ok(Failure::new(kind, "").blamed(blame))
}
