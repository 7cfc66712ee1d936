//! The state machine: commands and bytes in, bytes and events out.
//!
//! The session itself is here: what it remembers, and the calls of its caller. `submit` says what may be asked for,
//! `send` what goes out when, `transaction` leads a letter from MAIL to the answer to its end, `receive` reads replies by
//! the command they belong to, `login` leads through a SASL exchange.

mod login;
mod receive;
mod send;
mod submit;
mod transaction;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;

use self::receive::Reading;
use self::send::{Sent, Step};
use self::submit::Planned;
use self::transaction::Transaction;
use super::{
    Channel, Command, Config, Ending, Event, Extensions, Fault, Misuse, Output, ProtocolError, Quirk, Reply, Ticket,
    Transmit,
};
use crate::wire::{Inbox, Outbox};

/// An SMTP submission session, from the greeting to QUIT. See the [module's page](super) for how to drive it.
pub struct Session {
    config: Config,
    phase: Phase,
    /// Commands that were not sent yet, in the order of submission.
    queue: BTreeMap<Ticket, Command>,
    /// Steps that were sent and are not answered, in the order of sending.
    outstanding: VecDeque<Sent>,
    /// Letters under way, in the order of sending. Two at most: the last may begin behind the end of the one before.
    letters: VecDeque<Transaction>,
    /// The reply that is being read.
    reading: Reading,
    /// The reply to STARTTLS, while the caller makes the handshake.
    agreed: Option<Reply>,
    signed_in: bool,
    inbox: Inbox,
    outbox: Outbox,
    /// The line being read; kept for its memory.
    line: Vec<u8>,
    events: VecDeque<Event>,
    extensions: Option<Extensions>,
    planned: Planned,
    /// A transaction was left without an end: RSET has to go before the next one.
    open_transaction: bool,
    /// Letters begun on this connection, and the domains of their recipients (RFC 9422).
    begun: u32,
    domains: HashSet<String>,
    /// Commands have travelled without waiting.
    pipelined: bool,
    /// What the server said unasked: the reason why it closes the connection, as a rule.
    farewell: Option<Reply>,
    quirks: u64,
    /// Lines that were skipped since the last reply.
    strays: u32,
    /// The stream has ended.
    eof: bool,
    fate: Option<Fate>,
    next_ticket: u64,
}

/// Where the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Before the greeting.
    Greeting,
    /// EHLO or HELO is not answered.
    Hello,
    /// The caller makes the TLS handshake.
    Handshake,
    /// Commands may be sent.
    Ready,
}

#[derive(Debug, Clone)]
enum Fate {
    Failed(ProtocolError),
    Closed,
}

/// What a session waits for, for whoever has a clock (RFC 5321, section 4.5.3.2 has a time for each).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Waiting {
    /// The greeting.
    Greeting,
    /// The reply to a command.
    Reply,
    /// DATA's 354.
    GoAhead,
    /// More of a letter, from the caller; while it is given, for the network to take it.
    Body,
    /// The reply to a whole letter.
    Acceptance,
    /// Nothing: everything is answered.
    Nothing,
}

impl Session {
    /// A session on a fresh connection, before the greeting.
    pub fn new(config: Config) -> Self {
        let mut session = Self {
            config,
            phase: Phase::Greeting,
            queue: BTreeMap::new(),
            outstanding: VecDeque::new(),
            letters: VecDeque::new(),
            reading: Reading::default(),
            agreed: None,
            signed_in: false,
            inbox: Inbox::default(),
            outbox: Outbox::default(),
            line: Vec::new(),
            events: VecDeque::new(),
            extensions: None,
            planned: Planned::default(),
            open_transaction: false,
            begun: 0,
            domains: HashSet::new(),
            pipelined: false,
            farewell: None,
            quirks: 0,
            strays: 0,
            eof: false,
            fate: None,
            next_ticket: 0,
        };
        session.plan_anew();
        session
    }

    /// Queues a command behind those submitted before. Commands may be submitted at any time, before the greeting too.
    ///
    /// # Errors
    /// [`Misuse`] where an argument cannot be sent or the command does not belong there; nothing is queued then.
    pub fn submit(&mut self, command: Command) -> Result<Ticket, Misuse> {
        self.check(&command)?;
        self.planned.with(&command);
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.queue.insert(ticket, command);
        Ok(ticket)
    }

