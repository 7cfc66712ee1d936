//! Fetching a whole maildrop from a real Dovecot over some distance: ours beside its peers.
//!
//! Programs that wait for each answer would take half an hour over a long way, so they are measured on the first
//! messages only and the time is scaled up; every row says on how many messages it was measured.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use restante_store::{Location, Store};
use serde::Serialize;
use tempfile::TempDir;

use super::measure::Usage;
use super::peers::{Output, PASSWORD, Peer, Task};
use super::table::median;
use crate::authority::Authority;
use crate::delay::{self, Delay};
use crate::dovecot::{Dovecot, Options, User};
use crate::maildir::Crowd;

/// A run that takes longer is not repeated.
const PATIENCE: Duration = Duration::from_secs(6);

/// A run that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(1800);

/// What to measure.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// Round trips, in milliseconds.
    pub round_trips: Vec<u64>,
    /// Which programs.
    pub peers: Vec<Peer>,
    /// Which outputs.
    pub outputs: Vec<Output>,
    /// Without and with TLS.
    pub tls: Vec<bool>,
    /// Messages of the maildrop.
    pub messages: u32,
    /// How often each is measured, unless one takes long.
    pub runs: usize,
    /// The raw reader's window, in octets.
    pub window: u64,
}

/// One program, one output, one distance.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The program.
    pub peer: Peer,
    /// Its output.
    pub output: Output,
    /// Whether over TLS.
    pub tls: bool,
    /// Milliseconds of a round trip.
    pub round_trip_ms: u64,
    /// Messages it was measured on; the figures of time are scaled from them to all.
    pub measured_messages: u32,
    /// Median of the runs' times, in seconds.
    pub seconds: f64,
    /// Median of the runs' processor times, in seconds.
    pub processor_seconds: f64,
    /// The most memory of any run, in KiB.
    pub peak_kib: u64,
    /// How many runs.
    pub runs: usize,
}

/// A server with the maildrop, and its shorter versions.
pub struct Scene {
    dovecot: Dovecot,
    scratch: TempDir,
    authority: PathBuf,
    fingerprint: String,
    messages: u32,
}

impl Scene {
    /// Starts a Dovecot that holds `messages` messages, and fewer for those who are measured on fewer.
    ///
    /// # Errors
    /// As [`Dovecot::start`].
    pub async fn start(messages: u32) -> Result<Self> {
        let identity = Authority::new()?.issue(&["localhost", "127.0.0.1"])?;
        let scratch = tempfile::Builder::new().prefix("restante-bench-").tempdir()?;
        let authority = scratch.path().join("authority.pem");
        fs::write(&authority, &identity.chain_pem)?;
        let fingerprint = identity.fingerprint.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut sizes: BTreeSet<u32> = SAMPLES.iter().map(|(_, sample)| messages.min(*sample)).collect();
        sizes.insert(messages);
        let mut users: Vec<User> = sizes.into_iter().map(|size| user(&name(size), size)).collect();
        users.push(user(BIG, 0));
        let dovecot = Dovecot::start(Options { identity, mechanisms: "plain login", users }).await?;
        Ok(Self { dovecot, scratch, authority, fingerprint, messages })
    }

