//! The state machine: commands and bytes in, bytes and events out.
//!
//! The session itself is here: what it remembers, and the calls of its caller. `submit` says what may be asked for,
//! `send` what goes out when, `receive` reads answers by the command they belong to, `login` leads through the ways to
//! sign in.

mod login;
mod receive;
mod send;
mod submit;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use self::receive::{Read, Reading};
use self::send::{Sent, Step};
use self::submit::Planned;
use super::transcript::{LeftOut, Spoken, Transcript};
use super::{
    Capabilities, Channel, Command, Config, Ending, Event, Fault, Misuse, Output, Pipelining, ProtocolError, Quirk,
    Refusal, Reply, ReplyData, Ticket, Transmit,
};
use crate::wire::{Inbox, Outbox};

/// A POP3 session, from the greeting to QUIT. See the [module's page](super) for how to drive it.
pub struct Session {
    config: Config,
    phase: Phase,
    /// Commands that were not sent yet, in the order of submission.
    queue: BTreeMap<Ticket, Command>,
    /// Steps that were sent and are not answered, in the order of sending. The first decides how input is read.
    outstanding: VecDeque<Sent>,
    /// How far the answer to the first outstanding step has been read.
    reading: Reading,
    /// Octets expected of all outstanding steps together, and those of the first that have come.
    in_flight: u128,
    arrived: u64,
    /// There was no room for a command, and there is little since.
    full: bool,
    inbox: Inbox,
    outbox: Outbox,
    /// The line being read; kept for its memory.
    line: Vec<u8>,
    events: VecDeque<Event<'static>>,
    transcript: Transcript,
    capabilities: Option<Capabilities>,
    apop_challenge: Option<String>,
    planned: Planned,
    /// Messages and their octets, as STAT told.
    extent: Option<(u32, u64)>,
    /// DELE was sent: listings have gaps from now on.
    deleted: bool,
    /// UTF8 was sent: no STLS from now on.
    in_utf8: bool,
    /// Commands have travelled without waiting.
    pipelined: bool,
    /// USER was refused while PASS was under way already: what the login's refusal will be.
    user_refused: Option<Refusal>,
    /// What the server said unasked: the reason why it closes the connection, as a rule.
    farewell: Option<String>,
    quirks: u64,
    /// Lines that were skipped since the last answer.
    strays: u32,
    /// TOP was answered, which some servers do twice, and since then no answer has come that cannot be the second one.
    doubled: bool,
    /// STAT was sent or answered behind the last TOP, or behind the last message whose end was guessed: what follows is
    /// not answered by a second answer, or by the rest of a message.
    synchronised: bool,
    /// The line being read ended in LF alone.
    in_bare_lf: bool,
    /// A body came in LF lines, and its end too: so will the next.
    bare_lf_bodies: bool,
    /// The last body ended otherwise than a body ends: what follows may be the rest of it.
    guessed: bool,
    /// So many of the outstanding steps went out with the login, which was answered.
    behind_login: usize,
    /// The stream has ended.
    eof: bool,
    /// The caller's patience has ended: what is in doubt is decided.
    stalled: bool,
    fate: Option<Fate>,
    next_ticket: u64,
}

/// Where the session stands (RFC 1939, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Before the greeting.
    Greeting,
    /// AUTHORIZATION state.
    Authorization,
    /// AUTHORIZATION state, while the caller makes the TLS handshake.
    Handshake,
    /// TRANSACTION state.
    Transaction,
}

#[derive(Debug, Clone)]
enum Fate {
    Failed(ProtocolError),
    Closed,
}

