//! The server: accepts connections, serves the routes on them, and stops without cutting anybody off.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;
use tracing::{debug, info, warn};

use crate::assets::Assets;
use crate::config::Config;
use crate::origin::Origins;
use crate::preset::PageConfig;
use crate::tls::{BadRoots, Upstream};
use crate::tunnel::Terms;
use crate::web::{Client, routes};
use crate::wire::Wire;

/// How long accepting pauses when the system refuses another connection (no descriptors left, say).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// A configured bridge.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    router: Router,
}

/// What every request and every tunnel sees.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) terms: Terms,
    pub(crate) origins: Origins,
    pub(crate) assets: Assets,
    /// The body of `/restante.json`.
    pub(crate) page_config: Bytes,
    pub(crate) tunnels: TaskTracker,
    /// Set once the bridge is asked to stop: it is no longer ready.
    pub(crate) draining: CancellationToken,
    /// Set when time is up: tunnels end.
    pub(crate) stop: CancellationToken,
}

/// Why a bridge cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The authorities to verify mail servers by cannot be had.
    #[error(transparent)]
    Roots(#[from] BadRoots),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
}

impl Server {
    /// Prepares a bridge.
    ///
    /// # Errors
    /// [`BadRoots`] where the authorities' file is of no use.
    pub fn new(config: Config) -> Result<Self, BadRoots> {
        let page = PageConfig { preset: config.preset.as_ref(), token_required: false };
        // Strings and numbers, which always serialise.
        let page_config = Bytes::from(serde_json::to_vec(&page).unwrap_or_default());
        let terms = Terms {
            policy: config.policy,
            limits: config.limits,
            resolver: config.resolver,
            upstream: Upstream::new(config.authorities.as_deref())?,
        };
        let shared = Arc::new(Shared {
            terms,
            origins: config.origins,
            assets: Assets::embedded(),
            page_config,
            tunnels: TaskTracker::new(),
            draining: CancellationToken::new(),
            stop: CancellationToken::new(),
        });
        Ok(Self { router: routes(Arc::clone(&shared)), shared })
    }

    /// Serves until `shutdown` resolves, and then until the tunnels have ended or the drain's time is up. While it
    /// drains it still answers, so that `/readyz` can say so.
    pub async fn run(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let limits = self.shared.terms.limits;
        tokio::select! {
            () = self.accept(&listener) => {}
            () = shutdown => {}
        }
        self.shared.draining.cancel();
        self.shared.tunnels.close();
        let open = self.shared.tunnels.len();
        info!(open, seconds = limits.drain_timeout.as_secs(), "draining");
        tokio::select! {
            () = self.accept(&listener) => {}
            () = self.shared.tunnels.wait() => {}
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
        let (shutdown, stop) = (CancellationToken::new(), server.shared.stop.clone());
        let task = tokio::spawn(server.run(listener, shutdown.clone().cancelled_owned()));
        Ok(Handle { address, shutdown, stop, task })
    }

    async fn accept(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, client)) => {
                    let serving = serve(stream, client, self.router.clone(), Arc::clone(&self.shared));
                    tokio::spawn(serving);
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
    stop: CancellationToken,
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
        self.stop.cancel();
        self.task.abort();
    }
}

/// Serves one connection: requests, until it closes or a tunnel takes it over.
async fn serve(stream: TcpStream, client: SocketAddr, router: Router, shared: Arc<Shared>) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "the connection went away");
        return;
    }
    let service = service_fn(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Client(client));
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.terms.limits.header_timeout)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(Wire::Plain(stream)), service)
        .with_upgrades();
    tokio::pin!(connection);
    let result = tokio::select! {
        result = &mut connection => result,
        () = shared.stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        debug!(%error, "a connection ended early");
    }
}
