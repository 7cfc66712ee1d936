//! Reaching a server: dial, and TLS in the way that was chosen.

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{Either, select};
use restante_api::{Failure, FailureKind, OpenMailbox, Security, Server, Stage, TlsEnd};
use restante_protocol::pop3::{Channel, Config, Event, Greeting, Limits, Session};
use restante_protocol::tunnel::{BridgeTls, Secret};

use super::{BUFFER, Connection, Deadlines, Dialogue, OnTheWay, Options, Outgoing};
use crate::platform::{Destination, Platform};
use crate::tls::Peer;
use crate::transport::{Transport, failure_of_tunnel};

impl Default for Options {
    /// What fits the page: TLS that ends here, and a window for interactive use.
    fn default() -> Self {
        let session = Config::default();
        Self {
            security: Security::Tls,
            tls_end: TlsEnd::Browser,
            trusted: None,
            cleartext_agreed: false,
            bridge: None,
            pipelining: session.pipelining,
            window: session.window,
            commands: session.commands,
            message_limit: session.limits.body,
            deadlines: Deadlines::default(),
        }
    }
}

impl From<&OpenMailbox> for Options {
    fn from(open: &OpenMailbox) -> Self {
        Self::from(&Server::from(open))
    }
}

impl From<&Server> for Options {
    fn from(server: &Server) -> Self {
        Self {
            security: server.security,
            tls_end: server.tls_end,
            trusted: server.trusted,
            cleartext_agreed: server.cleartext_agreed,
            bridge: server.bridge.clone(),
            ..Self::default()
        }
    }
}

impl Connection {
    /// Connects, and brings TLS up where it was chosen. With STARTTLS the greeting is told on the way and nothing but
    /// STLS is sent in clear text; otherwise the greeting comes in the first turn.
    ///
    /// # Errors
    /// Why the server cannot be reached or is not to be trusted.
    pub async fn open(
        platform: Rc<dyn Platform>,
        host: &str,
        port: u16,
        token: Option<Secret>,
        options: &Options,
        stage: &mut dyn FnMut(Stage),
        greeting: &mut dyn FnMut(Greeting),
    ) -> Result<Self, Failure> {
        let mut tell = |event: Event<'_>| {
            if let Event::Greeting(text) = event {
                greeting(text);
            }
        };
        Self::reach(platform, host, port, token, options, Session::new(config(options)), stage, &mut tell).await
    }
}

impl<D: Dialogue> Connection<D> {
    /// Connects with a fresh session, and brings TLS up where it was chosen. With STARTTLS what comes on the way is told, and
    /// nothing but what asks for TLS is sent in clear text.
    ///
    /// # Errors
    /// Why the server cannot be reached or is not to be trusted.
    #[expect(clippy::too_many_arguments, reason = "where to, with what, and whom to tell")]
    pub(crate) async fn reach(
        platform: Rc<dyn Platform>,
        host: &str,
        port: u16,
        token: Option<Secret>,
        options: &Options,
        session: D,
        stage: &mut dyn FnMut(Stage),
        tell: &mut dyn FnMut(D::Event<'_>),
    ) -> Result<Self, Failure> {
        let log = platform.log().map(|log| log.begin(host, port, D::SERVICE, options, platform.now()));
        let mut stage = |now| {
            if let Some(log) = &log {
                log.reached(now);
            }
            stage(now);
        };
        let reaching = async {
            if options.security == Security::None && !options.cleartext_agreed {
                return Err(Failure::new(FailureKind::CleartextNotAgreed, ""));
            }
            let tls = match (options.tls_end, options.security) {
                (TlsEnd::Browser, _) | (_, Security::None) => BridgeTls::None,
                (TlsEnd::Bridge, Security::Tls) => BridgeTls::Implicit,
                (TlsEnd::Bridge, Security::Starttls) => BridgeTls::Starttls,
            };
            stage(Stage::Connecting);
            let (host, bridge) = (host.to_owned(), options.bridge.clone());
            let destination = Destination { host: host.clone(), port, tls, service: D::SERVICE, token, bridge };
            let patience = options.deadlines.connect;
            let tunnel = within(&*platform, patience, platform.dial(destination))
                .await?
                .map_err(|fault| failure_of_tunnel(&fault))?;
            let mut transport = Transport::Plain(tunnel);
            let peer = Peer { host, trusted: options.trusted, now: platform.now() };
            if (options.security, options.tls_end) == (Security::Tls, TlsEnd::Browser) {
                stage(Stage::Securing);
                transport = within(&*platform, patience, transport.secure(&peer)).await??;
            }
            let mut connection = Self {
                session,
                platform,
                transport,
                deadlines: options.deadlines,
                outgoing: Outgoing::default(),
                buffer: vec![0; BUFFER].into(),
                timer: None,
                doubt: None,
                quiet_ticks: 0,
                greeted: false,
                broken: None,
                fault: None,
                log: log.clone(),
            };
            stage(Stage::Greeting);
            if options.security == Security::Starttls {
                connection.ask_for_tls(tell).await?;
                stage(Stage::Securing);
                connection = connection.start_tls(&peer, options.tls_end).await?;
            }
            if let Some(log) = &connection.log {
                let transport = &connection.transport;
                log.is_up(transport.peer(), transport.tls_view(&peer.host, options.trusted, peer.now));
            }
            Ok(connection)
        };
        let reached: Result<Self, Failure> = reaching.await;
        if let (Err(failure), Some(log)) = (&reached, &log) {
            log.ended(failure);
        }
        reached
    }

    async fn ask_for_tls(&mut self, tell: &mut dyn FnMut(D::Event<'_>)) -> Result<(), Failure> {
        self.submit(D::ask_for_tls()).map_err(|misuse| Failure::new(FailureKind::Internal, misuse.to_string()))?;
        let (mut agreed, mut refused) = (false, None);
        while !agreed {
            self.turn(&mut |event| {
                match D::on_the_way(&event) {
                    OnTheWay::Nothing => {}
                    OnTheWay::Agreed => agreed = true,
                    OnTheWay::Refused(failure) => refused = Some(failure),
                }
                tell(event);
            })
            .await?;
            if let Some(failure) = refused.take() {
                return Err(failure);
            }
        }
        Ok(())
    }

    async fn start_tls(mut self, peer: &Peer, end: TlsEnd) -> Result<Self, Failure> {
        let patience = self.deadlines.connect;
        let platform = Rc::clone(&self.platform);
        match end {
            TlsEnd::Bridge => within(&*platform, patience, self.transport.secure_at_bridge()).await??,
            TlsEnd::Browser => self.transport = within(&*platform, patience, self.transport.secure(peer)).await??,
        }
        self.session.tls_started().map_err(|misuse| Failure::new(FailureKind::Internal, misuse.to_string()))?;
        Ok(self)
    }
}

fn config(options: &Options) -> Config {
    Config {
        channel: if options.security == Security::Tls { Channel::Tls } else { Channel::Clear },
        cleartext_agreed: options.cleartext_agreed && options.security == Security::None,
        pipelining: options.pipelining,
        window: options.window,
        commands: options.commands,
        limits: Limits { body: options.message_limit, ..Limits::default() },
        ..Config::default()
    }
}

/// The future's output, or [`FailureKind::TimedOut`] after so long.
async fn within<F: Future>(platform: &dyn Platform, patience: Duration, future: F) -> Result<F::Output, Failure> {
    match select(std::pin::pin!(future), platform.sleep(patience)).await {
        Either::Left((output, _)) => Ok(output),
        Either::Right(_) => Err(Failure::new(FailureKind::TimedOut, "")),
    }
}
