//! Letters handed in at a real Postfix that has a real Dovecot check passwords: what arrives is what was sent, and what is told
//! of a letter is true wherever the connection breaks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod exim;
mod outbox;
mod program;

use std::io::{self, Read};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use restante_api::letter::{Draft, FileId, Sending};
use restante_api::rich::{Inline, Rich, RichBlock, Run};
use restante_api::{FailureKind, Fingerprint, Security, Server, TlsEnd};
use restante_engine::compose::{self, NewFile};
use restante_engine::submission::{Errand, Fate, Octets, Outcome, Standing, send, survey};
use restante_native::Native;
use restante_protocol::sasl::Mechanism;
use restante_protocol::smtp::{Dsn, Form, Letter, Login, Mailbox, Notify, Recipient, Return, Secret};
use restante_tests::authority::{Authority, Identity};
use restante_tests::bridge::Bridge;
use restante_tests::delay::{Delay, Options as DelayOptions, Recording};
use restante_tests::postfix::{self, Postfix};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn identity() -> Identity {
    Authority::new().unwrap().issue(&["localhost", "127.0.0.1"]).unwrap()
}

/// The server, or `None` where there can be none.
async fn postfix(identity: &Identity, mechanisms: &str, mailboxes: &[&str]) -> Option<Postfix> {
    if let Some(why) = postfix::missing() {
        assert!(std::env::var_os("RESTANTE_TESTS_STRICT").is_none(), "{why}");
        return None;
    }
    let mailboxes: Vec<String> = mailboxes.iter().map(ToString::to_string).collect();
    Some(Postfix::start(identity, mechanisms, &mailboxes).await.unwrap())
}

fn server(port: u16, security: Security, identity: &Identity) -> Server {
    Server {
        host: "127.0.0.1".into(),
        port,
        security,
        tls_end: TlsEnd::Browser,
        trusted: Some(Fingerprint(identity.fingerprint)),
        cleartext_agreed: false,
        token: None,
        bridge: None,
    }
}

fn login() -> Login {
    Login::with_password("ana", Secret::new("pencil"))
}

/// A letter's first line, by which it is found again.
fn first_line(name: &str) -> String {
    format!("X-Letter: {name}\r\n")
}

fn text(name: &str, subject: &str, body: &str) -> Vec<u8> {
    format!(
        "{}From: ana@example.org\r\nTo: bert@example.org\r\nSubject: {subject}\r\nDate: Sun, 29 Nov 2026 10:00:00 +0000\r\n\
         Message-ID: <{name}@example.org>\r\n\r\n{body}",
        first_line(name)
    )
    .into_bytes()
}

/// A letter as it is written with formatting: plain text, HTML, and a picture in it.
fn with_formatting() -> Vec<u8> {
    let bold = Run { text: "blue, größer".into(), bold: true, ..Run::default() };
    let picture = Inline::Picture(FileId(1), "a boat".into());
    let lines = vec![RichBlock::Line(vec![Inline::Run(bold), picture]), RichBlock::Quote(vec![RichBlock::line(".")])];
    let rich = Rich { blocks: lines };
    let draft = Draft { to: "bert@example.org".into(), text: rich.to_text(), rich: Some(rich), ..Draft::default() };
    let octets = (0..=255).cycle().take(200_000).collect();
    let pictures = [(FileId(1), NewFile { name: "boat.png".into(), media_type: "image/png".into(), octets })];
    let sending = Sending::usual("ana@example.org", "127.0.0.1", Security::Tls);
    let content = compose::Content { draft: &draft, files: &[], pictures: &pictures, sending: &sending };
    let built = compose::build(&content, 1_795_424_400, "1").unwrap();
    [first_line("l").into_bytes(), built.octets].concat()
}

fn errand(text: Vec<u8>, to: &[&str], notify: Option<Notify>) -> Errand {
    let text: Rc<[u8]> = text.into();
    let octets: Octets = Rc::new(move || Ok(Box::new(io::Cursor::new(Rc::clone(&text)))));
    let content = survey(&octets, Form::Text).unwrap().unwrap();
    let from: Mailbox = "ana@example.org".parse().unwrap();
    let to = to.iter().map(|to| Recipient { mailbox: to.parse::<Mailbox>().unwrap(), notify });
    let mut letter = Letter::new(from, to, content).unwrap();
    if notify.is_some() {
        letter = letter.with_reports(Dsn { returned: Some(Return::Headers), envelope: Some("e 1".parse().unwrap()) });
    }
    Errand { letter, octets }
}

