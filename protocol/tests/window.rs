//! How commands travel while many answers are awaited: together, and never so few that the line is idle.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used)]

use restante_protocol::pop3::{
    Channel, Command, Config, Event, Login, Mechanism, MessageNumber, Output, Secret, Session,
};

const MESSAGES: u32 = 1000;
const OCTETS: u64 = 1000;
const WINDOW: u64 = 64_000;

/// What the session has to say until it needs input: lines, writes, and messages that came whole.
fn drain(session: &mut Session) -> (Vec<u8>, usize, usize) {
    let (mut lines, mut writes, mut done) = (Vec::new(), 0, 0);
    loop {
        match session.poll_output().unwrap() {
            Output::NeedInput => return (lines, writes, done),
            Output::Transmit(octets) => {
                lines.extend_from_slice(&octets);
                writes += 1;
            }
            Output::Event(event) => done += usize::from(matches!(event, Event::Done { .. })),
        }
    }
}

#[test]
fn where_the_window_is_full_commands_travel_together_and_most_of_it_stays_in_use() {
    let mut session = Session::new(Config { channel: Channel::Tls, window: WINDOW, ..Config::default() });
    session.submit(Command::Capa).unwrap();
    session.submit(Command::Login(Login::with_password("u", Secret::new("p")).by(Mechanism::UserPass))).unwrap();
    session.handle_input(b"+OK ready\r\n");
    drain(&mut session);
    session.handle_input(b"+OK\r\nPIPELINING\r\nUSER\r\n.\r\n");
    drain(&mut session);
    session.handle_input(b"+OK\r\n+OK\r\n");
    drain(&mut session);
    for number in (1..=MESSAGES).filter_map(MessageNumber::new) {
        session.submit(Command::Retr { number, octets: Some(OCTETS) }).unwrap();
    }
    let answer = [b"+OK\r\n".as_slice(), &b"x".repeat(OCTETS as usize - 2), b"\r\n.\r\n"].concat();
    let (_, mut writes, mut whole) = drain(&mut session);
    while whole < MESSAGES as usize {
        assert!(
            session.queued() == 0 || session.expected() > WINDOW / 4 * 3,
            "{} octets under way",
            session.expected()
        );
        assert!(session.expected() <= WINDOW);
        session.handle_input(&answer);
        let (_, wrote, done) = drain(&mut session);
        (writes, whole) = (writes + wrote, whole + done);
    }
    assert!(session.is_idle());
    assert!(writes <= MESSAGES as usize / 7, "{writes} writes");
}
