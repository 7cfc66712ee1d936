//! The program `send` in front of a real Postfix: what it says, and how it ends.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::process::Command;

use super::*;

/// Cargo builds examples beside tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples").join("send");
    assert!(program.exists(), "build it first: cargo build -p restante-engine --example send");
    program
}

/// A folder with a password and letters, and the server to send them to.
struct Desk<'a> {
    home: tempfile::TempDir,
    postfix: &'a Postfix,
    identity: &'a Identity,
}

impl<'a> Desk<'a> {
    fn new(postfix: &'a Postfix, identity: &'a Identity) -> Self {
        let desk = Self { home: tempfile::tempdir().unwrap(), postfix, identity };
        std::fs::write(desk.path("password"), "pencil\n").unwrap();
        std::fs::write(desk.path("wrong"), "pen\n").unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a letter of this name.
    fn letter(&self, name: &str) -> Vec<u8> {
        let text = text(name, name, "Hello.\r\n.\r\n..\r\n");
        std::fs::write(self.path(name), &text).unwrap();
        text
    }

    fn url(&self) -> String {
        format!("smtps://ana@127.0.0.1:{}/", self.postfix.smtps_port())
    }

    fn fingerprint(&self) -> String {
        self.identity.fingerprint.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// Runs the program with this URL and these words, in the folder.
    async fn run(&self, url: &str, words: &[&str]) -> Output {
        let mut command = Command::new(program());
        command.arg(url).args(words).current_dir(self.home.path()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = tokio::time::timeout(Duration::from_secs(60), command.output()).await;
        output.expect("it ends").unwrap()
    }

    /// Sends the letter of this name, with further words.
    async fn send(&self, name: &str, to: &[&str], more: &[&str]) -> Output {
        let fingerprint = self.fingerprint();
        let mut words = vec!["--password-file", "password", "--trust-sha256", &fingerprint];
        words.extend(["--from", "ana@example.org", "--message", name, "--to"]);
        words.extend(to);
        words.extend(more);
        self.run(&self.url(), &words).await
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn the_program_tells_by_its_status_and_in_words_what_became_of_letters() {
    let identity = identity();
    let Some(postfix) = postfix(&identity, "plain scram-sha-256", &["ana", "bert", "cleo"]).await else { return };
    let desk = Desk::new(&postfix, &identity);

    let letter = desk.letter("all");
    let output = desk.send("all", &["bert@example.org", "cleo@example.org"], &[]).await;
    assert_eq!((output.status.code(), err(&output)), (Some(0), String::new()), "{output:?}");
    assert!(out(&output).starts_with("all: sent: 250 "), "{output:?}");
    for user in ["bert", "cleo"] {
        assert_eq!(arrived(&postfix, user, &first_line("all"), 1).await, [letter.as_slice()]);
    }

    let letter = desk.letter("some");
    let output = desk.send("some", &["nobody@example.org", "bert@example.org"], &[]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let words = err(&output);
    assert!(words.starts_with("some: nobody@example.org was not accepted: "), "{words}");
    assert!(words.contains("550 5.1.1") && words.contains("Recipient address rejected"), "{words}");
    assert_eq!(words.lines().count(), 1, "nothing is said of whom it was accepted for: {words}");
    assert_eq!(arrived(&postfix, "bert", &first_line("some"), 1).await, [letter]);

    desk.letter("none");
    let output = desk.send("none", &["nobody@example.org", "noone@example.org"], &[]).await;
    assert_eq!((output.status.code(), out(&output)), (Some(1), String::new()), "{output:?}");
    let words = err(&output);
    for expected in ["none: nobody@example.org was not", "none: noone@example.org was not", "none: not sent: "] {
        assert!(words.contains(expected), "{words}");
    }

    let output = desk.send("all", &["bert@example.org"], &["--password-file", "wrong"]).await;
    assert_eq!(output.status.code(), Some(2), "an option that is given twice: {output:?}");
    let fingerprint = desk.fingerprint();
    let wrong = ["--password-file", "wrong", "--trust-sha256", &fingerprint, "--from", "ana@example.org"];
    let output = desk.run(&desk.url(), &[&wrong[..], &["--to", "bert@example.org", "--message", "all"]].concat()).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(err(&output).contains("all: not sent: wrong-password (at fault: user): 535 5.7.8"), "{output:?}");
    let strange = "00".repeat(32);
    let other = ["--password-file", "password", "--trust-sha256", &strange, "--from", "ana@example.org"];
    let output = desk.run(&desk.url(), &[&other[..], &["--to", "bert@example.org", "--message", "all"]].concat()).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(err(&output).contains("all: not sent: certificate"), "{output:?}");
    arrived(&postfix, "bert", "X-Letter: ", 2).await;
}

#[tokio::test]
async fn the_program_ends_with_2_where_the_command_line_or_a_letter_is_wrong() {
    let identity = identity();
    let Some(postfix) = postfix(&identity, "plain", &["bert"]).await else { return };
    let desk = Desk::new(&postfix, &identity);
    desk.letter("letter");
    std::fs::write(desk.path("bare"), "Subject: a line end of its own\n\nHello\n\0").unwrap();
    let url = desk.url();
    let to = ["--from", "ana@example.org", "--to", "bert@example.org"];
    let letter = ["--message", "letter"];
    let password = ["--password-file", "password"];
    let cases: [(&str, Vec<&str>, &str); 9] = [
        ("http://ana@127.0.0.1/", [&to[..], &letter, &password].concat(), "http://"),
        ("smtps://127.0.0.1/", [&to[..], &letter, &password].concat(), "user"),
        (&url, [&to[..], &["--message", "no-such-file"], &password].concat(), "no-such-file"),
        (&url, [&to[..], &letter, &["--password-file", "no-such-file"]].concat(), "no-such-file"),
        (&url, [&to[..], &letter, &password, &["--fly"]].concat(), "--fly"),
        (&url, [&["--from", "ana@example.org"][..], &letter, &password].concat(), "--to"),
        (&url, [&["--from", "ana", "--to", "bert@example.org"][..], &letter, &password].concat(), "--from"),
        (&url, [&to[..], &letter, &password, &["--mechanism", "TELEPATHY"]].concat(), "TELEPATHY"),
        (&url, [&to[..], &["--message", "bare"], &password].concat(), "bare"),
    ];
    for (url, words, named) in cases {
        let output = desk.run(url, &words).await;
        assert_eq!((output.status.code(), out(&output)), (Some(2), String::new()), "{words:?}: {output:?}");
        assert!(err(&output).contains(named), "{words:?}: {output:?}");
    }
    assert!(postfix.arrived("bert", "X-Letter: ").unwrap().is_empty());
}

#[tokio::test]
async fn the_program_speaks_json_starttls_one_mechanism_and_asks_for_reports() {
    let identity = identity();
    let names = ["plain", "scram-sha-256"];
    let Some(postfix) = postfix(&identity, &names.join(" "), &["ana", "bert"]).await else { return };
    let desk = Desk::new(&postfix, &identity);
    for name in ["one", "two"] {
        desk.letter(name);
    }
    let to = ["nobody@example.org", "bert@example.org"];
    let output = desk.send("one", &to, &["--message", "two", "--json", "--mechanism", "plain"]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told: Vec<serde_json::Value> = out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |name: &str| told.iter().filter(|event| event["event"] == name).cloned().collect::<Vec<_>>();
    assert_eq!(of("mechanism").iter().map(|event| event["mechanism"].clone()).collect::<Vec<_>>(), ["PLAIN"]);
    let letters: Vec<_> = of("letter").iter().map(|event| (event["message"].clone(), event["fate"].clone())).collect();
    assert_eq!(letters, [("one".into(), "sent".into()), ("two".into(), "sent".into())]);
    let recipients: Vec<_> =
        of("recipient").iter().map(|event| (event["address"].clone(), event["code"].clone())).collect();
    let pair: [(serde_json::Value, serde_json::Value); 2] =
        [("nobody@example.org".into(), 550.into()), ("bert@example.org".into(), serde_json::Value::Null)];
    assert_eq!(recipients, [&pair[..], &pair].concat());

    // The other port, with the security said twice over, and a mechanism that is not the server's first choice.
    let fingerprint = desk.fingerprint();
    let url = format!("smtp://ana@127.0.0.1:{}/", postfix.submission_port());
    let words = ["--password-file", "password", "--trust-sha256", &fingerprint, "--from", "ana@example.org"];
    let words = [&words[..], &["--to", "bert@example.org", "--message", "two"]].concat();
    for more in [&["--security", "starttls", "--mechanism", "scram-sha-256"][..], &["--mechanism", "plain"]] {
        let output = desk.run(&url, &[&words[..], more].concat()).await;
        assert_eq!((output.status.code(), err(&output)), (Some(0), String::new()), "{more:?}: {output:?}");
    }
    let log = postfix.log();
    for mechanism in ["sasl_method=PLAIN", "sasl_method=SCRAM-SHA-256"] {
        assert!(log.contains(mechanism), "{log}");
    }
    // A port that speaks TLS from the first octet does not speak STARTTLS.
    let output = desk.run(&url, &[&words[..], &["--security", "tls"]].concat()).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let output = desk.send("one", &["bert@example.org"], &["--mechanism", "cram-md5"]).await;
    assert_eq!(output.status.code(), Some(1), "the server does not know it: {output:?}");
    assert!(err(&output).contains("one: not sent: ") && err(&output).contains("mechanism"), "{output:?}");

    let output = desk.send("two", &["bert@example.org"], &["--dsn"]).await;
    assert_eq!((output.status.code(), err(&output)), (Some(0), String::new()), "{output:?}");
    let report = arrived(&postfix, "ana", "Date: ", 1).await.remove(0);
    assert!(contains(&report, "Successful Mail Delivery Report"), "{}", String::from_utf8_lossy(&report));
    arrived(&postfix, "bert", &first_line("one"), 1).await;
    arrived(&postfix, "bert", &first_line("two"), 4).await;
}
