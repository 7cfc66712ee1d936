//! The server: accepts connections, and stops without cutting anybody off. Not here: what is served on a connection
//! ([`crate::listen::connection`], [`crate::http::routes`]).

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use axum::Router;
use futures::future::join;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::connection::serve;
use crate::http::routes::{metrics_routes, routes};
use crate::settings::config::Config;
use crate::shared::{BadConfig, Rules, Shared};

/// How long accepting pauses when the system refuses another connection (no descriptors left, say).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A configured bridge.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    router: Router,
    metrics: Option<TcpListener>,
}

/// Gives a running bridge another configuration.
#[derive(Debug, Clone)]
pub struct Reloader(Arc<Shared>);

impl Reloader {
    /// Puts a configuration in force. Open tunnels go on under the one they were opened with. Must be called in a Tokio
    /// runtime.
    ///
    /// # Errors
    /// [`BadConfig`]; then the old one stays in force.
    pub fn reload(&self, config: Config) -> Result<(), BadConfig> {
        let before = self.0.rules();
        let rules = Arc::new(Rules::new(config, Some(&before))?);
        rules.make_folders()?;
        self.0.put_in_force(Arc::clone(&rules));
        // Two at once would order twice, and only the one in force shows its proofs.
        if let Some(https) = &before.https {
            https.stop_for(rules.https.as_ref());
        }
        if let Some(https) = &rules.https {
            https.start();
        }
        Ok(())
    }
}

/// Why a bridge cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration cannot be put in force.
    #[error(transparent)]
    Config(#[from] BadConfig),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
}

impl Server {
    /// Whether a bridge could be prepared like this. Reads the files that it names, and makes none.
    ///
    /// # Errors
    /// [`BadConfig`]
    pub fn check(config: Config) -> Result<(), BadConfig> {
        Rules::new(config, None).map(drop)
    }

    /// Prepares a bridge.
    ///
    /// # Errors
    /// [`BadConfig`] where a file that it names is of no use.
    pub fn new(config: Config) -> Result<Self, BadConfig> {
        let rules = Rules::new(config, None)?;
        rules.make_folders()?;
        let shared = Arc::new(Shared::new(rules));
        Ok(Self { router: routes(Arc::clone(&shared)), shared, metrics: None })
    }

    /// What requests and tunnels see.
    #[cfg(test)]
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Serves `/metrics` and health on a listener of its own, which strangers should not reach.
    pub fn with_metrics(mut self, listener: TcpListener) -> Self {
        self.metrics = Some(listener);
        self
    }

    /// Exposes how many lines of the log were lost.
    pub fn counting_lost_lines(self, lost: Arc<AtomicU64>) -> Self {
        self.shared.metrics.count_lost_lines(lost);
        self
    }

    /// Gives the running bridge another configuration.
    pub fn reloader(&self) -> Reloader {
        Reloader(Arc::clone(&self.shared))
    }

    /// Serves until `shutdown` resolves, and then until the tunnels have ended and the answers under way have been taken,
    /// or the drain's time is up. While it drains it still answers, so that `/readyz` can say so.
    pub async fn run(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        self.shared.on_loopback.store(listener.local_addr().is_ok_and(|address| address.ip().is_loopback()), Relaxed);
        if let Some(https) = &self.shared.rules().https {
            https.start();
        }
        let metrics = self
            .metrics
            .as_ref()
            .map(|listener| self.accept(listener, metrics_routes(Arc::clone(&self.shared)), false));
        let metrics = async {
            match metrics {
                Some(serving) => serving.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.run_pages(listener, shutdown) => {}
            () = metrics => {}
        }
    }

    async fn run_pages(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        tokio::select! {
            () = self.accept(&listener, self.router.clone(), true) => {}
            () = shutdown => {}
        }
        let limits = self.shared.rules().limits;
        self.shared.draining.cancel();
        self.shared.tunnels.close();
        self.shared.answers.close();
        let open = self.shared.tunnels.len();
        info!(open, seconds = limits.drain_timeout.as_secs(), "draining");
        tokio::select! {
            () = self.accept(&listener, self.router.clone(), true) => {}
            _ = join(self.shared.tunnels.wait(), self.shared.answers.wait()) => {}
            () = sleep(limits.drain_timeout) => {}
        }
        drop(listener);
        self.shared.stop.cancel();
        // Each tunnel takes its close timeout at most, and a moment to notice.
        let farewell = limits.close_timeout + Duration::from_secs(1);
        if timeout(farewell, self.shared.tunnels.wait()).await.is_err() {
            warn!(open = self.shared.tunnels.len(), "tunnels did not end in time");
        }
    }

    /// Starts a bridge on a free port of the loopback interface, in the background: for tests, and for whoever wants
    /// one inside another program. Must be called in a Tokio runtime.
    ///
    /// # Errors
    /// [`StartError`]
    pub async fn spawn_on_loopback(config: Config) -> Result<Handle, StartError> {
        let server = Self::new(config)?;
        let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = listener.local_addr().map_err(|e| StartError::Listen((Ipv4Addr::LOCALHOST, 0).into(), e))?;
        let (shutdown, reloader) = (CancellationToken::new(), server.reloader());
        let task = tokio::spawn(server.run(listener, shutdown.clone().cancelled_owned()));
        Ok(Handle { address, shutdown, reloader, task })
    }

    async fn accept(&self, listener: &TcpListener, router: Router, pages: bool) {
        let visitors = if pages { Arc::clone(&self.shared.visitors) } else { Arc::default() };
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let rules = self.shared.rules();
                    // A proxy's connection is somebody else's.
                    let client = Some(peer.ip()).filter(|client| pages && !rules.proxies.contains(*client));
                    let Ok(place) = visitors.enter(client, &rules.limits).await else { continue };
                    let (router, shared, place) = (router.clone(), Arc::clone(&self.shared), Arc::new(place));
                    tokio::spawn(async move {
                        tokio::select! {
                            served = serve(stream, peer, router, shared, pages, Arc::clone(&place)) => {
                                if let Err(error) = served {
                                    debug!(error, "a connection ended early");
                                }
                            }
                            () = place.wanted() => debug!("a connection made room for another one"),
                        }
                    });
                }
                Err(error) => {
                    warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// Listens on an address.
///
/// # Errors
/// [`StartError::Listen`], the port being in use for one.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|e| StartError::Listen(address, e))
}

/// A bridge that runs in the background. Dropping it stops the bridge and its tunnels at once.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    shutdown: CancellationToken,
    reloader: Reloader,
    task: JoinHandle<()>,
}

impl Handle {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The page's address, with the final slash.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The tunnel's WebSocket address.
    pub fn tunnel_url(&self) -> String {
        format!("ws://{}{}", self.address, restante_protocol::tunnel::PATH)
    }

    /// The origin of its own page.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Gives it another configuration.
    pub fn reloader(&self) -> &Reloader {
        &self.reloader
    }

    /// Asks it to stop as a signal would: it drains first.
    pub fn shut_down(&self) {
        self.shutdown.cancel();
    }

    /// Waits until it has stopped, after [`Handle::shut_down`].
    pub async fn stopped(mut self) {
        // The task never panics of itself, and nobody else aborts it.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.reloader.0.stop.cancel();
        self.task.abort();
    }
}
