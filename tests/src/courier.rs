//! A real Courier POP3 server of the tests' own: its login program behind a listener of ours on loopback.
//!
//! Debian's package cannot stand beside Dovecot's, so set-up only unpacks it (`target/programs/courier`). The socket by which
//! it asks who a user is has a fixed path: each session gets a mount namespace with a `/run` of its own, where that path
//! leads to us. For both it takes root. Not here: a check of the password, for any is right.

use std::env;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, ensure};
use memchr::memmem;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, UnixListener};
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::authority::Identity;
use crate::maildir;
use crate::scripted::acceptor;

/// What it calls itself in CAPA's answer, and what it is called where nobody is to know it; both of the same length.
const NAMES: [&str; 2] = ["IMPLEMENTATION Courier Mail Server", "IMPLEMENTATION Nobody Mail Server "];

/// A running server.
pub struct Courier {
    // Ends before its home is removed: fields are dropped in this order.
    #[expect(dead_code, reason = "held so that all ends with this")]
    tasks: JoinSet<()>,
    home: TempDir,
    port: u16,
    connections: Arc<AtomicUsize>,
}

/// Why there can be no such server here; `None` where there can.
pub fn missing() -> Option<String> {
    if !program("courierpop3login").is_file() {
        return Some(format!("Courier is not unpacked in {}: `cargo xtask test` does it", root().display()));
    }
    (!rustix::process::geteuid().is_root()).then(|| "Courier takes root here, for a mount of its own".to_owned())
}

impl Courier {
    /// Writes the mail and starts to listen: over TLS with an identity, else in clear text. With `anonymous` it does not
    /// tell its name.
    ///
    /// # Errors
    /// Where [`missing`] says why, and where no socket can be had.
    pub async fn start(identity: Option<&Identity>, anonymous: bool, mail: &[Vec<u8>]) -> Result<Self> {
        ensure!(missing().is_none(), "{}", missing().unwrap_or_default());
        let home = tempfile::Builder::new().prefix("restante-courier-").tempdir()?;
        maildir::write(&home.path().join("Maildir"), mail.iter().map(Vec::as_slice))?;
        let tls = identity.map(acceptor).transpose()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(say_who(UnixListener::bind(home.path().join("socket"))?, home.path().to_owned()));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let connections = Arc::new(AtomicUsize::new(0));
        let (counter, place) = (Arc::clone(&connections), home.path().to_owned());
        tasks.spawn(async move {
            let mut sessions = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::Relaxed);
                let (tls, place) = (tls.clone(), place.clone());
                sessions.spawn(async move {
                    // A session that breaks is the client's to notice.
                    let _ = match tls {
                        None => serve(stream, &place, anonymous).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, &place, anonymous).await,
                            Err(_) => Ok(()),
                        },
                    };
                });
            }
        });
        Ok(Self { tasks, home, port, connections })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }
}

/// One session: the login program, which becomes the server once it knows the user.
async fn serve(stream: impl AsyncRead + AsyncWrite, home: &Path, anonymous: bool) -> Result<()> {
    let log = fs::OpenOptions::new().create(true).append(true).open(home.join("log"))?;
    let libraries =
        [root().join("usr/lib"), root().join("usr/lib/x86_64-linux-gnu"), root().join("usr/lib/aarch64-linux-gnu")];
    let script = "mount -t tmpfs none /run && mkdir -p /run/courier/authdaemon \
                  && ln -s \"$HOME/socket\" /run/courier/authdaemon/socket && exec \"$0\" \"$1\" Maildir";
    let mut child = Command::new("unshare")
        .args(["--mount", "sh", "-c", script])
        .args([program("courierpop3login"), program("courierpop3d")])
        .env("HOME", home)
        .env("LD_LIBRARY_PATH", env::join_paths(libraries)?)
        .env("MAILDIRPATH", "Maildir")
        .envs([
            ("TCPREMOTEIP", "127.0.0.1"),
            ("TCPLOCALIP", "127.0.0.1"),
            ("TCPREMOTEPORT", "1"),
            ("TCPLOCALPORT", "110"),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .context("cannot start unshare")?;
    let (Some(mut input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else { return Ok(()) };
    let (mut heard, mut said) = tokio::io::split(stream);
    let say = async {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let octets = output.read(&mut buffer).await?;
            if octets == 0 {
                return said.shutdown().await;
            }
            let told = &mut buffer[..octets];
            if let Some(at) = memmem::find(told, NAMES[0].as_bytes()).filter(|_| anonymous) {
                told[at..][..NAMES[1].len()].copy_from_slice(NAMES[1].as_bytes());
            }
            said.write_all(told).await?;
        }
    };
    let hear = async {
        copy(&mut heard, &mut input).await?;
        input.shutdown().await
    };
    // Either end may go first; the other has nobody to talk to then.
    tokio::select! { ended = say => ended?, ended = hear => ended? }
    Ok(())
}

/// Tells the server, whoever it asks for, that this is a user with mail in `home`.
async fn say_who(listener: UnixListener, home: PathBuf) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let home = home.display();
        let answer = format!("UID=0\nGID=0\nHOME={home}\nMAILDIR={home}/Maildir\nADDRESS=robin\nAUTHADDR=robin\n.\n");
        let mut question = vec![0; 4096];
        let _ = stream.read(&mut question).await;
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

fn program(name: &str) -> PathBuf {
    root().join("usr/lib/courier/courier").join(name)
}

fn root() -> PathBuf {
    unpacked("courier")
}

/// Where set-up unpacks a server: beside the profiles' folders, in one of which this program is.
pub(crate) fn unpacked(name: &str) -> PathBuf {
    let exe = env::current_exe().unwrap_or_default();
    let deep = exe.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "deps")).unwrap_or(&exe);
    deep.ancestors().nth(2).unwrap_or(deep).join("programs").join(name)
}
