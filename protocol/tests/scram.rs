//! SCRAM against a server: rsasl's server side holds the keys, a session signs in. Its nonces are random, so these
//! dialogues cannot be scripts.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use restante_protocol::pop3::{
    BadChallenge, BindingKind, Channel, ChannelBinding, Command, Config, Event, Login, Mechanism, MechanismChoice,
    Output, RefusedBy, ReplyData, Secret, Session,
};
use rsasl::callback::{Context, Request, SessionCallback, SessionData};
use rsasl::mechanisms::scram::properties::ScramStoredPassword;
use rsasl::mechanisms::scram::tools::{derive_keys, hash_password};
use rsasl::mechname::Mechname;
use rsasl::prelude::{ChannelBindingCallback, Registry, SASLConfig, SASLServer, SessionError, State, Validation};
use rsasl::property::OverrideCBType;
use rsasl::validate::{Validate, ValidationError};

const SALT: &[u8] = b"a salt of some length";
const BINDING: &[u8] = b"0123456789abcdef0123456789abcdef";

/// The server's keys of the password `pencil`.
struct Keys {
    stored: Vec<u8>,
    server: Vec<u8>,
    iterations: u32,
    binding: BindingKind,
}

impl SessionCallback for Keys {
    fn callback(&self, _: &SessionData, _: &Context<'_>, request: &mut Request<'_>) -> Result<(), SessionError> {
        request.satisfy::<OverrideCBType>(self.binding.name())?;
        request.satisfy::<ScramStoredPassword<'_>>(&ScramStoredPassword::new(
            self.iterations,
            SALT,
            &self.stored,
            &self.server,
        ))?;
        Ok(())
    }

    fn validate(&self, _: &SessionData, _: &Context<'_>, validate: &mut Validate<'_>) -> Result<(), ValidationError> {
        validate.with::<Granted, _>(|| Ok(()))?;
        Ok(())
    }
}

struct Granted;

impl Validation for Granted {
    type Value = ();
}

struct Bound(Vec<u8>, BindingKind);

impl ChannelBindingCallback for Bound {
    fn get_cb_data(&self, name: &str) -> Option<&[u8]> {
        (name == self.1.name()).then_some(&self.0)
    }
}

type Server = rsasl::prelude::Session<Granted, Bound>;

fn keys(mechanism: Mechanism, iterations: u32, binding: BindingKind) -> Keys {
    let (mut stored, mut server) = (Vec::new(), Vec::new());
    macro_rules! derive {
        ($digest:ty) => {{
            use md5::Digest as _;
            let mut salted = md5::digest::Output::<$digest>::default();
            hash_password::<$digest>(b"pencil", iterations, SALT, &mut salted);
            let (client_key, server_key) = derive_keys::<$digest>(&salted);
            stored.extend_from_slice(&<$digest>::digest(&client_key));
            server.extend_from_slice(&server_key);
        }};
    }
    match mechanism {
        Mechanism::ScramSha1 | Mechanism::ScramSha1Plus => derive!(sha1::Sha1),
        _ => derive!(sha2::Sha256),
    }
    Keys { stored, server, iterations, binding }
}

fn server(mechanism: Mechanism, iterations: u32, binding: &ChannelBinding) -> Server {
    use rsasl::mechanisms::scram::{SCRAM_SHA1, SCRAM_SHA1_PLUS, SCRAM_SHA256, SCRAM_SHA256_PLUS};
    static ALL: [rsasl::prelude::Mechanism; 4] = [SCRAM_SHA1, SCRAM_SHA1_PLUS, SCRAM_SHA256, SCRAM_SHA256_PLUS];
    let keys = keys(mechanism, iterations, binding.kind);
    let config: Arc<SASLConfig> =
        SASLConfig::builder().with_registry(Registry::with_mechanisms(&ALL)).with_callback(keys).unwrap();
    SASLServer::with_cb(config, Bound(binding.data.clone(), binding.kind))
        .start_suggested(Mechname::parse(mechanism.name().as_bytes()).unwrap())
        .unwrap()
}

fn binding(kind: BindingKind) -> ChannelBinding {
    ChannelBinding { kind, data: BINDING.into() }
}

