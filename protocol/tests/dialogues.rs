//! A property: whatever a server's messages hold, however it writes them and however its octets are cut, no answer is
//! taken for another's, every ticket has exactly one final event, and nothing panics. What a server sends that keeps to
//! the standard comes out byte for byte.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;
use restante_protocol::pop3::{
    Channel, Command, Config, Event, Fault, Limits, Login, Mechanism, MessageNumber, Output, Reply, ReplyData, Secret,
    Session, Ticket,
};

/// How a server writes a message's lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stuffing {
    /// As RFC 1939 has it: dots are doubled behind CRLF, and a bare LF is an octet like any other.
    BehindCrlf,
    /// Behind a bare LF too.
    BehindLf,
    /// Nowhere.
    Nowhere,
    /// Behind CRLF, which every LF is made to before.
    Converting,
}

/// How a server ends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Behind a CRLF, which is added where there is none.
    Proper,
    /// Wherever the message happens to end.
    Glued,
    /// With LF for CRLF.
    BareLf,
}

/// What the caller was told of a message's size.
#[derive(Debug, Clone, Copy)]
enum Size {
    True,
    Missing,
    Short(u8),
    Long(u8),
}

#[derive(Debug, Clone)]
enum Question {
    Stat,
    List,
    Top(Vec<u8>),
    Retr(Vec<u8>, Size),
    Dele,
    Noop,
}

#[derive(Debug, Clone, Copy)]
struct Server {
    stuffing: Stuffing,
    end: End,
    pipelining: bool,
}

fn number(number: u32) -> MessageNumber {
    MessageNumber::new(number).unwrap()
}

/// Octets of a message: pieces of which dangerous ones are made.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(&b"\r\n"[..]),
        3 => Just(&b"\n"[..]),
        1 => Just(&b"\r"[..]),
        4 => Just(&b"."[..]),
        1 => Just(&b"+OK"[..]),
        1 => Just(&b"-ERR"[..]),
        1 => Just(&b"+OK 1 2\r\nFrom: x\r\n"[..]),
        1 => Just(&b".\r\n+OK\r\n"[..]),
        2 => Just(&b"text"[..]),
        1 => Just(&b"\0\xFF -+"[..]),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// The same, with what would be an end in a server's own way, and an answer behind it.
fn late() -> impl Strategy<Value = Vec<u8>> {
    let end = proptest::sample::select(vec![&b"x.\r\n"[..], b"x.\n", b"\n.\r\n", b"\n.\n", b".\r\n"]);
    let answer = proptest::sample::select(vec![&b"+OK 90\r\n"[..], b"+OK\r\n", b"-ERR 90\r\n", b"+OK 90 90\r\n"]);
    let pair = (message(), end, answer).prop_map(|(before, end, answer)| [&before, end, answer].concat());
    proptest::collection::vec(pair, 1..4).prop_map(|pairs| pairs.concat())
}

fn question() -> impl Strategy<Value = Question> {
    let size = prop_oneof![
        Just(Size::True),
        Just(Size::Missing),
        any::<u8>().prop_map(Size::Short),
        any::<u8>().prop_map(Size::Long)
    ];
    prop_oneof![
        1 => Just(Question::Stat),
        1 => Just(Question::List),
        4 => message().prop_map(Question::Top),
        4 => (message(), size).prop_map(|(body, size)| Question::Retr(body, size)),
        1 => Just(Question::Dele),
        1 => Just(Question::Noop),
    ]
}

fn server() -> impl Strategy<Value = Server> {
    let stuffing = prop_oneof![
        3 => Just(Stuffing::BehindCrlf),
        1 => Just(Stuffing::BehindLf),
        1 => Just(Stuffing::Nowhere),
        1 => Just(Stuffing::Converting)
    ];
    let end = prop_oneof![3 => Just(End::Proper), 1 => Just(End::Glued), 1 => Just(End::BareLf)];
    (stuffing, end, any::<bool>()).prop_map(|(stuffing, end, pipelining)| Server { stuffing, end, pipelining })
}

impl Server {
    fn keeps_to_the_standard(self) -> bool {
        self.end == End::Proper && matches!(self.stuffing, Stuffing::BehindCrlf | Stuffing::Converting)
    }

    /// The message of this number as the server has it.
    fn message(self, at: u32, body: &[u8]) -> Vec<u8> {
        let mut message = format!("Subject: {at}\r\n").into_bytes();
        for byte in body {
            if self.stuffing == Stuffing::Converting && *byte == b'\n' && message.last() != Some(&b'\r') {
                message.push(b'\r');
            }
            message.push(*byte);
        }
        if self.stuffing == Stuffing::Nowhere {
            // Such a server's messages end where their senders want, and nothing in its octets tells that.
            for at in 2..message.len() {
                let is_end = matches!(message.get(at + 1), None | Some(b'.' | b'\r'));
                if message[at] == b'.' && message[..at].ends_with(b"\r\n") && is_end {
                    message[at] = b',';
                }
            }
        }
        if self.end == End::Proper && !message.ends_with(b"\r\n") {
            message.extend_from_slice(b"\r\n");
        }
        message
    }

