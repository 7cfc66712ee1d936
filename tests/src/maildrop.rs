//! A POP3 server whose maildrop changes: messages can be deleted, and its habits are those that lose or double mail at
//! careless clients.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

/// What a server does that it should not (RFC 1939, sections 6 and 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Nothing: as the standard says.
    None,
    /// Gives every message a new UIDL in each session.
    Renumbers,
    /// Gives all messages one UIDL.
    Repeats,
    /// Knows no UIDL.
    NoUidl,
    /// Deletes at QUIT, and closes the connection without an answer.
    DeletesWithoutAnswer,
    /// Closes the connection at QUIT, and deletes nothing the first time.
    ForgetsOnce,
    /// Refuses message 3, always.
    RefusesThird,
    /// Closes the connection in the middle of message 3, always.
    BreaksWithinThird,
    /// Wants two seconds between two logins, and removes mail after 30 days, as it says.
    WantsPauses,
    /// Gives a deleted message's number as the next one's UIDL: UIDLs are the numbers.
    NumbersAsUidls,
}

/// A running server. It stops when this is dropped.
pub struct Maildrop {
    port: u16,
    task: JoinHandle<()>,
    state: Arc<Mutex<State>>,
}

struct State {
    habit: Habit,
    mail: Vec<(u64, Vec<u8>)>,
    next: u64,
    sessions: u64,
    forgot: bool,
    commands: Vec<String>,
    /// Commands until it falls silent.
    patience: Option<u64>,
    silence: Arc<Notify>,
    speech: Arc<Notify>,
    login: Option<Instant>,
}

impl State {
    /// Takes a command down. What to wait for, if it is the one to fall silent at.
    fn note(&mut self, command: &str) -> Option<Arc<Notify>> {
        self.commands.push(command.to_owned());
        if let Some(left) = &mut self.patience {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.patience = None;
                self.silence.notify_one();
                return Some(Arc::clone(&self.speech));
            }
        }
        None
    }
}

impl Maildrop {
    /// Starts a server with this habit and this mail, oldest first, on 127.0.0.1, in clear text; any password will do.
    ///
    /// # Errors
    /// Where there is no port.
    pub async fn start(habit: Habit, mail: impl IntoIterator<Item = Vec<u8>>) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let mail: Vec<_> = (1..).zip(mail).collect();
        let next = mail.len() as u64 + 1;
        let silence = Arc::default();
        let state = State {
            habit,
            mail,
            next,
            sessions: 0,
            forgot: false,
            commands: Vec::new(),
            patience: None,
            silence,
            speech: Arc::default(),
            login: None,
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let state = Arc::clone(&shared);
                connections.spawn(async move { Session::new(state).serve(stream).await.unwrap_or_default() });
            }
        });
        Ok(Self { port, task, state })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it holds now, oldest first.
    pub fn mail(&self) -> Vec<Vec<u8>> {
        locked(&self.state).mail.iter().map(|(_, octets)| octets.clone()).collect()
    }

    /// Adds a message.
    pub fn deliver(&self, octets: Vec<u8>) {
        let mut state = locked(&self.state);
        let id = state.next;
        state.next += 1;
        state.mail.push((id, octets));
    }

    /// Takes the oldest message away, as another client would.
    pub fn remove_oldest(&self) {
        locked(&self.state).mail.remove(0);
    }

    /// Has another habit from now on.
    pub fn change(&self, habit: Habit) {
        locked(&self.state).habit = habit;
    }

    /// Falls silent once, at the command of this number from now, from 1, before it does anything of it; at QUIT after it
    /// has deleted what it was told to.
    pub fn fall_silent_at(&self, command: u64) {
        let mut state = locked(&self.state);
        state.patience = Some(command);
        (state.silence, state.speech) = Default::default();
    }

    /// Goes on where it fell silent.
    pub fn go_on(&self) {
        locked(&self.state).speech.notify_one();
    }

    /// Waits until it has fallen silent.
    pub async fn silence(&self) {
        let silence = Arc::clone(&locked(&self.state).silence);
        silence.notified().await;
    }

    /// The commands it was given since it was asked last.
    pub fn take_commands(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.state).commands)
    }
}

impl Drop for Maildrop {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One session: it sees the maildrop as it was at its beginning (RFC 1939, section 4).
struct Session {
    state: Arc<Mutex<State>>,
    mail: Vec<(u64, Vec<u8>)>,
    deleted: Vec<usize>,
    habit: Habit,
    number: u64,
}

impl Session {
    fn new(state: Arc<Mutex<State>>) -> Self {
        let (mail, habit, number) = {
            let mut locked = locked(&state);
            locked.sessions += 1;
            (locked.mail.clone(), locked.habit, locked.sessions)
        };
        Self { state, mail, deleted: Vec::new(), habit, number }
    }

