//! The engine, driven as the page drives it: requests in, updates out. Needs a [`tokio::task::LocalSet`].

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::stream::{self, StreamExt};
use restante_api::oauth::Credential;
use restante_api::{Call, CallId, Failure, Fingerprint, OpenMailbox, Request, Row, Security, TlsEnd, Update};

use crate::tunnel::ThroughBridge;

/// How long a test waits for one update.
const PATIENCE: Duration = Duration::from_secs(30);

/// An engine, and what it has said so far. Dropping it closes the mailbox.
pub struct Mailbox {
    requests: UnboundedSender<Request>,
    updates: UnboundedReceiver<Update>,
}

impl Mailbox {
    /// Starts an engine that reaches servers through this bridge.
    pub fn new(bridge: ThroughBridge) -> Self {
        let (requests, incoming) = unbounded();
        let (outgoing, updates) = unbounded();
        let calls = incoming.zip(stream::iter(0..)).map(|(request, id)| Call::Ask { id: CallId(id), request });
        tokio::task::spawn_local(restante_engine::run(bridge, calls, move |reply| {
            // The test may have lost interest.
            let _ = outgoing.unbounded_send(reply.update);
        }));
        Self { requests, updates }
    }

    /// Asks for something.
    ///
    /// # Errors
    /// Where the engine is gone.
    pub fn ask(&self, request: Request) -> Result<()> {
        self.requests.unbounded_send(request).context("the engine is gone")
    }

    /// The next update.
    ///
    /// # Errors
    /// Where none comes in time, or the engine is gone.
    pub async fn next(&mut self) -> Result<Update> {
        let update = tokio::time::timeout(PATIENCE, self.updates.next()).await;
        update.context("the engine says nothing")?.context("the engine is gone")
    }

    /// Waits until `wanted` takes something out of an update.
    ///
    /// # Errors
    /// The failure that came instead, or as for [`Self::next`].
    pub async fn until<T>(&mut self, mut wanted: impl FnMut(Update) -> Result<T, Update>) -> Result<T> {
        loop {
            match wanted(self.next().await?) {
                Ok(found) => return Ok(found),
                Err(Update::Failed(failure) | Update::Interrupted(failure) | Update::MessageFailed { failure, .. }) => {
                    return Err(anyhow!(*failure));
                }
                Err(_) => {}
            }
        }
    }

    /// Opens a mailbox and waits for its newest rows: as many as there are, 50 at most.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub async fn open(&mut self, account: OpenMailbox) -> Result<Vec<Row>> {
        self.ask(Request::Open(Box::new(account)))?;
        let mut wanted = None;
        let mut rows: Vec<Row> = Vec::new();
        while wanted.is_none_or(|wanted| rows.len() < wanted) {
            match self.next().await? {
                Update::Opened { messages, .. } => {
                    wanted = Some((messages as usize).min(50));
                    self.ask(Request::Show { first: 0, count: 50 })?;
                }
                Update::Rows(new) => {
                    for row in new {
                        rows.retain(|known| known.position != row.position);
                        rows.push(row);
                    }
                }
                Update::Failed(failure) => return Err(anyhow!(*failure)),
                _ => {}
            }
        }
        rows.sort_by_key(|row| row.position);
        rows.truncate(50);
        Ok(rows)
    }

    /// Opens a mailbox that cannot be opened, and returns why.
    ///
    /// # Errors
    /// Where it opens after all.
    pub async fn refused(&mut self, account: OpenMailbox) -> Result<Failure> {
        match self.open(account).await {
            Ok(rows) => Err(anyhow!("it opened, with {} rows", rows.len())),
            Err(error) => error.downcast::<Failure>(),
        }
    }
}

/// What a person would type in for a mailbox at 127.0.0.1.
pub fn account(port: u16, security: Security, user: &str, password: &str, trusted: Option<[u8; 32]>) -> OpenMailbox {
    OpenMailbox {
        host: "127.0.0.1".into(),
        port,
        security,
        tls_end: TlsEnd::Browser,
        user: user.into(),
        credential: Credential::password(password),
        trusted: trusted.map(Fingerprint),
        cleartext_agreed: security == Security::None,
        token: None,
        bridge: None,
    }
}
