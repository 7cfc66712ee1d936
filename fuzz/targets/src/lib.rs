//! What each fuzz target does with its octets. Anything wrong is a panic.
//!
//! - `cargo xtask fuzz [TARGET…]` runs them with libFuzzer, or by blind mutation where there is none: the programs are in `fuzz/`.
//! - `cargo test -p restante-fuzz-targets` replays the corpus.

#![allow(clippy::panic, reason = "a target fails by a panic")]

mod reader;
mod submission;

use std::collections::BTreeMap;

use restante_protocol::pop3::{
    Channel, Command, Config, Event, Limits, Login, Mechanism, MessageNumber, Output, Secret, Session, Ticket, Url,
};
use restante_protocol::sasl::{self, BindingKind, ChannelBinding, Credential, Exchange, Gs2, Profile};
use restante_protocol::tunnel::{BridgeMessage, PageMessage, decode, encode};

pub use reader::{html, mime};
pub use submission::smtp;

/// A target: it takes any octets.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const ALL: [(&str, Target); 10] = [
    ("session", session),
    ("reply", reply),
    ("listing", listing),
    ("smtp", smtp),
    ("sasl", sasl),
    ("url", url),
    ("tunnel", tunnel),
    ("frames", frames),
    ("mime", mime),
    ("html", html),
];

/// Answers to everything a session can ask after the login; the first octet says in which order it asks.
pub fn session(data: &[u8]) {
    let (order, data) = data.split_first().map_or((0, data), |(first, rest)| (usize::from(*first), rest));
    let mut commands = vec![
        Command::Retr { number: number(1), octets: Some(24) },
        Command::Top { number: number(2), lines: 0 },
        Command::Stat,
        Command::Uidl(None),
        Command::Retr { number: number(3), octets: None },
        Command::List(None),
        Command::Capa,
        Command::Retr { number: number(4), octets: Some(7) },
    ];
    let turn = order % commands.len();
    commands.rotate_left(turn);
    if order & 0x80 != 0 {
        commands.push(Command::Quit);
    }
    same_however_cut(&commands, data);
    before_the_login(data);
}

/// Answers of one line.
pub fn reply(data: &[u8]) {
    let one = number(1);
    same_however_cut(
        &[
            Command::Noop,
            Command::Stat,
            Command::List(Some(one)),
            Command::Uidl(Some(one)),
            Command::Last,
            Command::Dele(one),
            Command::Rset,
        ],
        data,
    );
    same_however_cut(&[Command::Uidl(Some(one)), Command::List(Some(one)), Command::Quit], data);
}

/// Answers of many lines.
pub fn listing(data: &[u8]) {
    same_however_cut(&[Command::List(None), Command::Uidl(None)], data);
    same_however_cut(&[Command::Uidl(None), Command::Capa], data);
    same_however_cut(&[Command::Capa, Command::List(None)], data);
}

/// A server's challenges without base64, one a line, to every mechanism; `%` stands for the nonce that the client sent,
/// without which SCRAM's server gets nowhere. Whatever they are, the exchange comes to an end, and SCRAM to no success.
pub fn sasl(data: &[u8]) {
    let binding = ChannelBinding { kind: BindingKind::TlsExporter, data: vec![7; 32] };
    let profile = Profile { command: "AUTH", initial_response: true, line: 255, empty: "=", cancel: "*" };
    for mechanism in sasl::Mechanism::ALL {
        let secret = Secret::new("secret");
        let credential =
            if mechanism.takes_token() { Credential::BearerToken(secret) } else { Credential::Password(secret) };
        let gs2 = if mechanism.binds_channel() { Gs2::Bound(&binding) } else { Gs2::NotUsed };
        // Few iterations: what they are is SCRAM's business, how long they take is not this target's.
        let mut exchange = Exchange::new(mechanism, "user", &credential, gs2, 1..=64)
            .unwrap_or_else(|reason| panic!("{mechanism}: {reason}"));
        exchange.open(&Profile { initial_response: false, ..profile });
        let first = if mechanism == sasl::Mechanism::Login || mechanism == sasl::Mechanism::CramMd5 {
            Vec::new()
        } else {
            exchange.respond(b"").map(|first| first.to_vec()).unwrap_or_default()
        };
        let nonce = first.split(|byte| *byte == b',').find_map(|part| part.strip_prefix(b"r=")).unwrap_or_default();
        for challenge in data.split(|byte| *byte == b'\n').take(8) {
            let parts: Vec<&[u8]> = challenge.split(|byte| *byte == b'%').collect();
            let before = exchange.cancelled();
            let answer = exchange.respond(&parts.join(nonce));
            assert!(before.is_none() || answer.err() == before, "{mechanism} goes on after its end");
        }
        let outcome = exchange.conclude(data);
        assert!(!mechanism.is_scram() || outcome.is_err(), "{mechanism} believes a server that knows no password");
    }
    // The same behind base64, as it comes off the wire.
    let password = Credential::Password(Secret::new("secret"));
    for mechanism in [sasl::Mechanism::Plain, sasl::Mechanism::Login, sasl::Mechanism::CramMd5] {
        let Ok(mut exchange) = Exchange::new(mechanism, "user", &password, Gs2::NotUsed, 1..=64) else { return };
        exchange.open(&profile);
        for challenge in data.split(|byte| *byte == b'\n').take(8) {
            assert!(!exchange.answer(challenge, &profile).contains(['\r', '\n']));
        }
    }
}

