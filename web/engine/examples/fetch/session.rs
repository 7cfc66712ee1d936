//! The order of a fetch: CAPA, login, STAT and LIST; every message in a deep window; DELE for what is safe; UIDL of what
//! was refused; QUIT.

use std::collections::HashMap;
use std::rc::Rc;

use restante_api::{Blame, Failure, FailureKind, Security, Stage};
use restante_engine::connection::{Connection, Options, of_login_refusal};
use restante_engine::ways::{Trace, Ways};
use restante_native::Native;
use restante_protocol::pop3::{
    Capabilities, Command, Event, Login, MessageNumber, Refusal, RefusedBy, Reply, ReplyData, Ticket,
};
use serde_json::json;

use crate::deliver::{Delivery, Head};
use crate::options::Task;
use crate::plan::{Plan, WHOLE};
use crate::report::{Report, Trouble};

/// Commands under way at once. Each is a dozen octets; what counts is the window.
const COMMANDS: usize = 4096;

/// Commands that wait for room in the window: enough to fill what one read frees.
const QUEUED: usize = 1024;

/// Fetches everything. Where a session breaks, the server is asked again in every way there is to, and the plan goes on
/// where it stood.
pub(crate) async fn fetch(task: Task, report: &mut Report) -> Result<(), Trouble> {
    let delivery = Delivery::open(&task.output).map_err(Trouble::Disk)?;
    let plan = Plan::new(task.top);
    let (ways, uids, session) = (Ways::default(), HashMap::new(), Session::default());
    let mut fetch = Fetch { task, report, delivery, plan, ways, uids, session };
    let mut outcome = fetch.session().await;
    while let Err(Trouble::Failure(failure)) = &outcome
        // Nobody knows whether the server has deleted what it was told to: it is not asked that again.
        && fetch.session.phase != Phase::Leaving
        && let Some(way) = fetch.ways.learn(&fetch.session.trace, failure)
    {
        fetch.report.event("again", json!({ "way": way.name() }), Some(way.to_string()));
        outcome = fetch.session().await;
    }
    // What is complete stays, however the session ended.
    let committed = fetch.commit();
    fetch.tell_missed();
    committed.and(outcome)?;
    fetch.must_have_something()
}

struct Fetch<'r> {
    task: Task,
    report: &'r mut Report,
    delivery: Delivery,
    plan: Plan,
    /// What was learnt of the server.
    ways: Ways,
    /// The unique-ids of messages that were refused.
    uids: HashMap<u32, String>,
    session: Session,
}

/// What belongs to one connection.
#[derive(Default)]
struct Session {
    jobs: HashMap<Ticket, Job>,
    trace: Trace,
    /// They may know how long a LOGIN-DELAY is.
    capabilities: Option<Box<Capabilities>>,
    listed: Vec<(u32, u32)>,
    messages: u32,
    phase: Phase,
    /// What cuts the message that comes.
    head: Option<Head>,
    /// Safe on the disk once committed, to be deleted then.
    finished: Vec<u32>,
    deleted: u32,
    quit: bool,
    /// Why the session ends. What comes after that is not heard.
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Job {
    Capa,
    Utf8,
    Login,
    Stat,
    List,
    Message(u32),
    Dele(u32),
    Uidl,
    Quit,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Fresh,
    Asking,
    Asked,
    /// The login is under way, and nothing behind it.
    SigningIn,
    Listing,
    Listed,
    Fetching,
    Leaving,
}

impl Fetch<'_> {
    async fn session(&mut self) -> Result<(), Trouble> {
        self.session = Session::default();
        let mut connection = self.connect().await?;
        let outcome = self.converse(&mut connection).await;
        if outcome.is_err() {
            self.delivery.abandon().map_err(disk)?;
        }
        outcome
    }

    async fn converse(&mut self, connection: &mut Connection) -> Result<(), Trouble> {
        loop {
            self.proceed(connection)?;
            let turn = connection.turn(&mut |event| self.on_event(event)).await;
            self.session.trace.suggests(connection.suggests());
            if let Some(trouble) = self.session.trouble.take() {
                return Err(trouble);
            }
            match turn {
                _ if self.session.quit => return Ok(()),
                Ok(_) => {}
                // Everything has been had, and nothing is to be confirmed.
                Err(_) if self.session.phase == Phase::Leaving && !self.task.delete => return Ok(()),
                Err(failure) => return Err(self.unconfirmed(failure).into()),
            }
        }
    }

