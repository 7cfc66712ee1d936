//! SCRAM against a server that holds the keys: a session signs in. The client's nonces are random, so these dialogues
//! cannot be scripts.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use md5::Digest as _;
use restante_protocol::pop3::{
    BadChallenge, BindingKind, Channel, ChannelBinding, Command, Config, Event, Login, Mechanism as Way,
    MechanismChoice, Output, RefusedBy, ReplyData, Secret, Session,
};
use restante_protocol::sasl::Mechanism;
use restante_protocol::smtp;

const SALT: &[u8] = b"a salt of some length";
const BINDING: &[u8] = b"0123456789abcdef0123456789abcdef";

/// A server that knows the password `pencil` (RFC 5802, section 3).
struct Server {
    mechanism: Mechanism,
    iterations: u32,
    binding: ChannelBinding,
    /// The GS2 header, the client's first message without it, and the server's, once they were said.
    said: Option<(String, String, String)>,
}

/// What the server says, and whether that was all.
type Step = Result<(String, bool), ()>;

impl Server {
    fn new(mechanism: Mechanism, binding: &ChannelBinding) -> Self {
        Self { mechanism, iterations: 4096, binding: binding.clone(), said: None }
    }

    fn step(&mut self, message: &[u8]) -> Step {
        let message = String::from_utf8(message.to_vec()).map_err(|_| ())?;
        let Some((header, first, challenge)) = &self.said else {
            let (header, bare) = message.split_at(message.match_indices(',').nth(1).ok_or(())?.0 + 1);
            let flag_fits = match header.chars().next() {
                Some('p') => self.mechanism.binds_channel(),
                Some('y' | 'n') => !self.mechanism.binds_channel(),
                _ => false,
            };
            if !flag_fits {
                return Err(());
            }
            let (_, nonce) = bare.split_once(",r=").ok_or(())?;
            let challenge = format!("r={nonce}3rfcNHYJY1ZVvWVs7j,s={},i={}", STANDARD.encode(SALT), self.iterations);
            self.said = Some((header.into(), bare.into(), challenge.clone()));
            return Ok((challenge, false));
        };
        if message.is_empty() {
            return Ok((String::new(), true));
        }
        let (without_proof, proof) = message.rsplit_once(",p=").ok_or(())?;
        let mut channel = header.clone().into_bytes();
        if header.starts_with("p=") {
            assert_eq!(*header, format!("p={},,", self.binding.kind.name()));
            channel.extend_from_slice(&self.binding.data);
        }
        let nonce = challenge.split(',').next().unwrap();
        if without_proof != format!("c={},{nonce}", STANDARD.encode(channel)) {
            return Ok(("e=channel-bindings-dont-match".into(), true));
        }
        let auth = format!("{first},{challenge},{without_proof}");
        let (client_proof, server_signature) = proofs(self.mechanism, self.iterations, &auth);
        if proof != STANDARD.encode(client_proof) {
            return Ok(("e=invalid-proof".into(), true));
        }
        Ok((format!("v={}", STANDARD.encode(server_signature)), true))
    }
}

/// ClientProof and ServerSignature.
fn proofs(mechanism: Mechanism, iterations: u32, auth: &str) -> (Vec<u8>, Vec<u8>) {
    macro_rules! with {
        ($digest:ty) => {{
            let hmac = |key: &[u8], text: &[u8]| {
                let mut mac = Hmac::<$digest>::new_from_slice(key).unwrap();
                mac.update(text);
                mac.finalize().into_bytes()
            };
            let mut salted = <$digest>::digest(b"");
            pbkdf2::pbkdf2_hmac::<$digest>(b"pencil", SALT, iterations, &mut salted);
            let client_key = hmac(&salted, b"Client Key");
            let signature = hmac(&<$digest>::digest(client_key), auth.as_bytes());
            let proof = client_key.iter().zip(signature).map(|(key, sign)| key ^ sign).collect();
            (proof, hmac(&hmac(&salted, b"Server Key"), auth.as_bytes()).to_vec())
        }};
    }
    match mechanism {
        Mechanism::ScramSha1 | Mechanism::ScramSha1Plus => with!(sha1::Sha1),
        Mechanism::ScramSha256 | Mechanism::ScramSha256Plus => with!(sha2::Sha256),
        _ => with!(sha2::Sha512),
    }
}

fn binding(kind: BindingKind) -> ChannelBinding {
    ChannelBinding { kind, data: BINDING.into() }
}

struct Dialogue {
    session: Session,
    outcome: Option<Result<Way, RefusedBy>>,
}