    /// Measures what the plan asks for; `tell` hears of every run.
    ///
    /// # Errors
    /// Where the server or a proxy fails. A program that fails leaves its rows out, and `tell` hears why.
    pub async fn speed(&self, plan: &Plan, mut tell: impl FnMut(&str)) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for &tls in &plan.tls {
            for &round_trip in &plan.round_trips {
                let target = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port(tls)));
                let options = delay::Options { round_trip: Duration::from_millis(round_trip), record: false };
                let delay = Delay::start(target, options).await?;
                let wanted =
                    plan.peers.iter().flat_map(|peer| peer.outputs().iter().map(move |output| (*peer, *output)));
                let mut cases: Vec<Case> = wanted
                    .filter(|(_, output)| plan.outputs.contains(output))
                    .map(|(peer, output)| Case { peer, output, tls, round_trip, runs: Vec::new(), given_up: false })
                    .collect();
                self.warm_up(&cases, plan, delay.port(), tls).await?;
                // In turns, so that a disturbance of the machine meets everybody.
                for run in 0..plan.runs {
                    for case in &mut cases {
                        case.once(run, self, plan, delay.port(), &mut tell).await;
                    }
                }
                rows.extend(cases.iter().filter_map(|case| case.row(self.messages)));
            }
        }
        Ok(rows)
    }

    /// Fetches one message of so many octets to a Maildir, with ours.
    ///
    /// # Errors
    /// Where the message cannot be written, or not be fetched.
    pub async fn one_big_message(&self, octets: u64, tls: bool) -> Result<Usage> {
        let written = write_big(&self.dovecot.maildir(BIG), octets)?;
        let mail = folder(Output::Maildir)?;
        let task = self.task(BIG, 1, Output::Maildir, mail.path(), self.port(tls), tls, 0);
        let usage = Peer::Ours.program(&task)?.run(LIMIT).await?;
        ensure!(size(mail.path())? >= written, "the message did not arrive whole");
        Ok(usage)
    }

    /// Reads every maildrop once, so that nobody's run is the one that reads the disk.
    async fn warm_up(&self, cases: &[Case], plan: &Plan, port: u16, tls: bool) -> Result<()> {
        let sizes: BTreeSet<u32> = cases.iter().map(|case| sample(case.peer, case.round_trip, self.messages)).collect();
        for size in sizes {
            let (user, mail) = (name(size), folder(Output::Discard)?);
            let task = self.task(&user, size, Output::Discard, mail.path(), port, tls, plan.window);
            Peer::Raw.program(&task)?.run(LIMIT).await?;
        }
        Ok(())
    }

    fn port(&self, tls: bool) -> u16 {
        if tls { self.dovecot.pops_port() } else { self.dovecot.pop_port() }
    }

    #[expect(clippy::too_many_arguments, reason = "a task has that many sides")]
    fn task<'a>(
        &'a self,
        user: &'a str,
        messages: u32,
        output: Output,
        mail: &'a Path,
        port: u16,
        tls: bool,
        window: u64,
    ) -> Task<'a> {
        let (scratch, authority) = (self.scratch.path(), self.authority.as_path());
        Task { port, tls, user, messages, output, mail, scratch, authority, fingerprint: &self.fingerprint, window }
    }
}

/// On how many messages those in lock-step are measured: up to this round trip, this many.
const SAMPLES: [(u64, u32); 4] = [(0, 1000), (20, 500), (60, 200), (u64::MAX, 60)];

fn sample(peer: Peer, round_trip: u64, messages: u32) -> u32 {
    if !peer.is_lock_step() {
        return messages;
    }
    let sample = SAMPLES.iter().find(|(limit, _)| round_trip <= *limit).map_or(messages, |(_, sample)| *sample);
    sample.min(messages)
}

struct Case {
    peer: Peer,
    output: Output,
    tls: bool,
    round_trip: u64,
    runs: Vec<Usage>,
    given_up: bool,
}

impl Case {
    async fn once(&mut self, run: usize, scene: &Scene, plan: &Plan, port: u16, tell: &mut impl FnMut(&str)) {
        let slow = self.runs.iter().any(|usage| usage.wall > PATIENCE);
        if self.given_up || slow {
            return;
        }
        let what = format!(
            "{} ms, {}, {} ({:?})",
            self.round_trip,
            if self.tls { "TLS" } else { "plain" },
            self.peer.name(),
            self.output
        );
        match self.measure(scene, plan, port).await {
            Ok(usage) => {
                tell(&format!("{what}: {:.2} s, run {}", usage.wall.as_secs_f64(), run + 1));
                self.runs.push(usage);
            }
            Err(error) => {
                tell(&format!("{what}: left out: {error:#}"));
                self.given_up = true;
            }
        }
    }