    async fn serve(mut self, stream: TcpStream) -> std::io::Result<()> {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"+OK ready\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let speech = locked(&self.state).note(&line);
            if let Some(speech) = speech {
                if line.eq_ignore_ascii_case("QUIT") {
                    // The worst moment: they are gone, and nobody was told.
                    self.remove_deleted();
                }
                speech.notified().await;
            }
            let mut words = line.split(' ');
            let command = words.next().unwrap_or_default().to_ascii_uppercase();
            let at = words.next().and_then(|number| number.parse::<usize>().ok()).map(|number| number.wrapping_sub(1));
            let answer = match (command.as_str(), at) {
                ("CAPA", _) if self.habit == Habit::NoUidl => "+OK\r\nUSER\r\nTOP\r\nPIPELINING\r\n.\r\n".into(),
                ("CAPA", _) if self.habit == Habit::WantsPauses => {
                    "+OK\r\nUSER\r\nTOP\r\nUIDL\r\nPIPELINING\r\nLOGIN-DELAY 2\r\nEXPIRE 30\r\n.\r\n".into()
                }
                ("PASS", _) if self.is_too_early() => "-ERR [LOGIN-DELAY] later\r\n".into(),
                ("CAPA", _) => "+OK\r\nUSER\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.\r\n".into(),
                ("USER" | "PASS" | "NOOP", _) => "+OK\r\n".into(),
                ("STAT", _) => {
                    let octets: usize = self.there().map(|at| self.mail[at].1.len()).sum();
                    format!("+OK {} {octets}\r\n", self.there().count()).into_bytes()
                }
                ("LIST", None) => self.listing(|at| self.mail[at].1.len().to_string()),
                ("UIDL", None) if self.habit != Habit::NoUidl => self.listing(|at| self.uid(at)),
                ("RETR" | "TOP", Some(2)) if self.habit == Habit::RefusesThird => "-ERR it is damaged\r\n".into(),
                ("RETR", Some(at)) if at < self.mail.len() => {
                    let body = stuffed(&self.mail[at].1);
                    if at == 2 && self.habit == Habit::BreaksWithinThird {
                        writer.write_all(b"+OK\r\n").await?;
                        writer.write_all(&body[..body.len() / 2]).await?;
                        return writer.shutdown().await;
                    }
                    [b"+OK\r\n", &body[..], b".\r\n"].concat()
                }
                ("TOP", Some(at)) if at < self.mail.len() => {
                    let octets = &self.mail[at].1;
                    let end =
                        octets.windows(4).position(|four| four == b"\r\n\r\n").map_or(octets.len(), |end| end + 4);
                    [b"+OK\r\n", &stuffed(&octets[..end])[..], b".\r\n"].concat()
                }
                ("DELE", Some(at)) if at < self.mail.len() => {
                    self.deleted.push(at);
                    "+OK\r\n".into()
                }
                ("QUIT", _) => return self.quit(&mut writer).await,
                _ => "-ERR not here\r\n".into(),
            };
            writer.write_all(&answer).await?;
        }
        Ok(())
    }

    async fn quit(&self, writer: &mut tokio::net::tcp::OwnedWriteHalf) -> std::io::Result<()> {
        let forgets = {
            let mut state = locked(&self.state);
            let forgets = self.habit == Habit::ForgetsOnce && !std::mem::replace(&mut state.forgot, true);
            if !forgets {
                drop(state);
                self.remove_deleted();
            }
            forgets
        };
        if self.habit != Habit::DeletesWithoutAnswer && !forgets {
            writer.write_all(b"+OK bye\r\n").await?;
        }
        writer.shutdown().await
    }

    fn remove_deleted(&self) {
        let gone: Vec<u64> = self.deleted.iter().map(|at| self.mail[*at].0).collect();
        locked(&self.state).mail.retain(|(id, _)| !gone.contains(id));
    }

    fn is_too_early(&self) -> bool {
        let last = locked(&self.state).login.replace(Instant::now());
        self.habit == Habit::WantsPauses && last.is_some_and(|last| last.elapsed() < Duration::from_secs(2))
    }

    fn there(&self) -> impl Iterator<Item = usize> {
        (0..self.mail.len()).filter(|at| !self.deleted.contains(at))
    }

    fn listing(&self, of: impl Fn(usize) -> String) -> Vec<u8> {
        let lines: String = self.there().map(|at| format!("{} {}\r\n", at + 1, of(at))).collect();
        format!("+OK\r\n{lines}.\r\n").into_bytes()
    }

    fn uid(&self, at: usize) -> String {
        match self.habit {
            Habit::Renumbers => format!("s{}m{at}", self.number),
            Habit::Repeats => "the-same".into(),
            Habit::NumbersAsUidls => (at + 1).to_string(),
            _ => format!("uid{}", self.mail[at].0),
        }
    }
}

/// With a dot before each line that begins with one (RFC 1939, section 3).
fn stuffed(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len() + 16);
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    out
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
