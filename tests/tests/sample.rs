//! Letters handed in at the sample server by the engine's own client, and fetched again by the engine: what one sends to oneself
//! arrives as it was sent, and what cannot be delivered is refused as the demonstration says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::io;
use std::rc::Rc;

use restante_api::{FailureKind, Fingerprint, MessageRef, Request, Security, Server, TlsEnd, Update};
use restante_engine::submission::{Errand, Fate, Octets, Outcome, Standing, send, survey};
use restante_native::Native;
use restante_protocol::sasl::Mechanism;
use restante_protocol::smtp::{Form, Letter, Login, Mailbox as Address, Recipient, Secret};
use restante_sample::Server as Sample;
use restante_tests::bridge::Bridge;
use restante_tests::mailbox::{Mailbox, account};
use tokio::task::LocalSet;

fn server(sample: &Sample, security: Security) -> Server {
    Server {
        host: "127.0.0.1".into(),
        port: if security == Security::Tls { sample.submission_port() } else { sample.submission_starttls_port() },
        security,
        tls_end: TlsEnd::Browser,
        trusted: Some(Fingerprint(sample.fingerprint())),
        cleartext_agreed: false,
        token: None,
        bridge: None,
    }
}

fn login(sample: &Sample) -> Login {
    Login::with_password(sample.user(), Secret::new(sample.password()))
}

fn text(subject: &str, body: &str) -> String {
    format!(
        "From: robin@postbox.example\r\nTo: robin@postbox.example\r\nSubject: {subject}\r\n\
         Date: Sun, 29 Nov 2026 10:00:00 +0000\r\n\r\n{body}"
    )
}

fn errand(from: &str, to: &[&str], text: &str) -> Errand {
    let text: Rc<[u8]> = text.as_bytes().into();
    let octets: Octets = Rc::new(move || Ok(Box::new(io::Cursor::new(Rc::clone(&text)))));
    let content = survey(&octets, Form::Text).unwrap().unwrap();
    let to = to.iter().map(|to| Recipient { mailbox: to.parse::<Address>().unwrap(), notify: None });
    Errand { letter: Letter::new(from.parse::<Address>().unwrap(), to, content).unwrap(), octets }
}

async fn sent(server: &Server, login: Login, errands: &[Errand]) -> Vec<Outcome> {
    send(Rc::new(Native), server, Some(login), errands, &mut |_| ()).await
}

/// The sources of the newest so many messages, the oldest of them first.
async fn newest(sample: &Sample, count: usize) -> Vec<Vec<u8>> {
    let bridge = Bridge::start(&[sample.pops_port()], &[]).await.unwrap();
    let mut mailbox = Mailbox::new(bridge.way());
    let trusted = Some(sample.fingerprint());
    let rows = mailbox
        .open(account(sample.pops_port(), Security::Tls, sample.user(), sample.password(), trusted))
        .await
        .unwrap();
    let mut sources = Vec::new();
    for row in rows[..count].iter().rev() {
        sources.push(source(&mut mailbox, &row.message).await);
    }
    sources
}

async fn source(mailbox: &mut Mailbox, message: &MessageRef) -> Vec<u8> {
    mailbox.ask(Request::Source(message.clone())).unwrap();
    mailbox
        .until(|update| match update {
            Update::Source(source) if source.message == *message => Ok(source.bytes),
            other => Err(other),
        })
        .await
        .unwrap()
}

/// The letter behind the fields that a delivery puts in front.
fn behind_trace(source: &[u8]) -> &str {
    let text = std::str::from_utf8(source).unwrap();
    let rest = text.strip_prefix("Return-Path: <robin@postbox.example>\r\nReceived: from ").unwrap();
    rest.split_once("; ").unwrap().1.split_once("\r\n").unwrap().1
}

#[tokio::test]
async fn what_one_sends_to_oneself_is_fetched_again_octet_for_octet_over_both_ports() {
    let sample = Sample::start().await.unwrap();
    let line = "All work and no play makes Jack a dull boy, and here is a line of it.\r\n.\r\n..\r\n";
    let letters = [
        text("short", "Hello.\r\n.\r\n.dot\r\n\r\n"),
        text("8 bit", "Grüße aus München – ‘ciao’\r\n"),
        // Too large for one flight, so it goes by DATA.
        text("3 MB", &line.repeat((3 << 20) / line.len())),
        text("Größe in the header", "Hello.\r\n"),
    ];
    let errands: Vec<Errand> = letters.iter().map(|text| errand(sample.user(), &[sample.user()], text)).collect();
    LocalSet::new()
        .run_until(async {
            for security in [Security::Tls, Security::Starttls] {
                let outcomes = sent(&server(&sample, security), login(&sample), &errands).await;
                for outcome in &outcomes {
                    assert!(matches!(outcome.fate, Fate::Sent(_)), "{outcome:?}");
                    assert_eq!(outcome.recipients, [Standing::Accepted]);
                }
                let sources = newest(&sample, letters.len()).await;
                for (source, letter) in sources.iter().zip(&letters) {
                    assert!(behind_trace(source) == letter, "{security:?}: {}", &letter[..200.min(letter.len())]);
                }
            }
            assert_eq!(newest(&sample, 9).await.iter().filter(|source| source.starts_with(b"Return-Path")).count(), 8);
        })
        .await;
}

