//! The real binary under a soak: started from a configuration file that changes, reloaded, watched, stopped.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::watch::Sample;
use crate::bench::bridge::process;
use crate::bench::bridge::relay::bridge_program;

/// For it to start, and to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(20);

/// A bridge.
#[derive(Debug)]
pub struct Bridge {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
    allowed: [u16; 2],
    reloads: u32,
}

impl Bridge {
    /// Starts it on a free port; it leads to these ports of 127.0.0.1 and nowhere else.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start(server: u16, closed: u16) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("restante-soak-").tempdir()?;
        let config = folder.path().join("restante.toml");
        std::fs::write(&config, configuration([server, closed], 0))?;
        let program = bridge_program();
        let mut command = Command::new(&program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(&config);
        // Its log has lines by the thousand, and what it should say is told by its clients.
        command.env("RUST_LOG", "error").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child =
            command.kill_on_drop(true).spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let output = child.stdout.take().context("it was started with a pipe")?;
        let mut lines = BufReader::new(output).lines();
        let ready = timeout(PATIENCE, lines.next_line()).await??.context("the bridge ended at once")?;
        let port = ready.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
        let port: u16 = port.with_context(|| format!("no port in {ready:?}"))?;
        Ok(Self { child, address: (Ipv4Addr::LOCALHOST, port).into(), folder, allowed: [server, closed], reloads: 0 })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often it was told to read its configuration again.
    pub fn reloads(&self) -> u32 {
        self.reloads
    }

    /// Writes another configuration, every fifth time one that is no good, and tells the bridge.
    ///
    /// # Errors
    /// Where it is gone.
    pub fn reload(&mut self) -> Result<()> {
        self.reloads += 1;
        std::fs::write(self.file(), configuration(self.allowed, self.reloads))?;
        kill_process(self.id()?, Signal::HUP).context("the bridge is gone")
    }

    /// What it takes now.
    ///
    /// # Errors
    /// Where it is gone.
    pub fn sample(&self) -> Result<Sample> {
        let id = self.child.id().context("the bridge has ended")?;
        Ok(Sample { memory: process::memory(id)?, descriptors: process::descriptors(id)? })
    }

    /// Asks it to stop, and waits for that.
    ///
    /// # Errors
    /// Where it does not in time.
    pub async fn stop(&mut self) -> Result<ExitStatus> {
        kill_process(self.id()?, Signal::TERM)?;
        Ok(timeout(PATIENCE, self.child.wait()).await.context("asked to stop, the bridge went on")??)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("restante.toml")
    }

    fn id(&self) -> Result<Pid> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        id.and_then(Pid::from_raw).context("the bridge has ended")
    }
}

fn configuration([server, closed]: [u16; 2], number: u32) -> String {
    if number % 5 == 4 {
        return "allow = [\n".to_owned();
    }
    let idle = 120 + number % 7;
    format!(
        "allow = [\"127.0.0.1:{server},{closed}\"]\n[limits]\nidle-timeout = {idle}\ndrain-timeout = 2\nmax-connections = 4000\n"
    )
}