impl Dialogue {
    fn new(announced: &str, login: Login) -> Self {
        let mut session = Session::new(Config { channel: Channel::Tls, ..Config::default() });
        session.submit(Command::Capa).unwrap();
        session.submit(Command::Login(login)).unwrap();
        let mut dialogue = Self { session, outcome: None };
        assert_eq!(dialogue.say(b"+OK ready\r\n"), "CAPA\r\n");
        let answer = format!("+OK\r\nSASL {announced}\r\n.\r\n");
        dialogue.session.handle_input(answer.as_bytes());
        dialogue
    }

    fn without_capa(login: Login) -> Self {
        let mut session = Session::new(Config { channel: Channel::Tls, ..Config::default() });
        session.submit(Command::Login(login)).unwrap();
        session.handle_input(b"+OK ready\r\n");
        Self { session, outcome: None }
    }

    /// Says something; returns what the session sends.
    fn say(&mut self, line: &[u8]) -> String {
        self.session.handle_input(line);
        let mut sent = String::new();
        loop {
            match self.session.poll_output().unwrap() {
                Output::NeedInput => return sent,
                Output::Transmit(octets) => sent.push_str(std::str::from_utf8(&octets).unwrap()),
                Output::Event(Event::Done { reply, .. }) => {
                    if let ReplyData::Login(mechanism) = reply.data {
                        self.outcome = Some(Ok(mechanism));
                    }
                }
                Output::Event(Event::Refused { refusal, .. }) => self.outcome = Some(Err(refusal.by)),
                Output::Event(_) => {}
            }
        }
    }
}

/// Lets session and server talk until one of them ends it. `tamper` may change what the server says.
fn talk(dialogue: &mut Dialogue, server: &mut Server, tamper: impl Fn(usize, String) -> String) -> String {
    let mut line = dialogue.say(b"");
    let sent = line.clone();
    let mut round = 0;
    loop {
        let Ok((text, is_last)) = server.step(&message(&line)) else {
            dialogue.say(b"-ERR [AUTH] Authentication failed.\r\n");
            return sent;
        };
        let text = tamper(round, text);
        let is_refusal = text.starts_with("e=");
        round += 1;
        line = dialogue.say(format!("+ {}\r\n", STANDARD.encode(text)).as_bytes());
        if line == "*\r\n" {
            dialogue.say(b"-ERR cancelled\r\n");
            return sent;
        }
        if is_last {
            // The client answers the server's proof by an empty message.
            assert_eq!(line, "\r\n");
            dialogue.say(if is_refusal { b"-ERR [AUTH] no\r\n" } else { b"+OK Logged in.\r\n" });
            return sent;
        }
    }
}

/// The message in a line of the client's.
fn message(line: &str) -> Vec<u8> {
    STANDARD.decode(line.trim_end().rsplit(' ').next().unwrap()).unwrap()
}

fn scram() -> impl Iterator<Item = Mechanism> {
    Mechanism::ALL.into_iter().filter(|mechanism| mechanism.is_scram())
}

fn login(password: &str, mechanism: Mechanism, binding: Option<ChannelBinding>) -> Login {
    let mut login = Login::with_password("us=er,1", Secret::new(password)).by(mechanism);
    login.bindings.extend(binding);
    login
}

#[test]
fn every_scram_mechanism_signs_in_and_the_server_proves_itself() {
    for mechanism in scram() {
        for kind in [BindingKind::TlsExporter, BindingKind::TlsServerEndPoint] {
            let bound = mechanism.binds_channel().then(|| binding(kind));
            let mut dialogue = Dialogue::new("PLAIN", login("pencil", mechanism, bound));
            let mut server = Server::new(mechanism, &binding(kind));
            let sent = talk(&mut dialogue, &mut server, |_, text| text);
            assert_eq!(dialogue.outcome, Some(Ok(mechanism.into())), "{mechanism}: {sent}");
        }
    }
}

#[test]
fn the_strongest_mechanism_is_bound_to_the_channel_where_the_caller_can() {
    let login = Login {
        choice: MechanismChoice::Strongest,
        ..login("pencil", Mechanism::ScramSha256Plus, Some(binding(BindingKind::TlsExporter)))
    };
    let mut dialogue = Dialogue::new("PLAIN SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-256-PLUS", login);
    let mut server = Server::new(Mechanism::ScramSha256Plus, &binding(BindingKind::TlsExporter));
    talk(&mut dialogue, &mut server, |_, text| text);
    assert_eq!(dialogue.outcome, Some(Ok(Mechanism::ScramSha256Plus.into())));
}