    /// Takes a command back that has not been sent. Whether there was one: then its ticket has no final event. What was
    /// queued behind a login or STARTTLS that is taken back is refused as if it had failed.
    pub fn cancel(&mut self, ticket: Ticket) -> bool {
        match self.queue.remove(&ticket) {
            Some(Command::Login(_)) => self.refuse_behind_login(ticket),
            Some(Command::StartTls) => self.refuse_behind_starttls(ticket),
            Some(Command::Quit) => self.plan_anew(),
            Some(_) => {}
            None => return false,
        }
        true
    }

    /// Takes in what the server sent, in pieces of any size. Call [`Session::poll_output`] afterwards.
    pub fn handle_input(&mut self, input: &[u8]) {
        if self.fate.is_none() && !self.eof {
            self.inbox.push(input);
        }
    }

    /// The server has closed its side of the connection, or the caller has given it up: no reply comes any more.
    pub fn handle_eof(&mut self) {
        self.eof = true;
    }

    /// The next octets of the letter that [`Output::NeedBody`] asked for, as they were surveyed.
    ///
    /// # Errors
    /// [`Misuse::NoBodyWanted`] where they were not asked for. [`Misuse::BodyDiffers`] where they are not what was surveyed:
    /// the session is over then, and the letter was not completed.
    pub fn give_body(&mut self, ticket: Ticket, octets: &[u8]) -> Result<(), Misuse> {
        self.outbox.wipe();
        if self.fate.is_some() || self.eof {
            return Err(Misuse::Over);
        }
        self.write_body(ticket, octets)
    }

    /// The letter whose next octets may be given, where there is one.
    pub fn wants_body(&self) -> Option<Ticket> {
        self.letters.iter().find(|letter| letter.wants_body()).map(|letter| letter.ticket)
    }

    /// Octets of this letter that are still to be given.
    pub fn body_left(&self, ticket: Ticket) -> u64 {
        let letter = self.letters.iter().find(|letter| letter.ticket == ticket);
        letter.map_or(0, Transaction::left)
    }

    /// Gives a letter up that is under way and not complete, because it cannot be read on, say, or is not to be sent after
    /// all. SMTP has no other way than to close the connection, so the session is over.
    ///
    /// # Errors
    /// [`Misuse::NoBodyWanted`] where it is not under way, or complete: its answer is to be waited for.
    pub fn abandon(&mut self, ticket: Ticket) -> Result<(), Misuse> {
        if self.fate.is_some() {
            return Err(Misuse::Over);
        }
        let letter = self.letters.iter().find(|letter| letter.ticket == ticket);
        if letter.is_none_or(Transaction::is_complete) {
            return Err(Misuse::NoBodyWanted);
        }
        self.give_up();
        Ok(())
    }

    /// The TLS handshake after [`Event::StartTls`] is done. What the server said before is forgotten (RFC 3207, section 4.2),
    /// and EHLO goes out again.
    ///
    /// # Errors
    /// [`Misuse::NoStartTls`] where the server has not agreed to it.
    pub fn tls_started(&mut self) -> Result<(), Misuse> {
        if self.phase != Phase::Handshake || self.fate.is_some() || !self.inbox.is_empty() {
            return Err(Misuse::NoStartTls);
        }
        self.config.channel = Channel::Tls;
        self.extensions = None;
        // Whoever read along may have written it.
        self.farewell = None;
        if let (Some(Sent { ticket: Some(ticket), .. }), Some(reply)) =
            (self.outstanding.pop_front(), self.agreed.take())
        {
            self.events.push_back(Event::Done { ticket, reply, mechanism: None });
        }
        self.say_hello();
        Ok(())
    }

