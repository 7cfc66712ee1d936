//! The order of a fetch: CAPA, login, STAT and LIST; every message in a deep window; DELE for what is safe; QUIT.

use std::collections::HashMap;
use std::rc::Rc;

use restante_engine::api::{Blame, Failure, FailureKind, Security, Stage};
use restante_engine::connection::{Connection, Options, of_login_refusal, of_refusal};
use restante_protocol::pop3::{
    Capabilities, Command, Event, Login, MessageNumber, Pipelining, Refusal, Reply, ReplyData, Ticket,
};
use serde_json::json;

use crate::deliver::Delivery;
use crate::net::Native;
use crate::options::Task;
use crate::report::{Report, Trouble};

/// Commands under way at once. Each is a dozen octets; what counts is the window.
const COMMANDS: usize = 4096;

/// Commands that wait for room in the window: enough to fill what one read frees.
const QUEUED: usize = 1024;

/// So many messages that came through a window show that a server can pipeline.
const PROOF_OF_PIPELINING: usize = 8;

/// Fetches everything. A server that breaks under pipelining is asked again in lock-step, and the plan goes on where it
/// stood.
pub(crate) async fn fetch(task: Task, report: &mut Report) -> Result<(), Trouble> {
    let delivery = Delivery::open(&task.output).map_err(Trouble::Disk)?;
    let mut fetch = Fetch { task, report, delivery, plan: Vec::new(), answered: 0, session: Session::default() };
    let mut outcome = fetch.session(Pipelining::WhenAnnounced).await;
    if let Err(Trouble::Failure(failure)) = &outcome
        && fetch.may_try_lock_step(failure)
    {
        fetch.report.event(
            "lock-step",
            json!({}),
            Some("The server breaks under pipelining; once more, one command at a time.".into()),
        );
        outcome = fetch.session(Pipelining::Never).await;
    }
    // What is complete stays, however the session ended.
    fetch.commit()?;
    outcome
}

struct Fetch<'r> {
    task: Task,
    report: &'r mut Report,
    delivery: Delivery,
    /// Messages and their octets (at most 4 GiB are told apart), in the order of fetching. Answers come in this order.
    plan: Vec<(u32, u32)>,
    /// How many of the plan were answered, with the message or with a refusal.
    answered: usize,
    session: Session,
}

/// What belongs to one connection.
#[derive(Default)]
struct Session {
    jobs: HashMap<Ticket, Job>,
    /// They may know how long a LOGIN-DELAY is.
    capabilities: Option<Box<Capabilities>>,
    listed: Vec<(u32, u32)>,
    messages: u32,
    phase: Phase,
    /// How many of the plan were asked for.
    asked: usize,
    /// Safe on the disk once committed, to be deleted then.
    finished: Vec<u32>,
    deleted: u32,
    lost: usize,
    quit: bool,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy)]
enum Job {
    Capa,
    Login,
    Stat,
    List,
    Message(u32),
    Dele,
    Quit,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    SigningIn,
    Listed,
    Fetching,
    Leaving,
}