    async fn measure(&self, scene: &Scene, plan: &Plan, port: u16) -> Result<Usage> {
        let messages = sample(self.peer, self.round_trip, scene.messages);
        let (user, mail) = (name(messages), folder(self.output)?);
        let task = scene.task(&user, messages, self.output, mail.path(), port, self.tls, plan.window);
        let usage = self.peer.program(&task)?.run(LIMIT).await?;
        if self.output == Output::Store {
            // What is in it is compressed, so it is counted.
            let store = Store::open(&Location::File(mail.path().join("mailbox").join("mail.sqlite")))?;
            let kept = store.accounts()?.first().map(|account| store.count(account.id)).transpose()?;
            ensure!(kept == Some(messages.into()), "kept {kept:?} of {messages} messages");
        } else if self.output != Output::Discard {
            // Line ends become shorter in most outputs; a twentieth is more than all of them.
            let (found, sent) = (size(mail.path())?, octets(messages));
            ensure!(found > sent - sent / 20, "wrote {found} of {sent} octets");
        }
        Ok(usage)
    }

    fn row(&self, messages: u32) -> Option<Row> {
        let peak_kib = self.runs.iter().map(|usage| usage.peak_kib).max()?;
        let measured = sample(self.peer, self.round_trip, messages);
        let scaled = |times: Vec<Duration>| median(times).as_secs_f64() * f64::from(messages) / f64::from(measured);
        Some(Row {
            peer: self.peer,
            output: self.output,
            tls: self.tls,
            round_trip_ms: self.round_trip,
            measured_messages: measured,
            seconds: scaled(self.runs.iter().map(|usage| usage.wall).collect()),
            processor_seconds: scaled(self.runs.iter().map(|usage| usage.processor).collect()),
            peak_kib,
            runs: self.runs.len(),
        })
    }
}

/// The user with one big message.
const BIG: &str = "big";

fn name(messages: u32) -> String {
    format!("robin{messages}")
}

fn user(name: &str, messages: u32) -> User {
    let crowd = Crowd { messages: messages.max(1), ..Crowd::FETCH };
    let mail = (1..=messages).map(|number| crowd.message(number)).collect();
    User { name: name.into(), password: PASSWORD.into(), mail }
}

fn octets(messages: u32) -> u64 {
    (1..=messages).map(|number| Crowd::FETCH.message(number).len() as u64).sum()
}

/// A new folder on a disk, or in memory where there is such a file system.
fn folder(output: Output) -> Result<TempDir> {
    let (disk, memory) = (Path::new("/var/tmp"), Path::new("/dev/shm"));
    let wanted = if output.is_durable() { disk } else { memory };
    let parent = if wanted.is_dir() { wanted.to_owned() } else { std::env::temp_dir() };
    Ok(tempfile::Builder::new().prefix("restante-bench-").tempdir_in(parent)?)
}

/// Octets of all files below a folder.
fn size(folder: &Path) -> Result<u64> {
    let mut total = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        total += if about.is_dir() { size(&entry.path())? } else { about.len() };
    }
    Ok(total)
}

/// Writes the one message of a Maildir, in pieces, and returns its octets.
fn write_big(maildir: &Path, octets: u64) -> Result<u64> {
    use std::io::Write;
    use std::os::unix::fs::{MetadataExt, chown};

    let head = b"From: Hugo Elm <hugo@elm.example>\r\nSubject: A long one\r\nDate: 28 Nov 2026 10:00:00 +0000\r\n\r\n";
    let line = [&[b'x'; 74][..], b"\r\n"].concat();
    let block = line.repeat(1000);
    let blocks = octets / block.len() as u64 + 1;
    let total = head.len() as u64 + blocks * block.len() as u64;
    let path = maildir.join("cur").join(format!("1000000000.M1P1.restante,S={total},W={total}:2,S"));
    let mut file = fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(head)?;
    for _ in 0..blocks {
        file.write_all(&block)?;
    }
    let owner = fs::metadata(maildir)?;
    chown(&path, Some(owner.uid()), Some(owner.gid()))?;
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_in_lock_step_are_measured_on_fewer_messages() {
        assert_eq!(sample(Peer::Mpop, 200, 10_000), 10_000);
        assert_eq!(sample(Peer::Curl, 200, 10_000), 60);
        assert_eq!(sample(Peer::Curl, 50, 10_000), 200);
        assert_eq!(sample(Peer::Poplib, 0, 100), 100);
    }

    #[test]
    fn a_short_maildrop_is_the_beginning_of_the_long_one_in_size() {
        let short: usize = user("a", 30).mail.iter().map(Vec::len).sum();
        assert!(short.abs_diff(usize::try_from(octets(30)).unwrap()) < 30 * 8);
    }
}
