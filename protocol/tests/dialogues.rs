//! A property: whatever a server answers to a session's commands, the events are the same however its octets are cut,
//! every ticket has exactly one final event, bodies come out as they went in, and nothing panics.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use restante_protocol::pop3::{
    Channel, Command, Config, Event, Limits, Login, Mechanism, MessageNumber, Output, Secret, Session, Ticket,
};

/// What the server answers to one command.
#[derive(Debug, Clone)]
enum Answer {
    Ok(String),
    Err(String),
    Body(Vec<u8>),
    Listing(Vec<(u32, u64)>),
}

#[derive(Debug, Clone)]
enum Question {
    Stat,
    List,
    Uidl,
    Top(u32),
    Retr(u32, bool),
    Dele(u32),
    Noop,
}

fn number(number: u32) -> MessageNumber {
    MessageNumber::new(number).unwrap()
}

impl Question {
    fn command(&self, answer: &Answer) -> Command {
        match self {
            Self::Stat => Command::Stat,
            Self::List => Command::List(None),
            Self::Uidl => Command::Uidl(None),
            Self::Top(at) => Command::Top { number: number(*at), lines: 0 },
            Self::Retr(at, told) => Command::Retr {
                number: number(*at),
                octets: if let (Answer::Body(body), true) = (answer, told) { Some(body.len() as u64) } else { None },
            },
            Self::Dele(at) => Command::Dele(number(*at)),
            Self::Noop => Command::Noop,
        }
    }
}

/// Octets of a message: lines of anything, each with its CRLF.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just(b".".to_vec()),
        Just(b"..".to_vec()),
        Just(b"".to_vec()),
        Just(b".\r".to_vec()),
        Just(b"\n.".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..60),
        "[ -~]{0,90}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(line, 0..12).prop_map(|lines| {
        let mut message = b"Received: by the server\r\n".to_vec();
        for line in lines {
            // A lone LF before a dot is what servers get wrong; here the server is right, and such lines have scripts.
            message.extend(line.into_iter().filter(|byte| *byte != b'\n'));
            message.extend_from_slice(b"\r\n");
        }
        message
    })
}

fn exchange() -> impl Strategy<Value = (Question, Answer)> {
    let text = "[a-zA-Z ]{0,30}";
    let refused = text.prop_map(Answer::Err);
    let listing = proptest::collection::vec((1u32.., any::<u64>()), 0..20).prop_map(Answer::Listing);
    let question = prop_oneof![
        Just(Question::Stat),
        Just(Question::List),
        Just(Question::Uidl),
        (1u32..).prop_map(Question::Top),
        (1u32.., any::<bool>()).prop_map(|(at, told)| Question::Retr(at, told)),
        (1u32..).prop_map(Question::Dele),
        Just(Question::Noop),
    ];
    (question, refused, listing, message(), text, any::<(u32, u64)>(), 0..5u8).prop_map(
        |(question, refused, listing, body, text, (messages, octets), luck)| {
            let answer = match question {
                _ if luck == 0 => refused,
                Question::Stat => Answer::Ok(format!("{messages} {octets}")),
                Question::List | Question::Uidl => listing,
                Question::Top(_) | Question::Retr(..) => Answer::Body(body),
                Question::Dele(_) | Question::Noop => Answer::Ok(text),
            };
            (question, answer)
        },
    )
}

/// The answer as it stands on the wire.
fn wire(answer: &Answer) -> Vec<u8> {
    let mut wire = Vec::new();
    match answer {
        Answer::Ok(text) => wire.extend_from_slice(format!("+OK {text}\r\n").as_bytes()),
        Answer::Err(text) => wire.extend_from_slice(format!("-ERR {text}\r\n").as_bytes()),
        Answer::Body(body) => {
            wire.extend_from_slice(b"+OK\r\n");
            for line in body.split_inclusive(|byte| *byte == b'\n') {
                if line.starts_with(b".") {
                    wire.push(b'.');
                }
                wire.extend_from_slice(line);
            }
            wire.extend_from_slice(b".\r\n");
        }
        Answer::Listing(items) => {
            wire.extend_from_slice(b"+OK\r\n");
            for (number, value) in items {
                wire.extend_from_slice(format!("{number} {value}\r\n").as_bytes());
            }
            wire.extend_from_slice(b".\r\n");
        }
    }
    wire
}

struct Outcome {
    events: Vec<String>,
    bodies: BTreeMap<Ticket, Vec<u8>>,
    finals: BTreeMap<Ticket, u32>,
    commands: usize,
}

