//! The engine run against the server, and what it says.

use std::cell::Cell;
use std::time::Duration;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use restante_api::oauth::Credential;
use restante_api::{Call, CallId, Failure, OpenMailbox, Reply, Request, Row, Security, TlsEnd, Update};
use restante_engine::platform::Platform;

use super::Host;

/// What a person would type.
pub(crate) fn open(password: &str) -> OpenMailbox {
    OpenMailbox {
        host: "pop.example.org".into(),
        port: 110,
        security: Security::None,
        tls_end: TlsEnd::Browser,
        user: "ann".into(),
        credential: Credential::password(password),
        trusted: None,
        cleartext_agreed: true,
        token: None,
        bridge: None,
    }
}

/// An engine that runs, and what it says.
pub(crate) struct Engine {
    pub(crate) calls: Option<UnboundedSender<Call>>,
    /// The first call has the name 0, so that [`MessageRef::top`] names the messages of the first list.
    asked: Cell<u32>,
    replies: UnboundedReceiver<Reply>,
    pub(crate) seen: Vec<Update>,
}

impl Engine {
    pub(crate) fn send(&self, request: Request) -> CallId {
        let id = CallId(self.asked.replace(self.asked.get() + 1));
        self.call(Call::Ask { id, request });
        id
    }

    pub(crate) fn cancel(&self, id: CallId) {
        self.call(Call::Cancel { id });
    }

    fn call(&self, call: Call) {
        self.calls.as_ref().unwrap().unbounded_send(call).unwrap();
    }

    /// The next reply.
    pub(crate) async fn reply(&mut self) -> (CallId, Update) {
        let reply = self.replies.next().await.unwrap_or_else(|| panic!("the engine ended: {:#?}", self.seen));
        self.seen.push(reply.update.clone());
        (reply.to, reply.update)
    }

    /// Waits for what ends this call: anything but progress.
    pub(crate) async fn answer(&mut self, id: CallId) -> Update {
        loop {
            let (to, update) = self.reply().await;
            if to == id && !matches!(update, Update::Progress(_)) {
                return update;
            }
        }
    }

    pub(crate) fn open(&self, password: &str) {
        let _ = self.send(Request::Open(Box::new(open(password))));
    }

    /// Waits for an update of this kind, and keeps all on the way in [`Engine::seen`].
    pub(crate) async fn until<T>(&mut self, mut wanted: impl FnMut(&Update) -> Option<T>) -> T {
        loop {
            let (_, update) = self.reply().await;
            if let Some(found) = wanted(&update) {
                return found;
            }
        }
    }

    /// Whether nothing is told for a while.
    pub(crate) async fn is_silent(&mut self) -> bool {
        let told = self.until(|_| Some(()));
        tokio::time::timeout(Duration::from_secs(1), told).await.is_err()
    }

    pub(crate) async fn rows(&mut self, count: usize) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        self.until(|update| {
            if let Update::Rows(new) = update {
                rows.retain(|row| !new.iter().any(|new| new.position == row.position));
                rows.extend(new.iter().cloned());
            }
            (rows.len() >= count).then_some(())
        })
        .await;
        rows.sort_by_key(|row| row.position);
        rows
    }

    pub(crate) async fn failed(&mut self) -> Failure {
        self.until(|update| match update {
            Update::Failed(failure) => Some((**failure).clone()),
            _ => None,
        })
        .await
    }
}

/// Runs the engine against the host for as long as the test lasts.
pub(crate) async fn with_engine<F: AsyncFnOnce(&mut Engine)>(host: &Host, test: F) {
    let ended = with_platform(host.clone(), test).await;
    assert!(ended, "the test did not end; the server was told: {:#?}", host.lines());
}

/// Runs the engine on this platform for as long as the test lasts, and tells whether it ended.
pub(crate) async fn with_platform<P, F>(platform: P, test: F) -> bool
where
    P: Platform + 'static,
    F: AsyncFnOnce(&mut Engine),
{
    let (calls, incoming) = unbounded();
    let (outgoing, replies) = unbounded();
    let running = restante_engine::run(platform, incoming, move |reply| {
        let _ = outgoing.unbounded_send(reply);
    });
    let mut engine = Engine { calls: Some(calls), asked: Cell::new(0), replies, seen: Vec::new() };
    let testing = async {
        test(&mut engine).await;
        engine.calls = None;
        while engine.replies.next().await.is_some() {}
    };
    let both = futures::future::join(running, testing);
    tokio::time::timeout(Duration::from_secs(1000), both).await.is_ok()
}
