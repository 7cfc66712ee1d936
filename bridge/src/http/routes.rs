//! The routes: what each path answers, and the checks that stand before all of them.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::routing::{any, get};
use hyper_util::rt::TokioIo;
use restante_protocol::tunnel::PATH;

use super::assets::plain;
use super::authority::{Authority, BadTarget};
use super::{headers, upgrade};
use crate::access::client::Peer;
use crate::access::visitors::Place;
use crate::metrics::Refusal;
use crate::shared::Shared;
use crate::tunnel::{self, Asked, Page, Visitor};
use crate::watched::Watched;
use crate::wire::Wire;

/// The routes of the metrics' own listener.
pub(crate) fn metrics_routes(shared: Arc<Shared>) -> Router {
    let render = |State(shared): State<Arc<Shared>>| async move {
        let mut response =
            plain(StatusCode::OK, shared.metrics.render(shared.tunnels.len(), shared.draining.is_cancelled()));
        let exposition = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, exposition);
        response
    };
    let checked =
        Router::new().route("/metrics", get(render)).layer(from_fn_with_state(Arc::clone(&shared), check_host));
    health().merge(checked).layer(from_fn(read_authority)).with_state(shared)
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
    health()
        .merge(checked)
        .layer(from_fn(read_authority))
        .layer(from_fn_with_state(Arc::clone(&shared), secure))
        .with_state(shared)
}

async fn secure(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let rules = shared.rules();
    headers::secure(&path, rules.https.is_some(), &rules.page_policy, response.headers_mut());
    response
}

/// Finds out whom each request is addressed to; what is addressed to nobody, or brings a body along, goes no further.
async fn read_authority(mut request: Request, next: Next) -> Response<Body> {
    if upgrade::has_body(request.headers()) {
        return plain(StatusCode::BAD_REQUEST, "No request here has a body.\n");
    }
    match Authority::of(request.version(), request.uri(), request.headers()) {
        Ok(authority) => {
            if let Some(authority) = authority {
                request.extensions_mut().insert(authority);
            }
            next.run(request).await
        }
        Err(fault) => plain(StatusCode::BAD_REQUEST, format!("{fault}\n")),
    }
}

async fn check_host(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response<Body> {
    let Some(authority) = request.extensions().get() else {
        return plain(StatusCode::BAD_REQUEST, format!("{}\n", BadTarget::Missing));
    };
    match shared.rules().origins.check_host(authority) {
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
    let Some((peer, authority)) = from_to(&request) else { return plain(StatusCode::INTERNAL_SERVER_ERROR, "") };
    let mut response = Response::new(Body::from(rules.page_config(peer, request.headers())));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    let origin = request.headers().get(header::ORIGIN).cloned();
    if let Some(origin) = origin.filter(|_| rules.origins.check_origin(authority, request.headers()).is_ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

/// Where a request comes from and whom it is addressed to: the listener and the checks put both into every request.
fn from_to(request: &Request) -> Option<(Peer, &Authority)> {
    Some((*request.extensions().get()?, request.extensions().get()?))
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
    let Some((peer, authority)) = from_to(&request) else { return plain(StatusCode::INTERNAL_SERVER_ERROR, "") };
    let accepted = match upgrade::accept(request.method(), request.version(), request.headers()) {
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
    let asked = Asked { peer, authority: authority.clone(), headers: request.headers().clone() };
    let from = match Visitor::new(&rules, Box::new(asked)) {
        Ok(from) => from,
        Err(foreign) => {
            shared.metrics.note_refusal(Refusal::Origin);
            return plain(StatusCode::FORBIDDEN, format!("{foreign}\n"));
        }
    };
    // The listener puts it into every request.
    let Some(place) = request.extensions_mut().remove::<Arc<Place>>() else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "");
    };
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
            let page = Page::new(parts.io.into_inner().into_wire(), &parts.read_buf).watched_by(Wire::is_hung_up);
            drop(parts.read_buf);
            tunnel::run(page, &shared, &rules, from, place).await;
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().extend(accepted);
    response
}
