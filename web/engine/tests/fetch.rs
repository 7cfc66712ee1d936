//! The `fetch` example as a program: exit statuses, what it leaves on the disk, and what it tells the server and the user.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use restante_testkit::corpus;
use restante_testkit::server::{Channel, Plan};
use serde_json::Value;
use support::{Host, MODERN, Manners, certified, message, scripted};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::compat::TokioAsyncReadCompatExt;

/// A server on loopback, until the test ends.
async fn listen(host: &Host) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let host = host.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let connection = host.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(support::serve(stream, host.manners.clone(), host.said.clone(), connection));
        }
    });
    address
}

/// Cargo builds a package's examples beside its tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples").join("fetch");
    assert!(program.exists(), "build it first: cargo build -p restante-engine --example fetch");
    program
}

async fn fetch(host: &Host, home: &TempDir, arguments: &[&str]) -> Output {
    let arguments = [&["--security", "none"], arguments].concat();
    run(listen(host).await, "ann", "secret", home, &arguments).await
}

/// Fetches from the server that a script makes.
async fn fetch_script(text: &str, home: &TempDir, arguments: &[&str]) -> Output {
    let plan = Arc::new(Plan::new(text).unwrap());
    let (acceptor, fingerprint) = certified();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = Arc::clone(&plan);
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let (plan, acceptor) = (Arc::clone(&served), acceptor.clone());
            tokio::spawn(async move { scripted::serve(&plan, number, &acceptor, stream.compat()).await });
        }
    });
    let security = match plan.channel {
        Channel::Clear => "none",
        Channel::Starttls => "starttls",
        Channel::Tls => "tls",
    };
    let fingerprint = fingerprint.to_string();
    let arguments = [&["--security", security, "--trust-sha256", &fingerprint], arguments].concat();
    run(address, &plan.user, &plan.password, home, &arguments).await
}

async fn run(address: SocketAddr, user: &str, password: &str, home: &TempDir, arguments: &[&str]) -> Output {
    let file = home.path().join("password");
    std::fs::write(&file, format!("{password}\n")).unwrap();
    tokio::process::Command::new(program())
        .arg(format!("pop://{user}@{address}/"))
        .arg("--password-file")
        .arg(file)
        .args(arguments)
        .current_dir(home.path())
        .output()
        .await
        .unwrap()
}

/// What was told with `--json`, of this name.
fn told(output: &Output, name: &str) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.filter(|event| event["event"] == name).collect()
}

fn delivered(maildir: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = std::fs::read_dir(maildir.join("new"))
        .unwrap()
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    files.sort();
    files
}

fn sorted(numbers: impl Iterator<Item = u32>) -> Vec<Vec<u8>> {
    let mut messages: Vec<_> = numbers.map(message).collect();
    messages.sort();
    messages
}

#[tokio::test]
async fn every_message_is_delivered_before_it_is_deleted() {
    let (host, home) = (Host::new(Manners::modern(30)), TempDir::new().unwrap());
    let output = fetch(&host, &home, &["--delete", "--maildir", "mail"]).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(delivered(&home.path().join("mail")), sorted(1..=30));
    let said = host.lines();
    let last_retr = said.iter().rposition(|line| line.starts_with("RETR")).unwrap();
    let first_dele = said.iter().position(|line| line.starts_with("DELE")).unwrap();
    assert!(first_dele > last_retr, "they wait for the disk together");
    assert_eq!(said.iter().filter(|line| line.starts_with("DELE")).count(), 30);
    assert_eq!(said.last().map(String::as_str), Some("QUIT"));
}

#[tokio::test]
async fn nothing_is_deleted_where_the_disk_fails() {
    let (host, home) = (Host::new(Manners::modern(3)), TempDir::new().unwrap());
    std::fs::create_dir_all(home.path().join("mail/tmp")).unwrap();
    std::fs::write(home.path().join("mail/new"), "in the way").unwrap();
    let output = fetch(&host, &home, &["--delete", "--maildir", "mail"]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!host.lines().iter().any(|line| line.starts_with("DELE")));
}

