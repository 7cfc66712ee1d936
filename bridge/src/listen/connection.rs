//! One connection: PROXY protocol, TLS, then requests over HTTP/1.1 or HTTP/2, until it ends or a tunnel takes it over.
//!
//! No peer keeps a place that others want: what sends its request too slowly, takes the answer too slowly or asks for
//! nothing is given up. Not here: what requests are answered with ([`crate::http::routes`]).

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Body;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tower_service::Service;

use super::acme::PROTOCOL;
use super::https::H2;
use super::proxy_protocol::take_header;
use crate::access::client::Peer;
use crate::access::visitors::Place;
use crate::limits::Limits;
use crate::shared::Shared;
use crate::watched::{Progress, Watched};
use crate::wire::Wire;

/// The longest head of a request, in bytes.
const MAX_HEAD: u16 = 16 * 1024;
/// Requests under way at once on a connection of HTTP/2. The page is made of fewer files.
const MAX_STREAMS: u32 = 64;
/// Bytes that a request may bring along: nothing here reads any (RFC 9113, section 6.9.2: the window's first size).
const WINDOW: u32 = 64 * 1024;
/// Requests that a peer took back before they were answered, and those refused for a fault, until the connection ends:
/// each costs the bridge more than the peer (CVE-2023-44487).
const MAX_RESETS: usize = 20;
/// For which a connection may ask for the page at all: whoever takes a byte now and then is not idle.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// A page on a slow line takes answers in big steps, out of the system's buffers, so it has so many times as long for each
/// as for a request's head; and once more for what is under way on a connection that takes no more requests.
const SLOW_LINE: u32 = 6;

/// Serves one connection. Those for `pages` are strangers': they come through proxies and under TLS.
pub(crate) async fn serve(
    mut stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    shared: Arc<Shared>,
    pages: bool,
    place: Arc<Place>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let rules = shared.rules();
    stream.set_nodelay(true)?;
    let mut peer = Peer::direct(peer.ip());
    if pages && rules.proxy_protocol && rules.proxies.contains(peer.address) {
        let named = timeout(rules.limits.header_timeout, take_header(&mut stream)).await??;
        peer = Peer::announced(named.map_or(peer.address, |client| client.ip()));
    }
    // Behind a proxy that does not say whose connection it is, it counts for nobody.
    if pages && !rules.proxies.trust(peer) {
        place.count(peer.address, &rules.limits)?;
    }
    let mut http2 = false;
    let wire = match &rules.https {
        Some(https) if pages => {
            let mut stream = timeout(rules.limits.handshake_timeout, https.acceptor().accept(stream)).await??;
            match stream.get_ref().1.alpn_protocol() {
                // The authority has seen the proof, and wants nothing else (RFC 8737, section 3).
                Some(PROTOCOL) => return Ok(timeout(rules.limits.close_timeout, stream.shutdown()).await??),
                protocol => http2 = protocol == Some(H2),
            }
            Wire::Tls(Box::new(stream.into()))
        }
        _ => Wire::Plain(stream),
    };
    let progress = place.progress();
    let io = Watched::new(wire, place.progress());
    let (answering, answers) = (OnceLock::new(), pages.then(|| shared.answers.clone()));
    let service = service_fn(move |mut request: Request<hyper::body::Incoming>| {
        let progress = place.progress();
        progress.note_request();
        // The bridge does not stop before whoever has asked has the answer.
        answering.get_or_init(|| answers.as_ref().map(TaskTracker::token));
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(Arc::clone(&place));
        let answer = router.clone().call(request);
        async move {
            let answer = answer.await?;
            progress.note_answer(answer.body().size_hint().lower());
            Ok::<_, Infallible>(answer)
        }
    });
    if http2 {
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(MAX_STREAMS)
            .max_header_list_size(MAX_HEAD.into())
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .max_pending_accept_reset_streams(MAX_RESETS)
            .max_local_error_reset_streams(MAX_RESETS)
            .serve_connection(TokioIo::new(io), service);
        drive(connection, &progress, &shared, &rules.limits).await
    } else {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(rules.limits.header_timeout)
            .max_buf_size(MAX_HEAD.into())
            .serve_connection(TokioIo::new(io), service)
            .with_upgrades();
        drive(connection, &progress, &shared, &rules.limits).await
    }
}

/// A connection that can be asked to take no more requests.
trait Connection: Future<Output = hyper::Result<()>> {
    fn finish(self: Pin<&mut Self>);
}

impl<I, B, S> Connection for http1::UpgradeableConnection<I, S>
where
    Self: Future<Output = hyper::Result<()>>,
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<I, B, S> Connection for http2::Connection<I, S, TokioExecutor>
where
    Self: Future<Output = hyper::Result<()>>,
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    TokioExecutor: hyper::rt::bounds::Http2ServerConnExec<S::Future, B>,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// Runs a connection to its end. Every answer is ready at once, so one that sends nothing waits for its peer: for a
/// request (HTTP/2 has no limit of its own on the head), or for bytes to be taken. Pings get their answers, which count for
/// nothing; the bridge itself sends none, for the same measure finds peers that are gone.
async fn drive(
    connection: impl Connection,
    progress: &Progress,
    shared: &Shared,
    limits: &Limits,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    tokio::pin!(connection);
    let patience = limits.header_timeout * SLOW_LINE;
    let stopping = async {
        shared.draining.cancelled().await;
        progress.asked().await;
    };
    tokio::select! {
        result = &mut connection => return Ok(result?),
        () = progress.stalled(limits.header_timeout, patience) => {}
        () = shared.stop.cancelled() => return Err("the bridge has stopped".into()),
        () = sleep(LIFETIME) => {}
        () = stopping => {
            connection.as_mut().finish();
            return tokio::select! {
                result = connection => Ok(result?),
                () = progress.stalled(limits.header_timeout, patience) => Err("an answer was not taken in time".into()),
                () = shared.stop.cancelled() => Err("the bridge has stopped".into()),
            };
        }
    }
    if !progress.was_asked() {
        return Err("nothing was asked for in time".into());
    }
    // What lies in the system's buffers is lost if the connection is cut while the page still sends something.
    connection.as_mut().finish();
    match timeout(patience, connection).await {
        Ok(result) => Ok(result?),
        Err(_) => Err("an answer was not taken in time".into()),
    }
}
