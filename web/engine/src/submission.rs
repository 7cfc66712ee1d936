//! Sends letters: one, or several over one connection, and tells what became of each for each of its recipients.
//!
//! ```text
//! Errand (envelope, octets) → submission::send → connection<Mailer> (smtp::Session) → Outcome
//! ```
//! A letter that may have been taken ([`Fate::Perhaps`]) is never sent again from here. One that surely was not may be,
//! where the server says how: without pipelining, in another letter for recipients that were too many, over another
//! connection. Waiting for better times is for whoever has an outbox.
//!
//! Not here: how letters are written, kept, or tried again later.

mod blame;
mod mailer;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::rc::Rc;

use futures::FutureExt as _;
use futures::stream::{self, Stream, StreamExt as _};
use restante_api::{Blame, Failure, FailureKind, Server, Stage};
use restante_protocol::smtp::{
    Config, Content, Ending, Event, Form, Letter, LetterFault, Login, Recipient, Refusal, RefusedBy, Reply, Retry,
    Survey, Ticket,
};

use self::mailer::{Mailer, Order};
use crate::connection::{Connection, Options};
use crate::platform::Platform;

pub use blame::{of_login_refusal, of_refusal};

/// A letter's octets, to be read from the beginning as often as is needed: once to survey them, once each time they are
/// sent.
pub type Octets = Rc<dyn Fn() -> io::Result<Box<dyn io::Read>>>;

/// A letter to be sent.
#[derive(Clone)]
pub struct Errand {
    /// The envelope, and what was surveyed.
    pub letter: Letter,
    /// What was surveyed.
    pub octets: Octets,
}

/// What became of a letter.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The letter itself.
    pub fate: Fate,
    /// Each of its recipients, in the order of the letter. Who was accepted gets it only as the letter's fate says.
    pub recipients: Vec<Standing>,
    /// Delivery reports were asked for, and the server makes none.
    pub without_reports: bool,
}

/// What became of a letter.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// The server has it, for those recipients that it accepted.
    Sent(Reply),
    /// The server refused it, or it was not fit to be sent there: nobody gets it.
    Refused(Refusal),
    /// It did not come to that: nobody gets it.
    NotSent(Failure),
    /// Its end was sent, and the answer did not come: those who were accepted may get it. To send it again may be to send it
    /// twice.
    Perhaps(Failure),
}

/// What the server says to a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It did not come to that.
    Untold,
    /// Accepted.
    Accepted,
    /// Refused.
    Refused(Refusal),
}