    /// What there is to do or to know next. Drain it until [`Output::NeedInput`] after every other call.
    ///
    /// # Errors
    /// [`ProtocolError`] where the server broke the protocol; every later call gives the same. Before it, every ticket
    /// has had its final event.
    pub fn poll_output(&mut self) -> Result<Output<'_>, ProtocolError> {
        self.outbox.wipe();
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(Output::Event(event));
            }
            match &self.fate {
                Some(Fate::Failed(error)) => return Err(error.clone()),
                Some(Fate::Closed) => return Ok(Output::NeedInput),
                None => {}
            }
            // Reading comes before sending: what was refused is not sent on.
            match self.read() {
                Ok(true) => continue,
                Ok(false) => {}
                Err(fault) => {
                    self.fail(fault);
                    continue;
                }
            }
            if self.eof {
                self.end();
                continue;
            }
            self.send_what_may_go();
            if !self.events.is_empty() {
                continue;
            }
            if !self.outbox.is_empty() {
                return Ok(Output::Transmit(Transmit(self.outbox.take())));
            }
            return Ok(self.wants_body().map_or(Output::NeedInput, Output::NeedBody));
        }
    }

    /// What the server announced last on this channel; `None` before it did, empty behind HELO.
    pub fn extensions(&self) -> Option<&Extensions> {
        self.extensions.as_ref()
    }

    /// What there is to wait for.
    pub fn waiting(&self) -> Waiting {
        match self.outstanding.front().map(|head| &head.step) {
            _ if self.phase == Phase::Greeting => Waiting::Greeting,
            _ if self.letters.iter().any(Transaction::wants_body) => Waiting::Body,
            Some(Step::Data) => Waiting::GoAhead,
            Some(Step::Content | Step::Bdat) => Waiting::Acceptance,
            Some(_) => Waiting::Reply,
            None if self.queue.is_empty() => Waiting::Nothing,
            None => Waiting::Reply,
        }
    }

    /// Whether commands may travel without waiting, as things stand.
    pub fn is_pipelining(&self) -> bool {
        self.config.pipelining && self.extensions.as_ref().is_some_and(|known| known.pipelining)
    }

    /// Whether commands have travelled without waiting on this connection. If it stalls or breaks then, the server may
    /// only pretend to know PIPELINING.
    pub fn has_pipelined(&self) -> bool {
        self.pipelined
    }

    /// Whether nothing is queued or outstanding.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.outstanding.is_empty() && self.letters.is_empty()
    }

    /// The quirks this server has shown so far.
    pub fn quirks(&self) -> impl Iterator<Item = Quirk> + '_ {
        Quirk::ALL.iter().copied().filter(|quirk| self.quirks & quirk.bit() != 0)
    }

    /// Notes a quirk, and tells it the first time.
    fn quirk(&mut self, quirk: Quirk) {
        if self.quirks & quirk.bit() == 0 {
            self.quirks |= quirk.bit();
            self.events.push_back(Event::Quirk(quirk));
        }
    }

    /// The server broke the protocol: the session is over.
    fn fail(&mut self, fault: Fault) {
        self.lose_all();
        self.fate = Some(Fate::Failed(ProtocolError { fault, pipelined: self.pipelined }));
    }

    /// The server closed the connection. What is left of a line is no reply: nobody knows what was to follow.
    fn end(&mut self) {
        self.explain_hangup();
        self.lose_all();
        let said = self.farewell.take();
        self.close(Ending::ByServer { said });
    }

    /// This side closes the connection in the middle of a letter: the only way not to complete it.
    fn give_up(&mut self) {
        self.lose_all();
        self.close(Ending::Abandoned);
    }

    fn close(&mut self, ending: Ending) {
        self.fate = Some(Fate::Closed);
        self.events.push_back(Event::Closed(ending));
    }

    /// Gives every ticket that has none its final event, and sends nothing more.
    fn lose_all(&mut self) {
        self.outbox.discard();
        let mut letters: VecDeque<Transaction> = std::mem::take(&mut self.letters);
        let mut told = HashSet::new();
        for Sent { ticket, .. } in self.outstanding.drain(..) {
            let Some(ticket) = ticket.filter(|ticket| told.insert(*ticket)) else { continue };
            let event = match letters.iter().position(|letter| letter.ticket == ticket) {
                Some(at) => letters.remove(at).map(Transaction::lost),
                None => Some(Event::Lost { ticket, sent: true }),
            };
            self.events.extend(event);
        }
        // A letter in its middle has nothing outstanding but what was told already.
        self.events.extend(letters.into_iter().map(Transaction::lost));
        for ticket in std::mem::take(&mut self.queue).into_keys() {
            self.events.push_back(Event::Lost { ticket, sent: false });
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("phase", &self.phase)
            .field("queued", &self.queue.len())
            .field("outstanding", &self.outstanding.len())
            .field("fate", &self.fate)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_may_move_between_threads() {
        fn is_send<T: Send>(_: &T) {}
        is_send(&Session::new(Config::default()));
    }
}