fn octets(errand: &Errand) -> Vec<u8> {
    let mut text = Vec::new();
    (errand.octets)().unwrap().read_to_end(&mut text).unwrap();
    text
}

async fn sent(server: &Server, login: Login, errands: &[Errand]) -> Vec<Outcome> {
    send(Rc::new(Native), server, Some(login), errands, &mut |_| ()).await
}

/// A server that takes letters by both ports.
trait Takes {
    fn ports(&self) -> [(u16, Security); 2];
    fn arrived(&self, user: &str, first_line: &str) -> Vec<Vec<u8>>;
    fn log(&self) -> String;
}

impl Takes for Postfix {
    fn ports(&self) -> [(u16, Security); 2] {
        [(self.smtps_port(), Security::Tls), (self.submission_port(), Security::Starttls)]
    }

    fn arrived(&self, user: &str, first_line: &str) -> Vec<Vec<u8>> {
        Postfix::arrived(self, user, first_line).unwrap()
    }

    fn log(&self) -> String {
        Postfix::log(self)
    }
}

/// Waits until so many letters are there.
async fn arrived(server: &impl Takes, user: &str, first_line: &str, letters: usize) -> Vec<Vec<u8>> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let found = server.arrived(user, first_line);
        if found.len() >= letters || Instant::now() > until {
            assert_eq!(found.len(), letters, "{}", server.log());
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn is_sent(outcome: &Outcome) -> bool {
    matches!(outcome.fate, Fate::Sent(_)) && outcome.recipients.iter().all(|standing| *standing == Standing::Accepted)
}

#[tokio::test]
async fn what_arrives_is_what_was_sent_octet_for_octet_over_both_ports() {
    let identity = identity();
    let Some(postfix) = postfix(&identity, "plain scram-sha-256", &["bert", "josé"]).await else { return };
    letters_arrive_octet_for_octet(&postfix, &identity).await;
}

/// Sends to `bert` and `josé` over both ports: short, with octets beyond ASCII, 20 MB, with formatting and a picture, and to an
/// address beyond ASCII.
async fn letters_arrive_octet_for_octet(there: &impl Takes, identity: &Identity) {
    let line = "All work and no play makes Jack a dull boy, and here is a line of it.\r\n.\r\n..\r\n";
    let letters = [
        text("l", "short", "Hello.\r\n.\r\n.dot\r\n\r\n"),
        text("l", "8 bit", "Grüße aus München – ‘ciao’\r\n"),
        text("l", "20 MB", &line.repeat((20 << 20) / line.len())),
        with_formatting(),
        text("l", "Größe in the header", "Hello.\r\n"),
    ];
    let bert = "bert@example.org";
    let to = [bert, bert, bert, bert, "josé@example.org"];
    for (port, security) in there.ports() {
        let errands: Vec<Errand> = letters.iter().zip(to).map(|(text, to)| errand(text.clone(), &[to], None)).collect();
        let outcomes = sent(&server(port, security, identity), login(), &errands).await;
        assert!(outcomes.iter().all(is_sent), "{outcomes:?}");
    }
    let mut found = arrived(there, "bert", &first_line("l"), 8).await;
    found.extend(arrived(there, "josé", &first_line("l"), 2).await);
    for letter in &letters {
        assert_eq!(found.iter().filter(|found| *found == letter).count(), 2);
    }
}

fn contains(octets: &[u8], text: &str) -> bool {
    octets.windows(text.len()).any(|window| window == text.as_bytes())
}

/// What crosses the wire between bridge and server while a letter is sent.
async fn overheard(postfix: &Postfix, bridge_ends_tls: Option<&Authority>, server: Server, letter: &[u8]) -> Recording {
    let target = SocketAddr::from(([127, 0, 0, 1], server.port));
    let wire = Delay::start(target, DelayOptions { record: true, ..DelayOptions::default() }).await.unwrap();
    let authorities = bridge_ends_tls.map(|authority| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), authority.pem()).unwrap();
        file
    });
    let bridge = Bridge::for_sending(&[wire.port()], authorities.as_ref().map(|file| file.path())).await.unwrap();
    let server = Server { port: wire.port(), ..server };
    let errand = errand(letter.to_vec(), &["bert@example.org"], None);
    let outcomes = send(Rc::new(bridge.way()), &server, Some(login()), &[errand], &mut |_| ()).await;
    assert!(is_sent(&outcomes[0]), "{outcomes:?} {}", postfix.log());
    wire.recorded()
}