/// Looks a letter through before it is sent.
///
/// # Errors
/// Where it cannot be read; and, inside, what is wrong with it.
pub fn survey(octets: &Octets, form: Form) -> io::Result<Result<Content, LetterFault>> {
    let (mut reader, mut survey, mut buffer) = (octets()?, Survey::new(form), vec![0; mailer::PIECE]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(survey.finish()),
            Ok(read) => {
                if let Err(fault) = survey.take(&buffer[..read]) {
                    return Ok(Err(fault));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Sends the letters, in their order. There is an outcome for each of them, whatever happens.
pub async fn send(
    platform: Rc<dyn Platform>,
    server: &Server,
    login: Option<Login>,
    errands: &[Errand],
    tell: &mut dyn FnMut(&Event),
) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = vec![None; errands.len()];
    let letters = stream::iter(errands.iter().cloned());
    send_each(platform, server, login, letters, &mut |at, outcome| outcomes[at] = Some(outcome), tell).await;
    let lost = |outcome: Option<Outcome>, errand| outcome.unwrap_or_else(|| untold(errand));
    outcomes.into_iter().zip(errands).map(|(outcome, errand)| lost(outcome, errand)).collect()
}

/// Sends letters as they come, over one connection for as long as more of them come at once or are waited for, and tells what
/// became of each, by its place, as soon as that is known. A letter that was taken has an outcome, whatever happens; none is
/// taken any more once the server cannot be reached.
pub async fn send_each(
    platform: Rc<dyn Platform>,
    server: &Server,
    login: Option<Login>,
    letters: impl Stream<Item = Errand> + Unpin,
    ended: &mut dyn FnMut(usize, Outcome),
    tell: &mut dyn FnMut(&Event),
) {
    let mut round = Round::new(letters, ended);
    let mut pipelining = true;
    while round.has_letter().await {
        let over = round.connect(&platform, server, login.clone(), pipelining, tell).await;
        let Err((failure, suggests_lock_step)) = over else { continue };
        // What broke under pipelining surely has not arrived: it is asked for once more, one command at a time.
        if pipelining && suggests_lock_step {
            pipelining = false;
            continue;
        }
        return round.give_up(&failure);
    }
}

/// It did not come to this letter.
fn untold(errand: &Errand) -> Outcome {
    Outcome {
        fate: Fate::NotSent(Failure::new(FailureKind::ConnectionLost, "")),
        recipients: vec![Standing::Untold; errand.letter.recipients().len()],
        without_reports: false,
    }
}

/// A letter, or what is left of its recipients.
struct Part {
    errand: usize,
    /// Places in the letter.
    recipients: Vec<usize>,
}

/// What is sent, and what became of it.
struct Round<'a, L> {
    letters: L,
    /// There are no more.
    exhausted: bool,
    /// Letters that were taken, by their places, until it is known what became of them.
    errands: BTreeMap<usize, (Errand, Outcome)>,
    taken: usize,
    ended: &'a mut dyn FnMut(usize, Outcome),
    /// What is to be sent yet.
    waiting: VecDeque<Part>,
    /// What is under way, and the recipients that another letter or connection will take.
    sent: BTreeMap<Ticket, (Part, Vec<usize>, Vec<usize>)>,
    login: Option<Ticket>,
    /// Why nothing can be sent over this connection.
    barred: Option<Failure>,
    /// Something came of this connection.
    progress: bool,
    closed: Option<Ending>,
}

impl<'a, L: Stream<Item = Errand> + Unpin> Round<'a, L> {
    fn new(letters: L, ended: &'a mut dyn FnMut(usize, Outcome)) -> Self {
        Self {
            letters,
            exhausted: false,
            errands: BTreeMap::new(),
            taken: 0,
            ended,
            waiting: VecDeque::new(),
            sent: BTreeMap::new(),
            login: None,
            barred: None,
            progress: false,
            closed: None,
        }
    }

    /// Whether there is something to send; waits for it.
    async fn has_letter(&mut self) -> bool {
        self.tell_ended(&VecDeque::new());
        while self.waiting.is_empty() && !self.exhausted {
            let next = self.letters.next().await;
            self.take(next);
        }
        !self.waiting.is_empty()
    }

    /// The next letter, if there is one at once.
    fn take_at_once(&mut self) {
        if !self.exhausted
            && let Some(next) = self.letters.next().now_or_never()
        {
            self.take(next);
        }
    }

    fn take(&mut self, next: Option<Errand>) {
        let Some(errand) = next else {
            self.exhausted = true;
            return;
        };
        let recipients = (0..errand.letter.recipients().len()).collect();
        self.waiting.push_back(Part { errand: self.taken, recipients });
        let outcome = untold(&errand);
        self.errands.insert(self.taken, (errand, outcome));
        self.taken += 1;
    }

    /// Tells of the letters of which nothing is to be sent any more.
    fn tell_ended(&mut self, later: &VecDeque<Part>) {
        let under_way = self.sent.values().map(|(part, ..)| part);
        let open: Vec<usize> = self.waiting.iter().chain(later).chain(under_way).map(|part| part.errand).collect();
        for at in self.errands.keys().copied().filter(|at| !open.contains(at)).collect::<Vec<_>>() {
            if let Some((_, outcome)) = self.errands.remove(&at) {
                (self.ended)(at, outcome);
            }
        }
    }

    /// Sends what is waiting over one connection. An error where no other connection would do better now, and whether one in
    /// lock-step might.
    async fn connect(
        &mut self,
        platform: &Rc<dyn Platform>,
        server: &Server,
        login: Option<Login>,
        pipelining: bool,
        tell: &mut dyn FnMut(&Event),
    ) -> Result<(), (Failure, bool)> {
        let options = Options::from(server);
        let config = Config {
            channel: mailer::channel(options.security),
            cleartext_agreed: options.cleartext_agreed,
            pipelining,
            ..Config::default()
        };
        let (host, port, token) = (&server.host, server.port, server.token.clone());
        let (mut early, mut stage) = (|event: Event| tell(&event), |_: Stage| {});
        let mailer = Mailer::new(config);
        let reached =
            Connection::reach(Rc::clone(platform), host, port, token, &options, mailer, &mut stage, &mut early);
        let mut connection = reached.await.map_err(|failure| (failure, false))?;
        (self.login, self.barred, self.progress, self.closed) = (None, None, false, None);
        if let Some(login) = login {
            let login = Login { bindings: connection.transport().channel_bindings(), ..login };
            let submitted = connection.submit(Order::Login(login));
            let unfit = |misuse: restante_protocol::smtp::Misuse| {
                (Failure::new(FailureKind::UnfitCredentials, misuse.to_string()), false)
            };
            self.login = Some(submitted.map_err(unfit)?);
        }
        let outcome = self.converse(&mut connection, tell).await;
        let suggests = connection.fault().is_some_and(|fault| fault.suggests_lock_step())
            || outcome.is_err() && !self.progress && connection.session().has_pipelined();
        if let Some(failure) = self.barred.take() {
            return Err((failure, false));
        }
        // What is left was not taken, and another connection may do better where this one did something.
        if self.progress || self.waiting.is_empty() {
            return Ok(());
        }
        let said = match self.closed.take() {
            Some(Ending::ByServer { said }) => said.map_or(String::new(), |reply| reply.text),
            _ => String::new(),
        };
        let hung_up = || Failure::new(FailureKind::ConnectionLost, said).blamed(Blame::Server);
        Err((outcome.err().unwrap_or_else(hung_up), suggests))
    }

    async fn converse(
        &mut self,
        connection: &mut Connection<Mailer>,
        tell: &mut dyn FnMut(&Event),
    ) -> Result<(), Failure> {
        let mut later = VecDeque::new();
        loop {
            self.submit(connection, &mut later);
            if let (Some(_), Some(failure)) = (&self.closed, connection.broken()) {
                self.waiting.append(&mut later);
                return Err(failure.clone());
            }
            if self.closed.is_some() || self.barred.is_some() && self.sent.is_empty() {
                break;
            }
            if self.sent.is_empty() && self.login.is_none() {
                // What waits for another connection has waited long enough.
                if !later.is_empty() || !self.has_letter().await {
                    break;
                }
                continue;
            }
            let mut events = Vec::new();
            let turn = connection.turn(&mut |event| events.push(event)).await;
            for event in events {
                tell(&event);
                self.hear(event, &mut later, connection);
            }
            self.tell_ended(&later);
            if let Err(failure) = turn {
                self.waiting.append(&mut later);
                return Err(failure);
            }
        }
        self.waiting.append(&mut later);
        if self.closed.is_none() && connection.submit(Order::Quit).is_ok() {
            // What the server answers nobody waits for: what it took it has taken.
            let _ = futures::FutureExt::now_or_never(connection.turn(&mut |_| {}));
        }
        Ok(())
    }

    /// Hands out what is waiting.
    fn submit(&mut self, connection: &mut Connection<Mailer>, later: &mut VecDeque<Part>) {
        while self.closed.is_none() && self.barred.is_none() && self.sent.len() < QUEUED {
            if self.waiting.is_empty() {
                self.take_at_once();
            }
            let Some(part) = self.waiting.pop_front() else { return };
            let Some((errand, _)) = self.errands.get(&part.errand) else { continue };
            let to = part.recipients.iter().map(|at| errand.letter.recipients()[*at].clone());
            // It has recipients, as every part of a letter.
            let Ok(letter) = errand.letter.readdressed(to.collect::<Vec<Recipient>>()) else { continue };
            match connection.submit(Order::Send(letter, Rc::clone(&errand.octets))) {
                Ok(ticket) => drop(self.sent.insert(ticket, (part, Vec::new(), Vec::new()))),
                Err(_) => {
                    later.push_back(part);
                    return;
                }
            }
        }
    }

    fn hear(&mut self, event: Event, later: &mut VecDeque<Part>, connection: &Connection<Mailer>) {
        match event {
            Event::Rejected(refusal) => self.barred = Some(of_refusal(&refusal)),
            Event::Done { ticket, .. } if self.login == Some(ticket) => self.login = None,
            Event::Refused { ticket, refusal } if self.login == Some(ticket) => {
                self.login = None;
                self.barred = Some(match connection.broken() {
                    // A server that hangs up on a password is one thing, a network that breaks another.
                    Some(broken) if refusal.by == RefusedBy::Hangup && broken.blame != Blame::Server => broken.clone(),
                    _ => of_login_refusal(&refusal),
                });
            }
            Event::Lost { ticket, .. } if self.login == Some(ticket) => self.login = None,
            Event::WithoutReports { ticket } => {
                if let Some((part, ..)) = self.sent.get(&ticket)
                    && let Some((_, outcome)) = self.errands.get_mut(&part.errand)
                {
                    outcome.without_reports = true;
                }
            }
            Event::Recipient { ticket, index, outcome } => self.hear_of_recipient(ticket, index, outcome.err()),
            Event::Done { ticket, reply, .. } => {
                let Some((part, other_letter, other_connection)) = self.sent.remove(&ticket) else { return };
                self.progress = true;
                self.decide(&part, Fate::Sent(reply));
                if !other_letter.is_empty() {
                    self.waiting.push_front(Part { errand: part.errand, recipients: other_letter });
                }
                if !other_connection.is_empty() {
                    later.push_back(Part { errand: part.errand, recipients: other_connection });
                }
            }
            Event::Refused { ticket, refusal } => {
                let Some((part, ..)) = self.sent.remove(&ticket) else { return };
                match refusal.by {
                    // It was not asked about this letter.
                    RefusedBy::FailedLogin | RefusedBy::FailedStartTls | RefusedBy::Closing => later.push_back(part),
                    // Others have had their share of this connection.
                    RefusedBy::LettersFull | RefusedBy::DomainsFull if self.progress || !self.sent.is_empty() => {
                        later.push_back(part);
                    }
                    _ => {
                        self.progress = true;
                        self.decide(&part, Fate::Refused(refusal));
                    }
                }
            }
            Event::Lost { ticket, .. } => {
                let Some((part, ..)) = self.sent.remove(&ticket) else { return };
                match connection.session().spoilt(ticket) {
                    Some(why) => {
                        self.progress = true;
                        self.decide(&part, Fate::NotSent(why));
                    }
                    None => later.push_back(part),
                }
            }
            Event::Unknown { ticket } => {
                let Some((part, ..)) = self.sent.remove(&ticket) else { return };
                let failure = connection.broken().cloned();
                let failure = failure.unwrap_or_else(|| Failure::new(FailureKind::ConnectionLost, ""));
                self.decide(&part, Fate::Perhaps(failure));
            }
            Event::Closed(ending) => self.closed = Some(ending),
            _ => {}
        }
    }

    fn hear_of_recipient(&mut self, ticket: Ticket, index: usize, refusal: Option<Refusal>) {
        let Some((part, other_letter, other_connection)) = self.sent.get_mut(&ticket) else { return };
        let at = part.recipients[index];
        match refusal.as_ref().map(Refusal::retry) {
            Some(Retry::AnotherLetter) => other_letter.push(at),
            Some(Retry::AnotherConnection) => other_connection.push(at),
            _ => {}
        }
        if let Some((_, outcome)) = self.errands.get_mut(&part.errand) {
            outcome.recipients[at] = refusal.map_or(Standing::Accepted, Standing::Refused);
        }
    }

    /// What became of a letter, or of a part of it: what is in doubt stays so, and what some have had stays had.
    fn decide(&mut self, part: &Part, fate: Fate) {
        let rank = |fate: &Fate| match fate {
            Fate::Perhaps(_) => 2,
            Fate::Sent(_) => 1,
            Fate::Refused(_) | Fate::NotSent(_) => 0,
        };
        if let Some((_, outcome)) = self.errands.get_mut(&part.errand)
            && rank(&fate) >= rank(&outcome.fate)
        {
            outcome.fate = fate;
        }
    }

    /// Nothing more is tried, neither of what was taken nor of what is there at once.
    fn give_up(&mut self, failure: &Failure) {
        loop {
            if self.waiting.is_empty() {
                self.take_at_once();
            }
            let Some(part) = self.waiting.pop_front() else { break };
            self.decide(&part, Fate::NotSent(failure.clone()));
        }
        self.tell_ended(&VecDeque::new());
    }
}

/// Letters that are handed to a session at once: one under way, and one to follow it.
const QUEUED: usize = 2;
