//! The relays that are compared, and how each is started: with its own defaults, and what it needs to reach a server on
//! loopback.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::process;

/// For a relay to listen.
const START: Duration = Duration::from_secs(10);

/// A way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relay {
    /// None: what the client and the server take by themselves.
    Direct,
    /// TCP to TCP, in pieces of 8 KiB.
    Socat,
    /// The same in pieces of 64 KiB.
    SocatLarge,
    /// The bridge.
    Ours,
    /// The least relay on tokio-tungstenite: what the bridge's own framing is measured against.
    Library,
    /// Python.
    Websockify,
    /// Rust.
    Websocat,
    /// Node.
    WispJs,
}

/// What a relay speaks to its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// TCP's bytes as they are.
    Raw,
    /// One WebSocket a connection, bytes in binary frames.
    WebSocket,
    /// `restante.v1`: the same, and control messages in text frames.
    Restante,
    /// Wisp, version 1: packets of several streams in binary frames.
    Wisp,
}

/// A relay that runs.
#[derive(Debug)]
pub struct Running {
    relay: Relay,
    /// Where clients connect.
    port: u16,
    /// Where it leads.
    server: u16,
    child: Option<Child>,
}

impl Relay {
    /// All of them, in the table's order.
    pub const ALL: [Self; 8] = [
        Self::Direct,
        Self::Socat,
        Self::SocatLarge,
        Self::Ours,
        Self::Library,
        Self::Websockify,
        Self::Websocat,
        Self::WispJs,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Socat => "socat",
            Self::SocatLarge => "socat -b65536",
            Self::Ours => "ours",
            Self::Library => "tungstenite",
            Self::Websockify => "websockify",
            Self::Websocat => "websocat",
            Self::WispJs => "wisp-js",
        }
    }

    /// What it speaks to its client.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::Direct | Self::Socat | Self::SocatLarge => Dialect::Raw,
            Self::Ours => Dialect::Restante,
            Self::Library | Self::Websockify | Self::Websocat => Dialect::WebSocket,
            Self::WispJs => Dialect::Wisp,
        }
    }

    /// Whether it relays from WebSockets, as the bridge does: one to be faster than.
    pub fn is_rival(self) -> bool {
        matches!(self, Self::Websockify | Self::Websocat | Self::WispJs)
    }

    /// The version that is installed, or nothing where it is not.
    pub fn version(self) -> Option<String> {
        match self {
            Self::Direct => Some("no relay".to_owned()),
            Self::Socat | Self::SocatLarge => {
                let said = said(Path::new("socat"), &["-V"])?;
                said.lines().find_map(|line| line.strip_prefix("socat version ")?.split(' ').next().map(str::to_owned))
            }
            Self::Ours => said(&bridge_program(), &["--version"]).map(|text| first_line(&text)),
            Self::Library => said(&library_program(), &["--version"]).map(|text| first_line(&text)),
            Self::Websockify => {
                let package = said(Path::new("dpkg-query"), &["--show", "--showformat=${Version}", "websockify"]);
                // Its flags are all that it says about itself.
                said(Path::new("websockify"), &["--help"])?;
                Some(package.map_or_else(|| "of unknown version".to_owned(), |text| first_line(&text)))
            }
            Self::Websocat => {
                said(&from("RESTANTE_WEBSOCAT", "websocat"), &["--version"]).map(|text| first_line(&text))
            }
            Self::WispJs => {
                let script = wisp_script();
                said(Path::new("node"), &[script.to_str()?, "--version"]).map(|text| first_line(&text))
            }
        }
    }

    /// The program and its arguments.
    pub fn words(self, port: u16, server: u16) -> Vec<String> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let listen = format!("{}:{port}", Ipv4Addr::LOCALHOST);
        let server_address = format!("{}:{server}", Ipv4Addr::LOCALHOST);
        let socat = || {
            let from = format!("TCP4-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,backlog=4096,nodelay");
            vec![from, format!("TCP4:{server_address},nodelay")]
        };
        match self {
            Self::Direct => Vec::new(),
            Self::Socat => ["socat".to_owned()].into_iter().chain(socat()).collect(),
            Self::SocatLarge => ["socat".to_owned(), "-b65536".into()].into_iter().chain(socat()).collect(),
            Self::Ours => {
                vec![
                    text(bridge_program()),
                    "serve".into(),
                    "--listen".into(),
                    listen,
                    "--allow".into(),
                    server_address,
                    "--drain-timeout".into(),
                    "1".into(),
                ]
            }
            Self::Library => {
                vec![text(library_program()), "--listen".into(), listen, "--server".into(), server_address]
            }
            Self::Websockify => vec!["websockify".into(), listen, server_address],
            Self::Websocat => {
                let program = text(from("RESTANTE_WEBSOCAT", "websocat"));
                vec![program, "--binary".into(), format!("ws-listen:{listen}"), format!("tcp:{server_address}")]
            }
            Self::WispJs => vec![
                "node".into(),
                text(wisp_script()),
                "--host".into(),
                "127.0.0.1".into(),
                "--port".into(),
                port.to_string(),
                "--options".into(),
                r#"{"allow_loopback_ips":true}"#.into(),
            ],
        }
    }

    /// Starts it in front of a server, and waits until it listens.
    ///
    /// # Errors
    /// Where it does not come up; the message has what it wrote.
    pub async fn start(self, server: u16) -> Result<Running> {
        if self == Self::Direct {
            return Ok(Running { relay: self, port: server, server, child: None });
        }
        // Somebody else may take the port until the relay listens on it: then it says so, and the run fails.
        let port = process::listen()?.local_addr()?.port();
        let words = self.words(port, server);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // What is logged by default is written, to nowhere. A group of its own: some start a process a connection.
        if self == Self::Ours {
            command.stdout(Stdio::piped());
        }
        let mut child = command.process_group(0).spawn().with_context(|| format!("cannot start {}", words[0]))?;
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).lines().next_line().await?.context("it ended at once")?;
        }
        let running = Running { relay: self, port, server, child: Some(child) };
        let until = Instant::now() + START;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            if Instant::now() > until {
                bail!("{} did not listen within {} s: {}", self.name(), START.as_secs(), words.join(" "));
            }
            sleep(Duration::from_millis(20)).await;
        }
        // The connection that tried it is gone by now, and what it began as well.
        sleep(Duration::from_millis(200)).await;
        Ok(running)
    }
}

