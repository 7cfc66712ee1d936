//! The routes: what each path answers, and the checks that stand before all of them.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::{any, get};
use hyper_util::rt::TokioIo;
use restante_protocol::tunnel::PATH;
use tracing::debug;

use crate::assets::plain;
use crate::page::Page;
use crate::server::Shared;
use crate::wire::Wire;
use crate::{headers, tunnel, upgrade};

/// The address a request came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client(pub(crate) SocketAddr);

/// All routes of a bridge.
pub(crate) fn routes(shared: Arc<Shared>) -> Router {
    let checked = Router::new()
        .route(PATH, any(open_tunnel))
        .route("/restante.json", get(page_config))
        .fallback(get(page_file))
        .layer(from_fn_with_state(Arc::clone(&shared), check_host));
    // Health is asked for by machines that know no name of the bridge.
    Router::new()
        .route("/healthz", get(|| async { plain(StatusCode::OK, "ok\n") }))
        .route("/readyz", get(ready))
        .merge(checked)
        .layer(axum::middleware::from_fn(secure))
        .with_state(shared)
}

async fn secure(request: Request, next: Next) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    headers::secure(&path, response.headers_mut());
    response
}

async fn check_host(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response<Body> {
    match shared.origins.check_host(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(foreign) => plain(StatusCode::MISDIRECTED_REQUEST, format!("{foreign}\n")),
    }
}

async fn page_file(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    shared.assets.respond(request.uri().path(), request.headers())
}

async fn page_config(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::clone(&shared.page_config)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
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
    let accepted = match upgrade::accept(request.method(), request.headers()) {
        Ok(accepted) => accepted,
        Err(fault) => {
            let mut response = plain(fault.status(), format!("{fault}\n"));
            if fault.status() == StatusCode::UPGRADE_REQUIRED {
                let headers = response.headers_mut();
                headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
                headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            }
            return response;
        }
    };
    if let Err(foreign) = shared.origins.check_origin(request.headers()) {
        return plain(StatusCode::FORBIDDEN, format!("{foreign}\n"));
    }
    let client = request.extensions().get::<Client>().map_or_else(String::new, |c| mask(c.0));
    let upgraded = hyper::upgrade::on(&mut request);
    let tunnels = shared.tunnels.clone();
    tunnels.spawn(async move {
        match upgraded.await.map(|upgraded| upgraded.downcast::<TokioIo<Wire>>()) {
            Ok(Ok(parts)) => {
                let page = Page::new(parts.io.into_inner(), parts.read_buf);
                if shared.draining.is_cancelled() {
                    tunnel::turn_away(page, &shared.terms).await;
                } else {
                    tunnel::run(page, &shared.terms, &client, shared.stop.clone()).await;
                }
            }
            // The listener hands out nothing but `Wire`, so this is a page that left before its answer.
            _ => debug!(client, "the page left during the upgrade"),
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().extend(accepted);
    response
}

/// An address for the log: enough to tell networks apart, not people (IPv4 /24, IPv6 /48).
fn mask(address: SocketAddr) -> String {
    match address.ip().to_canonical() {
        std::net::IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        std::net::IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_address_names_a_network_and_nobody() {
        assert_eq!(mask("192.0.2.77:9".parse().unwrap()), "192.0.2.0/24");
        assert_eq!(mask("[::ffff:192.0.2.77]:9".parse().unwrap()), "192.0.2.0/24");
        assert_eq!(mask("[2001:db8:1:2::3]:9".parse().unwrap()), "2001:db8:1::/48");
    }
}
