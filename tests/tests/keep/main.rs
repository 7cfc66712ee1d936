//! The program `keep` against servers that are killed with it, misbehave, or are full of mail: never lost, never doubled.
//! Here is what its tests have in common.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod files;
mod kills;
mod policies;
mod servers;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use restante_store::{Filter, List, Location, Order, Store};
use restante_tests::maildir::Crowd;
use restante_tests::maildrop::Maildrop;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Messages of a maildrop under test.
const MESSAGES: u32 = 24;

/// Where they are taken from.
const CROWD: Crowd = Crowd { messages: 200_000, least: 700, most: 1_400 };

/// How long one run may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Cargo builds examples beside tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples").join("keep");
    assert!(program.exists(), "build it first: cargo build -p restante-engine --features keep --example keep");
    program
}

/// A mailbox on this machine and the server that it is kept from.
struct Kept {
    home: TempDir,
    url: String,
    more: Vec<String>,
}

impl Kept {
    fn new(url: String, more: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        std::fs::write(home.path().join("password"), "secret\n").unwrap();
        Self { home, url, more: more.iter().map(ToString::to_string).collect() }
    }

    fn from(server: &Maildrop) -> Self {
        Self::new(format!("pop://ann@127.0.0.1:{}/", server.port()), &["--security", "none"])
    }

    fn keep(&self) -> Command {
        let mut command = Command::new(program());
        command.arg("--store").arg(self.home.path().join("mailbox")).arg("--json").kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn sync(&self, policy: &str) -> Command {
        let mut command = self.keep();
        command.args(["sync", &self.url, "--policy", policy]).args(&self.more);
        command.arg("--password-file").arg(self.home.path().join("password"));
        command
    }

    async fn sync_whole(&self, policy: &str) -> std::process::Output {
        let output = tokio::time::timeout(PATIENCE, self.sync(policy).output()).await;
        output.expect("it ends").unwrap()
    }

    /// Ends a run as Ctrl-C does, and waits until it has ended.
    async fn interrupt(child: Child, go_on: impl FnOnce()) -> std::process::Output {
        let process = Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
        kill_process(process, Signal::INT).unwrap();
        go_on();
        tokio::time::timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap()
    }

    /// What the store holds now, whole messages only, with how often each is there.
    fn held(&self) -> HashMap<Vec<u8>, u32> {
        let mut held = HashMap::new();
        let file = self.home.path().join("mailbox").join("mail.sqlite");
        if !file.exists() {
            return held;
        }
        let store = Store::open(&Location::File(file)).unwrap();
        for account in store.accounts().unwrap() {
            for id in store.list(List::Account(account.id), Filter::All, Order::Newest).unwrap() {
                *held.entry(store.content(id).unwrap()).or_default() += 1;
            }
        }
        held
    }

    /// How many messages the store holds, whole or not.
    fn count(&self) -> usize {
        self.held().values().map(|times| *times as usize).sum()
    }

    /// Every message is at least once on one side, and never twice here.
    fn is_sound(&self, all: &[Vec<u8>], server: &[Vec<u8>], when: &str) {
        let held = self.held();
        for (number, message) in all.iter().enumerate() {
            let here = held.get(message).copied().unwrap_or(0);
            assert!(here <= 1, "{when}: message {number} is here {here} times");
            assert!(here == 1 || server.contains(message), "{when}: message {number} is lost");
        }
        assert_eq!(held.len(), held.keys().filter(|message| all.contains(message)).count(), "{when}: what is this?");
    }
}

/// Lines that no compression makes shorter.
fn noise(seed: u32, octets: usize) -> Vec<u8> {
    let mut dice = u64::from(seed) | 1;
    let mut lines = Vec::with_capacity(octets + 72);
    while lines.len() < octets {
        for _ in 0..10 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lines.extend((0..7).map(|byte| b'!' + (dice >> (8 * byte)) as u8 % 90));
        }
        lines.extend(b"\r\n");
    }
    lines
}

/// 24 messages: most small, some of one size, one without anything that tells it apart, one large.
fn mail(salt: u32) -> Vec<Vec<u8>> {
    let mut mail: Vec<Vec<u8>> = (1..=MESSAGES - 4).map(|n| CROWD.message(salt + n)).collect();
    for n in 0..2 {
        mail.push(
            format!("Message-ID: <{salt}.{n}@same.example>\r\nSubject: one size\r\n\r\n.dot {n}\r\n").into_bytes(),
        );
    }
    mail.push(format!("Subject: bare\r\n\r\nnothing tells this apart but {salt}\r\n").into_bytes());
    let mut large = CROWD.message(salt + 5000);
    large.extend(noise(salt, 1_400_000));
    mail.insert(3, large);
    mail
}