struct Dialogue {
    session: Session,
    outcome: Option<Result<Mechanism, RefusedBy>>,
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
        let message = line.trim_end().rsplit(' ').next().unwrap().to_owned();
        let mut answer = Vec::new();
        let state = match STANDARD.decode(&message).map(|message| server.step(Some(&message), &mut answer)) {
            Ok(Ok(state)) => state,
            Ok(Err(_)) | Err(_) => {
                dialogue.say(b"-ERR [AUTH] Authentication failed.\r\n");
                return sent;
            }
        };
        let text = tamper(round, String::from_utf8(answer).unwrap());
        let is_refusal = text.starts_with("e=");
        round += 1;
        line = dialogue.say(format!("+ {}\r\n", STANDARD.encode(text)).as_bytes());
        if line == "*\r\n" {
            dialogue.say(b"-ERR cancelled\r\n");
            return sent;
        }
        if let State::Finished(_) = state {
            // The client answers the server's proof by an empty message.
            assert_eq!(line, "\r\n");
            dialogue.say(if is_refusal { b"-ERR [AUTH] no\r\n" } else { b"+OK Logged in.\r\n" });
            return sent;
        }
    }
}

const SCRAM: [Mechanism; 4] =
    [Mechanism::ScramSha1, Mechanism::ScramSha1Plus, Mechanism::ScramSha256, Mechanism::ScramSha256Plus];

fn login(password: &str, mechanism: Mechanism, binding: Option<ChannelBinding>) -> Login {
    let mut login = Login::with_password("us=er,1", Secret::new(password)).by(mechanism);
    login.bindings.extend(binding);
    login
}

