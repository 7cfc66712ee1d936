//! What goes out, and when: one command at a time, or as many as the window allows where PIPELINING is announced
//! (RFC 2449, section 6.6).
//!
//! STLS, SASL exchanges, UTF8 and LANG stand alone: they change how what follows is to be read or written. Not here: how
//! a login goes on (`login`).

use super::login::Attempt;
use super::{Phase, Session};
use crate::pop3::{Command, Event, Login, MessageNumber, Pipelining, Refusal, RefusedBy, Ticket};

/// A step that was sent and is not answered. A login may take several, all of one ticket.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) ticket: Ticket,
    pub(super) step: Step,
    /// Octets to expect of its answer.
    pub(super) expected: u64,
    /// Other commands may follow before it is answered.
    pub(super) pipelined: bool,
}

/// What was sent.
#[derive(Debug)]
pub(super) enum Step {
    Capa,
    Stls,
    /// USER; holds the login where PASS waits for the answer, and nothing where PASS was sent along.
    User(Option<Box<Login>>),
    Pass,
    Apop,
    Auth(Box<Attempt>),
    Stat,
    List(Option<MessageNumber>),
    Uidl(Option<MessageNumber>),
    Top,
    Retr {
        octets: Option<u64>,
    },
    /// DELE, NOOP, RSET, UTF8: the status line is all there is.
    Plain {
        alone: bool,
    },
    /// STAT on the session's own account: its answer cannot be the second one of the TOP before it.
    Sync,
    Quit,
    Last,
    Lang {
        lists: bool,
    },
}

impl Step {
    pub(super) fn is_login(&self) -> bool {
        matches!(self, Self::User(_) | Self::Pass | Self::Apop | Self::Auth(_))
    }

    pub(super) fn is_stls(&self) -> bool {
        matches!(self, Self::Stls)
    }

    pub(super) fn is_quit(&self) -> bool {
        matches!(self, Self::Quit)
    }

    /// Whether any `+OK` may be its answer, the second one of a TOP before it too.
    pub(super) fn is_answered_by_status(&self) -> bool {
        matches!(self, Self::Plain { .. } | Self::Lang { lists: false } | Self::Quit)
    }

    /// Whether nothing may be sent before it is answered.
    fn stands_alone(&self) -> bool {
        matches!(
            self,
            Self::Stls | Self::User(Some(_)) | Self::Auth(_) | Self::Plain { alone: true } | Self::Lang { .. }
        )
    }
}

/// Octets of a status line, as a rule.
const STATUS: u64 = 64;

/// Where the window was full, this part of it is free before more is sent.
const ROOM: u64 = 8;

impl Session {
    /// Sends as many queued commands as may go now.
    pub(super) fn send_what_may_go(&mut self) {
        if matches!(self.phase, Phase::Greeting | Phase::Handshake) {
            return;
        }
        while let Some((ticket, command)) = self.queue.first_key_value() {
            let (ticket, cost, needs_sync) = (*ticket, self.cost(command), self.needs_sync(command));
            // A login waits for everything before it: what it does depends on CAPA's answer.
            let waits = matches!(command, Command::Login(_) | Command::Stls | Command::Utf8 | Command::Lang(_));
            if !self.may_send(waits, cost) {
                return;
            }
            if needs_sync {
                let step = self.write("STAT", Step::Sync);
                self.synchronised = true;
                self.expect_status(ticket, step);
            } else if let Some((ticket, command)) = self.queue.pop_first() {
                self.send(ticket, command, cost);
            }
        }
    }

    /// Whether something would be believed to be done for a TOP's second `+OK` ([`crate::pop3::Quirk::SecondOk`]), or
    /// anything at all for what may still come of a message whose end was guessed.
    fn needs_sync(&self, command: &Command) -> bool {
        let is_quit = matches!(command, Command::Quit);
        let is_believed = matches!(command, Command::Dele(_) | Command::Rset) || is_quit && self.deleted;
        let is_any = !is_quit && !matches!(command, Command::Stat);
        !self.synchronised && (is_believed || self.guessed && is_any)
    }

    /// Whether nothing may be sent behind a login before it is answered: Courier loses it. It names itself in CAPA's answer.
    fn login_stands_alone(&self) -> bool {
        let named = self.capabilities.as_ref().and_then(|known| known.implementation.as_deref());
        self.config.pipelining == Pipelining::AfterLogin
            || named.is_some_and(|name| name.starts_with("Courier Mail Server"))
    }

    /// Whether a command may be sent whose answer has so many octets, or which waits for all answers before.
    fn may_send(&mut self, waits: bool, cost: u64) -> bool {
        let Some(last) = self.outstanding.back() else {
            self.full = false;
            return true;
        };
        let is_alone = last.step.stands_alone() || last.step.is_login() && self.login_stands_alone();
        !(waits || is_alone) && self.is_pipelining() && self.has_room(cost)
    }

