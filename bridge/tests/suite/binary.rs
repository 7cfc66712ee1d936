//! The binary as an operator meets it: exit statuses, the ready line, signals.

use std::process::Output;
use std::time::Duration;

use restante_protocol::tunnel::{BridgeMessage, PageMessage, SUBPROTOCOL};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::program::{restante, signal, started};
use crate::support::{Got, MailServer, Page, open};

async fn finish(arguments: &[&str]) -> Output {
    timeout(Duration::from_secs(20), restante(arguments).output()).await.expect("it ends").unwrap()
}

/// Starts it and waits for the ready line; gives the address.
async fn start(arguments: &[&str]) -> (Child, String) {
    started(&mut restante(arguments)).await
}

async fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn assert_one_line(output: &Output, about: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.trim_end().lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("restante: ") && stderr.contains(about), "{stderr}");
    assert!(output.stdout.is_empty());
}

#[tokio::test]
async fn what_cannot_start_ends_with_one_line_and_status_2() {
    assert_one_line(&finish(&["serve", "--alow", "pop.example.org"]).await, "--alow");
    assert_one_line(&finish(&["serve", "--allow", "2130706433"]).await, "2130706433");
    assert_one_line(&finish(&["serve", "--idle-timeout", "0"]).await, "--idle-timeout");
    assert_one_line(&finish(&["serve", "--listen", "0.0.0.0:0"]).await, "--allow");
    assert_one_line(&finish(&["serve", "--listen", "127.0.0.1:0", "--preset", "/nonexistent"]).await, "/nonexistent");
    assert_one_line(&finish(&["serve", "--listen", "127.0.0.1:0", "--tls-ca", "/nonexistent"]).await, "/nonexistent");
    assert_one_line(&finish(&["serve", "--allow-origin", "https://x:99999"]).await, "https://x:99999");
    assert_one_line(&finish(&["serve", "--allow-origin", "https://*.example.org"]).await, "https://*.example.org");
    assert_one_line(&finish(&[]).await, "subcommand");
}

#[tokio::test]
async fn a_port_in_use_ends_with_one_line_and_status_2() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_one_line(&finish(&["serve", "--listen", &address]).await, &address);
    assert_one_line(&finish(&["demo", "--listen", &address]).await, &address);
}

#[tokio::test]
async fn a_switch_in_a_variable_is_written_as_people_write_it() {
    for (text, served) in [("1", false), ("yes", false), ("true", false), ("0", true), ("no", true), ("false", true)] {
        let mut command = restante(&["serve", "--listen", "127.0.0.1:0"]);
        let (_child, address) = started(command.env("RESTANTE_NO_PAGE", text)).await;
        let answer = get(&address, "/").await;
        assert_eq!(!answer.contains("serves no page"), served, "{text}: {answer}");
    }
    let mut unclear = restante(&["serve", "--listen", "127.0.0.1:0"]);
    let output = timeout(Duration::from_secs(20), unclear.env("RESTANTE_NO_PAGE", "perhaps").output()).await;
    assert_one_line(&output.expect("it ends").unwrap(), "perhaps");
}

#[tokio::test]
async fn it_serves_and_stops_on_sigterm() {
    let (mut child, address) = start(&["serve", "--listen", "127.0.0.1:0", "--allow", "pop.example.org"]).await;
    assert!(get(&address, "/healthz").await.starts_with("HTTP/1.0 200 "));
    signal(&child, "-TERM").await;
    assert!(timeout(Duration::from_secs(10), child.wait()).await.expect("it stops").unwrap().success());
}

#[tokio::test]
async fn the_demo_offers_its_sample_mailbox_and_reaches_it() {
    let (_child, address) = start(&["demo", "--listen", "127.0.0.1:0"]).await;
    let answer = get(&address, "/restante.json").await;
    let json: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let preset = &json["preset"];
    assert_eq!(preset["security"], "tls");
    assert!(preset["password"].is_string() && preset["fingerprint"].as_str().unwrap().len() == 95);
    let submission = &preset["submission"];
    assert_eq!((&submission["host"], &submission["security"]), (&preset["host"], &preset["security"]));
    assert_eq!(submission["fingerprint"], preset["fingerprint"]);
    let ports = [preset, submission].map(|server| u16::try_from(server["port"].as_u64().unwrap()).unwrap());
    assert_ne!(ports[0], ports[1]);
    for port in ports {
        TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    }
}

#[tokio::test]
async fn a_configuration_is_checked_with_the_line_at_fault() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    std::fs::write(path, "listen = \"127.0.0.1:0\"\nallow = [\n\"pop.example.org\",\n\"0x7f.1\",\n]\n").unwrap();
    assert_one_line(&finish(&["check-config", "--config", path]).await, &format!("{path}:4: "));
    assert_one_line(&finish(&["serve", "--config", path]).await, &format!("{path}:4: "));
    for (text, line) in [
        ("allow-origin = [\n\"https://x:99999\"]", 2),
        ("allow-origin = [\"https://*.x\"]", 1),
        ("[limits]\nmax-tunnels = 0", 2),
        (
            "[[token]]\nname = \"a\"\nsha256 = \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"\nmax-tunnels = 0",
            4,
        ),
    ] {
        std::fs::write(path, text).unwrap();
        assert_one_line(&finish(&["check-config", "--config", path]).await, &format!("{path}:{line}: "));
    }
    std::fs::write(path, "listen = \"127.0.0.1:0\"\nallow = [\"pop.example.org\"]\n").unwrap();
    assert!(finish(&["check-config", "--config", path]).await.status.success());
    assert_one_line(&finish(&["check-config", "--config", "/nonexistent"]).await, "/nonexistent");
}

