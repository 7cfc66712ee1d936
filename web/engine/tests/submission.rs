//! Letters that are sent: over one connection where the server allows it, octet for octet, and what is told of them is true
//! wherever the connection breaks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::io::{self, Read};
use std::rc::Rc;
use std::time::Duration;

use restante_api::{Failure, FailureKind, Security, Server, TlsEnd};
use restante_engine::submission::{Errand, Fate, Octets, Outcome, Standing, send, survey};
use restante_protocol::smtp::{Form, Letter, Login, Mailbox, Secret};
use support::receiving::{CLEAR, Host, Way};

fn server() -> Server {
    Server {
        host: "mail.example.org".into(),
        port: 587,
        security: Security::None,
        tls_end: TlsEnd::Browser,
        trusted: None,
        cleartext_agreed: true,
        token: None,
        bridge: None,
    }
}

fn octets(text: Vec<u8>) -> Octets {
    let text: Rc<[u8]> = text.into();
    Rc::new(move || Ok(Box::new(io::Cursor::new(Rc::clone(&text)))))
}

fn errand(number: usize, to: &[&str], size: usize) -> Errand {
    let text = format!("Subject: letter {number}\r\n\r\n{}", ".a line of it\r\n".repeat(size / 15)).into_bytes();
    let octets = octets(text);
    let content = survey(&octets, Form::Text).unwrap().unwrap();
    let from: Mailbox = "ana@example.org".parse().unwrap();
    let letter = Letter::new(from, to.iter().map(|to| to.parse::<Mailbox>().unwrap()), content).unwrap();
    Errand { letter, octets }
}

fn text(errand: &Errand) -> Vec<u8> {
    let mut text = Vec::new();
    (errand.octets)().unwrap().read_to_end(&mut text).unwrap();
    text
}

async fn sent(host: &Rc<Host>, errands: &[Errand]) -> Vec<Outcome> {
    let login = Login::with_password("ana", Secret::new("pencil"));
    let platform: Rc<Host> = Rc::clone(host);
    send(platform, &server(), Some(login), errands, &mut |_| ()).await
}

const MODERN: &[&str] = &["PIPELINING", "8BITMIME", "CHUNKING", "AUTH PLAIN", "SIZE 100000000"];
const PLAIN: &[&str] = &["AUTH PLAIN"];
const PIPELINING: &[&str] = &["PIPELINING", "AUTH PLAIN"];

#[tokio::test(start_paused = true)]
async fn letters_go_over_one_connection_and_arrive_octet_for_octet() {
    for extensions in [MODERN, PLAIN, PIPELINING] {
        let host = Host::new(extensions, &[CLEAR]);
        let sizes = [10, 100, 3000, 200_000, 3_000_000, 40, 70_000];
        let errands: Vec<Errand> =
            sizes.iter().enumerate().map(|(at, size)| errand(at, &["bert@example.org"], *size)).collect();
        let outcomes = sent(&host, &errands).await;
        assert_eq!(host.connections.get(), 1);
        assert_eq!(*host.faults.lock().unwrap(), Vec::<String>::new());
        let taken = host.taken.lock().unwrap();
        assert_eq!(taken.len(), errands.len());
        for ((errand, outcome), (to, what)) in errands.iter().zip(&outcomes).zip(taken.iter()) {
            assert!(matches!(outcome.fate, Fate::Sent(_)) && outcome.recipients == [Standing::Accepted], "{outcome:?}");
            assert!(to == &["bert@example.org"] && *what == text(errand));
        }
    }
}