    /// The same as it stands on the wire, its end included.
    fn wire(self, message: &[u8]) -> Vec<u8> {
        let mut wire = Vec::new();
        for (at, byte) in message.iter().enumerate() {
            let before = &message[..at];
            let is_doubled = match self.stuffing {
                Stuffing::BehindCrlf | Stuffing::Converting => before.ends_with(b"\r\n"),
                Stuffing::BehindLf => before.ends_with(b"\n"),
                Stuffing::Nowhere => false,
            };
            if *byte == b'.' && is_doubled {
                wire.push(b'.');
            }
            wire.push(*byte);
        }
        wire.extend_from_slice(if self.end == End::BareLf { b".\n" } else { b".\r\n" });
        wire
    }

    fn command(self, at: u32, question: &Question) -> Command {
        match question {
            Question::Stat => Command::Stat,
            Question::List => Command::List(None),
            Question::Top(_) => Command::Top { number: number(at), lines: 0 },
            Question::Retr(body, size) => {
                let octets = self.message(at, body).len() as u64;
                let octets = match size {
                    Size::True => Some(octets),
                    Size::Missing => None,
                    Size::Short(by) => Some(octets.saturating_sub(u64::from(*by) % 40)),
                    Size::Long(by) => Some(octets + u64::from(*by)),
                };
                Command::Retr { number: number(at), octets }
            }
            Question::Dele => Command::Dele(number(at)),
            Question::Noop => Command::Noop,
        }
    }

    /// The answer; each says whose it is.
    fn answer(self, at: u32, question: &Question) -> Vec<u8> {
        match question {
            Question::Stat => format!("+OK {at} {at}\r\n").into_bytes(),
            Question::List => format!("+OK {at}\r\n{at} {at}\r\n.\r\n").into_bytes(),
            Question::Top(body) | Question::Retr(body, _) => {
                [format!("+OK {at}\r\n").into_bytes(), self.wire(&self.message(at, body))].concat()
            }
            Question::Dele | Question::Noop => format!("+OK {at}\r\n").into_bytes(),
        }
    }
}

/// Whether this answers the question of this number.
fn is_own(at: u32, reply: &Reply) -> bool {
    match reply.data {
        ReplyData::Stat { messages, .. } => messages == at,
        _ => reply.text == at.to_string(),
    }
}

#[derive(Default)]
struct Outcome {
    events: Vec<String>,
    bodies: BTreeMap<Ticket, Vec<u8>>,
    finals: BTreeMap<Ticket, u32>,
    done: BTreeMap<Ticket, Reply>,
    fault: Option<Fault>,
}

