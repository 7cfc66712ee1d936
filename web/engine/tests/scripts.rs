//! Replays every dialogue of `tests/scripts` into the engine, from a server that the script turns into. What a person
//! sees in the end is what the script's `@` lines say; every dialogue ends within a time, whatever the server does.
//!
//! The clock is virtual, TLS is real. `RESTANTE_BLESS=1 cargo test -p restante-engine --test scripts` writes what came
//! into the scripts: read the difference before you keep it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::LocalBoxFuture;
use futures::{FutureExt, StreamExt, stream};
use futures_rustls::TlsAcceptor;
use restante_api::oauth::Credential;
use restante_api::{
    Call, CallId, Failure, FailureKind, Fingerprint, MessageRef, OpenMailbox, Request, Row, Security, Stage, TlsEnd,
    Update,
};
use restante_engine::platform::{Destination, Dial, Tunnel, TunnelFault};
use restante_testkit::corpus::{self, File};
use restante_testkit::server::{self, Channel, Plan};
use support::scripted::serve;
use support::{Pipe, certified};
use tokio::time::Instant;
use tokio_util::compat::TokioAsyncReadCompatExt;

/// Silence after which nothing more is expected of the engine: longer than it doubts the end of a message.
const SETTLED: Duration = Duration::from_secs(8);

/// No dialogue may take longer, whatever the server does: each of the engine's deadlines is about a minute.
const PATIENCE: Duration = Duration::from_secs(400);

/// Times the engine may be polled for one dialogue. The longest needs a few thousand.
const POLLS: u32 = 200_000;

/// Dialogues that only a session can play: each says why. No more than these.
const ONLY_SESSION: usize = 10;

/// The script's server, in memory.
#[derive(Clone)]
struct Host {
    plan: Rc<Plan>,
    acceptor: TlsAcceptor,
    connections: Rc<Cell<u32>>,
}

impl Dial for Host {
    fn dial(&self, _: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        let (near, far) = tokio::io::duplex(1 << 16);
        let number = self.connections.replace(self.connections.get() + 1);
        let (plan, acceptor) = (Rc::clone(&self.plan), self.acceptor.clone());
        tokio::task::spawn_local(
            async move { serve(&plan, number, &acceptor, far.compat()).await.unwrap_or_default() },
        );
        futures::future::ready(Ok(Box::new(Pipe::new(near)) as Box<dyn Tunnel>)).boxed_local()
    }
}

support::fixed_clock!(Host);

/// The person in front of the engine.
struct Person {
    requests: UnboundedSender<Request>,
    updates: UnboundedReceiver<Update>,
    rows: Vec<Row>,
    outcomes: Vec<String>,
    is_open: bool,
    is_idle: bool,
    over: bool,
    is_lost: bool,
}

impl Person {
    async fn use_mailbox(&mut self, plan: &Plan, fingerprint: Fingerprint) {
        self.send(Request::Open(Box::new(open(plan, fingerprint))));
        self.settle().await;
        if self.is_open {
            self.tell_rows();
        }
        for number in &plan.reads {
            if !self.over && self.rows.iter().any(|row| row.message.number == *number) {
                self.is_idle = false;
                self.send(Request::Read(MessageRef::top(*number)));
                self.settle().await;
            }
        }
        self.send(Request::Close);
        loop {
            match self.updates.next().await {
                Some(Update::Closed) => return,
                Some(_) => {}
                None => panic!("the engine ended before it had closed the mailbox"),
            }
        }
    }

    fn send(&self, request: Request) {
        self.requests.unbounded_send(request).unwrap();
    }

    /// Takes in what the engine tells until it has nothing more to tell.
    async fn settle(&mut self) {
        // A script is about one session, and what a lost one is followed by is a matter of its own.
        while !self.is_lost {
            let patience = if self.is_idle || self.over { SETTLED } else { PATIENCE };
            match tokio::time::timeout(patience, self.updates.next()).await {
                Ok(update) => self.take(update.expect("the engine goes on")),
                Err(_) if self.is_idle || self.over => return,
                Err(_) => panic!("nothing happens, and nothing is said about it; so far: {:#?}", self.outcomes),
            }
        }
    }

    fn take(&mut self, update: Update) {
        match update {
            Update::Opened { .. } if self.is_open => {}
            Update::Opened { messages, .. } => {
                self.is_open = true;
                self.outcomes.push(format!("opened {}", counted(messages as usize, "message")));
            }
            Update::Rows(rows) => {
                self.rows.retain(|row| !rows.iter().any(|new| new.position == row.position));
                self.rows.extend(rows);
            }
            Update::Found { .. } => panic!("nothing was searched for"),
            Update::Progress(Stage::Idle { .. }) => self.is_idle = true,
            Update::Progress(_) => self.is_idle = false,
            Update::Message(view) => {
                self.is_idle = true;
                let text = view.text.to_string();
                let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
                let line: String = line.chars().take(40).collect();
                self.outcomes.push(format!("message {} reads {line:?}", view.message.number));
            }
            Update::MessageFailed { message, failure } => {
                self.is_idle = true;
                self.outcomes.push(format!("message {} failed {}", message.number, words(&failure)));
            }
            Update::Failed(_) | Update::Interrupted(_) if self.is_lost => {}
            Update::Failed(ref failure) | Update::Interrupted(ref failure) => {
                self.over = true;
                self.is_lost = matches!(update, Update::Interrupted(_));
                if self.is_open && self.outcomes.len() == 1 {
                    self.tell_rows();
                }
                self.outcomes.push(format!("failed {}", words(failure)));
            }
            Update::Connected(_)
            | Update::Untrusted(_)
            | Update::Discovered(_)
            | Update::Authorize(_)
            | Update::Granted(_)
            | Update::Diagnosis(_)
            | Update::Attachment { .. }
            | Update::Source(_)
            | Update::Archive(_)
            | Update::Changed { .. }
            | Update::Checked { .. }
            | Update::Marked { .. }
            | Update::Deleted(_)
            | Update::Keep(_)
            | Update::Refused(_)
            | Update::Closed => {}
        }
    }