#[test]
fn the_flag_says_what_the_client_knows_of_binding() {
    // RFC 5802, section 6. What is announced (nothing where CAPA is not asked), whether there is a binding, and the flag.
    for (announced, can_bind, flag) in [
        (Some("SCRAM-SHA-256"), true, "y,,"),
        (Some("SCRAM-SHA-256"), false, "n,,"),
        (Some("SCRAM-SHA-256 SCRAM-SHA-256-PLUS"), true, "n,,"),
        (Some("SCRAM-SHA-256 SCRAM-SHA-1-PLUS"), true, "n,,"),
        (Some("scram-sha-256 scram-sha-1-plus"), true, "n,,"),
        (None, true, "n,,"),
        (None, false, "n,,"),
    ] {
        let bound = can_bind.then(|| binding(BindingKind::TlsExporter));
        let login = login("pencil", Mechanism::ScramSha256, bound);
        let mut dialogue = match announced {
            Some(announced) => Dialogue::new(announced, login),
            None => Dialogue::without_capa(login),
        };
        let line = dialogue.say(b"");
        assert!(message(&line).starts_with(flag.as_bytes()), "{announced:?}, {can_bind}: {line}");
    }
    let bound = Some(binding(BindingKind::TlsServerEndPoint));
    let line = Dialogue::new("SCRAM-SHA-1-PLUS", login("pencil", Mechanism::ScramSha1Plus, bound)).say(b"");
    assert!(message(&line).starts_with(b"p=tls-server-end-point,,"), "{line}");
}

#[test]
fn a_channel_that_ends_elsewhere_is_noticed() {
    let elsewhere = ChannelBinding { kind: BindingKind::TlsExporter, data: b"another channel".into() };
    let login = login("pencil", Mechanism::ScramSha256Plus, Some(elsewhere));
    let mut dialogue = Dialogue::new("SCRAM-SHA-256-PLUS", login);
    let mut server = Server::new(Mechanism::ScramSha256Plus, &binding(BindingKind::TlsExporter));
    talk(&mut dialogue, &mut server, |_, text| text);
    assert_eq!(dialogue.outcome, Some(Err(RefusedBy::Server)));
}

#[test]
fn a_wrong_password_is_the_servers_to_refuse() {
    for mechanism in [Mechanism::ScramSha1, Mechanism::ScramSha256, Mechanism::ScramSha512] {
        let mut dialogue = Dialogue::new("PLAIN", login("pencils", mechanism, None));
        talk(&mut dialogue, &mut Server::new(mechanism, &binding(BindingKind::TlsExporter)), |_, text| text);
        assert_eq!(dialogue.outcome, Some(Err(RefusedBy::Server)), "{mechanism}");
    }
}