#[tokio::test]
async fn a_refused_message_costs_that_message_and_is_reported() {
    let host = Host::new(Manners { damaged: vec![4], ..Manners::modern(9) });
    let home = TempDir::new().unwrap();
    let output = fetch(&host, &home, &["--mbox", "all.mbox", "--json"]).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!((told(&output, "message").len(), told(&output, "refused").len()), (8, 1));
    assert_eq!((&told(&output, "refused")[0]["number"], &told(&output, "done")[0]["refused"]), (&4.into(), &1.into()));
    let mbox = std::fs::read_to_string(home.path().join("all.mbox")).unwrap();
    assert_eq!(mbox.lines().filter(|line| line.starts_with("From MAILER-DAEMON ")).count(), 8);
    assert!(mbox.contains(&format!("\n{}\nFrom ", String::from_utf8(message(5)).unwrap())));
}

#[tokio::test]
async fn a_connection_lost_in_a_body_keeps_what_was_complete() {
    let host = Host::new(Manners { hangs_up_on: Some(20), ..Manners::modern(40) });
    for (output, home) in [("--maildir", TempDir::new().unwrap()), ("--mbox", TempDir::new().unwrap())] {
        let result = fetch(&host, &home, &[output, "out", "--json"]).await;
        assert_eq!(result.status.code(), Some(1), "{result:?}");
        let last: serde_json::Value =
            serde_json::from_str(String::from_utf8(result.stdout).unwrap().lines().last().unwrap()).unwrap();
        assert_eq!((last["kind"].as_str(), last["blame"].as_str()), (Some("connection-lost"), Some("server")));
        assert!(last["rfc"].as_str().is_some_and(|rfc| rfc.starts_with("RFC 1939")) && last["advice"].is_string());
        let out = home.path().join("out");
        if output == "--maildir" {
            assert_eq!(delivered(&out), sorted(1..=19));
            assert_eq!(std::fs::read_dir(out.join("tmp")).unwrap().count(), 0);
        } else {
            let mbox = std::fs::read_to_string(out).unwrap();
            assert!(mbox.ends_with(&format!("{}\n", String::from_utf8(message(19)).unwrap())), "{mbox}");
        }
    }
}