impl Fetch<'_> {
    async fn session(&mut self, pipelining: Pipelining) -> Result<(), Trouble> {
        self.session = Session::default();
        let mut connection = self.connect(pipelining).await?;
        self.sign_in(&mut connection)?;
        loop {
            let turn = connection.turn(&mut |event| self.on_event(event)).await;
            if let Some(trouble) = self.session.trouble.take() {
                return Err(trouble);
            }
            match turn {
                Err(_) if self.session.quit => return Ok(()),
                Err(failure) => {
                    self.delivery.abandon().map_err(disk)?;
                    return Err(self.unconfirmed(failure).into());
                }
                Ok(_) if self.session.quit => return Ok(()),
                Ok(_) => self.proceed(&mut connection)?,
            }
        }
    }

    async fn connect(&self, pipelining: Pipelining) -> Result<Connection, Failure> {
        let Task { host, port, security, trusted, window, .. } = &self.task;
        let options = Options {
            security: *security,
            trusted: *trusted,
            cleartext_agreed: *security == Security::None,
            pipelining,
            window: *window,
            commands: COMMANDS,
            ..Options::default()
        };
        let platform = Rc::new(Native);
        let connection =
            Connection::open(platform, host, *port, None, &options, &mut |_: Stage| (), &mut |_| ()).await?;
        let tls = connection.transport().tls_view(host, *trusted, 0);
        let fields = json!({
            "peer": connection.transport().peer(),
            "tls": tls.as_ref().map(|tls| &tls.version),
            "cipher_suite": tls.as_ref().map(|tls| &tls.cipher_suite),
            "certificate": tls.as_ref().map(|tls| tls.certificate.fingerprint.to_string()),
        });
        self.report.event("connected", fields, None);
        Ok(connection)
    }

    fn sign_in(&mut self, connection: &mut Connection) -> Result<(), Trouble> {
        let (user, secret) = (self.task.user.clone(), self.task.password.clone());
        let mut login = match self.task.mechanism {
            Some(mechanism) if mechanism.takes_token() => Login::with_token(user, secret),
            _ => Login::with_password(user, secret),
        };
        login.bindings = connection.transport().channel_bindings();
        if let Some(mechanism) = self.task.mechanism {
            login = login.by(mechanism);
        }
        self.submit(connection, Command::Capa, Job::Capa)?;
        self.submit(connection, Command::Login(login), Job::Login)?;
        self.submit(connection, Command::Capa, Job::Capa)?;
        self.submit(connection, Command::Stat, Job::Stat)?;
        self.submit(connection, Command::List(None), Job::List)
    }

    /// Submits what is next.
    fn proceed(&mut self, connection: &mut Connection) -> Result<(), Trouble> {
        match self.session.phase {
            Phase::SigningIn | Phase::Leaving => return Ok(()),
            Phase::Listed => self.take_plan()?,
            Phase::Fetching => {}
        }
        if self.delivery.is_due() || self.answered == self.plan.len() {
            self.commit()?;
            for number in std::mem::take(&mut self.session.finished) {
                if let Some(number) = MessageNumber::new(number).filter(|_| self.task.delete) {
                    self.submit(connection, Command::Dele(number), Job::Dele)?;
                }
            }
        }
        while connection.session().queued() < QUEUED
            && let Some((number, octets)) = self.plan.get(self.session.asked).copied()
        {
            self.session.asked += 1;
            let Some(message) = MessageNumber::new(number) else { continue };
            let command = match self.task.top {
                Some(lines) => Command::Top { number: message, lines },
                None => Command::Retr { number: message, octets: (octets > 0).then_some(octets.into()) },
            };
            self.submit(connection, command, Job::Message(number))?;
        }
        if self.answered == self.plan.len() {
            self.session.phase = Phase::Leaving;
            self.submit(connection, Command::Quit, Job::Quit)?;
        }
        Ok(())
    }

    /// LIST's answer becomes the plan, or shows that the plan still stands.
    fn take_plan(&mut self) -> Result<(), Trouble> {
        self.session.phase = Phase::Fetching;
        let mut listed = std::mem::take(&mut self.session.listed);
        if listed.is_empty() {
            // LIST is not there, or has nothing to say: STAT counts as well.
            listed = (1..=self.session.messages).map(|number| (number, 0)).collect();
        }
        if listed.get(..self.answered) != Some(&self.plan[..self.answered]) {
            let detail = "the maildrop is another one after connecting again";
            return Err(Failure::new(FailureKind::ConnectionLost, detail).into());
        }
        self.plan = listed;
        self.session.asked = self.answered;
        Ok(())
    }

    fn submit(&mut self, connection: &mut Connection, command: Command, job: Job) -> Result<(), Trouble> {
        let ticket = connection.submit(command).map_err(|misuse| {
            let kind = if matches!(job, Job::Login) { FailureKind::WrongPassword } else { FailureKind::Internal };
            Failure::new(kind, misuse.to_string())
        })?;
        self.session.jobs.insert(ticket, job);
        Ok(())
    }

    fn on_event(&mut self, event: Event<'_>) {
        match event {
            Event::Body { chunk, .. } => {
                let written = self.delivery.write(chunk);
                self.note(written);
            }
            Event::Done { ticket, reply } => self.on_done(ticket, &reply),
            Event::Refused { ticket, refusal } => self.on_refused(ticket, &refusal),
            Event::ListItem { number, octets, .. } => {
                self.session.listed.push((number.value(), u32::try_from(octets).unwrap_or(u32::MAX)));
            }
            Event::Capabilities { capabilities, .. } => self.session.capabilities = Some(capabilities),
            Event::Rejected(refusal) => self.stop(of_login_refusal(&refusal, None)),
            Event::MechanismChosen { mechanism, why, .. } => {
                let fields = json!({ "mechanism": mechanism.name(), "why": why.to_string() });
                self.report.event("mechanism", fields, None);
            }
            Event::Quirk(quirk) => {
                let fields = json!({ "name": quirk.name(), "servers": quirk.servers() });
                self.report.event("quirk", fields, None);
            }
            Event::Lost { sent, .. } => self.session.lost += usize::from(sent),
            _ => {}
        }
    }

    fn on_done(&mut self, ticket: Ticket, reply: &Reply) {
        match (self.session.jobs.remove(&ticket), reply.data) {
            (Some(Job::Stat), ReplyData::Stat { messages, octets }) => {
                self.session.messages = messages;
                self.report.event("opened", json!({ "messages": messages, "octets": octets }), None);
            }
            (Some(Job::List), _) => self.session.phase = Phase::Listed,
            (Some(Job::Message(number)), data) => {
                let finished = self.delivery.finish();
                self.note(finished);
                self.answered += 1;
                let octets = if let ReplyData::Body { octets } = data { octets } else { 0 };
                self.report.message(number, octets);
                if self.task.delete {
                    self.session.finished.push(number);
                }
            }
            (Some(Job::Dele), _) => self.session.deleted += 1,
            (Some(Job::Quit), _) => {
                self.report.deleted = self.session.deleted;
                self.session.quit = true;
            }
            _ => {}
        }
    }

    fn on_refused(&mut self, ticket: Ticket, refusal: &Refusal) {
        match self.session.jobs.remove(&ticket) {
            Some(Job::Login) => {
                let failure = of_login_refusal(refusal, self.session.capabilities.as_deref());
                self.stop(failure);
            }
            Some(Job::List) => self.session.phase = Phase::Listed,
            Some(Job::Stat) => self.stop(Failure::new(FailureKind::Refused, refusal.text.clone())),
            Some(Job::Message(number)) => {
                let abandoned = self.delivery.abandon();
                self.note(abandoned);
                self.answered += 1;
                self.report.refused += 1;
                let failure = of_refusal(refusal);
                let fields = json!({ "number": number, "kind": failure.kind.name(), "detail": failure.detail });
                self.report.event("refused", fields, Some(format!("Message {number}: {failure}")));
            }
            Some(Job::Dele) => {
                let fields = json!({ "detail": refusal.text });
                self.report.event("not-deleted", fields, Some(format!("Not deleted: {}", refusal.text)));
            }
            Some(Job::Quit) => {
                let failure = Failure::new(FailureKind::Refused, refusal.text.clone());
                if self.session.deleted > 0 {
                    self.stop(failure);
                } else {
                    self.session.quit = true;
                }
            }
            Some(Job::Capa) | None => {}
        }
    }

    fn commit(&mut self) -> Result<(), Trouble> {
        self.delivery.commit().map_err(disk)
    }

    fn note(&mut self, outcome: std::io::Result<()>) {
        if let Err(error) = outcome {
            self.session.trouble.get_or_insert_with(|| disk(error));
        }
    }

    fn stop(&mut self, failure: Failure) {
        self.session.trouble.get_or_insert(Trouble::Failure(failure));
    }

    /// The connection broke; if DELE was sent, nobody knows what the server made of it.
    fn unconfirmed(&self, failure: Failure) -> Failure {
        if self.session.phase == Phase::Leaving && self.session.deleted > 0 {
            let detail = format!("the server did not confirm the deletion (RFC 1939, section 6): {}", failure.detail);
            return Failure::new(FailureKind::ConnectionLost, detail).blamed(Blame::Server);
        }
        failure
    }

    /// Whether it was the window that broke the connection.
    fn may_try_lock_step(&self, failure: &Failure) -> bool {
        self.session.lost > 1 && (failure.kind == FailureKind::NotPop3 || self.answered < PROOF_OF_PIPELINING)
    }
}

fn disk(error: std::io::Error) -> Trouble {
    Trouble::Disk(error.to_string())
}
