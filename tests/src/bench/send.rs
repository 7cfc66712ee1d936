//! Handing letters in at a real Postfix over some distance, over TLS from the first octet: ours beside its peers.
//!
//! What is measured is a program's whole run, from its start to its end: the letter is accepted by then.

use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use tempfile::TempDir;

use super::measure::{Program, Usage};
use super::peers::{example, first_line};
use super::table::median;
use crate::authority::Authority;
use crate::delay::{self, Delay};
use crate::postfix::Postfix;

/// A run that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(600);

/// Who gets the letters; each in a mailbox of its own, so that what has arrived is soon counted.
const SMALL: &str = "bert";
const BIG: &str = "cleo";

/// A program that sends mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sender {
    /// The engine's example `send`: several letters over one connection.
    Ours,
    /// msmtp, a process and a connection for each letter.
    Msmtp,
    /// curl, likewise.
    Curl,
    /// swaks, likewise.
    Swaks,
}

impl Sender {
    /// All of them, in the table's order.
    pub const ALL: [Self; 4] = [Self::Ours, Self::Msmtp, Self::Curl, Self::Swaks];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Msmtp => "msmtp",
            Self::Curl => "curl",
            Self::Swaks => "swaks",
        }
    }

    /// The version that is installed, or nothing where it is not.
    pub fn version(self) -> Option<String> {
        match self {
            Self::Ours => example("RESTANTE_SEND", "send").is_file().then(|| "this checkout".to_owned()),
            Self::Msmtp => first_line("msmtp", "--version"),
            Self::Curl => first_line("curl", "--version").map(|line| line.chars().take(11).collect()),
            Self::Swaks => first_line("swaks", "--version"),
        }
    }
}

/// One program, so many letters, one distance.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The program.
    pub sender: Sender,
    /// Letters in a run.
    pub letters: usize,
    /// Milliseconds of a round trip.
    pub round_trip_ms: u64,
    /// Median of the runs' times, in seconds.
    pub seconds: f64,
    /// Round trips that followed from one another in the longest connection, TCP's handshake among them.
    pub round_trips: u32,
    /// Connections of a run.
    pub connections: u32,
    /// The most memory of any run, in KiB.
    pub peak_kib: u64,
}

/// What a run took, its round trips and its connections.
type Run = (Usage, u32, u32);

/// A server, and letters for it.
pub struct Scene {
    postfix: Postfix,
    home: TempDir,
    fingerprint: String,
}

impl Scene {
    /// Starts a Postfix and writes the letters.
    ///
    /// # Errors
    /// As [`Postfix::start`].
    pub async fn start(letters: usize) -> Result<Self> {
        let identity = Authority::new()?.issue(&["localhost", "127.0.0.1"])?;
        let home = tempfile::Builder::new().prefix("restante-bench-").tempdir()?;
        let fingerprint = identity.fingerprint.iter().map(|byte| format!("{byte:02x}")).collect();
        let postfix = Postfix::start(&identity, "plain", &[SMALL, BIG].map(str::to_owned)).await?;
        let scene = Self { postfix, home, fingerprint };
        fs::write(scene.path("authority.pem"), &identity.chain_pem)?;
        for number in 0..letters {
            fs::write(scene.letter(number), letter(number))?;
        }
        scene.write_secret("password", "pencil\n")?;
        Ok(scene)
    }

    /// Measures so many letters over this distance, each program in turns; `tell` hears of every run.
    ///
    /// # Errors
    /// Where the server or the proxy fails, or letters do not arrive.
    pub async fn measure(
        &self,
        senders: &[Sender],
        (letters, runs): (usize, usize),
        round_trip_ms: u64,
        mut tell: impl FnMut(&str),
    ) -> Result<Vec<Row>> {
        let target = SocketAddr::from((Ipv4Addr::LOCALHOST, self.postfix.smtps_port()));
        let options = delay::Options { round_trip: Duration::from_millis(round_trip_ms), record: false };
        let delay = Delay::start(target, options).await?;
        let mut all: Vec<(Sender, Vec<Run>)> = senders.iter().map(|sender| (*sender, Vec::new())).collect();
        // The server's processes are there before anybody's run.
        self.program(Sender::Ours, 1, delay.port())?.run(LIMIT).await?;
        for _ in 0..runs {
            for (sender, done) in &mut all {
                self.wait_until_idle().await?;
                // What the server says to a goodbye that nobody waited for is not the next program's.
                tokio::time::sleep(2 * options.round_trip + Duration::from_millis(50)).await;
                delay.reset();
                let before = self.postfix.arrived(SMALL, FIRST_LINE)?.len();
                let usage = self.program(*sender, letters, delay.port())?.run(LIMIT).await?;
                done.push((usage, delay.round_trips(), delay.connections()));
                tell(&format!("{round_trip_ms} ms, {letters}, {}: {:.3} s", sender.name(), usage.wall.as_secs_f64()));
                self.wait_for(SMALL, before + letters).await?;
            }
        }
        let rows = all.into_iter().map(|(sender, runs)| Row {
            sender,
            letters,
            round_trip_ms,
            seconds: median(runs.iter().map(|run| run.0.wall).collect()).as_secs_f64(),
            round_trips: runs.iter().map(|run| run.1).max().unwrap_or_default(),
            connections: runs.iter().map(|run| run.2).max().unwrap_or_default(),
            peak_kib: runs.iter().map(|run| run.0.peak_kib).max().unwrap_or_default(),
        });
        Ok(rows.collect())
    }

