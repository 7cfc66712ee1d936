//! A submission server's answers, whatever they are.

use std::collections::BTreeMap;

use restante_protocol::smtp::{
    Channel, Chunking, Command, Config, Content, Event, Letter, Limits, Login, Mailbox, Mechanism, Output, Secret,
    Session, Ticket,
};

/// A letter that would end itself and begin another, if anybody let it.
const TEXT: &[u8] = b"Subject: x\r\n\r\n.\r\nRSET\n.\nMAIL FROM:<x@y>\r.\r\n.\r\nDATA";

/// A submission server's octets from its greeting on; the first octet says what is asked of it. Whatever they are, each
/// command has one outcome, what is sent is the same however they come, and no letter ends where its writer wants.
pub fn smtp(data: &[u8]) {
    let (order, data) = data.split_first().map_or((0, data), |(first, rest)| (*first, rest));
    let lines: Vec<&[u8]> = data.split_inclusive(|byte| *byte == b'\n').collect();
    let octets: Vec<&[u8]> = data.chunks(1).collect();
    let by_line = run(order, &lines);
    // A letter is given when DATA's answer is read, so what comes behind that in the same piece is too early.
    assert_eq!(by_line, run(order, &octets));
    run(order, &[data]);
}

/// What a session said and sent.
#[derive(Debug, PartialEq, Eq, Default)]
struct Said {
    events: Vec<String>,
    sent: Vec<u8>,
    ended: BTreeMap<Ticket, u32>,
    failed: Option<String>,
}

fn run(order: u8, pieces: &[&[u8]]) -> Said {
    let is_set = |bit: u8| order & 1 << bit != 0;
    let limits = Limits { line: 2000, lines: 50, ..Limits::default() };
    let chunking = if is_set(0) { Chunking::UpTo(1000) } else { Chunking::BinaryOnly };
    let channel = if is_set(1) { Channel::Clear } else { Channel::Tls };
    let mut session =
        Session::new(Config { channel, cleartext_agreed: is_set(2), chunking, limits, ..Config::default() });
    let mut commands = Vec::new();
    if is_set(1) {
        commands.push(Command::StartTls);
    }
    if is_set(3) {
        // A mechanism without a nonce: what is sent is to be the same each time.
        let login = Login::with_password("ana", Secret::new("pencil")).by(Mechanism::Login);
        commands.push(Command::Login(login));
    }
    commands.extend([Command::Send(letter()), Command::Noop, Command::Send(letter()), Command::Send(letter())]);
    if is_set(4) {
        commands.push(Command::Quit);
    }
    let submit = |command| session.submit(command).unwrap_or_else(|misuse| panic!("{misuse}"));
    let tickets: Vec<Ticket> = commands.into_iter().map(submit).collect();
    let mut said = Said::default();
    said.drain(&mut session);
    for piece in pieces {
        session.handle_input(piece);
        said.drain(&mut session);
    }
    session.handle_eof();
    said.drain(&mut session);
    assert!(tickets.iter().all(|ticket| said.ended.get(ticket) == Some(&1)), "{:?} of {tickets:?}", said.ended);
    for (at, byte) in said.sent.iter().enumerate() {
        assert!(*byte != b'\n' || at > 0 && said.sent[at - 1] == b'\r', "a bare LF was sent");
        assert!(*byte != b'\r' || said.sent.get(at + 1) == Some(&b'\n'), "a bare CR was sent");
    }
    let count = |what: &[u8]| said.sent.windows(what.len()).filter(|window| *window == what).count();
    // Without BDAT, a line of one dot is the end of what DATA began.
    assert!(is_set(0) || count(b"\r\n.\r\n") <= count(b"\r\nDATA\r\n"), "a letter ended more than once");
    said
}

impl Said {
    fn drain(&mut self, session: &mut Session) {
        loop {
            match session.poll_output() {
                Ok(Output::NeedInput) => return,
                Ok(Output::Transmit(octets)) => self.sent.extend_from_slice(&octets),
                Ok(Output::NeedBody(ticket)) => {
                    let at = TEXT.len() - usize::try_from(session.body_left(ticket)).unwrap_or_default();
                    let piece = &TEXT[at..TEXT.len().min(at + 7)];
                    session.give_body(ticket, piece).unwrap_or_else(|misuse| panic!("{misuse}"));
                }
                Ok(Output::Event(event)) => {
                    if let Event::Done { ticket, .. }
                    | Event::Refused { ticket, .. }
                    | Event::Lost { ticket, .. }
                    | Event::Unknown { ticket } = event
                    {
                        *self.ended.entry(ticket).or_default() += 1;
                    }
                    if let Event::StartTls { .. } = event {
                        // Refused where octets have come already.
                        let _ = session.tls_started();
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

fn letter() -> Letter {
    let mailbox = |text: &str| text.parse::<Mailbox>().unwrap_or_else(|fault| panic!("{fault}"));
    let content = Content::of(TEXT).unwrap_or_else(|fault| panic!("{fault}"));
    let to = [mailbox("bert@example.org"), mailbox("carl@example.org")];
    Letter::new(mailbox("ana@example.org"), to, content).unwrap_or_else(|fault| panic!("{fault}"))
}