impl Running {
    /// Which one it is.
    pub fn relay(&self) -> Relay {
        self.relay
    }

    /// Where clients connect, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's port.
    pub fn server(&self) -> u16 {
        self.server
    }

    /// What its processes have used; nothing where there is no relay.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn taken(&self) -> Result<process::Taken> {
        let Some(child) = &self.child else { return Ok(process::Taken::default()) };
        process::Taken::of(child.id().context("it has ended")?).with_context(|| self.relay.name())
    }

    /// Ends it with all its processes, and waits for the first.
    pub async fn stop(mut self) {
        if let Some(mut child) = self.child.take() {
            kill(&child);
            // Killed is ended.
            let _ = child.wait().await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &self.child {
            kill(child);
        }
    }
}

/// The bridge: where `cargo xtask bench` says, or beside this program.
pub fn bridge_program() -> PathBuf {
    if let Some(path) = std::env::var_os("RESTANTE_BINARY") {
        return path.into();
    }
    let here = std::env::current_exe().unwrap_or_default();
    // A test lies one folder below the programs.
    let beside = here.with_file_name("restante");
    if beside.is_file() {
        return beside;
    }
    here.parent().and_then(Path::parent).map_or(beside, |above| above.join("restante"))
}

/// The relay on the library lies beside the benchmark.
fn library_program() -> PathBuf {
    std::env::current_exe().unwrap_or_default().with_file_name("relay-tungstenite")
}

fn wisp_script() -> PathBuf {
    from("RESTANTE_WISP", "wisp-js-server")
}

fn from(variable: &str, otherwise: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| otherwise.into(), PathBuf::from)
}

fn kill(child: &Child) {
    let id = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    // One that has ended already has nothing to kill.
    let _ = id.map(|id| kill_process_group(id, Signal::KILL));
}

fn said(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}