#[tokio::test]
async fn a_small_letter_takes_one_flight_from_mail_to_its_last_octet() {
    let verbs = |flight: &String| {
        let lines = flight.lines().take_while(|line| !line.starts_with("Subject:"));
        lines.map(|line| line.split([' ', ':']).next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let servers: [(&[&str], &[&[&str]]); 3] = [
        (MODERN, &[&["EHLO"], &["AUTH"], &["MAIL", "RCPT", "RCPT", "BDAT"]]),
        // Where there is no BDAT, a letter waits for the answer to DATA (RFC 5321, section 4.1.1.4).
        (PIPELINING, &[&["EHLO"], &["AUTH"], &["MAIL", "RCPT", "RCPT", "DATA"], &[]]),
        (PLAIN, &[&["EHLO"], &["AUTH"], &["MAIL"], &["RCPT"], &["RCPT"], &["DATA"], &[]]),
    ];
    for (extensions, flights) in servers {
        let host = Host::new(extensions, &[CLEAR]);
        sent(&host, &[errand(1, &["a@example.org", "b@example.org"], 2_000)]).await;
        let said = host.flights.lock().unwrap();
        let found: Vec<_> =
            said.iter().filter(|flight| !flight.is_empty() && !flight.starts_with("QUIT")).map(verbs).collect();
        assert_eq!(found, flights, "{extensions:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn more_recipients_letters_or_domains_than_a_server_takes_go_in_other_letters_and_connections() {
    const LIMITED: &[&str] = &["PIPELINING", "AUTH PLAIN", "LIMITS RCPTMAX=2 MAILMAX=3 RCPTDOMAINMAX=1"];
    let host = Host::new(LIMITED, &[CLEAR]);
    let to = ["a@a.example", "b@a.example", "c@a.example", "d@b.example", "e@a.example", "f@b.example"];
    let errands = [errand(0, &to, 100), errand(1, &to[..3], 100)];
    let outcomes = sent(&host, &errands).await;
    for outcome in &outcomes {
        assert!(matches!(outcome.fate, Fate::Sent(_)), "{outcome:?}");
        assert!(outcome.recipients.iter().all(|standing| *standing == Standing::Accepted), "{outcome:?}");
    }
    let taken = host.taken.lock().unwrap();
    let mut told: Vec<String> = taken.iter().flat_map(|(to, _)| to.clone()).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "a@a.example",
            "a@a.example",
            "b@a.example",
            "b@a.example",
            "c@a.example",
            "c@a.example",
            "d@b.example",
            "e@a.example",
            "f@b.example"
        ]
    );
    assert!(taken.iter().all(|(to, _)| to.len() <= 2));
}

#[tokio::test(start_paused = true)]
async fn of_a_hundred_random_cuts_no_letter_is_lost_and_none_is_sent_twice_without_a_word() {
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    let (mut sent_once, mut in_doubt, mut not_sent) = (0, 0, 0);
    for round in 0..100 {
        let cut = |random: &mut dyn FnMut(usize) -> usize| match round % 2 {
            0 => Way { up: random(4000), ..CLEAR },
            _ => Way { down: random(600), ..CLEAR },
        };
        let ways = [cut(&mut random), cut(&mut random), CLEAR];
        let host = Host::new([MODERN, PLAIN, PIPELINING][round % 3], &ways);
        let errands: Vec<Errand> = (0..6).map(|at| errand(at, &["bert@example.org"], random(1500))).collect();
        let outcomes = sent(&host, &errands).await;
        assert_eq!(*host.faults.lock().unwrap(), Vec::<String>::new());
        let taken = host.taken.lock().unwrap();
        for (errand, outcome) in errands.iter().zip(&outcomes) {
            let times = taken.iter().filter(|(_, what)| *what == text(errand)).count();
            match outcome.fate {
                Fate::Sent(_) => {
                    sent_once += 1;
                    assert_eq!(times, 1, "{ways:?}: {outcome:?}");
                }
                Fate::Perhaps(_) => {
                    in_doubt += 1;
                    assert!(times <= 1, "{ways:?}: {outcome:?}");
                }
                // A server that hangs up behind the password may mean that.
                Fate::NotSent(Failure { kind: FailureKind::ConnectionLost | FailureKind::WrongPassword, .. }) => {
                    not_sent += 1;
                    assert_eq!(times, 0, "{ways:?}: {outcome:?}");
                }
                Fate::NotSent(_) | Fate::Refused(_) => panic!("{ways:?}: {outcome:?}"),
            }
        }
    }
    assert!(sent_once > 50 && in_doubt > 10 && not_sent > 50, "{sent_once}, {in_doubt}, {not_sent}");
}

#[tokio::test(start_paused = true)]
async fn a_letter_that_is_not_what_was_surveyed_is_not_completed_and_the_others_are_sent() {
    for size in [100, 200_000] {
        let host = Host::new(PIPELINING, &[CLEAR]);
        let mut errands: Vec<Errand> = (0..3).map(|at| errand(at, &["bert@example.org"], size)).collect();
        let shorter = text(&errands[1])[..size / 2].to_vec();
        errands[1].octets = octets(shorter);
        let outcomes = sent(&host, &errands).await;
        let is_unreadable = |failure: &Failure| failure.kind == FailureKind::UnreadableFile;
        assert!(matches!(&outcomes[1].fate, Fate::NotSent(failure) if is_unreadable(failure)), "{:?}", outcomes[1]);
        for at in [0, 2] {
            assert!(matches!(outcomes[at].fate, Fate::Sent(_)), "{:?}", outcomes[at]);
        }
        assert_eq!(host.taken.lock().unwrap().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_silent_has_as_long_as_the_standard_gives_it() {
    let host = Host::new(PLAIN, &[Way { silent: true, ..CLEAR }]);
    let began = tokio::time::Instant::now();
    let outcomes = sent(&host, &[errand(0, &["bert@example.org"], 100)]).await;
    let waited = began.elapsed();
    assert!(
        matches!(&outcomes[0].fate, Fate::NotSent(failure) if failure.kind == FailureKind::TimedOut),
        "{outcomes:?}"
    );
    // RFC 5321, section 4.5.3.2.1; a quarter more at most.
    assert!((Duration::from_secs(300)..=Duration::from_secs(375)).contains(&waited), "{waited:?}");
}
