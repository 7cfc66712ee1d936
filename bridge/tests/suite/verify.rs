//! A page on a host of its own, set up as `restante page --out` says, and `restante page --verify` against honest and
//! other hosts.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use restante_bridge::verify::{Finding, Verified};
use restante_bridge::{Bridges, Config, Hosting, sums, verify, write_page};

use crate::support::start;

/// A host of static files that obeys `_headers`, and does to some answers what it should not.
#[derive(Default)]
struct Host {
    folder: PathBuf,
    headers: HashMap<String, Vec<(HeaderName, HeaderValue)>>,
    /// Adds to this file, for those who take it compressed.
    spoiled: Option<&'static str>,
    /// Leaves this header out.
    forgotten: Option<HeaderName>,
}

impl Host {
    fn new(folder: &Path) -> Self {
        let mut headers: HashMap<String, Vec<_>> = HashMap::new();
        let text = std::fs::read_to_string(folder.join("_headers")).unwrap();
        let mut path = "";
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix("  ").and_then(|line| line.split_once(": ")) {
                Some((name, value)) => {
                    let header = (name.parse().unwrap(), value.parse().unwrap());
                    headers.entry(path.to_owned()).or_default().push(header);
                }
                None => path = line,
            }
        }
        Self { folder: folder.to_owned(), headers, ..Self::default() }
    }

    fn answer(&self, request: &Request) -> Response<Body> {
        let path = request.uri().path();
        let name = if path == "/" { "index.html" } else { path.trim_start_matches('/') };
        let Ok(mut content) = std::fs::read(self.folder.join(name)) else {
            return Response::builder().status(StatusCode::NOT_FOUND).body(Body::empty()).unwrap();
        };
        let compressed = request.headers().get(header::ACCEPT_ENCODING).is_some_and(|value| value != "identity");
        if compressed && self.spoiled.is_some_and(|start| name.starts_with(start)) {
            content.push(b' ');
        }
        let mut response = Response::new(Body::from(content));
        let rule = if path.starts_with("/assets/") { "/assets/*" } else { path };
        for (name, value) in self.headers.get(rule).into_iter().flatten() {
            if Some(name) != self.forgotten.as_ref() {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response
    }

    /// Serves in the background, and is verified.
    async fn verified(self) -> Verified {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let answer = |State(host): State<Arc<Self>>, request: Request| async move { host.answer(&request) };
        let serving = axum::serve(listener, Router::new().fallback(answer).with_state(Arc::new(self)));
        let serving = tokio::spawn(serving.into_future());
        let verified = verified(url).await;
        serving.abort();
        verified
    }
}

async fn verified(url: String) -> Verified {
    tokio::task::spawn_blocking(move || verify::verify(&url, None)).await.unwrap().unwrap()
}

#[tokio::test]
#[ignore = "needs the page: cargo xtask build"]
async fn a_bridge_serves_the_page_that_it_holds() {
    let listed = vec!["wss://b1.example.org/tunnel".parse().unwrap()];
    let bridge = start(Config { bridges: Bridges { listed, any: false }, ..Config::default() }).await;
    let verified = verified(bridge.url()).await;
    assert_eq!((verified.status(), &verified.findings), (0, &vec![]));
    assert_eq!(verified.same, sums().unwrap().lines().count() + 1);
    assert_eq!(verified.connects_to.as_deref(), Some("'self' wss://b1.example.org"));
}

#[tokio::test]
#[ignore = "needs the page: cargo xtask build"]
async fn a_host_that_follows_the_files_of_page_out_is_found_good_and_each_deviation_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let listed = vec!["wss://b1.example.org/tunnel".parse().unwrap()];
    let hosting = Hosting { bridges: Bridges { listed, any: true }, ..Hosting::default() };
    write_page(folder.path(), &hosting).unwrap();
    let config = std::fs::read_to_string(folder.path().join("restante.json")).unwrap();
    let expected =
        r#"{"preset":null,"token_required":false,"bridges":["wss://b1.example.org/tunnel"],"any_bridge":true}"#;
    assert_eq!(config, expected);

    let good = Host::new(folder.path()).verified().await;
    assert_eq!((good.status(), &good.findings), (0, &vec![]));
    let to = "'self' wss: ws://localhost:* ws://127.0.0.1:* wss://b1.example.org";
    assert_eq!(good.connects_to.as_deref(), Some(to));

    let spoiled = Host { spoiled: Some("index.html"), ..Host::new(folder.path()) }.verified().await;
    let differs = Finding::Differs { name: "index.html".into(), compressed: true };
    assert_eq!((spoiled.status(), spoiled.findings), (1, vec![differs]));

    let forgotten = Host { forgotten: Some(header::CONTENT_SECURITY_POLICY), ..Host::new(folder.path()) };
    let forgotten = forgotten.verified().await;
    assert_eq!(forgotten.status(), 1);
    let names_it = |finding: &Finding| matches!(finding, Finding::Header { what, .. } if what.contains("policy"));
    assert!(forgotten.findings.iter().all(names_it), "{:?}", forgotten.findings);

    std::fs::remove_file(folder.path().join("message-frame.html")).unwrap();
    let missing = Host::new(folder.path()).verified().await;
    let finding = Finding::Missing { name: "message-frame.html".into(), status: 404 };
    assert_eq!((missing.status(), missing.findings), (1, vec![finding]));
}

#[tokio::test]
#[ignore = "needs the page: cargo xtask build"]
async fn a_host_that_leads_elsewhere_does_not_serve_the_page_itself() {
    let bridge = start(Config::default()).await;
    let to = bridge.url();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let router = Router::new().fallback(async move || axum::response::Redirect::permanent(&to));
    let serving = tokio::spawn(axum::serve(listener, router).into_future());
    let verified = verified(url).await;
    serving.abort();
    assert_eq!((verified.status(), verified.same), (2, 0));
    let led = |finding: &Finding| matches!(finding, Finding::Unreachable { reason, .. } if reason.contains("leads on"));
    assert!(verified.findings.iter().all(led), "{:?}", verified.findings);
}

#[tokio::test]
#[ignore = "needs the page: cargo xtask build"]
async fn a_host_that_cannot_be_asked_is_not_called_another_page() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", nobody.local_addr().unwrap());
    drop(nobody);
    assert_eq!(verified(url).await.status(), 2);
}