impl Session {
    /// A session on a fresh connection, before the greeting.
    pub fn new(config: Config) -> Self {
        let mut session = Self {
            config,
            phase: Phase::Greeting,
            queue: BTreeMap::new(),
            outstanding: VecDeque::new(),
            reading: Reading::Status,
            in_flight: 0,
            arrived: 0,
            full: false,
            inbox: Inbox::default(),
            outbox: Outbox::default(),
            line: Vec::new(),
            events: VecDeque::new(),
            transcript: Transcript::default(),
            capabilities: None,
            apop_challenge: None,
            planned: Planned::default(),
            extent: None,
            deleted: false,
            in_utf8: false,
            pipelined: false,
            user_refused: None,
            farewell: None,
            quirks: 0,
            strays: 0,
            doubled: false,
            synchronised: true,
            in_bare_lf: false,
            bare_lf_bodies: false,
            guessed: false,
            behind_login: 0,
            eof: false,
            stalled: false,
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
    /// queued behind a login or STLS that is taken back is refused as if it had failed.
    pub fn cancel(&mut self, ticket: Ticket) -> bool {
        match self.queue.remove(&ticket) {
            Some(Command::Login(_)) => self.refuse_behind_login(ticket),
            Some(Command::Stls) => self.refuse_behind_stls(ticket),
            Some(Command::Quit | Command::Utf8) => self.plan_anew(),
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

    /// The server has closed its side of the connection.
    pub fn handle_eof(&mut self) {
        self.eof = true;
    }

    /// The caller's patience with an answer has ended. Some servers end a body in a way that only their silence tells
    /// ([`Quirk::GluedTerminator`]): where nothing is expected behind the body, it ends now, and the session goes on. Where
    /// answers are, or where what went out with a login is not answered, the session fails: on a new connection the server
    /// has to be asked in another way ([`ProtocolError::suggests`]). Returns whether there is anything to poll for.
    pub fn handle_stall(&mut self) -> bool {
        if self.fate.is_some() {
            return false;
        }
        let is_body = self.is_body_at_doubtful_end();
        if self.is_silent_behind_login() {
            self.fail(Fault::SilentBehindLogin);
        } else if is_body && self.outstanding.len() > 1 {
            self.fail(Fault::UnsureEnd);
        } else if is_body {
            self.stalled = true;
        } else {
            return false;
        }
        true
    }

    /// Whether the server's silence tells something: that a message has ended, or that a command was lost. A few seconds of
    /// it are enough then to call [`Session::handle_stall`].
    pub fn is_silence_telling(&self) -> bool {
        self.fate.is_none() && (self.is_silent_behind_login() || self.is_body_at_doubtful_end())
    }

    /// Courier's login program reads ahead and takes along to its end what it has read (seen with 1.0). A server that loses
    /// commands so is silent right behind the login's answer.
    fn is_silent_behind_login(&self) -> bool {
        // An answer that has begun is read on, but CAPA's may be another's: of two commands one may have been lost.
        self.behind_login > 0 && matches!(self.reading, Reading::Status | Reading::Capabilities { .. })
    }

    /// The TLS handshake after [`Event::StartTls`] is done. What the server said before is forgotten: what it announced
    /// (RFC 2595, section 4), so ask CAPA again, its challenge for APOP, and what it said unasked.
    ///
    /// # Errors
    /// [`Misuse::NoStartTls`] where the server has not agreed to it.
    pub fn tls_started(&mut self) -> Result<(), Misuse> {
        if self.phase != Phase::Handshake || self.fate.is_some() || !self.inbox.is_empty() {
            return Err(Misuse::NoStartTls);
        }
        self.phase = Phase::Authorization;
        self.config.channel = Channel::Tls;
        self.capabilities = None;
        // Whoever read along may have written it: a challenge for APOP, words for the user.
        self.apop_challenge = None;
        self.farewell = None;
        self.finish(ReplyData::None, b"");
        Ok(())
    }

    /// Takes for announced what this server announced in an earlier session on such a channel, which saves asking. What it
    /// announces itself takes its place.
    pub fn assume(&mut self, capabilities: Capabilities) {
        self.capabilities.get_or_insert(capabilities);
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
            // Reading comes before sending: what frees room for several commands lets them go at once.
            match self.read() {
                Ok(Read::Progress) => continue,
                Ok(Read::Chunk { ticket, place, octets }) => {
                    let chunk = self.inbox.consumed(place..place + octets);
                    return Ok(Output::Event(Event::Body { ticket, chunk }));
                }
                Ok(Read::Nothing) => {}
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
            return Ok(if self.outbox.is_empty() {
                Output::NeedInput
            } else {
                Output::Transmit(Transmit(self.outbox.take()))
            });
        }
    }

    /// What the server announced last on this channel; `None` where it was not asked, or does not know CAPA.
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_ref()
    }

    /// The next line that was said and not taken yet. What nobody takes is forgotten after some hundred lines.
    pub fn next_spoken(&mut self) -> Option<Spoken> {
        self.transcript.next()
    }

    /// Whether commands may travel without waiting, as things stand.
    pub fn is_pipelining(&self) -> bool {
        // Where lines end in LF, or dots are not doubled, only silence tells the end of a message.
        let unfit = [Quirk::BareLf, Quirk::UnstuffedDot, Quirk::TerminatorBareLf, Quirk::GluedTerminator];
        self.config.pipelining != Pipelining::Never
            && self.capabilities.as_ref().is_some_and(|known| known.pipelining)
            && !unfit.iter().any(|quirk| self.quirks & quirk.bit() != 0)
    }

    /// Whether commands have travelled without waiting on this connection. If it stalls or breaks then, the server may
    /// only pretend to know PIPELINING: try [`Pipelining::Never`] on a new connection.
    pub fn has_pipelined(&self) -> bool {
        self.pipelined
    }

    /// Whether nothing is queued or outstanding.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.outstanding.is_empty()
    }

    /// Commands that were sent and are not answered. A login that takes several lines may count as two.
    pub fn outstanding(&self) -> usize {
        self.outstanding.len()
    }

    /// Commands that were not sent yet.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Octets of answers expected to the outstanding commands.
    pub fn expected(&self) -> u64 {
        let head = self.outstanding.front().map_or(0, |head| head.expected);
        u64::try_from(self.in_flight - u128::from(self.arrived.min(head))).unwrap_or(u64::MAX)
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

    /// Takes the first outstanding step off: it is answered.
    fn pop(&mut self) -> Option<Sent> {
        let sent = self.outstanding.pop_front()?;
        self.in_flight -= u128::from(sent.expected);
        self.arrived = 0;
        self.strays = 0;
        self.reading = Reading::Status;
        self.guessed = false;
        self.behind_login = self.behind_login.saturating_sub(1);
        if !sent.step.is_answered_by_status() {
            self.doubled = matches!(sent.step, Step::Top);
        }
        Some(sent)
    }

    /// The first outstanding step succeeded; `rest` is its status line's text.
    fn finish(&mut self, data: ReplyData, rest: &[u8]) {
        let (code, text) = super::reply::text(rest);
        self.finish_with(Reply { code, text, data });
    }

    fn finish_with(&mut self, reply: Reply) {
        if let Some(Sent { ticket, .. }) = self.pop() {
            self.events.push_back(Event::Done { ticket, reply });
        }
    }

    /// The server broke the protocol: the session is over.
    fn fail(&mut self, fault: Fault) {
        self.lose_all();
        self.fate = Some(Fate::Failed(ProtocolError { fault, pipelined: self.pipelined }));
    }

    /// The server closed the connection.
    fn end(&mut self) {
        self.read_unfinished_line();
        if self.fate.is_some() {
            return;
        }
        self.explain_hangup();
        self.lose_all();
        let said = self.farewell.take();
        self.close(Ending::ByServer { said });
    }

    fn close(&mut self, ending: Ending) {
        self.fate = Some(Fate::Closed);
        self.events.push_back(Event::Closed(ending));
    }

    /// Gives every ticket that has none its final event.
    fn lose_all(&mut self) {
        if let Reading::Body(body) = &self.reading {
            self.transcript.left_out(LeftOut::Octets(body.octets()));
        }
        let mut before = None;
        for Sent { ticket, step, .. } in self.outstanding.drain(..) {
            // USER and PASS are two steps of one ticket, and the session's own STAT has none.
            if !matches!(step, Step::Sync) && before.replace(ticket) != Some(ticket) {
                self.events.push_back(Event::Lost { ticket, sent: true });
            }
        }
        for ticket in std::mem::take(&mut self.queue).into_keys() {
            self.events.push_back(Event::Lost { ticket, sent: false });
        }
        self.reading = Reading::Status;
        self.in_flight = 0;
        self.arrived = 0;
        self.behind_login = 0;
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

    #[test]
    fn many_commands_are_submitted_and_taken_back_in_little_time() {
        let mut session = Session::new(Config::default());
        let tickets: Vec<Ticket> = (0..100_000).filter_map(|_| session.submit(Command::Capa).ok()).collect();
        assert_eq!((tickets.len(), session.queued()), (100_000, 100_000));
        // From the middle outwards, where a list would have to move the most.
        let (first, second) = tickets.split_at(50_000);
        for (before, behind) in first.iter().rev().zip(second) {
            assert!(session.cancel(*before) && session.cancel(*behind));
        }
        assert!(session.is_idle() && !session.cancel(tickets[0]));
    }
}