#[tokio::test]
async fn of_several_recipients_each_has_its_answer_and_the_letter_arrives_once() {
    let sample = Sample::start().await.unwrap();
    let to = ["ana@elsewhere.example", sample.user(), "later@postbox.example", "full@postbox.example"];
    let letter = text("to several", "Hello, all.\r\n");
    let errands = [errand(sample.user(), &to, &letter), errand(sample.user(), &to[2..], &letter)];
    let outcomes = LocalSet::new()
        .run_until(async {
            let outcomes = sent(&server(&sample, Security::Tls), login(&sample), &errands).await;
            let sources = newest(&sample, 2).await;
            assert_eq!(behind_trace(&sources[1]), letter);
            assert!(!sources[0].starts_with(b"Return-Path"), "the letter arrived twice");
            outcomes
        })
        .await;
    assert!(matches!(outcomes[0].fate, Fate::Sent(_)), "{outcomes:?}");
    assert!(matches!(outcomes[1].fate, Fate::Refused(_)), "{outcomes:?}");
    let told = |standing: &Standing| match standing {
        Standing::Refused(refusal) => {
            format!("{} {}", refusal.code().unwrap().value(), refusal.enhanced().unwrap())
        }
        other => format!("{other:?}"),
    };
    let first: Vec<String> = outcomes[0].recipients.iter().map(told).collect();
    assert_eq!(first, ["550 5.7.1", "Accepted", "450 4.2.1", "552 5.2.2"]);
    assert_eq!(outcomes[1].recipients.iter().map(told).collect::<Vec<_>>(), ["450 4.2.1", "552 5.2.2"]);
}

#[tokio::test]
async fn somebody_else_s_address_is_no_sender_and_a_letter_may_be_too_large() {
    let sample = Sample::start().await.unwrap();
    let line = format!("{}\r\n", "x".repeat(998));
    let errands = [
        errand("mallory@postbox.example", &[sample.user()], &text("not mine", "Hello.\r\n")),
        errand(sample.user(), &[sample.user()], &text("35 MB", &line.repeat(35_000))),
        errand(sample.user(), &[sample.user()], &text("mine", "Hello.\r\n")),
    ];
    let outcomes = sent(&server(&sample, Security::Tls), login(&sample), &errands).await;
    let Fate::Refused(refusal) = &outcomes[0].fate else { panic!("{outcomes:?}") };
    assert_eq!((refusal.code().unwrap().value(), refusal.enhanced().unwrap().to_string()), (553, "5.7.1".into()));
    // It is not even asked for: EHLO has told the limit.
    let Fate::Refused(refusal) = &outcomes[1].fate else { panic!("{outcomes:?}") };
    assert!(refusal.code().is_none(), "{refusal:?}");
    assert!(matches!(outcomes[2].fate, Fate::Sent(_)), "{outcomes:?}");
}

#[tokio::test]
async fn both_mechanisms_sign_in_and_a_wrong_password_does_not() {
    let sample = Sample::start().await.unwrap();
    let letter = errand(sample.user(), &[sample.user()], &text("hello", "Hello.\r\n"));
    for name in ["PLAIN", "LOGIN"] {
        let mechanism = Mechanism::from_name(name).unwrap();
        let server = server(&sample, Security::Starttls);
        let outcomes = sent(&server, login(&sample).by(mechanism), std::slice::from_ref(&letter)).await;
        assert!(matches!(outcomes[0].fate, Fate::Sent(_)), "{name}: {outcomes:?}");
        let wrong = Login::with_password(sample.user(), Secret::new("wrong")).by(mechanism);
        let outcomes = sent(&server, wrong, std::slice::from_ref(&letter)).await;
        let Fate::NotSent(failure) = &outcomes[0].fate else { panic!("{name}: {outcomes:?}") };
        assert_eq!(failure.kind, FailureKind::WrongPassword, "{name}: {failure:?}");
    }
}
