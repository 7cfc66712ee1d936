//! Several bridges behind a real HAProxy, set up as deploy/haproxy.cfg says: one is drained in the middle of 200 sessions.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::{AsyncReadExt, AsyncWriteExt};
use restante_engine::platform::{Destination, Dial, Tunnel};
use restante_protocol::tunnel::{BridgeTls, Service};
use restante_tests::authority::Authority;
use restante_tests::bench::bridge::process::listen;
use restante_tests::bench::bridge::relay::bridge_program;
use restante_tests::dovecot::{Dovecot, Options, User};
use restante_tests::maildir::Crowd;
use restante_tests::tunnel::ThroughBridge;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, timeout};

const SESSIONS: usize = 200;
const MESSAGES: u32 = 12;
const PASSWORD: &str = "pass word";
/// For anything that has to happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A bridge that HAProxy deals tunnels to.
struct Bridge {
    child: Child,
    port: u16,
    metrics: u16,
}

async fn free_port() -> u16 {
    listen().unwrap().local_addr().unwrap().port()
}

async fn start_bridge(pop_port: u16) -> Bridge {
    let metrics = free_port().await;
    let mut command = Command::new(bridge_program());
    command.args(["serve", "--listen", "127.0.0.1:0", "--trust-proxy", "127.0.0.1/32", "--proxy-protocol"]);
    command.args(["--allow", &format!("127.0.0.1:{pop_port}"), "--metrics", &format!("127.0.0.1:{metrics}")]);
    // Longer than any session lasts.
    command.args(["--drain-timeout", "120"]).env("RUST_LOG", "error");
    let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let ready = BufReader::new(child.stdout.take().unwrap()).lines().next_line().await.unwrap().unwrap();
    let port = ready.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
    Bridge { child, port, metrics }
}

impl Bridge {
    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// A number of its metrics.
    async fn metric(&self, name: &str) -> Result<u64> {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = TcpStream::connect(("127.0.0.1", self.metrics)).await?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(line.context("no such metric")?.trim().parse()?)
    }
}

/// deploy/haproxy.cfg with the test's addresses and servers, without TLS, for fewer connections; nothing else
/// is changed.
fn configuration(deployed: &str, listen: &str, bridges: &[Bridge]) -> String {
    let mut lines = Vec::new();
    let mut changed = 0;
    for line in deployed.lines() {
        match line.split_whitespace().next() {
            Some("bind") => {
                changed += 1;
                lines.push(format!("    bind {listen}"));
            }
            Some("server") => changed += 1,
            // HAProxy wants all its descriptors at its start, and a test's machine may give fewer.
            Some("maxconn") => {
                changed += 1;
                lines.push("    maxconn 2000".to_owned());
            }
            _ => lines.push(line.to_owned()),
        }
    }
    assert_eq!(changed, 4, "the file has one maxconn, one bind and two servers");
    for (at, bridge) in bridges.iter().enumerate() {
        lines.push(format!("    server bridge-{at} 127.0.0.1:{}", bridge.port));
    }
    lines.join("\n") + "\n"
}

/// What the sessions share.
struct Scene {
    way: ThroughBridge,
    pop_port: u16,
    mail: Vec<Vec<u8>>,
    logged_in: AtomicUsize,
    /// Set once the bridge has been told to drain.
    draining: AtomicBool,
}

impl Scene {
    async fn dial(&self) -> Result<Box<dyn Tunnel>> {
        let to = Destination {
            host: "127.0.0.1".into(),
            port: self.pop_port,
            tls: BridgeTls::None,
            service: Service::Pop3,
            token: None,
            bridge: None,
        };
        Ok(self.way.dial(to).await?)
    }
}

/// A POP3 dialogue over a tunnel.
struct Pop {
    tunnel: Box<dyn Tunnel>,
    buffer: Vec<u8>,
}

impl Pop {
    async fn line(&mut self) -> Result<String> {
        let line = self.until(b"\r\n").await?;
        let line = String::from_utf8(line)?;
        ensure!(line.starts_with("+OK"), "the server said {line:?}");
        Ok(line)
    }

    async fn until(&mut self, end: &[u8]) -> Result<Vec<u8>> {
        loop {
            if let Some(at) = memchr::memmem::find(&self.buffer, end) {
                return Ok(self.buffer.drain(..at + end.len()).collect());
            }
            let mut piece = [0; 4096];
            let count = self.tunnel.read(&mut piece).await?;
            ensure!(count > 0, "the connection ended");
            self.buffer.extend_from_slice(&piece[..count]);
        }
    }

    async fn say(&mut self, command: &str) -> Result<()> {
        self.tunnel.write_all(format!("{command}\r\n").as_bytes()).await?;
        Ok(self.tunnel.flush().await?)
    }
}