    /// Completes the first outcome: how many rows have come, and how many of them without a header.
    fn tell_rows(&mut self) {
        let faulty = self.rows.iter().filter(|row| row.fault.is_some()).count();
        let first = &mut self.outcomes[0];
        if !first.contains(" row") {
            first.push_str(&format!(", {}", counted(self.rows.len(), "row")));
            if faulty > 0 {
                first.push_str(&format!(", {faulty} without a header"));
            }
        }
    }
}

fn counted(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// Kind, blame and what the other side said.
fn words(failure: &Failure) -> String {
    let when = match failure.kind {
        FailureKind::TryLater { seconds: Some(seconds) } => format!(" in {seconds} s"),
        _ => String::new(),
    };
    let detail = restante_locales::detail(failure);
    let detail = if detail.is_empty() { String::new() } else { format!(": {detail:?}") };
    format!("{}{when} by {}{detail}", failure.kind.name(), failure.blame.name())
}

fn open(plan: &Plan, fingerprint: Fingerprint) -> OpenMailbox {
    OpenMailbox {
        host: "pop.example.org".into(),
        port: 995,
        security: match plan.channel {
            Channel::Clear => Security::None,
            Channel::Starttls => Security::Starttls,
            Channel::Tls => Security::Tls,
        },
        tls_end: TlsEnd::Browser,
        user: plan.user.clone(),
        credential: Credential::password(&*plan.password),
        trusted: Some(fingerprint),
        cleartext_agreed: plan.agreed,
        token: None,
        bridge: None,
    }
}

/// Plays a script into an engine. What a person sees, or the fault.
fn play(plan: Plan, acceptor: TlsAcceptor, fingerprint: Fingerprint) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async move {
        let host = Host { plan: Rc::new(plan), acceptor, connections: Rc::default() };
        let (requests, incoming) = unbounded();
        let (outgoing, updates) = unbounded();
        let calls = incoming.zip(stream::iter(0..)).map(|(request, id)| Call::Ask { id: CallId(id), request });
        let running = restante_engine::run(host.clone(), calls, move |reply| {
            let _ = outgoing.unbounded_send(reply.update);
        });
        let mut person = Person {
            requests,
            updates,
            rows: Vec::new(),
            outcomes: Vec::new(),
            is_open: false,
            is_idle: false,
            over: false,
            is_lost: false,
        };
        let began = Instant::now();
        let mut running = pin!(running);
        let mut polls = 0;
        let counted = futures::future::poll_fn(|cx| {
            polls += 1;
            assert!(polls < POLLS, "the engine turns in circles");
            running.as_mut().poll(cx)
        });
        {
            let using = pin!(person.use_mailbox(&host.plan, fingerprint));
            let mut counted = pin!(counted);
            let ended = futures::future::select(counted.as_mut(), using).await;
            assert!(matches!(ended, futures::future::Either::Right(_)), "the engine ended by itself");
        }
        assert!(began.elapsed() < PATIENCE * 2, "it took {:?}", began.elapsed());
        assert!(host.connections.get() <= 2, "{} connections", host.connections.get());
        person.outcomes
    })
}

fn corpus() -> Vec<(File, Plan)> {
    let read = |file: File| {
        let plan = Plan::new(&file.text).unwrap_or_else(|fault| panic!("{}: {fault}", file.name));
        (file, plan)
    };
    corpus::files().unwrap().into_iter().map(read).collect()
}

#[test]
fn every_script_ends_as_it_says_in_the_engine() {
    let bless = std::env::var_os("RESTANTE_BLESS").is_some();
    let only = std::env::var("RESTANTE_SCRIPT").unwrap_or_default();
    let (acceptor, fingerprint) = certified();
    let mut faults = Vec::new();
    for (File { name, path, text }, plan) in corpus() {
        if plan.only_session.is_some() || !name.contains(&only) {
            continue;
        }
        let expected = plan.outcomes.clone();
        let acceptor = acceptor.clone();
        let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| play(plan, acceptor, fingerprint)));
        match played {
            Ok(outcomes) if outcomes == expected => {}
            Ok(outcomes) if bless => std::fs::write(&path, server::blessed(&text, &outcomes)).unwrap(),
            Ok(outcomes) => faults.push(format!("{name}\n  came     {outcomes:#?}\n  expected {expected:#?}")),
            Err(panic) => faults.push(format!("{name}: {:?}", panic.downcast_ref::<String>())),
        }
    }
    assert!(faults.is_empty(), "{} of the scripts end otherwise:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn hardly_a_script_is_for_a_session_only_and_each_of_those_says_why() {
    let mut reasons = Vec::new();
    for (File { name, .. }, plan) in corpus() {
        match plan.only_session {
            Some(reason) => {
                assert!(reason.len() > 15, "{name} does not say why");
                assert!(plan.outcomes.is_empty(), "{name} tells what nobody checks");
                reasons.push(name);
            }
            None => assert!(!plan.outcomes.is_empty(), "{name} does not say what a person sees"),
        }
    }
    assert_eq!(reasons.len(), ONLY_SESSION, "{reasons:#?}");
}