/// A server that answers each line it gets, in pieces cut at these places.
fn run(exchanges: &[(Question, Answer)], pipelining: bool, window: u64, cuts: &[usize]) -> Outcome {
    let mut session = Session::new(Config { channel: Channel::Tls, window, ..Config::default() });
    let mut outcome =
        Outcome { events: Vec::new(), bodies: BTreeMap::new(), finals: BTreeMap::new(), commands: 2 + exchanges.len() };
    session.submit(Command::Capa).unwrap();
    session.submit(Command::Login(Login::with_password("u", Secret::new("p")).by(Mechanism::UserPass))).unwrap();
    for (question, answer) in exchanges {
        session.submit(question.command(answer)).unwrap();
    }
    let capa: &[u8] = if pipelining { b"+OK\r\nPIPELINING\r\nUSER\r\n.\r\n" } else { b"+OK\r\nUSER\r\n.\r\n" };
    let mut answers = vec![capa.to_vec(), b"+OK\r\n".to_vec(), b"+OK\r\n".to_vec()];
    answers.extend(exchanges.iter().map(|(_, answer)| wire(answer)));
    let mut answers = answers.into_iter();
    let mut pending = b"+OK ready\r\n".to_vec();
    let mut cuts = cuts.iter().cycle();
    loop {
        let mut lines = 0;
        loop {
            match session.poll_output().unwrap() {
                Output::NeedInput => break,
                Output::Transmit(octets) => lines += octets.iter().filter(|byte| **byte == b'\n').count(),
                Output::Event(Event::Body { ticket, chunk }) => {
                    outcome.bodies.entry(ticket).or_default().extend_from_slice(chunk);
                }
                Output::Event(event) => {
                    if let Event::Done { ticket, .. } | Event::Refused { ticket, .. } | Event::Lost { ticket, .. } =
                        event
                    {
                        *outcome.finals.entry(ticket).or_default() += 1;
                    }
                    outcome.events.push(format!("{event:?}"));
                }
            }
        }
        for _ in 0..lines {
            pending.extend(answers.next().expect("no line without an answer"));
        }
        if pending.is_empty() {
            return outcome;
        }
        let size = cuts.next().copied().unwrap_or(usize::MAX).clamp(1, pending.len());
        let piece: Vec<u8> = pending.drain(..size).collect();
        session.handle_input(&piece);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_dialogue_is_read_the_same_however_it_is_cut(
        exchanges in proptest::collection::vec(exchange(), 0..12),
        pipelining: bool,
        window in 1u64..5000,
        cuts in proptest::collection::vec(1usize..200, 1..8),
    ) {
        let whole = run(&exchanges, pipelining, window, &[usize::MAX]);
        for cuts in [&[1][..], &[2], &cuts] {
            let cut = run(&exchanges, pipelining, window, cuts);
            prop_assert_eq!(&cut.events, &whole.events);
            prop_assert_eq!(&cut.bodies, &whole.bodies);
        }
        prop_assert_eq!(whole.finals.len(), whole.commands);
        prop_assert!(whole.finals.values().all(|count| *count == 1));
        let sent: Vec<&Vec<u8>> = exchanges.iter().filter_map(|(_, answer)| match answer {
            Answer::Body(body) => Some(body),
            _ => None,
        }).collect();
        prop_assert_eq!(whole.bodies.values().collect::<Vec<_>>(), sent);
    }

    #[test]
    fn any_octets_at_all_neither_panic_nor_leave_a_ticket_without_an_end(
        octets in proptest::collection::vec(
            prop_oneof![
                Just(b"+OK ".to_vec()), Just(b"-ERR ".to_vec()), Just(b"\r\n".to_vec()), Just(b".\r\n".to_vec()),
                Just(b"+ ".to_vec()), Just(b"1 2".to_vec()), proptest::collection::vec(any::<u8>(), 1..20),
            ], 0..60),
        size in 1usize..50,
    ) {
        let limits = Limits { line: 100, listing: 20, body: 200, ..Limits::default() };
        let mut session = Session::new(Config { channel: Channel::Tls, limits, ..Config::default() });
        let mut tickets = vec![session.submit(Command::Capa).unwrap()];
        tickets.push(session.submit(Command::Login(Login::with_password("u", Secret::new("p")))).unwrap());
        for command in [Command::Stat, Command::List(None), Command::Uidl(None), Command::Top { number: number(1), lines: 0 },
            Command::Retr { number: number(2), octets: Some(10) }, Command::Quit] {
            tickets.push(session.submit(command).unwrap());
        }
        let mut ended = BTreeMap::new();
        let mut drain = |session: &mut Session| loop {
            match session.poll_output() {
                Ok(Output::NeedInput) => return true,
                Ok(Output::Event(Event::Done { ticket, .. } | Event::Refused { ticket, .. } | Event::Lost { ticket, .. })) => {
                    *ended.entry(ticket).or_insert(0) += 1;
                }
                Ok(_) => {}
                Err(_) => return false,
            }
        };
        let octets = [b"+OK hello\r\n".to_vec(), octets.concat()].concat();
        for piece in octets.chunks(size) {
            session.handle_input(piece);
            drain(&mut session);
        }
        session.handle_eof();
        drain(&mut session);
        prop_assert!(tickets.iter().all(|ticket| ended.get(ticket) == Some(&1)), "{:?} of {:?}", ended, tickets);
    }
}