/// A text that may be a URL: what is read is written and read again.
pub fn url(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(url) = text.parse::<Url>() else { return };
    let written = url.to_string();
    assert_eq!(written.parse::<Url>().as_ref(), Ok(&url), "{text:?} was written as {written:?}");
    assert!(!url.host.is_empty() && url.user.as_deref() != Some(""));
}

/// A control message of the tunnel: what is read is written and read again, and `Debug` shows no secret.
pub fn tunnel(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(message) = decode::<PageMessage>(text) {
        assert_eq!(decode::<PageMessage>(&encode(&message)).ok().as_ref(), Some(&message));
        if let PageMessage::Open(open) = &message
            && let Some(token) = open.token.as_ref().filter(|token| token.expose().len() > 8)
        {
            assert!(!format!("{message:?}").contains(token.expose()));
        }
    }
    if let Ok(message) = decode::<BridgeMessage>(text) {
        assert_eq!(decode::<BridgeMessage>(&encode(&message)).ok().as_ref(), Some(&message));
    }
}

/// A client's WebSocket frames; the first octet says in what pieces they come.
pub fn frames(data: &[u8]) {
    let (first, wire) = data.split_first().map_or((0, data), |(first, rest)| (*first, rest));
    assert_eq!(
        restante_bridge::replay_frames(wire, usize::from(first % 64) + 1),
        restante_bridge::replay_frames(wire, usize::MAX),
    );
}

fn number(number: u32) -> MessageNumber {
    MessageNumber::new(number).unwrap_or_else(|| panic!("no message has the number 0"))
}

/// What a session said, bodies joined.
#[derive(Debug, PartialEq, Eq, Default)]
struct Said {
    events: Vec<String>,
    bodies: BTreeMap<Ticket, Vec<u8>>,
    ended: BTreeMap<Ticket, u32>,
    failed: Option<String>,
}

impl Said {
    fn drain(&mut self, session: &mut Session) {
        loop {
            match session.poll_output() {
                Ok(Output::NeedInput) => return,
                Ok(Output::Transmit(_)) => {}
                Ok(Output::Event(Event::Body { ticket, chunk })) => {
                    assert!(!chunk.is_empty());
                    self.bodies.entry(ticket).or_default().extend_from_slice(chunk);
                }
                Ok(Output::Event(event)) => {
                    if let Event::Done { ticket, .. } | Event::Refused { ticket, .. } | Event::Lost { ticket, .. } =
                        event
                    {
                        *self.ended.entry(ticket).or_default() += 1;
                    }
                    self.events.push(format!("{event:?}"));
                }
                Err(error) => {
                    self.failed = Some(error.to_string());
                    return;
                }
            }
        }
    }
}

fn config() -> Config {
    let limits = Limits { line: 2000, listing: 500, body: 4000, capabilities: 50, ..Limits::default() };
    Config { channel: Channel::Tls, limits, ..Config::default() }
}

/// Signs in with pipelining, asks everything at once, then feeds the answers in pieces of several sizes.
fn same_however_cut(commands: &[Command], data: &[u8]) {
    let run = |size: usize| {
        let mut session = Session::new(config());
        let mut said = Said::default();
        let login = Login::with_password("user", Secret::new("secret")).by(Mechanism::UserPass);
        let mut tickets = vec![submit(&mut session, Command::Capa), submit(&mut session, Command::Login(login))];
        session.handle_input(b"+OK ready\r\n");
        said.drain(&mut session);
        session.handle_input(b"+OK\r\nPIPELINING\r\nUSER\r\n.\r\n");
        said.drain(&mut session);
        session.handle_input(b"+OK\r\n+OK\r\n");
        said.drain(&mut session);
        tickets.extend(commands.iter().map(|command| submit(&mut session, command.clone())));
        said.drain(&mut session);
        for piece in data.chunks(size) {
            session.handle_input(piece);
            said.drain(&mut session);
        }
        session.handle_eof();
        said.drain(&mut session);
        assert!(tickets.iter().all(|ticket| said.ended.get(ticket) == Some(&1)), "{:?} of {tickets:?}", said.ended);
        said
    };
    let whole = run(usize::MAX);
    for size in [1, 2, 7] {
        assert_eq!(run(size), whole, "in pieces of {size}");
    }
}

/// The same octets from the greeting on, with a login by whatever mechanism the server announces.
fn before_the_login(data: &[u8]) {
    for size in [1, usize::MAX] {
        let mut session = Session::new(config());
        let mut said = Said::default();
        let login = Command::Login(Login::with_password("user", Secret::new("secret")));
        let tickets =
            [submit(&mut session, Command::Capa), submit(&mut session, login), submit(&mut session, Command::Stat)];
        for piece in data.chunks(size) {
            session.handle_input(piece);
            said.drain(&mut session);
            if session.handle_stall() {
                said.drain(&mut session);
            }
        }
        session.handle_eof();
        said.drain(&mut session);
        assert!(tickets.iter().all(|ticket| said.ended.get(ticket) == Some(&1)), "{:?}", said.ended);
    }
}

fn submit(session: &mut Session, command: Command) -> Ticket {
    session.submit(command).unwrap_or_else(|misuse| panic!("{misuse}"))
}