    async fn connect(&self) -> Result<Connection, Failure> {
        let Task { host, port, security, trusted, window, .. } = &self.task;
        let options = Options {
            security: *security,
            trusted: *trusted,
            cleartext_agreed: *security == Security::None,
            pipelining: self.ways.pipelining(),
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

    /// Submits what is next.
    fn proceed(&mut self, connection: &mut Connection) -> Result<(), Trouble> {
        match self.session.phase {
            Phase::Fresh if self.ways.asks_capa() => {
                self.session.phase = Phase::Asking;
                self.submit(connection, Command::Capa, Job::Capa)
            }
            Phase::Fresh | Phase::Asked => self.sign_in(connection),
            Phase::SigningIn if !self.session.jobs.values().any(|job| *job == Job::Login) => self.list(connection),
            Phase::Asking | Phase::SigningIn | Phase::Listing | Phase::Leaving => Ok(()),
            Phase::Listed => {
                self.take_plan()?;
                self.fetch(connection)
            }
            Phase::Fetching => self.fetch(connection),
        }
    }

    fn sign_in(&mut self, connection: &mut Connection) -> Result<(), Trouble> {
        self.session.phase = Phase::SigningIn;
        let (user, secret) = (self.task.user.clone(), self.task.password.clone());
        let mut login = match self.task.mechanism {
            Some(mechanism) if mechanism.takes_token() => Login::with_token(user, secret),
            _ => Login::with_password(user, secret),
        };
        if let Some(mechanism) = self.task.mechanism {
            login = login.by(mechanism);
        }
        let bindings = connection.transport().channel_bindings();
        for command in self.ways.sign_in(login, bindings, self.session.capabilities.as_deref()) {
            let job = if matches!(command, Command::Login(_)) { Job::Login } else { Job::Utf8 };
            self.submit(connection, command, job)?;
        }
        if self.ways.is_login_alone() { Ok(()) } else { self.list(connection) }
    }

    fn list(&mut self, connection: &mut Connection) -> Result<(), Trouble> {
        self.session.phase = Phase::Listing;
        if self.ways.asks_capa() {
            self.submit(connection, Command::Capa, Job::Capa)?;
        }
        self.submit(connection, Command::Stat, Job::Stat)?;
        self.submit(connection, Command::List(None), Job::List)
    }

    fn take_plan(&mut self) -> Result<(), Trouble> {
        self.session.phase = Phase::Fetching;
        let mut listed = std::mem::take(&mut self.session.listed);
        if listed.is_empty() {
            // LIST is not there, or has nothing to say: STAT counts as well.
            listed = (1..=self.session.messages).map(|number| (number, 0)).collect();
        }
        self.plan.take(listed, self.session.capabilities.as_ref().map(|known| known.top))?;
        self.prepare();
        Ok(())
    }

    /// Makes ready for the messages that come.
    fn prepare(&mut self) {
        self.session.head = self.plan.head();
        if self.plan.lacks_top() {
            let words = format!(
                "This server has no TOP: messages of up to {WHOLE} octets are fetched whole, and cut. The others are \
                 not fetched."
            );
            self.report.event("no-top", json!({ "octets": WHOLE }), Some(words));
        }
    }

    /// Asks for messages as far as the window goes, deletes what is safe, and leaves when everything has been answered.
    fn fetch(&mut self, connection: &mut Connection) -> Result<(), Trouble> {
        if self.delivery.is_due() || self.plan.is_complete() {
            self.commit()?;
            for number in std::mem::take(&mut self.session.finished) {
                if let Some(message) = MessageNumber::new(number).filter(|_| self.task.delete) {
                    self.submit(connection, Command::Dele(message), Job::Dele(number))?;
                }
            }
        }
        while connection.session().queued() < QUEUED
            && let Some((number, command)) = self.plan.next()
        {
            self.submit(connection, command, Job::Message(number))?;
        }
        if self.plan.is_complete() {
            self.session.phase = Phase::Leaving;
            if self.session.capabilities.as_ref().is_some_and(|known| known.uidl) {
                let missed: Vec<u32> = self.plan.missed().iter().map(|missed| missed.number).collect();
                for number in missed.into_iter().filter_map(MessageNumber::new) {
                    self.submit(connection, Command::Uidl(Some(number)), Job::Uidl)?;
                }
            }
            self.submit(connection, Command::Quit, Job::Quit)?;
        }
        Ok(())
    }

    fn submit(&mut self, connection: &mut Connection, command: Command, job: Job) -> Result<(), Trouble> {
        let ticket = connection.submit(command).map_err(|misuse| {
            let kind = if job == Job::Login { FailureKind::WrongPassword } else { FailureKind::Internal };
            Failure::new(kind, misuse.to_string())
        })?;
        self.session.jobs.insert(ticket, job);
        Ok(())
    }

    fn on_event(&mut self, event: Event<'_>) {
        self.session.trace.note(&event);
        if self.session.trouble.is_some() {
            return;
        }
        match event {
            Event::Body { chunk, .. } => {
                let chunk = self.session.head.as_mut().map_or(chunk, |head| head.take(chunk));
                if !chunk.is_empty() {
                    let written = self.delivery.write(chunk);
                    self.note(written);
                }
            }
            Event::Done { ticket, reply } => self.on_done(ticket, &reply),
            Event::Refused { ticket, refusal } => self.on_refused(ticket, &refusal),
            Event::ListItem { number, octets, .. } => {
                self.session.listed.push((number.value(), u32::try_from(octets).unwrap_or(u32::MAX)));
            }
            Event::UidlItem { number, uid: Some(uid), .. } => {
                self.uids.insert(number.value(), uid.to_string());
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
            _ => {}
        }
    }

    fn on_done(&mut self, ticket: Ticket, reply: &Reply) {
        match (self.session.jobs.remove(&ticket), reply.data) {
            (Some(Job::Capa), _) => self.capabilities_asked(),
            (Some(Job::Stat), ReplyData::Stat { messages, octets }) => {
                self.session.messages = messages;
                self.report.event("opened", json!({ "messages": messages, "octets": octets }), None);
            }
            (Some(Job::List), _) => self.session.phase = Phase::Listed,
            (Some(Job::Message(number)), data) => {
                let finished = self.delivery.finish();
                self.note(finished);
                self.plan.done();
                let octets = match (&self.session.head, data) {
                    (Some(head), _) => head.kept,
                    (None, ReplyData::Body { octets }) => octets,
                    (None, _) => 0,
                };
                self.session.head = self.plan.head();
                self.report.message(number, octets);
                self.session.finished.push(number);
                self.report.to_delete += u32::from(self.task.delete);
            }
            (Some(Job::Dele(_)), _) => self.session.deleted += 1,
            (Some(Job::Quit), _) => {
                self.report.deleted = self.session.deleted;
                self.session.quit = true;
            }
            _ => {}
        }
    }

    /// CAPA was answered, one way or the other: what it told decides how to sign in.
    fn capabilities_asked(&mut self) {
        if self.session.phase == Phase::Asking {
            self.session.phase = Phase::Asked;
        }
    }

    fn on_refused(&mut self, ticket: Ticket, refusal: &Refusal) {
        if self.ways.may_do_in_utf8(&self.session.trace) {
            // UTF8 comes before the login or not at all (RFC 6856, section 2.1): a connection of its own.
            return self.stop(Failure::new(FailureKind::Refused, refusal.text.clone()));
        }
        match self.session.jobs.remove(&ticket) {
            Some(Job::Login) => {
                let failure = of_login_refusal(refusal, self.session.capabilities.as_deref());
                self.stop(failure);
            }
            Some(Job::Capa) if refusal.by != RefusedBy::Hangup => self.capabilities_asked(),
            Some(Job::List) => self.session.phase = Phase::Listed,
            Some(Job::Stat) => self.stop(Failure::new(FailureKind::Refused, refusal.text.clone())),
            Some(Job::Message(number)) => {
                let abandoned = self.delivery.abandon();
                self.note(abandoned);
                if self.plan.refused(number, refusal) {
                    self.prepare();
                }
            }
            Some(Job::Dele(number)) => {
                let words = format!("Message {number}: not deleted on the server: {:?}", refusal.text);
                self.report.event("not-deleted", json!({ "number": number, "detail": refusal.text }), Some(words));
            }
            Some(Job::Quit) => {
                let failure = Failure::new(FailureKind::Refused, refusal.text.clone());
                if self.session.deleted > 0 {
                    self.stop(failure);
                } else {
                    self.session.quit = true;
                }
            }
            Some(Job::Capa | Job::Utf8 | Job::Uidl) | None => {}
        }
    }

    fn commit(&mut self) -> Result<(), Trouble> {
        self.delivery.commit().map_err(disk)
    }

    /// Names what was not fetched.
    fn tell_missed(&mut self) {
        for missed in self.plan.missed() {
            let uid = self.uids.get(&missed.number).map(String::as_str);
            self.report.missed(missed.number, uid, &missed.why);
        }
    }

    /// To have had nothing, where there was something to be had, is a failure.
    fn must_have_something(&self) -> Result<(), Trouble> {
        match self.plan.missed().first() {
            Some(first) if self.report.messages == 0 => {
                let detail = format!("none of {} messages; the first: {}", self.report.refused, first.why.detail);
                Err(Failure { detail, ..first.why.clone() }.into())
            }
            _ => Ok(()),
        }
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
}

fn disk(error: std::io::Error) -> Trouble {
    Trouble::Disk(error.to_string())
}