/// One session from its greeting to its QUIT; takes each message, one a moment, and compares it.
async fn session(scene: &Scene, user: usize, pause: Duration) -> Result<()> {
    // A bridge that has just begun to drain is dealt tunnels until HAProxy's next look at it. It says so, and whoever is
    // turned away asks again, as the page does.
    let until = Instant::now() + PATIENCE;
    let mut pop = loop {
        let mut pop = Pop { tunnel: scene.dial().await?, buffer: Vec::new() };
        match pop.line().await {
            Ok(_) => break pop,
            Err(_) if scene.draining.load(SeqCst) && Instant::now() < until => sleep(Duration::from_millis(200)).await,
            Err(error) => return Err(error.context("greeting")),
        }
    };
    pop.say(&format!("USER user{user}")).await?;
    pop.line().await?;
    pop.say(&format!("PASS {PASSWORD}")).await?;
    pop.line().await.context("login")?;
    scene.logged_in.fetch_add(1, SeqCst);
    for (at, mail) in scene.mail.iter().enumerate() {
        sleep(pause).await;
        pop.say(&format!("RETR {}", at + 1)).await?;
        pop.line().await.with_context(|| format!("message {}", at + 1))?;
        let came = pop.until(b"\r\n.\r\n").await?;
        // The last line's end is the first half of the terminator.
        let stuffed = String::from_utf8(mail.clone())?.replace("\r\n.", "\r\n..");
        ensure!(
            came == [stuffed.trim_end_matches("\r\n").as_bytes(), b"\r\n.\r\n"].concat(),
            "message {} differs",
            at + 1
        );
    }
    pop.say("QUIT").await?;
    pop.line().await.context("QUIT")?;
    Ok(())
}

#[tokio::test]
async fn a_bridge_drains_behind_haproxy_while_200_sessions_run_and_none_is_lost() {
    let mail: Vec<Vec<u8>> = (1..=MESSAGES).map(|number| Crowd::PATH.message(number)).collect();
    let users =
        (0..SESSIONS).map(|user| User { name: format!("user{user}"), password: PASSWORD.into(), mail: mail.clone() });
    let dovecot = Dovecot::start(Options {
        identity: Authority::new().unwrap().issue(&["127.0.0.1"]).unwrap(),
        mechanisms: "plain login",
        users: users.collect(),
    })
    .await
    .unwrap();
    let pop_port = dovecot.pop_port();
    let mut bridges = Vec::new();
    for _ in 0..3 {
        bridges.push(start_bridge(pop_port).await);
    }

    let folder = tempfile::tempdir().unwrap();
    let deployed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/haproxy.cfg");
    let address = format!("127.0.0.1:{}", free_port().await);
    let text = configuration(&std::fs::read_to_string(deployed).unwrap(), &address, &bridges);
    let file = folder.path().join("haproxy.cfg");
    std::fs::write(&file, text).unwrap();
    // Debian's place for it, which a user's PATH does not hold.
    let program = ["/usr/sbin/haproxy", "haproxy"].into_iter().find(|program| Path::new(program).is_file());
    let mut haproxy = Command::new(program.unwrap_or("haproxy"));
    haproxy.arg("-db").arg("-f").arg(&file).stdin(Stdio::null()).kill_on_drop(true);
    let _haproxy = haproxy.spawn().unwrap();
    timeout(PATIENCE, async {
        while TcpStream::connect(&address).await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .unwrap();

    let scene = Arc::new(Scene {
        way: ThroughBridge { url: format!("ws://{address}/tunnel"), origin: format!("http://{address}") },
        pop_port,
        mail,
        logged_in: AtomicUsize::new(0),
        draining: AtomicBool::new(false),
    });
    let local = LocalSet::new();
    let work = async {
        let start = |user, pause| {
            let scene = Arc::clone(&scene);
            tokio::task::spawn_local(async move { session(&scene, user, pause).await })
        };
        // They last until long after the drain has begun.
        let first: Vec<_> = (0..SESSIONS).map(|user| start(user, Duration::from_millis(700))).collect();
        timeout(PATIENCE, async {
            while scene.logged_in.load(SeqCst) < SESSIONS {
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .unwrap();
        let mut dealt = HashMap::new();
        for (at, bridge) in bridges.iter().enumerate() {
            dealt.insert(at, bridge.metric("restante_tunnels_open").await.unwrap());
        }
        assert_eq!(dealt.values().sum::<u64>(), SESSIONS as u64, "{dealt:?}");
        assert!(dealt.values().all(|count| *count > 40), "dealt to all three: {dealt:?}");

        scene.draining.store(true, SeqCst);
        bridges[0].signal(Signal::TERM);
        // Other users come while it drains. They may not be dealt to it, or are turned away and come back.
        let before = bridges[0].metric("restante_tunnels_opened_total").await.unwrap();
        let mut second = Vec::new();
        for user in 0..30 {
            second.push(start(user, Duration::from_millis(50)));
            sleep(Duration::from_millis(50)).await;
        }
        assert!(first.iter().any(|session| !session.is_finished()), "sessions go on during the drain");
        for (user, session) in second.into_iter().enumerate() {
            session.await.unwrap().unwrap_or_else(|error| panic!("later session {user} was lost: {error:#}"));
        }
        let open = bridges[0].metric("restante_tunnels_open").await.unwrap();
        assert_eq!(bridges[0].metric("restante_tunnels_opened_total").await.unwrap(), before, "nothing new");
        assert!(open > 0, "the drained one still has sessions");

        for (user, session) in first.into_iter().enumerate() {
            session.await.unwrap().unwrap_or_else(|error| panic!("session {user} was lost: {error:#}"));
        }
        let status = timeout(PATIENCE, bridges[0].child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{status}");

        // With two left, all is as before.
        let third: Vec<_> = (0..20).map(|user| start(user, Duration::ZERO)).collect();
        for session in third {
            session.await.unwrap().unwrap();
        }
    };
    local.run_until(work).await;
}