#[test]
fn every_scram_mechanism_signs_in_and_the_server_proves_itself() {
    for mechanism in SCRAM {
        for kind in [BindingKind::TlsExporter, BindingKind::TlsServerEndPoint] {
            let bound = mechanism.binds_channel().then(|| binding(kind));
            let mut dialogue = Dialogue::new("PLAIN", login("pencil", mechanism, bound));
            let mut server = server(mechanism, 4096, &binding(kind));
            let sent = talk(&mut dialogue, &mut server, |_, text| text);
            assert_eq!(dialogue.outcome, Some(Ok(mechanism)), "{mechanism}: {sent}");
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
    let mut server = server(Mechanism::ScramSha256Plus, 4096, &binding(BindingKind::TlsExporter));
    talk(&mut dialogue, &mut server, |_, text| text);
    assert_eq!(dialogue.outcome, Some(Ok(Mechanism::ScramSha256Plus)));
}

#[test]
fn a_client_that_could_bind_says_so_unless_the_server_announces_it() {
    for (announced, flag) in [("SCRAM-SHA-256", "y,,"), ("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", "n,,")] {
        let login = login("pencil", Mechanism::ScramSha256, Some(binding(BindingKind::TlsExporter)));
        let mut dialogue = Dialogue::new(announced, login);
        let line = dialogue.say(b"");
        let message = STANDARD.decode(line.trim_end().rsplit(' ').next().unwrap()).unwrap();
        assert!(message.starts_with(flag.as_bytes()), "{announced}: {}", message.escape_ascii());
    }
}

#[test]
fn a_channel_that_ends_elsewhere_is_noticed() {
    let elsewhere = ChannelBinding { kind: BindingKind::TlsExporter, data: b"another channel".into() };
    let login = login("pencil", Mechanism::ScramSha256Plus, Some(elsewhere));
    let mut dialogue = Dialogue::new("SCRAM-SHA-256-PLUS", login);
    let mut server = server(Mechanism::ScramSha256Plus, 4096, &binding(BindingKind::TlsExporter));
    talk(&mut dialogue, &mut server, |_, text| text);
    assert_eq!(dialogue.outcome, Some(Err(RefusedBy::Server)));
}

#[test]
fn a_wrong_password_is_the_servers_to_refuse() {
    for mechanism in [Mechanism::ScramSha1, Mechanism::ScramSha256] {
        let mut dialogue = Dialogue::new("PLAIN", login("pencils", mechanism, None));
        talk(&mut dialogue, &mut server(mechanism, 4096, &binding(BindingKind::TlsExporter)), |_, text| text);
        assert_eq!(dialogue.outcome, Some(Err(RefusedBy::Server)), "{mechanism}");
    }
}

#[test]
fn a_server_that_does_not_know_the_password_is_not_believed() {
    let forge = |round: usize, text: String| {
        if round == 1 { "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into() } else { text }
    };
    let mut dialogue = Dialogue::new("PLAIN", login("pencil", Mechanism::ScramSha256, None));
    talk(&mut dialogue, &mut server(Mechanism::ScramSha256, 4096, &binding(BindingKind::TlsExporter)), forge);
    assert_eq!(dialogue.outcome, Some(Err(RefusedBy::BadChallenge(BadChallenge::NotAuthentic))));
}

#[test]
fn a_server_that_leaves_its_proof_out_is_not_believed() {
    let mut dialogue = Dialogue::new("PLAIN", login("pencil", Mechanism::ScramSha256, None));
    let first = dialogue.say(b"");
    let message = STANDARD.decode(first.trim_end().rsplit(' ').next().unwrap()).unwrap();
    let mut challenge = Vec::new();
    let mut server = server(Mechanism::ScramSha256, 4096, &binding(BindingKind::TlsExporter));
    server.step(Some(&message), &mut challenge).unwrap();
    dialogue.say(format!("+ {}\r\n", STANDARD.encode(challenge)).as_bytes());
    dialogue.say(b"+OK come in\r\n");
    assert_eq!(dialogue.outcome, Some(Err(RefusedBy::BadChallenge(BadChallenge::NotAuthentic))));
}

#[test]
fn a_proof_that_comes_along_with_success_is_checked() {
    for (proof, outcome) in
        [(None, Ok(Mechanism::ScramSha256)), (Some("v=AAAA"), Err(RefusedBy::BadChallenge(BadChallenge::NotAuthentic)))]
    {
        let mut dialogue = Dialogue::new("PLAIN", login("pencil", Mechanism::ScramSha256, None));
        let mut server = server(Mechanism::ScramSha256, 4096, &binding(BindingKind::TlsExporter));
        let mut line = dialogue.say(b"");
        for last in [false, true] {
            let message = STANDARD.decode(line.trim_end().rsplit(' ').next().unwrap()).unwrap();
            let mut answer = Vec::new();
            server.step(Some(&message), &mut answer).unwrap();
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
    talk(&mut dialogue, &mut server(Mechanism::ScramSha1, 4096, &binding(BindingKind::TlsExporter)), swap);
    assert_eq!(dialogue.outcome, Some(Err(RefusedBy::BadChallenge(BadChallenge::NotAuthentic))));
}

#[test]
fn an_iteration_count_beyond_the_limit_costs_nothing() {
    let raise = |round: usize, text: String| if round == 0 { text.replace("i=4096", "i=1000001") } else { text };
    let mut dialogue = Dialogue::new("PLAIN", login("pencil", Mechanism::ScramSha256, None));
    talk(&mut dialogue, &mut server(Mechanism::ScramSha256, 4096, &binding(BindingKind::TlsExporter)), raise);
    assert_eq!(dialogue.outcome, Some(Err(RefusedBy::BadChallenge(BadChallenge::Iterations))));
}

#[test]
fn a_kind_of_binding_that_the_server_does_not_know_gives_way_to_the_next() {
    let mut login = login("pencil", Mechanism::ScramSha256Plus, Some(binding(BindingKind::TlsExporter)));
    login.bindings.push(binding(BindingKind::TlsServerEndPoint));
    let mut dialogue = Dialogue::new("SCRAM-SHA-256-PLUS", login);
    let first = dialogue.say(b"");
    let message = |line: &str| STANDARD.decode(line.trim_end().rsplit(' ').next().unwrap()).unwrap();
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
    let step = |server: &mut Server, line: &str| {
        let message = STANDARD.decode(line.trim_end().rsplit(' ').next().unwrap()).unwrap();
        let mut answer = Vec::new();
        server.step(Some(&message), &mut answer).unwrap();
        format!("+ {}\r\n", STANDARD.encode(answer))
    };
    let mut dialogue = Dialogue::new("SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN", login);
    let mut bound = server(Mechanism::ScramSha256Plus, 4096, &exporter);
    let first = dialogue.say(b"");
    assert!(first.starts_with("AUTH SCRAM-SHA-256-PLUS "), "{first}");
    dialogue.say(step(&mut bound, &first).as_bytes());

    let mut bare = server(Mechanism::ScramSha256, 4096, &exporter);
    let first = dialogue.say(b"-ERR [AUTH] authenticating: bad protocol / cancel\r\n");
    assert!(first.starts_with("AUTH SCRAM-SHA-256 biws"), "{first}");
    let last = dialogue.say(step(&mut bare, &first).as_bytes());
    assert_eq!(dialogue.say(step(&mut bare, &last).as_bytes()), "\r\n");
    dialogue.say(b"+OK\r\n");
    assert_eq!(dialogue.outcome, Some(Ok(Mechanism::ScramSha256)));
}
