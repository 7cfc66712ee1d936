//! The state machine: commands and bytes in, bytes and events out.

use std::collections::VecDeque;

use super::{Capabilities, Command, Config, Misuse, Output, ProtocolError, Quirk, Ticket};

/// A POP3 session, from the greeting to QUIT. See the [module's page](super) for how to drive it.
#[derive(Debug)]
pub struct Session {
    config: Config,
    next_ticket: u64,
    queue: VecDeque<(Ticket, Command)>,
}

impl Session {
    /// A session on a fresh connection, before the greeting.
    pub fn new(config: Config) -> Self {
        Self { config, next_ticket: 0, queue: VecDeque::new() }
    }

    /// Queues a command behind those submitted before. Commands may be submitted at any time, before the greeting too.
    ///
    /// # Errors
    /// [`Misuse`] where an argument cannot be sent or the command does not belong there; nothing is queued then.
    pub fn submit(&mut self, command: Command) -> Result<Ticket, Misuse> {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.queue.push_back((ticket, command));
        Ok(ticket)
    }

    /// Takes a command back that has not been sent. Whether there was one: then its ticket has no final event.
    pub fn cancel(&mut self, ticket: Ticket) -> bool {
        let before = self.queue.len();
        self.queue.retain(|(queued, _)| *queued != ticket);
        self.queue.len() < before
    }

    /// Takes in what the server sent, in pieces of any size. Call [`Session::poll_output`] afterwards.
    pub fn handle_input(&mut self, _input: &[u8]) {}

    /// The server has closed its side of the connection.
    pub fn handle_eof(&mut self) {}

    /// The caller's patience with an answer has ended. Some servers end a body in a way that only their silence tells
    /// ([`Quirk::GluedTerminator`]): then the body ends now, and the session goes on. Returns whether it does.
    pub fn handle_stall(&mut self) -> bool {
        false
    }

    /// The TLS handshake after [`super::Event::StartTls`] is done. What the server announced before is forgotten
    /// (RFC 2595, section 4): ask CAPA again.
    ///
    /// # Errors
    /// [`Misuse::NoStartTls`] where the server has not agreed to it.
    pub fn tls_started(&mut self) -> Result<(), Misuse> {
        Err(Misuse::NoStartTls)
    }

    /// What there is to do or to know next. Drain it until [`Output::NeedInput`] after every other call.
    ///
    /// # Errors
    /// [`ProtocolError`] where the server broke the protocol; every later call gives the same. Before it, every ticket
    /// has had its final event.
    pub fn poll_output(&mut self) -> Result<Output<'_>, ProtocolError> {
        Ok(Output::NeedInput)
    }

    /// What the server announced last on this channel; `None` where it was not asked, or does not know CAPA.
    pub fn capabilities(&self) -> Option<&Capabilities> {
        None
    }

    /// Whether commands may travel without waiting, as things stand.
    pub fn is_pipelining(&self) -> bool {
        self.config.window == 0
    }

    /// Whether nothing is queued or outstanding.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }

    /// Commands that were sent and are not answered.
    pub fn outstanding(&self) -> usize {
        0
    }

    /// Commands that were not sent yet.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Octets of answers expected to the outstanding commands.
    pub fn expected(&self) -> u64 {
        0
    }

    /// The quirks this server has shown so far.
    pub fn quirks(&self) -> impl Iterator<Item = Quirk> + '_ {
        std::iter::empty()
    }
}