/// A server that answers each line it gets, in pieces cut at these places, and hangs up when it has nothing to say. Where
/// it `pauses`, it does so for longer than the caller's patience wherever its silence would tell something.
fn run(server: Server, questions: &[Question], window: u64, cuts: &[usize], pauses: bool) -> (Vec<Ticket>, Outcome) {
    let mut session = Session::new(Config { channel: Channel::Tls, window, ..Config::default() });
    let mut outcome = Outcome::default();
    let mut tickets = vec![session.submit(Command::Capa).unwrap()];
    let login = Login::with_password("u", Secret::new("p")).by(Mechanism::UserPass);
    tickets.push(session.submit(Command::Login(login)).unwrap());
    for (at, question) in (1..).zip(questions) {
        tickets.push(session.submit(server.command(at, question)).unwrap());
    }
    let mut asked: VecDeque<(u32, &Question)> = (1..).zip(questions).collect();
    let mut pending = b"+OK ready\r\n".to_vec();
    let mut cuts = cuts.iter().cycle();
    let mut lines = Vec::new();
    let mut told = 0;
    loop {
        loop {
            match session.poll_output() {
                Ok(Output::NeedInput) => break,
                Ok(Output::Transmit(octets)) => lines.extend_from_slice(&octets),
                Ok(Output::Event(Event::Body { ticket, chunk })) => {
                    outcome.bodies.entry(ticket).or_default().extend_from_slice(chunk);
                }
                Ok(Output::Event(event)) => {
                    // How much the window let go before a fault depends on the cuts.
                    let sent = if let Event::Lost { ticket, .. } = event { Some(ticket) } else { None };
                    outcome.events.push(sent.map_or(format!("{event:?}"), |ticket| format!("lost {ticket}")));
                    if let Event::Done { ticket, .. } | Event::Refused { ticket, .. } | Event::Lost { ticket, .. } =
                        event
                    {
                        *outcome.finals.entry(ticket).or_default() += 1;
                    }
                    if let Event::Done { ticket, reply } = event {
                        outcome.done.insert(ticket, reply);
                    }
                }
                Err(error) => {
                    outcome.fault = Some(error.fault);
                    return (tickets, outcome);
                }
            }
        }
        for line in std::mem::take(&mut lines).split_inclusive(|byte| *byte == b'\n') {
            match line {
                b"CAPA\r\n" if server.pipelining => pending.extend(b"+OK\r\nPIPELINING\r\nUSER\r\n.\r\n"),
                b"CAPA\r\n" => pending.extend(b"+OK\r\nUSER\r\n.\r\n"),
                b"USER u\r\n" | b"PASS p\r\n" => pending.extend(b"+OK\r\n"),
                // The session's own, where the caller has not asked.
                b"STAT\r\n" if !matches!(asked.front(), Some((_, Question::Stat))) => {
                    pending.extend(format!("+OK {told} {told}\r\n").into_bytes());
                }
                _ => {
                    let (at, question) = asked.pop_front().expect("no line but those submitted");
                    told = if matches!(question, Question::Stat) { at } else { told };
                    pending.extend(server.answer(at, question));
                }
            }
        }
        if pauses && session.is_silence_telling() && session.handle_stall() {
            continue;
        }
        if !pending.is_empty() {
            let size = cuts.next().copied().unwrap_or(usize::MAX).clamp(1, pending.len());
            let piece: Vec<u8> = pending.drain(..size).collect();
            session.handle_input(&piece);
        } else if session.is_idle() || session.outstanding() == 0 {
            return (tickets, outcome);
        } else if !(session.is_silence_telling() && session.handle_stall()) {
            session.handle_eof();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_is_taken_for_anothers_whatever_messages_hold_and_however_servers_write_them(
        server in server(),
        questions in proptest::collection::vec(question(), 0..7),
        window in 1u64..5000,
        cuts in proptest::collection::vec(1usize..200, 1..8),
    ) {
        let (tickets, whole) = run(server, &questions, window, &[usize::MAX], false);
        for cuts in [&[1][..], &[2], &cuts] {
            let (_, cut) = run(server, &questions, window, cuts, false);
            prop_assert_eq!(&cut.events, &whole.events);
            prop_assert_eq!(&cut.bodies, &whole.bodies);
            prop_assert_eq!(&cut.fault, &whole.fault);
        }
        for ticket in &tickets {
            prop_assert_eq!(whole.finals.get(ticket), Some(&1), "{}", ticket);
        }
        let mut may_be_unsure = false;
        for ((at, question), ticket) in (1..).zip(&questions).zip(&tickets[2..]) {
            let (Question::Top(body) | Question::Retr(body, _)) = question else {
                if let Some(reply) = whole.done.get(ticket) {
                    prop_assert!(is_own(at, reply), "{} has {:?}", ticket, reply);
                }
                continue;
            };
            let message = server.message(at, body);
            may_be_unsure |= [&b".\r\n+OK"[..], b".\r\n-ERR", b".\n+OK", b".\n-ERR"]
                .iter()
                .any(|looks| memchr::memmem::find(&message, looks).is_some());
            let Some(reply) = whole.done.get(ticket) else { continue };
            prop_assert!(is_own(at, reply), "{} has {:?}", ticket, reply);
            let came = whole.bodies.get(ticket).map_or(&b""[..], Vec::as_slice);
            if server.keeps_to_the_standard() {
                prop_assert_eq!(came.escape_ascii().to_string(), message.escape_ascii().to_string());
            } else {
                // At worst a message is cut off, or dots and its end stay on it; never is it another's.
                let others = (1..).take(questions.len()).filter(|other| *other != at);
                for other in others {
                    let other = format!("Subject: {other}\r\n");
                    prop_assert!(memchr::memmem::find(came, other.as_bytes()).is_none(), "{}", came.escape_ascii());
                }
                let own = format!("Subject: {at}\r\n");
                prop_assert!(came.starts_with(own.as_bytes()));
            }
        }
        if server.keeps_to_the_standard() {
            match &whole.fault {
                None => prop_assert_eq!(whole.done.len(), tickets.len()),
                // An end that a sender imitates with an answer behind it: only lock-step tells.
                Some(fault) => {
                    prop_assert_eq!(fault, &Fault::UnsureEnd);
                    prop_assert!(may_be_unsure && server.pipelining);
                }
            }
        }
    }

    /// What comes of a message after it was taken to have ended may look like anything, an answer most of all.
    #[test]
    fn octets_that_come_late_are_no_answer(
        server in server(),
        bodies in proptest::collection::vec(late(), 1..4),
        size in prop_oneof![Just(Size::True), Just(Size::Missing), any::<u8>().prop_map(Size::Short)],
        piece in 1usize..40,
    ) {
        let behind = [Question::Dele, Question::Noop, Question::Stat];
        let pairs = bodies.into_iter().zip(behind.into_iter().cycle());
        let questions = pairs.flat_map(|(body, behind)| [Question::Retr(body, size), behind]);
        let questions: Vec<Question> = [Question::Stat].into_iter().chain(questions).collect();
        let (tickets, outcome) = run(server, &questions, u64::MAX, &[piece], true);
        for ticket in &tickets {
            prop_assert_eq!(outcome.finals.get(ticket), Some(&1), "{}", ticket);
        }
        for (at, ticket) in (1..).zip(&tickets[2..]) {
            if let Some(reply) = outcome.done.get(ticket) {
                prop_assert!(is_own(at, reply), "{} has {:?}", ticket, reply);
            }
        }
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