#[tokio::test]
async fn a_letter_goes_through_a_bridge_that_learns_neither_it_nor_the_password() {
    let authority = Authority::new().unwrap();
    let identity = authority.issue(&["localhost", "127.0.0.1"]).unwrap();
    let Some(postfix) = postfix(&identity, "plain", &["bert"]).await else { return };
    let ways = [(postfix.smtps_port(), Security::Tls), (postfix.submission_port(), Security::Starttls)];
    let letter = text("l", "a private matter", &"The key is under the blue pot.\r\n".repeat(5000));
    // `\0ana\0pencil` in base64, as PLAIN sends it.
    let secrets =
        ["pencil", "AGFuYQBwZW5jaWw=", "AUTH", "bert@example.org", "private matter", "blue pot", "DATA\r\n", "BDAT"];
    for (port, security) in ways {
        let Recording { sent, received } = overheard(&postfix, None, server(port, security, &identity), &letter).await;
        assert!(sent.len() > letter.len() && received.len() > 1000, "{security:?}: there was a session");
        assert_eq!(contains(&sent, "STARTTLS\r\n"), security == Security::Starttls);
        for secret in secrets {
            assert!(!contains(&sent, secret) && !contains(&received, secret), "{security:?}: {secret:?}");
        }
    }
    // Where it is left to the bridge, TLS ends there, and between bridge and server there is still nothing to read.
    for (port, security) in ways {
        let leaving = Server { tls_end: TlsEnd::Bridge, trusted: None, ..server(port, security, &identity) };
        let Recording { sent, received } = overheard(&postfix, Some(&authority), leaving, &letter).await;
        for secret in secrets {
            assert!(!contains(&sent, secret) && !contains(&received, secret), "{security:?}: {secret:?}");
        }
    }
    assert_eq!(arrived(&postfix, "bert", &first_line("l"), 4).await, vec![letter; 4]);
}

