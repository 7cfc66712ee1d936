//! Settings that are found by a mail address: who is asked for them, and what goes on meanwhile.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::time::Duration;

use restante_api::{By, Discover, Discovery, Prepare, Request, Server, SettingsSource, Update};
use restante_engine::platform::Question;
use restante_protocol::tunnel::{NamedServer, Secret, Service, Services};
use support::{Engine, Host, Manners, open, with_engine};

fn request(address: &str, by: Option<By>) -> Request {
    Request::Discover(Discover { by, ..Discover::of(address).unwrap() })
}

fn by() -> Option<By> {
    Some(By { bridge: Some("wss://b1.example.org/tunnel".into()), token: Some(Secret::new("t")) })
}

/// A host at some distance, whose bridge knows a server of every domain.
fn host() -> Host {
    let server = NamedServer { service: Service::Pop3, tls: true, host: "pop.example.org".into(), port: 995 };
    let servers = Some(Services { servers: vec![server], barred: false });
    Host { servers, distance: Duration::from_secs(2), ..Host::new(Manners::modern(5)) }
}

async fn found(engine: &mut Engine, request: Request) -> Discovery {
    let call = engine.send(request);
    match engine.answer(call).await {
        Update::Discovered(discovery) => *discovery,
        other => panic!("{other:?}"),
    }
}

fn source(discovery: &Discovery) -> Option<&SettingsSource> {
    match discovery {
        Discovery::Settings(settings) => Some(&settings.source),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_bridge_is_asked_for_the_domain_alone_and_only_for_what_is_not_known_here() {
    let host = host();
    with_engine(&host, async |engine| {
        let known = found(engine, request("ana@gmx.de", by())).await;
        assert!(matches!(source(&known), Some(SettingsSource::Known(_))));
        assert_eq!(found(engine, request("ana@example.org", None)).await, Discovery::Nothing);
        assert!(host.asked.lock().unwrap().is_empty());
        let named = found(engine, request("ana@example.org", by())).await;
        assert_eq!(source(&named), Some(&SettingsSource::Dns));
    })
    .await;
    let bridge = Some("wss://b1.example.org/tunnel".to_owned());
    let question = Question { domain: "example.org".into(), bridge, token: Some(Secret::new("t")) };
    assert_eq!(*host.asked.lock().unwrap(), [question]);
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_nothing_is_found() {
    let host = Host { servers: None, ..host() };
    with_engine(&host, async |engine| {
        assert_eq!(found(engine, request("ana@example.org", by())).await, Discovery::Nothing);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_taken_back_or_overtaken_is_not_answered() {
    let host = host();
    with_engine(&host, async |engine| {
        let call = engine.send(request("ana@example.org", by()));
        engine.cancel(call);
        assert!(engine.is_silent().await);
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(engine.is_silent().await);
        let _ = engine.send(request("ana@example.org", by()));
        let last = engine.send(request("ana@example.net", by()));
        let (to, _) = engine.reply().await;
        assert_eq!(to, last);
        assert!(engine.is_silent().await);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_server_is_prepared_and_a_mailbox_opened_whatever_is_looked_for() {
    let host = host();
    with_engine(&host, async |engine| {
        let _ = engine.send(Request::Prepare(Prepare::Server(Box::new(Server::from(&open("secret"))))));
        let call = engine.send(request("ana@example.org", by()));
        assert!(matches!(engine.answer(call).await, Update::Discovered(_)));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(host.lines(), ["--", "CAPA"], "the preparation went on meanwhile");
        let _ = engine.send(request("ana@example.net", by()));
        engine.open("secret");
        engine.rows(5).await;
        assert_eq!(engine.seen.iter().filter(|update| matches!(update, Update::Discovered(_))).count(), 1);
    })
    .await;
}
