//! The routes: what each path answers, and the checks that stand before all of them.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::{any, get};
use hyper_util::rt::TokioIo;
use restante_protocol::tunnel::PATH;

use super::assets::plain;
use super::{headers, upgrade};
use crate::access::client::Client;
use crate::access::visitors::Place;
use crate::metrics::Refusal;
use crate::shared::Shared;
use crate::tunnel::{self, Page, Visitor};
use crate::watched::Watched;

/// The routes of the metrics' own listener.
pub(crate) fn metrics_routes(shared: Arc<Shared>) -> Router {
    let render = |State(shared): State<Arc<Shared>>| async move {
        let mut response =
            plain(StatusCode::OK, shared.metrics.render(shared.tunnels.len(), shared.draining.is_cancelled()));
        let exposition = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, exposition);
        response
    };
    health().route("/metrics", get(render)).with_state(shared)
}

/// Whether the bridge is up, and whether it takes more tunnels.
fn health() -> Router<Arc<Shared>> {
    Router::new().route("/healthz", get(|| async { plain(StatusCode::OK, "ok\n") })).route("/readyz", get(ready))
}

/// All routes of a bridge.
pub(crate) fn routes(shared: Arc<Shared>) -> Router {
    let checked = Router::new()
        .route(PATH, any(open_tunnel))
        .route("/restante.json", get(page_config))
        .fallback(get(page_file))
        .layer(from_fn_with_state(Arc::clone(&shared), check_host));
    // Health is asked for by machines that know no name of the bridge.
    health().merge(checked).layer(from_fn_with_state(Arc::clone(&shared), secure)).with_state(shared)
}

async fn secure(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let rules = shared.rules();
    headers::secure(&path, rules.https.is_some(), &rules.page_policy, response.headers_mut());
    response
}

async fn check_host(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response<Body> {
    match shared.rules().origins.check_host(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(foreign) => {
            if request.uri().path() == PATH {
                shared.metrics.note_refusal(Refusal::Host);
            }
            plain(StatusCode::MISDIRECTED_REQUEST, format!("{foreign}\n"))
        }
    }
}

async fn page_file(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    if !shared.rules().serves_page {
        return plain(StatusCode::NOT_FOUND, "This bridge serves no page, only tunnels.\n");
    }
    shared.assets.respond(request.uri().path(), request.headers())
}

/// The page's configuration, which a page of a listed origin may read as well.
async fn page_config(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let rules = shared.rules();
    let Some(Client(peer)) = request.extensions().get().copied() else {
        // The listener puts it into every request.
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "");
    };
    let mut response = Response::new(Body::from(rules.page_config(peer.ip(), request.headers())));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    let origin = request.headers().get(header::ORIGIN).cloned();
    if let Some(origin) = origin.filter(|_| rules.origins.check_origin(request.headers()).is_ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

async fn ready(State(shared): State<Arc<Shared>>) -> Response<Body> {
    if shared.draining.is_cancelled() {
        plain(StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    } else {
        plain(StatusCode::OK, "ready\n")
    }
}

async fn open_tunnel(State(shared): State<Arc<Shared>>, mut request: Request) -> Response<Body> {
    let rules = shared.rules();
    let accepted = match upgrade::accept(request.method(), request.headers()) {
        Ok(accepted) => accepted,
        Err(fault) => {
            shared.metrics.note_refusal(Refusal::Form);
            let mut response = plain(fault.status(), format!("{fault}\n"));
            if fault.status() == StatusCode::UPGRADE_REQUIRED {
                let headers = response.headers_mut();
                headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
                headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            }
            return response;
        }
    };
    if let Err(foreign) = rules.origins.check_origin(request.headers()) {
        shared.metrics.note_refusal(Refusal::Origin);
        return plain(StatusCode::FORBIDDEN, format!("{foreign}\n"));
    }
    // The listener puts both into every request.
    let (Some(Client(peer)), Some(place)) =
        (request.extensions().get().copied(), request.extensions_mut().remove::<Arc<Place>>())
    else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "");
    };
    let headers = request.headers();
    let from = Visitor { client: rules.proxies.client(peer.ip(), headers), user: rules.identity(peer.ip(), headers) };
    // Until it has a tunnel the upgrade keeps the connection's place, which has to be its client's own: pages over the
    // limits on tunnels are told so through their WebSocket, but not more of them than that.
    if let Err(error) = place.count(from.client, &rules.limits) {
        shared.metrics.note_refusal(Refusal::Full);
        return plain(StatusCode::TOO_MANY_REQUESTS, format!("{error}\n"));
    }
    let upgraded = hyper::upgrade::on(&mut request);
    let tunnels = shared.tunnels.clone();
    tunnels.spawn(async move {
        // A connection is never anything but `Watched`, so anything else is a page that left before its answer.
        if let Ok(Ok(parts)) = upgraded.await.map(|upgraded| upgraded.downcast::<TokioIo<Watched>>()) {
            let page = Page::new(parts.io.into_inner().into_wire(), &parts.read_buf);
            drop(parts.read_buf);
            tunnel::run(page, &shared, &rules, from, place).await;
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().extend(accepted);
    response
}