#[tokio::test]
async fn the_plan_goes_on_in_lock_step_where_pipelining_breaks() {
    // Announced only behind the login, so that it is the messages which break.
    let host = Host::new(Manners {
        capa: Some("TOP\r\nUIDL\r\nUSER\r\n"),
        capa_after: Some(MODERN),
        garbles_pipelines: true,
        ..Manners::modern(12)
    });
    let home = TempDir::new().unwrap();
    let output = fetch(&host, &home, &["--maildir", "mail", "--json"]).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(told(&output, "again")[0]["way"], "lock-step");
    assert_eq!(delivered(&home.path().join("mail")), sorted(1..=12), "none lost, none doubled");
    assert_eq!(host.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn failures_are_one_line_and_wrong_usage_is_status_2() {
    let host = Host::new(Manners { refuses: true, ..Manners::modern(1) });
    let home = TempDir::new().unwrap();
    let output = fetch(&host, &home, &["--discard"]).await;
    assert_eq!(output.status.code(), Some(1));
    let line = String::from_utf8(output.stderr).unwrap();
    assert!(line.starts_with("fetch: wrong-password (at fault: user, RFC "), "{line}");
    assert_eq!(line.lines().count(), 1);
    assert_eq!(fetch(&host, &home, &[]).await.status.code(), Some(2));
    assert_eq!(fetch(&host, &home, &["--discard", "--mechanism", "MAGIC"]).await.status.code(), Some(2));
}

#[tokio::test]
async fn a_server_that_wants_a_pause_is_told_with_its_length_and_nothing_else_is_blamed() {
    let home = TempDir::new().unwrap();
    let capa = Some("TOP\r\nUIDL\r\nUSER\r\nLOGIN-DELAY 300\r\n");
    for (refusal, kind, advice) in [
        ("-ERR [LOGIN-DELAY] too soon", "try-later", "Try again in 5 minutes."),
        ("-ERR [LOGIN-DELAY 30] too soon", "try-later", "Try again in 30 seconds."),
        ("-ERR [SYS/TEMP] later", "try-later", "Try again in a few minutes."),
        ("-ERR [IN-USE] locked", "in-use", "try again in a few minutes"),
        ("-ERR [SYS/PERM] closed", "refused", "ask the server's operator"),
        ("-ERR [AUTH] no", "wrong-password", "Check both."),
        ("-ERR no", "wrong-password", "Check both."),
    ] {
        let host = Host::new(Manners { capa, refuses: true, refusal, ..Manners::modern(1) });
        let output = fetch(&host, &home, &["--discard", "--json"]).await;
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let told = String::from_utf8(output.stdout).unwrap();
        let last: serde_json::Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
        assert_eq!(last["kind"], kind, "{refusal}");
        assert!(last["advice"].as_str().is_some_and(|told| told.contains(advice)), "{refusal}: {last}");
    }
}

#[tokio::test]
async fn headers_alone_are_fetched_with_top_and_the_password_file_holds_a_token_where_a_mechanism_wants_one() {
    let (host, home) = (Host::new(Manners::modern(3)), TempDir::new().unwrap());
    let output = fetch(&host, &home, &["--top", "1", "--maildir", "mail", "--mechanism", "USER/PASS"]).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(delivered(&home.path().join("mail")).len(), 3);
    assert!(host.lines().iter().any(|line| line == "TOP 2 1"), "{:?}", host.lines());
    assert!(!host.lines().iter().any(|line| line.starts_with("RETR")));

    let output = fetch(&host, &home, &["--discard", "--mechanism", "XOAUTH2"]).await;
    assert_eq!(output.status.code(), Some(1), "this server has no such mechanism");
    assert!(host.lines().iter().any(|line| line == "AUTH XOAUTH2"), "{:?}", host.lines());
}

#[tokio::test]
async fn the_status_tells_all_from_a_part_from_nothing_and_what_was_refused_is_named() {
    let home = TempDir::new().unwrap();
    let servers = [(Some(MODERN), true), (Some("UIDL\r\nUSER\r\n"), false), (None, true), (None, false)];
    let table: [(&[u32], i32); 5] = [(&[], 0), (&[2], 3), (&[4], 3), (&[1, 2, 3], 3), (&[1, 2, 3, 4], 1)];
    for ((capa, top), (damaged, status)) in servers.iter().flat_map(|server| table.iter().map(move |row| (server, row)))
    {
        for arguments in [&["--discard", "--json"][..], &["--discard", "--json", "--top", "1"]] {
            let host = Host::new(Manners { capa: *capa, top: *top, damaged: damaged.to_vec(), ..Manners::modern(4) });
            let output = fetch(&host, &home, arguments).await;
            let at = format!("{damaged:?} of {capa:?}, TOP {top}, {arguments:?}: {output:?}");
            assert_eq!(output.status.code(), Some(*status), "{at}");
            assert_eq!(told(&output, "message").len(), 4 - damaged.len(), "{at}");
            let refused: Vec<_> =
                told(&output, "refused").iter().map(|event| event["number"].as_u64().unwrap()).collect();
            assert_eq!(refused, damaged.iter().map(|number| u64::from(*number)).collect::<Vec<_>>(), "{at}");
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            for number in *damaged {
                let id = if capa.is_some() { format!(" (unique-id uid-{number})") } else { String::new() };
                let line = format!("Message {number}{id}: the server refuses it: cannot read it\n");
                assert!(errors.contains(&line), "{at}");
            }
            assert_eq!(
                (told(&output, "failed").len(), told(&output, "done").len()),
                if *status == 1 { (1, 0) } else { (0, 1) }
            );
        }
    }
    let empty = fetch(&Host::new(Manners::modern(0)), &home, &["--discard"]).await;
    assert_eq!(empty.status.code(), Some(0), "there was nothing to be had: {empty:?}");
}

#[tokio::test]
async fn without_top_small_messages_are_fetched_whole_and_cut_and_large_ones_are_named() {
    let large = [message(2), b"x\r\n".repeat(50_000)].concat();
    for capa in [None, Some("UIDL\r\nUSER\r\nPIPELINING\r\n")] {
        let messages = vec![message(1), large.clone(), message(3), message(4), message(5)];
        let host = Host::new(Manners { capa, top: false, messages, ..Manners::modern(5) });
        let home = TempDir::new().unwrap();
        let output = fetch(&host, &home, &["--top", "1", "--maildir", "mail"]).await;
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let head = |number: u32| {
            let message = String::from_utf8(message(number)).unwrap();
            let (header, _) = message.split_once("\r\n\r\n").unwrap();
            format!("{header}\r\n\r\n--b\r\n").into_bytes()
        };
        assert_eq!(delivered(&home.path().join("mail")), [1, 3, 4, 5].map(head));
        let said = host.lines();
        assert!(!said.iter().any(|line| line == "RETR 2"), "{said:?}");
        assert_eq!(said.iter().filter(|line| line.starts_with("TOP")).count(), if capa.is_none() { 3 } else { 0 });
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains("Message 2") && errors.contains(&large.len().to_string()), "{errors}");
        assert!(errors.contains("This server has no TOP"), "{errors}");
    }
}

#[tokio::test]
async fn a_deletion_that_is_refused_is_named_and_is_no_success() {
    let script = "# DELE is refused.\n% agreed\n> LOGIN user secret\nS: +OK ready\nC: CAPA\nS: -ERR\nC: USER user\n\
                  S: +OK\nC: PASS secret\nS: +OK\nC: DELE 2\nS: -ERR [SYS/TEMP] not \\x1b[31mnow\n";
    let home = TempDir::new().unwrap();
    let output = fetch_script(script, &home, &["--delete", "--maildir", "mail"]).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(delivered(&home.path().join("mail")).len(), 2);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("Message 2: not deleted on the server") && !errors.contains('\x1b'), "{errors}");
    assert!(String::from_utf8(output.stdout).unwrap().contains(" 1 deleted"));
}

