//! What the server's answers mean for the mailbox.

use restante_api::{Failure, FailureKind, Flaw, MessageRef, Reason, Row, Server, Stage, Update};
use restante_protocol::pop3::{Ending, Event, Refusal, RefusedBy, Reply, ReplyData, Ticket, Uid};

use super::plan::Top;
use super::{MESSAGE_LIMIT, Mailbox, Phase};
use crate::connection::{of_login_refusal, of_refusal};
use crate::memory::Known;
use crate::mime;
use crate::store::Store;

/// What a command was sent for, and what has come of it so far.
pub(super) enum Job {
    Capa,
    Utf8,
    Login,
    Stat,
    Uidl,
    List,
    Top { number: u32, head: Box<mime::Head> },
    Retr { number: u32, body: Vec<u8>, told: u64, asked: bool },
    Noop,
    Dele,
}

/// So many refusals, and no TOP that worked, mean that the server has no TOP. It did not say so, for it knows no CAPA.
const REFUSALS: usize = 3;

/// More messages than this no maildrop has: the list would cost memory for nothing. A listing may be as long.
const MAX_MESSAGES: u32 = 4_000_000;

/// Rows told at once at most, so that a listing of 100,000 sizes does not become one message.
const MAX_ROWS: usize = 1000;

impl Mailbox<'_> {
    pub(super) fn on_event(&mut self, event: Event<'_>) {
        self.session.trace.note(&event);
        match event {
            Event::Greeting(greeting) => self.session.greeting = greeting.text,
            Event::Rejected(refusal) => {
                self.session.fatal = Some(of_greeting(&refusal));
            }
            Event::Capabilities { capabilities, .. } => self.session.capabilities = Some(capabilities),
            Event::MechanismChosen { mechanism, .. } => {
                self.session.mechanism = Some(mechanism);
                self.progress(Stage::SigningIn);
            }
            Event::ListItem { number, octets, .. } => self.on_size(number.value(), octets),
            Event::UidlItem { number, uid: Some(uid), .. } => self.on_uid(number.value(), uid),
            Event::Body { ticket, chunk } => self.on_body(ticket, chunk),
            Event::Done { ticket, reply } => self.on_done(ticket, reply),
            Event::Refused { ticket, refusal } => self.on_refused(ticket, &refusal),
            Event::Closed(Ending::ByServer { said: Some(said) }) => self.session.last_words = Some(said),
            Event::Lost { ticket, .. } => drop(self.session.jobs.remove(&ticket)),
            _ => {}
        }
    }

    fn on_size(&mut self, number: u32, octets: u64) {
        if self.store.put_size(number, octets).is_some() {
            self.session.changed.push(number);
        }
    }

    fn on_uid(&mut self, number: u32, uid: Uid) {
        if let Some(comparing) = &mut self.session.comparing {
            comparing.put(number, uid);
        } else if !self.store.put_uid(number, uid) {
            // As large as before, and yet another: the numbers mean other messages now.
            let extent = self.store.extent.unwrap_or_default();
            self.begin_list();
            self.store.set_extent(extent.0, extent.1);
            self.session.listing = false;
            self.tell_opened();
        }
    }

    /// The mailbox is not the one it was: what is known of it, and what was asked of it, is void.
    pub(super) fn begin_list(&mut self) {
        self.session.is_proven = true;
        self.store = Store::default();
        self.rows.whole = 0;
        self.session.changed.clear();
        self.list = self.list.next();
        self.refuse_asks(&Failure::new(FailureKind::Outdated, ""));
        self.lose_marks();
        self.search_all();
    }

    fn on_body(&mut self, ticket: Ticket, chunk: &[u8]) {
        match self.session.jobs.get_mut(&ticket) {
            Some(Job::Top { head, .. }) => head.push(chunk),
            Some(Job::Retr { number, body, told, asked }) => {
                let number = *number;
                let octets = body.len() as u64 + chunk.len() as u64;
                // No list of sizes is to be relied on, and no browser says how much memory it has left.
                if octets > MESSAGE_LIMIT || body.try_reserve(chunk.len()).is_err() {
                    *body = Vec::new();
                    self.session.endless = true;
                    return self.refuse_as_too_large(number, octets);
                }
                body.extend_from_slice(chunk);
                let of = self.store.size(number).unwrap_or_default();
                // A step of two hundredths, or 64 KiB: enough for the eye.
                if *asked && octets - *told >= (of / 50).max(64 << 10) {
                    *told = octets;
                    if let Some(asker) = self.asker(number) {
                        self.answer_to(asker, Update::Progress(Stage::Message { octets, of }));
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn refuse_as_too_large(&mut self, number: u32, octets: u64) {
        let failure = Failure::because(FailureKind::TooLarge, Reason::TooLarge { octets, limit: MESSAGE_LIMIT });
        self.put_fault_row(number, Flaw::Failed(failure.kind.clone()));
        self.refuse(number, &failure);
    }

    fn on_done(&mut self, ticket: Ticket, reply: Reply) {
        match self.session.jobs.remove(&ticket) {
            Some(Job::Login) => {
                if let ReplyData::Login(mechanism) = reply.data {
                    self.session.mechanism = Some(mechanism);
                }
            }
            Some(Job::Stat) => {
                if let ReplyData::Stat { messages, octets } = reply.data {
                    if messages > MAX_MESSAGES {
                        let detail =
                            format!("it tells of {messages} messages; more than {MAX_MESSAGES} are not believed");
                        self.session.fatal = Some(Failure::new(FailureKind::NotPop3, detail));
                        return;
                    }
                    self.on_extent((messages, octets));
                    self.session.phase = Phase::SignedIn;
                }
            }
            Some(Job::List) => self.session.listed = true,
            Some(Job::Top { number, head }) => {
                self.rows.top = Top::Works;
                self.put_row(number, *head);
            }
            Some(Job::Retr { number, body, .. }) => {
                let mut head = mime::Head::default();
                head.push(&body);
                self.put_row(number, head);
                self.store.put_message(number, body);
                self.answer(number);
            }
            Some(Job::Capa) => self.capabilities_asked(),
            Some(Job::Uidl) => self.uids_told(true),
            Some(Job::Dele) => self.session.deleting.agreed += 1,
            Some(Job::Utf8 | Job::Noop) | None => {}
        }
    }

    /// CAPA was answered, one way or the other: what it told decides how to sign in.
    pub(super) fn capabilities_asked(&mut self) {
        if self.session.phase == Phase::Asking {
            self.session.phase = Phase::Asked;
            let capabilities = self.session.capabilities.as_deref().cloned();
            let known = Known { capabilities, ways: self.ways.clone() };
            self.memory.borrow_mut().learn(Server::from(&self.open), known);
        }
    }

    fn on_refused(&mut self, ticket: Ticket, refusal: &Refusal) {
        if self.ways.may_do_in_utf8(&self.session.trace) {
            // UTF8 comes before the login or not at all (RFC 6856, section 2.1): a connection of its own.
            self.session.fatal.get_or_insert_with(|| Failure::new(FailureKind::Refused, refusal.text.clone()));
            return;
        }
        match self.session.jobs.remove(&ticket) {
            Some(Job::Login) => {
                self.session.fatal = Some(of_login_refusal(refusal, self.session.capabilities.as_deref()));
            }
            Some(Job::Capa) if refusal.by != RefusedBy::Hangup => self.capabilities_asked(),
            Some(Job::Stat) if refusal.by == RefusedBy::Server && self.session.fatal.is_none() => {
                self.session.fatal = Some(Failure::new(FailureKind::Refused, refusal.text.clone()));
            }
            Some(Job::Top { number, .. }) => self.on_top_refused(number, refusal),
            Some(Job::Retr { number, .. }) => {
                let failure = of_refusal(refusal);
                self.put_fault_row(number, Flaw::Failed(failure.kind.clone()));
                self.refuse(number, &failure);
            }
            Some(Job::List) => self.session.listed = true,
            Some(Job::Uidl) => self.uids_told(false),
            Some(Job::Dele) => self.session.deleting.refuse(&refusal.text),
            Some(Job::Capa | Job::Utf8 | Job::Stat | Job::Noop) | None => {}
        }
    }

    /// One refusal costs one row, unless the server has refused every TOP so far: then it has none.
    fn on_top_refused(&mut self, number: u32, refusal: &Refusal) {
        self.put_fault_row(number, Flaw::Refused(refusal.text.clone()));
        if self.rows.top == Top::Untried {
            self.session.unsure.push(number);
            if self.session.unsure.len() >= REFUSALS.min(self.store.count() as usize) {
                self.rows.top = Top::Missing;
                for number in std::mem::take(&mut self.session.unsure) {
                    self.store.forget_row(number);
                }
            }
        }
    }

    fn put_row(&mut self, number: u32, source: mime::Head) {
        self.rows.done(number);
        let Some(position) = self.store.position_of(number) else { return };
        let (mut row, recipients) = mime::row(number, position, source, self.store.size(number));
        row.message.list = self.list;
        self.store.put_row(row, recipients);
        self.session.changed.push(number);
    }

    /// A row that says why it shows no header; one that is known stays.
    pub(super) fn put_fault_row(&mut self, number: u32, fault: Flaw) {
        self.rows.done(number);
        let Some(position) = self.store.position_of(number) else { return };
        if self.store.row(number).is_some_and(|row| row.fault.is_none()) {
            return;
        }
        let message = MessageRef::in_list(self.list, number);
        let octets = self.store.size(number);
        let row = Row { octets, fault: Some(fault), ..Row::new(position, message) };
        self.store.put_row(row, String::new());
        self.session.changed.push(number);
    }

    /// Tells the page which rows have changed.
    pub(super) fn tell_rows(&mut self) {
        let mut changed = std::mem::take(&mut self.session.changed);
        changed.sort_unstable_by(|a, b| b.cmp(a));
        changed.dedup();
        for numbers in changed.chunks(MAX_ROWS) {
            let rows: Vec<Row> = numbers.iter().filter_map(|number| self.store.row(*number).cloned()).collect();
            self.tell(Update::Rows(rows));
        }
        self.search_rows(&changed);
    }
}

/// A greeting of -ERR says nothing of a password (RFC 1939, section 4 knows no such greeting; servers send it when they
/// are overloaded or turn a client away).
fn of_greeting(refusal: &Refusal) -> Failure {
    match of_login_refusal(refusal, None) {
        Failure { kind: FailureKind::WrongPassword, detail, .. } => Failure::new(FailureKind::Refused, detail),
        failure => failure,
    }
}