    /// Sends one letter of so many octets, with ours, without distance.
    ///
    /// # Errors
    /// Where it cannot be written, or does not arrive whole.
    pub async fn one_big_letter(&self, octets: usize) -> Result<Usage> {
        let path = self.path("big.eml");
        let mut file = std::io::BufWriter::new(fs::File::create(&path)?);
        let (head, line) = (letter(0), [&[b'x'; 74][..], b"\r\n"].concat());
        file.write_all(&head)?;
        for _ in 0..(octets - head.len()) / line.len() {
            file.write_all(&line)?;
        }
        file.into_inner()?.sync_all()?;
        let mut program = self.ours(self.postfix.smtps_port(), BIG);
        program.words.extend(["--message".to_owned(), text(&path)]);
        let usage = program.run(LIMIT).await?;
        self.wait_for(BIG, 1).await?;
        let whole = fs::read(&path)?;
        ensure!(self.postfix.arrived(BIG, FIRST_LINE)?.remove(0) == whole, "it did not arrive as it was sent");
        Ok(usage)
    }

    async fn wait_until_idle(&self) -> Result<()> {
        let until = Instant::now() + Duration::from_secs(60);
        while !self.postfix.is_idle()? {
            ensure!(Instant::now() < until, "letters stay in the queue: {}", self.postfix.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    async fn wait_for(&self, user: &str, letters: usize) -> Result<()> {
        let until = Instant::now() + Duration::from_secs(60);
        while self.postfix.arrived(user, FIRST_LINE)?.len() < letters {
            ensure!(Instant::now() < until, "not all letters arrived: {}", self.postfix.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn letter(&self, number: usize) -> PathBuf {
        self.path(&format!("{number}.eml"))
    }

    /// A file that only its owner reads.
    fn write_secret(&self, name: &str, content: &str) -> Result<PathBuf> {
        let path = self.path(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        Ok(path)
    }

    /// A program that sends so many letters.
    fn program(&self, sender: Sender, letters: usize, port: u16) -> Result<Program> {
        let (authority, password) = (text(&self.path("authority.pem")), text(&self.path("password")));
        let command = match sender {
            Sender::Ours => {
                let mut program = self.ours(port, SMALL);
                for number in 0..letters {
                    program.words.extend(["--message".into(), text(&self.letter(number))]);
                }
                return Ok(program);
            }
            Sender::Msmtp => format!(
                "msmtp --host=127.0.0.1 --port={port} --tls=on --tls-starttls=off --tls-trust-file={authority} --auth=plain \
                 --user=ana --passwordeval='cat {password}' --from=ana@example.org -- {SMALL}@example.org < \"$letter\""
            ),
            Sender::Curl => {
                let config = format!(
                    "silent\nshow-error\nuser = \"ana:pencil\"\nlogin-options = \"AUTH=PLAIN\"\ncacert = \"{authority}\"\n\
                     url = \"smtps://127.0.0.1:{port}/mail.example\"\nmail-from = \"ana@example.org\"\n\
                     mail-rcpt = \"{SMALL}@example.org\"\n"
                );
                let config = text(&self.write_secret("curlrc", &config)?);
                format!("curl --disable --config {config} --upload-file \"$letter\"")
            }
            Sender::Swaks => format!(
                "swaks --server 127.0.0.1 --port {port} --tls-on-connect --auth PLAIN --auth-user ana --auth-password pencil \
                 --helo mail.example --from ana@example.org --to {SMALL}@example.org --data @\"$letter\" --silent 3"
            ),
        };
        let files: Vec<String> = (0..letters).map(|number| text(&self.letter(number))).collect();
        let script = format!("for letter in {}; do {command} || exit 1; done", files.join(" "));
        Ok(Program::new(["sh".to_owned(), "-c".into(), script]))
    }

    /// Ours, without letters.
    fn ours(&self, port: u16, to: &str) -> Program {
        Program::new([
            text(&example("RESTANTE_SEND", "send")),
            format!("smtps://ana@127.0.0.1:{port}/"),
            "--password-file".into(),
            text(&self.path("password")),
            "--trust-sha256".into(),
            self.fingerprint.clone(),
            "--from".into(),
            "ana@example.org".into(),
            "--to".into(),
            format!("{to}@example.org"),
        ])
    }
}

/// Where each letter begins.
const FIRST_LINE: &str = "X-Letter: ";

/// A letter as people write them: 1 KB.
fn letter(number: usize) -> Vec<u8> {
    let body = "All work and no play makes Jack a dull boy, and here is a line of it.\r\n".repeat(12);
    format!(
        "{FIRST_LINE}{number}\r\nFrom: ana@example.org\r\nTo: bert@example.org\r\nSubject: Letter {number}\r\n\
         Date: Sun, 29 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{number}@example.org>\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A path of a temporary folder, which is always text.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
