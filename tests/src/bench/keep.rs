//! Keeping a maildrop: the example `keep` beside mpop, natively; and the page in a real Chromium.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::path::{Needs, ready};
use crate::authority::{Authority, shown};
use crate::delay::{Delay, Options};
use crate::dovecot::{self, Dovecot, User};
use crate::maildir::Crowd;

/// How long one run may take.
const LIMIT: Duration = Duration::from_secs(1800);

/// A server with mail, and the binary that serves the page.
pub struct Scene {
    needs: Needs,
    messages: u32,
    bridge: SocketAddr,
    // Ends with this, the bridge before its server.
    _restante: Child,
    _dovecot: Dovecot,
    _scratch: TempDir,
}

/// What a browser took, in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visit {
    /// From the click to the first row.
    pub first_row_ms: f64,
    /// From the click to the moment when all mail is committed, indexed and listed.
    pub kept_ms: f64,
    /// The longest task of the page's own thread meanwhile.
    pub longest_task_ms: f64,
    /// The most memory that a process of the browser had which draws pages, its workers included, in KiB.
    pub memory_kib: u64,
    /// From the start of the page to the first rows, with the mailbox on the device.
    pub open_ms: Option<f64>,
    /// From the page's first question to the first rows.
    pub first_screen_ms: Option<f64>,
    /// From the question for rows anywhere in the list to the rows, 95 of 100.
    pub rows_p95_ms: Option<f64>,
    /// Of 200 places, those where no rows were asked for.
    pub rows_missed: Option<u32>,
    /// A frame while one scrolls, 99 of 100.
    pub frame_p99_ms: Option<f64>,
    /// Frames that were drawn in five seconds.
    pub frames: Option<u32>,
    /// Frames with a row that was not there.
    pub empty_frames: Option<u32>,
    /// From a search to its first answer, 95 of 100.
    pub search_p95_ms: Option<f64>,
    /// Searches that were answered.
    pub searches: Option<u32>,
}

impl Scene {
    /// Starts Dovecot with so many messages of this crowd, and the bridge with that account filled in.
    ///
    /// # Errors
    /// Where one of them does not start.
    pub async fn start(needs: Needs, crowd: Crowd) -> Result<Self> {
        let identity = Authority::new()?.issue(&["localhost", "127.0.0.1"])?;
        let (user, password) = ("robin", "lantern-kettle");
        let mail = (1..=crowd.messages).map(|number| crowd.message(number)).collect();
        let users = vec![User { name: user.into(), password: password.into(), mail }];
        let dovecot = Dovecot::start(dovecot::Options { identity, mechanisms: "plain login", users }).await?;
        let scratch = tempfile::tempdir()?;
        let (preset, port) = (scratch.path().join("preset.json"), dovecot.pops_port());
        let account = json!({
            "host": "127.0.0.1", "port": port, "security": "tls", "user": user, "password": password,
            "fingerprint": shown(&dovecot.fingerprint()),
        });
        fs::write(&preset, account.to_string())?;
        let (restante, bridge) = ready(&needs, port, &preset).await?;
        Ok(Self { needs, messages: crowd.messages, bridge, _restante: restante, _dovecot: dovecot, _scratch: scratch })
    }

    /// Keeps the mailbox in a new browser over so many milliseconds of round trip; then, with a number of queries, looks
    /// around in it.
    ///
    /// # Errors
    /// Where the browser fails, or the mail does not come.
    pub async fn visit(&self, round_trip_ms: u64, queries: Option<u32>) -> Result<Visit> {
        let options = Options { round_trip: Duration::from_millis(round_trip_ms), record: false };
        let delay = Delay::start(self.bridge, options).await?;
        // On a disk: what is committed is to be where a person has it.
        let disk = std::path::Path::new("/var/tmp");
        let profile = if disk.is_dir() { TempDir::new_in(disk)? } else { TempDir::new()? };
        let node = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bench/keep.mjs"))
            .arg(&self.needs.chromium)
            .arg(format!("http://{}:{}/", Ipv4Addr::LOCALHOST, delay.port()))
            .arg(profile.path())
            .arg(self.messages.to_string())
            .args(queries.map(|queries| queries.to_string()))
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(LIMIT, node).await.context("the visit took too long")?;
        let output = output.context("cannot start node")?;
        ensure!(output.status.success(), "the browser's script ended with {}", output.status);
        serde_json::from_slice(&output.stdout).context("what the script said")
    }
}