#[tokio::test]
async fn sighup_reads_the_configuration_again_and_a_bad_one_changes_nothing() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    std::fs::write(path, "listen = \"127.0.0.1:0\"\n").unwrap();
    let (child, address) = start(&["serve", "--config", path]).await;
    assert!(get(&address, "/restante.json").await.ends_with("\"token_required\":false}"));
    let made = finish(&["token", "team"]).await;
    let text = String::from_utf8(made.stdout).unwrap();
    let (_, lines) = text.split_once("\n\n").unwrap();
    for (content, expected) in [(lines, "\"token_required\":true}"), ("nonsense", "\"token_required\":true}")] {
        std::fs::write(path, content).unwrap();
        signal(&child, "-HUP").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let answer = get(&address, "/restante.json").await;
        assert!(answer.ends_with(expected), "{answer}");
    }
}

/// The token's name goes through the shell, the program and the file.
#[tokio::test]
async fn the_lines_of_a_token_are_read_again_whatever_its_name() {
    for name in ["Ana Ördög", "a\"b\\c'd", "tab\tand\u{7f}delete", "\u{1F600}\u{200B}", "[[token]]\nname = \"x\"", ""]
    {
        let made = finish(&["token", name]).await;
        let text = String::from_utf8(made.stdout).unwrap();
        let (_, lines) = text.split_once("\n\n").unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), lines).unwrap();
        let output = finish(&["check-config", "--config", file.path().to_str().unwrap()]).await;
        assert!(output.status.success(), "{lines}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Opens a tunnel, has a line of the server's through it, and closes it: two lines of the log.
async fn pass_through(address: &str, server: &MailServer) {
    let mut request = format!("ws://{address}/tunnel").into_client_request().unwrap();
    request.headers_mut().insert("origin", format!("http://{address}").parse().unwrap());
    request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
    let mut page = Page { socket: tokio_tungstenite::connect_async(request).await.unwrap().0 };
    page.say(&PageMessage::Open(open("127.0.0.1", server.port()))).await;
    server.accept().await.write_all(b"+OK\r\n").await.unwrap();
    assert!(matches!(page.next().await, Got::Message(BridgeMessage::Opened { .. })));
    page.receive(5).await;
    page.socket.close(None).await.unwrap();
    page.closed().await;
}

#[tokio::test]
async fn a_log_that_nobody_reads_or_takes_any_more_holds_up_no_tunnel_and_what_is_lost_is_counted() {
    let server = MailServer::start().await;
    let entry = format!("127.0.0.1:{}", server.port());
    for gone in [true, false] {
        let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let metrics = taken.local_addr().unwrap().to_string();
        drop(taken);
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--metrics", &metrics, "--allow", &entry];
        let mut command = restante(&[&arguments[..], &["--openings-per-minute", "0"]].concat());
        let (mut child, address) = started(&mut command).await;
        // Its reader is gone, or does not read.
        let unread = child.stderr.take().filter(|_| !gone);
        // A pipe takes 64 KiB (pipe(7)), and two lines have 150 bytes at least.
        for _ in 0..if gone { 3 } else { 500 } {
            pass_through(&address, &server).await;
        }
        let exposed = get(&metrics, "/metrics").await;
        let line = exposed.lines().find_map(|line| line.strip_prefix("restante_log_lines_lost_total ")).unwrap();
        // What waits for a reader who may yet read is not lost.
        assert_eq!(line.parse::<u64>().unwrap() > 0, gone, "{line}");
        signal(&child, "-TERM").await;
        assert!(timeout(Duration::from_secs(20), child.wait()).await.expect("it stops").unwrap().success());
        if let Some(mut unread) = unread {
            let mut log = Vec::new();
            unread.read_to_end(&mut log).await.unwrap();
            assert!((60_000..=64 * 1024).contains(&log.len()), "the pipe was full: {}", log.len());
        }
    }
}

#[tokio::test]
async fn metrics_are_served_on_their_own_listener_only_and_health_on_both() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let metrics = taken.local_addr().unwrap().to_string();
    drop(taken);
    let (_child, address) = start(&["serve", "--listen", "127.0.0.1:0", "--metrics", &metrics]).await;
    assert!(get(&metrics, "/metrics").await.contains("\nrestante_tunnels_open 0\n"));
    for health in ["/healthz", "/readyz"] {
        assert!(get(&metrics, health).await.starts_with("HTTP/1.0 200 "), "{health}");
    }
    assert!(get(&address, "/tunnel").await.starts_with("HTTP/1.0 426 "));
    assert!(get(&metrics, "/metrics").await.contains("\nrestante_upgrades_refused_total{reason=\"form\"} 1\n"));
    assert!(get(&address, "/metrics").await.starts_with("HTTP/1.0 404 "));
    // A name that was made to resolve there reads nothing.
    let mut stream = TcpStream::connect(&metrics).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 421 ") && !answer.contains("restante_"), "{answer}");
}

#[tokio::test]
async fn a_check_makes_no_folder_for_certificates_and_names_one_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("acme");
    let check = async |cache: &std::path::Path| {
        let cache = cache.to_str().unwrap();
        finish(&["check-config", "--acme-domain", "mail.example.org", "--acme-cache", cache]).await
    };
    let output = check(&cache).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!cache.exists());
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_one_line(&check(folder.path()).await, "0700");
}
