//! What a connection asks of a session, whatever protocol it speaks. POP3's is here; submission's is in
//! [`crate::submission`].

use std::fmt::Display;
use std::time::Duration;

use restante_api::{Failure, FailureKind};
use restante_protocol::pop3::{self, Command, Event, Output, Session, Spoken, Ticket, Transmit};
use restante_protocol::tunnel::Service;

use super::{Deadlines, blame};

/// A sans-I/O session: bytes in, bytes and events out.
pub trait Dialogue: 'static {
    /// What it can be asked to do.
    type Command;
    /// What it tells.
    type Event<'e>;
    /// Why it cannot be asked for something: a fault in Restante, or of what somebody typed.
    type Misuse: Display;
    /// How a server breaks the protocol.
    type Fault;

    /// What the bridge is told that it is for.
    const SERVICE: Service;

    /// Queues a command.
    ///
    /// # Errors
    /// Why it cannot be sent; nothing is queued then.
    fn submit(&mut self, command: Self::Command) -> Result<Ticket, Self::Misuse>;

    /// What there is to do or to know next, until [`Step::NeedInput`]. Where there is no `room`, what can wait is not said.
    ///
    /// # Errors
    /// How the server broke the protocol. Before that, every ticket has had its final event.
    fn poll(&mut self, room: bool) -> Result<Step<'_, Self::Event<'_>>, Self::Fault>;

    /// Takes in what the server sent.
    fn handle_input(&mut self, octets: &[u8]);

    /// The connection has ended.
    fn handle_eof(&mut self);

    /// The TLS handshake is done.
    ///
    /// # Errors
    /// Where the server has not agreed to it.
    fn tls_started(&mut self) -> Result<(), Self::Misuse>;

    /// Whether nothing is queued or outstanding.
    fn is_idle(&self) -> bool;

    /// How long what it waits for may take, where it is not idle.
    fn patience(&self, greeted: bool, deadlines: &Deadlines) -> Duration;

    /// The command that asks for TLS.
    fn ask_for_tls() -> Self::Command;

    /// What an event means while TLS is asked for.
    fn on_the_way(event: &Self::Event<'_>) -> OnTheWay;

    /// Whether the event is the greeting.
    fn is_greeting(event: &Self::Event<'_>) -> bool;

    /// What a fault means to a person.
    fn failure(fault: &Self::Fault) -> Failure;

    /// The next line that was said, for the log; none where a dialogue is not written down.
    fn next_spoken(&mut self) -> Option<Spoken> {
        None
    }

    /// Whether there is more to say that waited for room.
    fn has_more_to_send(&self) -> bool {
        false
    }

    /// Whether the server's silence tells something.
    fn is_silence_telling(&self) -> bool {
        false
    }

    /// The caller's patience has ended. Whether something comes of that.
    fn handle_stall(&mut self) -> bool {
        false
    }
}

/// What a session gives.
pub enum Step<'a, E> {
    /// Send these bytes.
    Transmit(Transmit<'a>),
    /// Something happened.
    Event(E),
    /// Nothing more until input, a command or room.
    NeedInput,
}

/// What an event means while TLS is asked for.
pub enum OnTheWay {
    /// Nothing.
    Nothing,
    /// The server awaits the handshake.
    Agreed,
    /// There is no TLS, for this reason.
    Refused(Failure),
}

impl Dialogue for Session {
    type Command = Command;
    type Event<'e> = Event<'e>;
    type Misuse = pop3::Misuse;
    type Fault = pop3::ProtocolError;

    const SERVICE: Service = Service::Pop3;

    fn submit(&mut self, command: Command) -> Result<Ticket, pop3::Misuse> {
        Session::submit(self, command)
    }

    fn poll(&mut self, _room: bool) -> Result<Step<'_, Event<'_>>, pop3::ProtocolError> {
        Ok(match self.poll_output()? {
            Output::Transmit(octets) => Step::Transmit(octets),
            Output::Event(event) => Step::Event(event),
            Output::NeedInput => Step::NeedInput,
        })
    }

    fn handle_input(&mut self, octets: &[u8]) {
        Session::handle_input(self, octets);
    }

    fn handle_eof(&mut self) {
        Session::handle_eof(self);
    }

    fn tls_started(&mut self) -> Result<(), pop3::Misuse> {
        Session::tls_started(self)
    }

    fn is_idle(&self) -> bool {
        Session::is_idle(self)
    }

    fn patience(&self, greeted: bool, deadlines: &Deadlines) -> Duration {
        if greeted { deadlines.reply } else { deadlines.greeting }
    }

    /// STLS without CAPA before it: whether the server has it, its answer tells, a round trip sooner.
    fn ask_for_tls() -> Command {
        Command::Stls
    }

    fn on_the_way(event: &Event<'_>) -> OnTheWay {
        match event {
            Event::StartTls { .. } => OnTheWay::Agreed,
            Event::Refused { refusal, .. } => {
                OnTheWay::Refused(Failure::new(FailureKind::NoStarttls, refusal.text.clone()))
            }
            Event::Rejected(refusal) => OnTheWay::Refused(blame::of_login_refusal(refusal, None)),
            _ => OnTheWay::Nothing,
        }
    }

    fn is_greeting(event: &Event<'_>) -> bool {
        matches!(event, Event::Greeting(_))
    }

    fn failure(fault: &pop3::ProtocolError) -> Failure {
        blame::of_protocol_error(fault)
    }

    fn next_spoken(&mut self) -> Option<Spoken> {
        Session::next_spoken(self)
    }

    fn is_silence_telling(&self) -> bool {
        Session::is_silence_telling(self)
    }

    fn handle_stall(&mut self) -> bool {
        Session::handle_stall(self)
    }
}