    /// Whether the answer is awaited together with those that are outstanding. Once there was no room, none is made out of
    /// little: commands travel by the dozen then, instead of each in a write, a TLS record and a frame of its own.
    fn has_room(&mut self, cost: u64) -> bool {
        let (expected, outstanding) = (self.expected(), self.outstanding.len());
        let (window, commands) = (self.config.window, self.config.commands);
        if self.full && (expected > window - window / ROOM || outstanding > commands - commands / ROOM as usize) {
            return false;
        }
        self.full = outstanding >= commands || expected.saturating_add(cost) > window;
        !self.full
    }

    /// Octets to expect of a command's answer.
    fn cost(&self, command: &Command) -> u64 {
        let listing = |line: u64| self.extent.map_or(self.config.estimate, |(messages, _)| u64::from(messages) * line);
        let body = match command {
            Command::Capa => 512,
            Command::List(None) => listing(13),
            Command::Uidl(None) => listing(28),
            // A header, and lines of half the length that is usual at most.
            Command::Top { lines, .. } => self.config.estimate.saturating_add(u64::from(*lines) * 40),
            Command::Retr { octets, .. } => octets.unwrap_or(self.config.estimate),
            _ => 0,
        };
        body.saturating_add(STATUS)
    }

    fn send(&mut self, ticket: Ticket, command: Command, expected: u64) {
        self.deleted |= matches!(command, Command::Dele(_));
        self.in_utf8 |= matches!(command, Command::Utf8);
        self.synchronised = match command {
            Command::Top { .. } => false,
            // Answers that a second +OK cannot be.
            Command::Stat | Command::List(_) | Command::Uidl(_) | Command::Retr { .. } => true,
            _ => self.synchronised,
        };
        let step = match command {
            Command::Login(login) => return self.begin_login(ticket, login),
            Command::Capa => self.write("CAPA", Step::Capa),
            Command::Stls => self.write("STLS", Step::Stls),
            Command::Stat => self.write("STAT", Step::Stat),
            Command::List(None) => self.write("LIST", Step::List(None)),
            Command::List(Some(number)) => self.write(&format!("LIST {number}"), Step::List(Some(number))),
            Command::Uidl(None) => self.write("UIDL", Step::Uidl(None)),
            Command::Uidl(Some(number)) => self.write(&format!("UIDL {number}"), Step::Uidl(Some(number))),
            Command::Top { number, lines } => self.write(&format!("TOP {number} {lines}"), Step::Top),
            Command::Retr { number, octets } => self.write(&format!("RETR {number}"), Step::Retr { octets }),
            Command::Dele(number) => self.write(&format!("DELE {number}"), Step::Plain { alone: false }),
            Command::Noop => self.write("NOOP", Step::Plain { alone: false }),
            Command::Rset => self.write("RSET", Step::Plain { alone: false }),
            Command::Utf8 => self.write("UTF8", Step::Plain { alone: true }),
            Command::Quit => self.write("QUIT", Step::Quit),
            Command::Last => self.write("LAST", Step::Last),
            Command::Lang(None) => self.write("LANG", Step::Lang { lists: true }),
            Command::Lang(Some(tag)) => self.write(&format!("LANG {tag}"), Step::Lang { lists: false }),
        };
        self.expect(ticket, step, expected);
    }

    fn write(&mut self, line: &str, step: Step) -> Step {
        self.outbox.line(&[line.as_bytes()]);
        self.transcript.sent(line);
        step
    }

    /// Notes a step as sent.
    pub(super) fn expect(&mut self, ticket: Ticket, step: Step, expected: u64) {
        self.pipelined |= !self.outstanding.is_empty();
        self.in_flight += u128::from(expected);
        let pipelined = self.is_pipelining();
        self.outstanding.push_back(Sent { ticket, step, expected, pipelined });
    }

    /// Notes a step of a login, or of anything else that is answered by one line.
    pub(super) fn expect_status(&mut self, ticket: Ticket, step: Step) {
        self.expect(ticket, step, STATUS);
    }

    /// Refuses what waits for a login that failed or was taken back.
    pub(super) fn refuse_behind_login(&mut self, from: Ticket) {
        let needs_login = |command: &Command| {
            matches!(
                command,
                Command::Stat
                    | Command::List(_)
                    | Command::Uidl(_)
                    | Command::Top { .. }
                    | Command::Retr { .. }
                    | Command::Dele(_)
                    | Command::Noop
                    | Command::Rset
                    | Command::Last
            )
        };
        self.refuse_queued(from, RefusedBy::FailedLogin, needs_login);
    }

    /// Refuses what waits for a STLS that failed or was taken back: everything but QUIT, for it was meant to be
    /// protected (RFC 8314, section 3: no silent clear text).
    pub(super) fn refuse_behind_stls(&mut self, from: Ticket) {
        self.refuse_queued(from, RefusedBy::FailedStls, |command| !matches!(command, Command::Quit));
    }

    fn refuse_queued(&mut self, from: Ticket, by: RefusedBy, waits: impl Fn(&Command) -> bool) {
        let behind = self.queue.split_off(&from);
        for (ticket, command) in behind {
            if waits(&command) {
                let refusal = Refusal { by: by.clone(), code: None, text: String::new(), detail: None };
                self.events.push_back(Event::Refused { ticket, refusal });
            } else {
                self.queue.insert(ticket, command);
            }
        }
        self.plan_anew();
    }
}
