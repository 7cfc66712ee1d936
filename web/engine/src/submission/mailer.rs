//! A submission session as a connection drives it, with the letters' octets and the times that RFC 5321 has for each step.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::time::Duration;

use restante_api::{Failure, FailureKind, Security};
use restante_protocol::smtp::{
    Channel, Command, Config, Event, Letter, Login, Misuse, Output, ProtocolError, RefusedBy, Session, Ticket, Waiting,
};
use restante_protocol::tunnel::Service;

use super::{Octets, blame};
use crate::connection::{Deadlines, Dialogue, OnTheWay, Step};

/// Octets of a letter that are read at once.
pub(super) const PIECE: usize = 64 << 10;

/// What a [`Mailer`] can be asked to do.
pub(super) enum Order {
    /// Asks for TLS.
    StartTls,
    /// Signs in.
    Login(Login),
    /// Sends a letter of these octets.
    Send(Letter, Octets),
    /// Ends the session.
    Quit,
}

/// A session, and the letters that it will ask for.
pub(super) struct Mailer {
    session: Session,
    letters: BTreeMap<Ticket, Source>,
    piece: Vec<u8>,
    /// A letter's next octets wait for room.
    wants_room: bool,
    /// The letter that could not be read as it was surveyed, and why.
    spoilt: Option<(Ticket, Failure)>,
    /// The connection has ended.
    ended: bool,
}

enum Source {
    Closed(Octets),
    Open(Box<dyn Read>),
}

impl Mailer {
    pub(super) fn new(config: Config) -> Self {
        Self {
            session: Session::new(config),
            letters: BTreeMap::new(),
            piece: Vec::new(),
            wants_room: false,
            spoilt: None,
            ended: false,
        }
    }

    pub(super) fn has_pipelined(&self) -> bool {
        self.session.has_pipelined()
    }

    /// Gives the session a letter's next octets. One that cannot be read, or is not what it was, ends the session before it is
    /// complete.
    fn give(&mut self, ticket: Ticket) {
        let left = usize::try_from(self.session.body_left(ticket)).unwrap_or(usize::MAX);
        let read = self.read(ticket, left);
        let given = match read {
            Ok(octets) if octets > 0 => {
                self.session.give_body(ticket, &self.piece[..octets]).map_err(|misuse| misuse.to_string())
            }
            Ok(_) => Err("the letter is shorter than it was".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = given {
            self.spoilt = Some((ticket, Failure::new(FailureKind::UnreadableFile, why)));
            // Where the session has ended already, it is given up already.
            let _ = self.session.abandon(ticket);
        }
    }

    /// Why this letter was given up, where that was this side's doing.
    pub(super) fn spoilt(&self, ticket: Ticket) -> Option<Failure> {
        self.spoilt.as_ref().filter(|(spoilt, _)| *spoilt == ticket).map(|(_, why)| why.clone())
    }

    fn read(&mut self, ticket: Ticket, left: usize) -> io::Result<usize> {
        self.piece.resize(PIECE, 0);
        let source = self.letters.get_mut(&ticket).ok_or(io::ErrorKind::NotFound)?;
        if let Source::Closed(octets) = source {
            *source = Source::Open(octets()?);
        }
        let Source::Open(reader) = source else { return Ok(0) };
        let room = self.piece.len().min(left);
        loop {
            match reader.read(&mut self.piece[..room]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

/// Whether the connection is protected from its first byte.
pub(super) fn channel(security: Security) -> Channel {
    if security == Security::Tls { Channel::Tls } else { Channel::Clear }
}

/// RFC 5321, section 4.5.3.2: the greeting, MAIL and RCPT five minutes each, DATA two, each block of a letter three, and the
/// answer to its end ten. A connection is looked at for as long as nothing moves.
fn patience(waiting: Waiting) -> Duration {
    let minutes = match waiting {
        Waiting::Greeting | Waiting::Reply | Waiting::Nothing => 5,
        Waiting::GoAhead => 2,
        Waiting::Body => 3,
        Waiting::Acceptance => 10,
    };
    Duration::from_secs(minutes * 60)
}

impl Dialogue for Mailer {
    type Command = Order;
    type Event<'e> = Event;
    type Misuse = Misuse;
    type Fault = ProtocolError;

    const SERVICE: Service = Service::Submission;

    fn submit(&mut self, order: Order) -> Result<Ticket, Misuse> {
        match order {
            Order::StartTls => self.session.submit(Command::StartTls),
            Order::Login(login) => self.session.submit(Command::Login(login)),
            Order::Quit => self.session.submit(Command::Quit),
            Order::Send(letter, octets) => {
                let ticket = self.session.submit(Command::Send(letter))?;
                self.letters.insert(ticket, Source::Closed(octets));
                Ok(ticket)
            }
        }
    }

    fn poll(&mut self, room: bool) -> Result<Step<'_, Event>, ProtocolError> {
        self.wants_room = false;
        // Its octets go out with the commands before them, where those were not sent yet.
        if room
            && !self.ended
            && let Some(ticket) = self.session.wants_body()
        {
            self.give(ticket);
        }
        Ok(match self.session.poll_output()? {
            Output::Transmit(octets) => Step::Transmit(octets),
            Output::Event(event) => {
                if let Event::Done { ticket, .. }
                | Event::Refused { ticket, .. }
                | Event::Lost { ticket, .. }
                | Event::Unknown { ticket } = &event
                {
                    self.letters.remove(ticket);
                }
                Step::Event(event)
            }
            Output::NeedBody(_) => {
                self.wants_room = true;
                Step::NeedInput
            }
            Output::NeedInput => Step::NeedInput,
        })
    }

    fn handle_input(&mut self, octets: &[u8]) {
        self.session.handle_input(octets);
    }

    fn handle_eof(&mut self) {
        self.ended = true;
        self.session.handle_eof();
    }

    fn tls_started(&mut self) -> Result<(), Misuse> {
        self.session.tls_started()
    }

    fn is_idle(&self) -> bool {
        self.session.is_idle()
    }

    fn patience(&self, _greeted: bool, _deadlines: &Deadlines) -> Duration {
        patience(self.session.waiting())
    }

    fn ask_for_tls() -> Order {
        Order::StartTls
    }

    fn on_the_way(event: &Event) -> OnTheWay {
        match event {
            Event::StartTls { .. } => OnTheWay::Agreed,
            Event::Refused { refusal, .. } => {
                let words = match (&refusal.by, &refusal.reply) {
                    (RefusedBy::Lacks(lacking), _) => lacking.to_string(),
                    (_, reply) => reply.as_ref().map(|reply| reply.text.clone()).unwrap_or_default(),
                };
                OnTheWay::Refused(Failure::new(FailureKind::NoStarttls, words))
            }
            Event::Rejected(refusal) => OnTheWay::Refused(blame::of_refusal(refusal)),
            _ => OnTheWay::Nothing,
        }
    }

    fn is_greeting(event: &Event) -> bool {
        matches!(event, Event::Greeting(_))
    }

    fn failure(fault: &ProtocolError) -> Failure {
        blame::of_protocol_error(fault)
    }

    fn has_more_to_send(&self) -> bool {
        self.wants_room
    }
}
