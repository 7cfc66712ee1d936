//! What is measured in a browser, and around it: a real Dovecot with mail, the real binary with that account filled in, and
//! Chromium, driven by a script over some distance.

use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::authority::{Authority, shown};
use crate::delay::{Delay, Options};
use crate::dovecot::{self, Dovecot, User};
use crate::maildir::Crowd;

/// The programs of a measurement in a browser, as arguments of the benchmarks that make one.
#[derive(Debug, Clone, clap::Args)]
pub struct Needs {
    /// The binary to measure.
    #[arg(long, env = "RESTANTE_BINARY", default_value = "target/release/restante")]
    pub binary: PathBuf,
    /// The browser to measure in.
    #[arg(long, env = "RESTANTE_CHROMIUM", default_value = "/usr/bin/chromium")]
    pub chromium: PathBuf,
}

/// A server with mail, and the binary that serves the page.
pub(super) struct Stage {
    chromium: PathBuf,
    bridge: SocketAddr,
    // Ends with this, the bridge before its server.
    _restante: Child,
    _dovecot: Dovecot,
    _scratch: TempDir,
}

impl Stage {
    /// Starts Dovecot with the messages of this crowd, and the bridge with that account filled in.
    ///
    /// # Errors
    /// Where one of them does not start.
    pub(super) async fn start(needs: &Needs, crowd: Crowd) -> Result<Self> {
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
        let (restante, bridge) = serve(&needs.binary, port, &preset).await?;
        let chromium = needs.chromium.clone();
        Ok(Self { chromium, bridge, _restante: restante, _dovecot: dovecot, _scratch: scratch })
    }

    /// The way to the page, over this distance.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub(super) async fn way(&self, round_trip_ms: u64, record: bool) -> Result<Delay> {
        Delay::start(self.bridge, Options { round_trip: Duration::from_millis(round_trip_ms), record }).await
    }

    /// Lets a script of this folder drive the browser: it gets Chromium, the page's address and these arguments, and says what
    /// it saw as JSON.
    ///
    /// # Errors
    /// Where it fails, takes longer than `limit`, or says something else.
    pub(super) async fn play<T: DeserializeOwned>(
        &self,
        script: &str,
        way: &Delay,
        arguments: impl IntoIterator<Item: AsRef<OsStr>>,
        limit: Duration,
    ) -> Result<T> {
        let node = Command::new("node")
            .arg(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bench")).join(script))
            .arg(&self.chromium)
            .arg(format!("http://{}:{}/", Ipv4Addr::LOCALHOST, way.port()))
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(limit, node).await.context("the visit took too long")?;
        let output = output.context("cannot start node")?;
        ensure!(output.status.success(), "the browser's script ended with {}", output.status);
        serde_json::from_slice(&output.stdout).context("what the script said")
    }
}

/// Starts the bridge to this port, with an account filled in, and tells where it listens.
pub(super) async fn serve(binary: &Path, port: u16, preset: &Path) -> Result<(Child, SocketAddr)> {
    let mut restante = Command::new(binary)
        .args(["serve", "--listen", "127.0.0.1:0", "--allow", &format!("127.0.0.1:{port}"), "--preset"])
        .arg(preset)
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", binary.display()))?;
    let out = restante.stdout.take().context("its output was asked for")?;
    let line = BufReader::new(out).lines().next_line().await?.context("restante ended at once")?;
    let bridge =
        line.strip_prefix("Restante is ready: http://").and_then(|rest| rest.trim_end_matches('/').parse().ok());
    let bridge = bridge.with_context(|| format!("restante said {line:?}"))?;
    Ok((restante, bridge))
}