#[test]
fn a_server_that_does_not_know_the_password_is_not_believed() {
    let forge = |round: usize, text: String| {
        if round == 1 { "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into() } else { text }
    };
    let mut dialogue = Dialogue::new("PLAIN", login("pencil", Mechanism::ScramSha256, None));
    talk(&mut dialogue, &mut Server::new(Mechanism::ScramSha256, &binding(BindingKind::TlsExporter)), forge);
    assert_eq!(dialogue.outcome, Some(Err(RefusedBy::BadChallenge(BadChallenge::NotAuthentic))));
}

#[test]
fn a_server_that_leaves_its_proof_out_is_not_believed() {
    let mut dialogue = Dialogue::new("PLAIN", login("pencil", Mechanism::ScramSha256, None));
    let mut server = Server::new(Mechanism::ScramSha256, &binding(BindingKind::TlsExporter));
    let (challenge, _) = server.step(&message(&dialogue.say(b""))).unwrap();
    dialogue.say(format!("+ {}\r\n", STANDARD.encode(challenge)).as_bytes());
    dialogue.say(b"+OK come in\r\n");
    assert_eq!(dialogue.outcome, Some(Err(RefusedBy::BadChallenge(BadChallenge::NotAuthentic))));
}

#[test]
fn a_proof_that_comes_along_with_success_is_checked() {
    for (proof, outcome) in [
        (None, Ok(Way::from(Mechanism::ScramSha256))),
        (Some("v=AAAA"), Err(RefusedBy::BadChallenge(BadChallenge::NotAuthentic))),
    ] {
        let mut dialogue = Dialogue::new("PLAIN", login("pencil", Mechanism::ScramSha256, None));
        let mut server = Server::new(Mechanism::ScramSha256, &binding(BindingKind::TlsExporter));
        let mut line = dialogue.say(b"");
        for last in [false, true] {
            let (answer, _) = server.step(&message(&line)).unwrap();
            let text = match proof {
                Some(proof) if last => STANDARD.encode(proof),
                _ => STANDARD.encode(answer),
            };
            line = dialogue.say(format!("{} {text}\r\n", if last { "+OK" } else { "+" }).as_bytes());
        }
        assert_eq!(dialogue.outcome, Some(outcome));
    }
}

#[test]
fn a_nonce_that_is_not_ours_ends_the_exchange() {
    let swap = |round: usize, text: String| if round == 0 { text.replacen("r=", "r=x", 1) } else { text };
    let mut dialogue = Dialogue::new("PLAIN", login("pencil", Mechanism::ScramSha1, None));
    talk(&mut dialogue, &mut Server::new(Mechanism::ScramSha1, &binding(BindingKind::TlsExporter)), swap);
    assert_eq!(dialogue.outcome, Some(Err(RefusedBy::BadChallenge(BadChallenge::NotAuthentic))));
}

#[test]
fn an_iteration_count_beyond_the_limits_ends_the_exchange_before_any_proof() {
    for (count, bad) in [
        ("1000001", BadChallenge::TooManyIterations),
        ("4294967296", BadChallenge::TooManyIterations),
        ("4095", BadChallenge::TooFewIterations),
        ("1", BadChallenge::TooFewIterations),
    ] {
        let change =
            |round: usize, text: String| if round == 0 { text.replace("i=4096", &format!("i={count}")) } else { text };
        for mechanism in scram() {
            let bound = mechanism.binds_channel().then(|| binding(BindingKind::TlsExporter));
            let mut dialogue = Dialogue::new("PLAIN", login("pencil", mechanism, bound));
            let mut server = Server::new(mechanism, &binding(BindingKind::TlsExporter));
            talk(&mut dialogue, &mut server, change);
            assert_eq!(dialogue.outcome, Some(Err(RefusedBy::BadChallenge(bad))), "{mechanism}, {count}");
        }
    }
}

#[test]
fn what_a_server_says_out_of_order_ends_in_a_refusal_whatever_the_mechanism() {
    // The first line of a server's messages, then all pairs of them; `cj1hLA==` is `r=a,`, `dg==` is `v`.
    let lines = ["+ cj1hLA==", "+ ", "+", "+ =", "+ dg==", "+ dj0=", "+ ZT0=", "+OK", "+OK dg==", "+ !", "+ biws"];
    for way in Mechanism::ALL {
        for first in lines {
            for second in lines {
                let secret = Secret::new("pencil");
                let login = if way.takes_token() {
                    Login::with_token("user", secret).by(way)
                } else {
                    Login::with_password("user", secret).by(way)
                };
                let bindings = way.binds_channel().then(|| binding(BindingKind::TlsExporter)).into_iter().collect();
                let mut dialogue = Dialogue::new("PLAIN", Login { bindings, ..login });
                let mut scram = Server::new(way, &binding(BindingKind::TlsExporter));
                let opened = dialogue.say(b"");
                if way.is_scram() && first == "+ biws" {
                    // As far as a server comes that does not know the password.
                    let (challenge, _) = scram.step(&message(&opened)).unwrap();
                    dialogue.say(format!("+ {}\r\n", STANDARD.encode(challenge)).as_bytes());
                } else {
                    dialogue.say(format!("{first}\r\n").as_bytes());
                }
                for line in [second, "-ERR no"] {
                    if dialogue.outcome.is_none() {
                        dialogue.say(format!("{line}\r\n").as_bytes());
                    }
                }
                let is_success = matches!(dialogue.outcome, Some(Ok(_)));
                assert!(dialogue.outcome.is_some(), "{way}: {first}, {second}");
                assert!(!is_success || !way.is_scram(), "{way}: {first}, {second}");
            }
        }
    }
}

#[test]
fn a_kind_of_binding_that_the_server_does_not_know_gives_way_to_the_next() {
    let mut login = login("pencil", Mechanism::ScramSha256Plus, Some(binding(BindingKind::TlsExporter)));
    login.bindings.push(binding(BindingKind::TlsServerEndPoint));
    let mut dialogue = Dialogue::new("SCRAM-SHA-256-PLUS", login);
    let first = dialogue.say(b"");
    assert!(message(&first).starts_with(b"p=tls-exporter,,"), "{first}");
    let refusal = STANDARD.encode("e=unsupported-channel-binding-type");
    assert_eq!(dialogue.say(format!("+ {refusal}\r\n").as_bytes()), "\r\n");
    let second = dialogue.say(b"-ERR [AUTH] no\r\n");
    assert!(second.starts_with("AUTH SCRAM-SHA-256-PLUS "), "{second}");
    assert!(message(&second).starts_with(b"p=tls-server-end-point,,"), "{second}");
    dialogue.say(format!("+ {refusal}\r\n").as_bytes());
    dialogue.say(b"-ERR [AUTH] no\r\n");
    assert_eq!(dialogue.outcome, Some(Err(RefusedBy::Server)), "once each");
}

#[test]
fn a_server_that_announces_binding_and_cannot_bind_is_signed_in_to_without() {
    let exporter = binding(BindingKind::TlsExporter);
    let login = Login { bindings: vec![exporter.clone()], ..Login::with_password("user", Secret::new("pencil")) };
    let step =
        |server: &mut Server, line: &str| format!("+ {}\r\n", STANDARD.encode(server.step(&message(line)).unwrap().0));
    let mut dialogue = Dialogue::new("SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN", login);
    let mut bound = Server::new(Mechanism::ScramSha256Plus, &exporter);
    let first = dialogue.say(b"");
    assert!(first.starts_with("AUTH SCRAM-SHA-256-PLUS "), "{first}");
    dialogue.say(step(&mut bound, &first).as_bytes());

    let mut bare = Server::new(Mechanism::ScramSha256, &exporter);
    let first = dialogue.say(b"-ERR [AUTH] authenticating: bad protocol / cancel\r\n");
    assert!(first.starts_with("AUTH SCRAM-SHA-256 biws"), "{first}");
    let last = dialogue.say(step(&mut bare, &first).as_bytes());
    assert_eq!(dialogue.say(step(&mut bare, &last).as_bytes()), "\r\n");
    dialogue.say(b"+OK\r\n");
    assert_eq!(dialogue.outcome, Some(Ok(Mechanism::ScramSha256.into())));
}

/// What the server says to a login that is bound to the channel, before or behind the client's proof.
struct Saying {
    capabilities: &'static str,
    /// A challenge that is answered by an empty line.
    error: Option<&'static str>,
    refusal: &'static str,
}

/// Whether the session signs in again, without binding.
fn goes_on_unbound(saying: &Saying, behind_the_proof: bool) -> bool {
    let exporter = binding(BindingKind::TlsExporter);
    let login = Login { bindings: vec![exporter.clone()], ..Login::with_password("user", Secret::new("pencil")) };
    let mut dialogue = Dialogue::new(&format!("SCRAM-SHA-256-PLUS SCRAM-SHA-256\r\n{}", saying.capabilities), login);
    let opened = dialogue.say(b"");
    if behind_the_proof {
        let (challenge, _) = Server::new(Mechanism::ScramSha256Plus, &exporter).step(&message(&opened)).unwrap();
        dialogue.say(format!("+ {}\r\n", STANDARD.encode(challenge)).as_bytes());
    }
    if let Some(error) = saying.error {
        assert_eq!(dialogue.say(format!("+ {}\r\n", STANDARD.encode(error)).as_bytes()), "\r\n");
    }
    let next = dialogue.say(format!("{}\r\n", saying.refusal).as_bytes());
    assert_eq!(next.is_empty(), dialogue.outcome.is_some(), "{next}");
    assert!(next.is_empty() || next.starts_with("AUTH SCRAM-SHA-256 biws"), "{next}");
    !next.is_empty()
}

#[test]
fn a_refusal_of_the_user_is_not_one_of_the_binding_so_no_login_fails_twice() {
    const CODES: &str = "RESP-CODES\r\nAUTH-RESP-CODE";
    for refusal in [
        "-ERR [AUTH] Authentication failed.",
        "-ERR [AUTH] authenticating: user not found",
        "-ERR [AUTH/locked] no",
        "-ERR [IN-USE] no",
        "-ERR [SYS/TEMP] later",
        "-ERR [SYS/PERM] never",
        "-ERR [LOGIN-DELAY] later",
    ] {
        for capabilities in [CODES, "RESP-CODES", "TOP"] {
            for behind in [false, true] {
                let saying = Saying { capabilities, error: None, refusal };
                assert!(!goes_on_unbound(&saying, behind), "{refusal}, {capabilities:?}, {behind}");
            }
        }
    }
    // Without the code, from a server that does not promise it, nothing is known.
    for refusal in ["-ERR", "-ERR Authentication failed.", "-ERR bad password"] {
        for behind in [false, true] {
            assert!(!goes_on_unbound(&Saying { capabilities: "TOP", error: None, refusal }, behind), "{refusal}");
        }
        assert!(!goes_on_unbound(&Saying { capabilities: CODES, error: None, refusal }, true), "{refusal}");
    }
    for error in ["e=invalid-proof", "e=unknown-user", "e=channel-bindings-dont-match", "e=other-error", "e="] {
        for refusal in ["-ERR no", "-ERR [AUTH] no"] {
            for behind in [false, true] {
                assert!(
                    !goes_on_unbound(&Saying { capabilities: CODES, error: Some(error), refusal }, behind),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn a_refusal_of_the_binding_is_known_by_what_the_server_says() {
    const CODES: &str = "RESP-CODES\r\nAUTH-RESP-CODE";
    for behind in [false, true] {
        for error in ["e=channel-binding-not-supported", "e=unsupported-channel-binding-type"] {
            assert!(goes_on_unbound(&Saying { capabilities: "TOP", error: Some(error), refusal: "-ERR no" }, behind));
        }
        // Cyrus IMAP 3.6.
        let refusal = "-ERR [AUTH] authenticating: bad protocol / cancel";
        assert!(goes_on_unbound(&Saying { capabilities: CODES, error: None, refusal }, behind));
    }
    // A server that would say [AUTH] if it were the user (RFC 3206, section 5).
    assert!(goes_on_unbound(&Saying { capabilities: CODES, error: None, refusal: "-ERR no" }, false));
}

/// What a submission session says to these octets, and how its login ended.
fn say(session: &mut smtp::Session, octets: &[u8]) -> (String, Option<Result<Mechanism, smtp::RefusedBy>>) {
    session.handle_input(octets);
    let (mut sent, mut outcome) = (Vec::new(), None);
    loop {
        match session.poll_output().unwrap() {
            smtp::Output::NeedInput | smtp::Output::NeedBody(_) => break,
            smtp::Output::Transmit(octets) => sent.extend_from_slice(&octets),
            smtp::Output::Event(smtp::Event::Done { mechanism: Some(mechanism), .. }) => outcome = Some(Ok(mechanism)),
            smtp::Output::Event(smtp::Event::Refused { refusal, .. }) => outcome = Some(Err(refusal.by)),
            smtp::Output::Event(_) => {}
        }
    }
    (String::from_utf8(sent).unwrap(), outcome)
}

#[test]
fn every_mechanism_signs_in_for_submission_and_a_wrong_password_does_not() {
    for mechanism in Mechanism::ALL.into_iter().filter(|mechanism| mechanism.is_scram()) {
        for password in ["pencil", "pen"] {
            let exporter = binding(BindingKind::TlsExporter);
            let login = smtp::Login::with_password("user", Secret::new(password));
            let bindings = if mechanism.binds_channel() { vec![exporter.clone()] } else { Vec::new() };
            let mut session = smtp::Session::new(smtp::Config { channel: Channel::Tls, ..smtp::Config::default() });
            session.submit(smtp::Command::Login(smtp::Login { bindings, ..login })).unwrap();
            say(&mut session, b"220 mx\r\n");
            let (opened, _) = say(&mut session, format!("250-mx\r\n250 AUTH {mechanism}\r\n").as_bytes());
            let mut server = Server::new(mechanism, &exporter);
            assert!(opened.starts_with(&format!("AUTH {mechanism} ")), "{opened}");
            let (challenge, _) = server.step(&message(&opened)).unwrap();
            let (proof, _) = say(&mut session, format!("334 {}\r\n", STANDARD.encode(challenge)).as_bytes());
            let (verdict, _) = server.step(&message(&proof)).unwrap();
            assert_eq!(verdict.starts_with("v="), password == "pencil", "{mechanism}: {verdict}");
            let (last, _) = say(&mut session, format!("334 {}\r\n", STANDARD.encode(&verdict)).as_bytes());
            assert_eq!(last, "\r\n");
            let reply = if password == "pencil" { "235 2.7.0 ok\r\n" } else { "535 5.7.8 no\r\n" };
            let (_, outcome) = say(&mut session, reply.as_bytes());
            let expected = if password == "pencil" { Ok(mechanism) } else { Err(smtp::RefusedBy::Server) };
            assert_eq!(outcome, Some(expected), "{mechanism}, {password}");
        }
    }
}