#[tokio::test]
async fn what_is_overheard_of_a_letter_in_clear_text_is_the_letter() {
    // The control of the watch above: a server without TLS, whose dialogue the bridge relays as it is.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let wire = Delay::start(listener.local_addr().unwrap(), DelayOptions { record: true, ..DelayOptions::default() });
    let wire = wire.await.unwrap();
    let receiver = tokio::spawn(async move {
        let (mut mail, _) = listener.accept().await.unwrap();
        mail.write_all(b"220 mail.example ready\r\n").await.unwrap();
        let (mut received, mut buffer) = (Vec::new(), [0; 4096]);
        let mut answered = 0;
        while let Ok(read @ 1..) = mail.read(&mut buffer).await {
            received.extend_from_slice(&buffer[..read]);
            for (request, answer) in [
                ("EHLO", "250-mail.example\r\n250 AUTH PLAIN\r\n"),
                ("AUTH PLAIN AGFuYQBwZW5jaWw=\r\n", "235 welcome\r\n"),
                ("MAIL FROM", "250 ok\r\n"),
                ("RCPT TO", "250 ok\r\n"),
                ("DATA\r\n", "354 go on\r\n"),
                ("\r\n.\r\n", "250 taken\r\n"),
            ]
            .iter()
            .skip(answered)
            {
                if !contains(&received, request) {
                    break;
                }
                answered += 1;
                mail.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    let bridge = Bridge::for_sending(&[wire.port()], None).await.unwrap();
    let server = Server { cleartext_agreed: true, trusted: None, ..server(wire.port(), Security::None, &identity()) };
    let letter =
        errand(text("l", "a private matter", "The key is under the blue pot.\r\n"), &["bert@example.org"], None);
    let outcomes = send(Rc::new(bridge.way()), &server, Some(login()), &[letter], &mut |_| ()).await;
    assert!(is_sent(&outcomes[0]), "{outcomes:?}");
    let Recording { sent, .. } = wire.recorded();
    for secret in ["AGFuYQBwZW5jaWw=", "bert@example.org", "private matter", "blue pot", "DATA\r\n"] {
        assert!(contains(&sent, secret), "{secret:?}");
    }
    receiver.abort();
}

/// A hundred local parts, and those of them that have a mailbox.
fn hundred() -> (Vec<String>, Vec<String>) {
    let names: Vec<String> = (0..100).map(|number| format!("r{number}")).collect();
    let mailboxes = names.iter().filter(|name| !["r7", "r50", "r99"].contains(&name.as_str())).cloned().collect();
    (names, mailboxes)
}

#[tokio::test]
async fn of_a_hundred_recipients_three_are_refused_by_name_and_the_others_get_the_letter() {
    let identity = identity();
    let mailboxes = hundred().1;
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    let Some(postfix) = postfix(&identity, "plain", &mailboxes).await else { return };
    three_of_a_hundred_are_refused(&postfix, &identity, Some("5.1.1")).await;
}

/// Sends to [`hundred`] people; those without a mailbox are refused with this enhanced code.
async fn three_of_a_hundred_are_refused(there: &impl Takes, identity: &Identity, enhanced: Option<&str>) {
    let (names, mailboxes) = hundred();
    let to: Vec<String> = names.iter().map(|name| format!("{name}@example.org")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let letter = text("l", "to all", "Hello, all.\r\n");
    let (port, security) = there.ports()[0];
    let outcomes = sent(&server(port, security, identity), login(), &[errand(letter.clone(), &to, None)]).await;
    assert!(matches!(outcomes[0].fate, Fate::Sent(_)), "{outcomes:?}");
    for (name, standing) in names.iter().zip(&outcomes[0].recipients) {
        match standing {
            Standing::Accepted => assert!(mailboxes.contains(name), "{name}"),
            Standing::Refused(refusal) => {
                assert_eq!((mailboxes.contains(name), refusal.code().unwrap().value()), (false, 550), "{name}");
                assert_eq!(refusal.enhanced().map(|code| code.to_string()).as_deref(), enhanced);
            }
            Standing::Untold => panic!("{name}: {}", there.log()),
        }
    }
    for name in mailboxes {
        assert_eq!(arrived(there, &name, &first_line("l"), 1).await, [letter.as_slice()]);
    }
}

#[tokio::test]
async fn a_report_of_the_delivery_comes_back_where_it_was_asked_for() {
    let identity = identity();
    let Some(postfix) = postfix(&identity, "plain", &["ana", "bert"]).await else { return };
    let notify = Notify::On { success: true, failure: true, delay: false };
    let server = server(postfix.submission_port(), Security::Starttls, &identity);
    let letter = errand(text("l", "report", "Hello.\r\n"), &["bert@example.org"], Some(notify));
    let outcomes = sent(&server, login(), &[letter]).await;
    assert!(is_sent(&outcomes[0]) && !outcomes[0].without_reports, "{outcomes:?}");
    let report = arrived(&postfix, "ana", "Date: ", 1).await.remove(0);
    let report = String::from_utf8_lossy(&report).into_owned();
    for words in ["Successful Mail Delivery Report", "Original-Envelope-Id: e 1", "rfc822;bert@example.org", "Action: "]
    {
        assert!(report.contains(words), "{report}");
    }
}

#[tokio::test]
async fn every_mechanism_that_dovecot_has_signs_in_and_a_wrong_password_does_not() {
    let identity = identity();
    let names = "plain login cram-md5 scram-sha-1 scram-sha-256";
    let Some(postfix) = postfix(&identity, names, &["bert"]).await else { return };
    let server = server(postfix.smtps_port(), Security::Tls, &identity);
    for (at, name) in names.split(' ').enumerate() {
        let mechanism = Mechanism::from_name(name).unwrap();
        let letter = errand(text("l", name, "Hello.\r\n"), &["bert@example.org"], None);
        let outcomes = sent(&server, login().by(mechanism), std::slice::from_ref(&letter)).await;
        assert!(is_sent(&outcomes[0]), "{mechanism}: {outcomes:?} {}", postfix.log());
        let wrong = Login::with_password("ana", Secret::new("pen")).by(mechanism);
        let outcomes = sent(&server, wrong, &[letter]).await;
        let Fate::NotSent(failure) = &outcomes[0].fate else { panic!("{mechanism}: {outcomes:?}") };
        assert_eq!(failure.kind, FailureKind::WrongPassword, "{mechanism}: {failure:?}");
        arrived(&postfix, "bert", &first_line("l"), at + 1).await;
    }
}

/// Passes so many octets on in each direction, then hangs up: as a server does, or as a network that breaks.
async fn cut(listener: TcpListener, to: u16, cuts: Vec<(u64, u64)>, resets: bool) {
    for (up, down) in cuts {
        let (near, _) = listener.accept().await.unwrap();
        if resets {
            near.set_zero_linger().unwrap();
        }
        let far = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
        let ((mut near_in, mut near_out), (mut far_in, mut far_out)) = (near.into_split(), far.into_split());
        tokio::spawn(async move {
            tokio::select! {
                () = pass(&mut near_in, &mut far_out, up) => {}
                () = pass(&mut far_in, &mut near_out, down) => {}
            }
            if resets {
                // Else it would say goodbye first.
                near_out.forget();
            }
        });
    }
}

async fn pass(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin), octets: u64) {
    let mut from = from.take(octets);
    let mut buffer = vec![0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn of_a_hundred_random_cuts_no_letter_is_lost_and_none_is_sent_twice_without_a_word() {
    let identity = identity();
    let Some(postfix) = postfix(&identity, "plain", &["bert"]).await else { return };
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = |from: u64, below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        from + seed % (below - from)
    };
    let mut told = Vec::new();
    for round in 0..100 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        // What TLS' handshake takes is passed on, mostly.
        let (one, two) = if round % 2 == 0 {
            ((random(500, 9000), u64::MAX), (u64::MAX, u64::MAX))
        } else {
            ((u64::MAX, random(1500, 5000)), (u64::MAX, u64::MAX))
        };
        let proxy = tokio::spawn(cut(listener, postfix.smtps_port(), vec![one, two], false));
        let errands: Vec<Errand> = (0..3)
            .map(|at| {
                let size = usize::try_from(random(1, 60)).unwrap();
                errand(text(&format!("{round}-{at}"), "cut", &"a line\r\n".repeat(size)), &["bert@example.org"], None)
            })
            .collect();
        let outcomes = sent(&server(port, Security::Tls, &identity), login(), &errands).await;
        proxy.abort();
        told.extend(errands.iter().map(octets).zip(outcomes));
    }
    let until = Instant::now() + Duration::from_secs(60);
    while !postfix.is_idle().unwrap() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let found = postfix.arrived("bert", "X-Letter: ").unwrap();
    let (mut sent_once, mut in_doubt, mut not_sent) = (0, 0, 0);
    for (text, outcome) in &told {
        let times = found.iter().filter(|found| *found == text).count();
        match outcome.fate {
            Fate::Sent(_) => {
                sent_once += 1;
                assert_eq!(times, 1, "{outcome:?}");
            }
            Fate::Perhaps(_) => {
                in_doubt += 1;
                assert!(times <= 1, "{outcome:?}");
            }
            Fate::NotSent(_) | Fate::Refused(_) => {
                not_sent += 1;
                assert_eq!(times, 0, "{outcome:?}");
            }
        }
    }
    assert!(found.iter().all(|found| told.iter().any(|(text, _)| text == found)), "a letter arrived that was not sent");
    assert!(sent_once > 50 && in_doubt > 0 && not_sent > 0, "{sent_once}, {in_doubt}, {not_sent}");
}
