//! The binary as an operator meets it: exit statuses, the ready line, signals.

use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

fn restante(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_restante"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn finish(arguments: &[&str]) -> Output {
    timeout(Duration::from_secs(20), restante(arguments).output()).await.expect("it ends").unwrap()
}

/// Starts it and waits for the ready line; gives the address.
async fn start(arguments: &[&str]) -> (Child, String) {
    let mut child = restante(arguments).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = timeout(Duration::from_secs(20), lines.next_line()).await.expect("it starts").unwrap().unwrap();
    let address = line.strip_prefix("Restante is ready: http://").and_then(|rest| rest.strip_suffix('/'));
    (child, address.unwrap_or_else(|| panic!("{line}")).to_owned())
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
    assert_one_line(&finish(&["sevre"]).await, "sevre");
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
        let mut child = restante(&["serve", "--listen", "127.0.0.1:0"]).env("RESTANTE_NO_PAGE", text).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(Duration::from_secs(20), lines.next_line()).await.expect("it starts").unwrap().unwrap();
        let address = line.strip_prefix("Restante is ready: http://").unwrap().trim_end_matches('/');
        let answer = get(address, "/").await;
        assert_eq!(!answer.contains("serves no page"), served, "{text}: {answer}");
    }
    let mut unclear = restante(&["serve", "--listen", "127.0.0.1:0"]);
    let output = timeout(Duration::from_secs(20), unclear.env("RESTANTE_NO_PAGE", "perhaps").output()).await;
    assert_one_line(&output.expect("it ends").unwrap(), "perhaps");
}

#[tokio::test]
async fn help_explains_every_flag() {
    let output = finish(&["serve", "--help"]).await;
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for flag in
        ["--listen", "--allow", "--allow-origin", "--host", "--preset", "--tls-ca", "--idle-timeout", "--log-format"]
    {
        assert!(help.contains(flag), "{flag}");
    }
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
    let port = u16::try_from(preset["port"].as_u64().unwrap()).unwrap();
    TcpStream::connect(("127.0.0.1", port)).await.unwrap();
}

async fn signal(child: &Child, name: &str) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([name, &id]).status().await.unwrap().success());
}

#[tokio::test]
async fn a_configuration_is_checked_with_the_line_at_fault() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    std::fs::write(path, "listen = \"127.0.0.1:0\"\nallow = [\n\"pop.example.org\",\n\"0x7f.1\",\n]\n").unwrap();
    assert_one_line(&finish(&["check-config", "--config", path]).await, &format!("{path}:4: "));
    assert_one_line(&finish(&["serve", "--config", path]).await, &format!("{path}:4: "));
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