#[tokio::test]
async fn a_server_that_breaks_is_asked_again_in_the_ways_of_the_page() {
    let scripts = corpus::files().unwrap();
    for (name, way) in [("quirks/capa-hangup", "without-capa"), ("quirks/binding-hangup", "without-binding")] {
        let script = scripts.iter().find(|file| file.name == name).unwrap();
        let home = TempDir::new().unwrap();
        let output = fetch_script(&script.text, &home, &["--maildir", "mail", "--json"]).await;
        assert!(output.status.success(), "{name}: {output:?}");
        assert_eq!(
            told(&output, "again").iter().map(|event| event["way"].clone()).collect::<Vec<_>>(),
            [way],
            "{name}"
        );
        assert_eq!(delivered(&home.path().join("mail")).len(), 2, "{name}");
    }
    let home = TempDir::new().unwrap();
    let capa = Some("TOP\r\nUIDL\r\nPIPELINING\r\nUSER\r\nUTF8\r\n");
    let host = Host::new(Manners { capa, needs_utf8: Some(2), ..Manners::modern(3) });
    let output = fetch(&host, &home, &["--maildir", "mail", "--json"]).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(told(&output, "again")[0]["way"], "utf8");
    assert_eq!(delivered(&home.path().join("mail")), sorted(1..=3), "none lost, none doubled");
}
