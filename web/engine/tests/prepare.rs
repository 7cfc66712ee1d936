//! What is prepared before a mailbox is opened, against a POP3 server in memory: what it saves, what it sends, and when it
//! is given up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use restante_api::{FailureKind, Fingerprint, OpenMailbox, Prepare, Request, Security, Server, TlsEnd, Update};
use restante_engine::platform::TunnelFault;
use restante_protocol::tunnel::{CloseCode, Secret};
use support::{Engine, Host, Manners, certified, with_engine};

/// What the page asks for when the password field gets the focus.
fn prepare(open: &OpenMailbox) -> Request {
    Request::Prepare(Prepare::Server(Box::new(Server::from(open))))
}

async fn wait(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

fn flights(said: &[String]) -> Vec<&[String]> {
    said.split(|line| line == "--").filter(|flight| !flight.is_empty()).collect()
}

fn connections(host: &Host) -> u32 {
    host.connections.load(Ordering::SeqCst)
}

#[tokio::test(start_paused = true)]
async fn after_a_preparation_two_flights_lead_to_the_first_screen() {
    let host = Host::new(Manners::modern(200));
    with_engine(&host, async |engine| {
        engine.send(prepare(&support::open("secret")));
        wait(1000).await;
        assert_eq!(host.lines(), ["--", "CAPA"], "nothing of the user is sent before the click");
        engine.open("secret");
        assert_eq!(engine.rows(50).await.len(), 50);
    })
    .await;
    let said = host.lines();
    let flights = flights(&said);
    assert_eq!(flights[1], ["USER ann", "PASS secret", "CAPA", "STAT"]);
    assert_eq!(flights[2][0], "TOP 200 10");
    assert_eq!(connections(&host), 1);
}

#[tokio::test(start_paused = true)]
async fn whenever_the_click_comes_the_mailbox_opens_and_nothing_of_the_user_was_sent_before() {
    // The server is reached after a second, and a preparation is given up after thirty.
    for click in [0, 1, 500, 999, 1000, 1001, 1500, 5000, 29_999, 30_000, 30_001, 31_500, 60_000] {
        let mut host = Host::new(Manners::modern(5));
        host.distance = Duration::from_secs(1);
        with_engine(&host, async |engine| {
            engine.send(prepare(&support::open("secret")));
            wait(click).await;
            let said = host.lines();
            assert!(said.iter().all(|line| ["--", "CAPA", "QUIT"].contains(&line.as_str())), "{click}: {said:?}");
            engine.open("secret");
            assert_eq!(engine.rows(5).await.len(), 5, "{click}");
            let used = engine.seen.iter().any(|update| matches!(update, Update::Failed(_) | Update::Untrusted(_)));
            assert!(!used, "{click}: {:?}", engine.seen);
        })
        .await;
        let logins = host.lines().iter().filter(|line| line.starts_with("PASS")).count();
        assert_eq!(logins, 1, "{click}");
        assert_eq!(connections(&host), if click < 30_000 { 1 } else { 2 }, "{click}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_used_is_given_up_and_comes_again_when_it_is_wanted_again() {
    let host = Host::new(Manners::modern(5));
    with_engine(&host, async |engine| {
        let wanted = prepare(&support::open("secret"));
        engine.send(wanted.clone());
        wait(20_000).await;
        // Each key in the password field says that it is still wanted.
        engine.send(wanted.clone());
        wait(29_000).await;
        assert_eq!((host.lines(), connections(&host)), (vec!["--".into(), "CAPA".into()], 1));
        wait(2000).await;
        assert_eq!(host.lines(), ["--", "CAPA", "--", "QUIT"]);
        engine.send(wanted);
        wait(1000).await;
        assert_eq!((host.lines().len(), connections(&host)), (6, 2));
        engine.send(Request::Prepare(Prepare::Nothing));
        wait(1000).await;
        assert_eq!(host.lines().last().map(String::as_str), Some("QUIT"));
        assert!(engine.seen.is_empty(), "{:?}", engine.seen);
    })
    .await;
    assert_eq!(connections(&host), 2);
}

#[tokio::test(start_paused = true)]
async fn readying_the_bridge_touches_no_mail_server_and_keeps_what_is_prepared() {
    let host = Host::new(Manners::modern(5));
    with_engine(&host, async |engine| {
        engine.send(Request::Prepare(Prepare::Bridge));
        wait(1000).await;
        assert_eq!((host.readied.load(Ordering::SeqCst), connections(&host)), (1, 0));
        engine.send(prepare(&support::open("secret")));
        wait(1000).await;
        engine.send(Request::Prepare(Prepare::Bridge));
        engine.open("secret");
        engine.rows(5).await;
    })
    .await;
    assert_eq!((host.readied.load(Ordering::SeqCst), connections(&host)), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_prepared_in_another_way_is_not_used() {
    let was = support::open("secret");
    let change = |change: fn(&mut OpenMailbox)| {
        let mut other = was.clone();
        change(&mut other);
        other
    };
    let others = [
        change(|open| open.host = "pop.example.net".into()),
        change(|open| open.port = 111),
        change(|open| open.security = Security::Tls),
        change(|open| open.security = Security::Starttls),
        change(|open| open.tls_end = TlsEnd::Bridge),
        change(|open| open.trusted = Some(Fingerprint([7; 32]))),
        change(|open| open.token = Some(Secret::new("t"))),
        change(|open| open.bridge = Some("wss://b1.example.org/tunnel".into())),
    ];
    for other in others {
        let host = Host::new(Manners::modern(5));
        with_engine(&host, async |engine| {
            engine.send(prepare(&other));
            wait(1000).await;
            let before = connections(&host);
            engine.open("secret");
            assert_eq!(engine.rows(5).await.len(), 5, "{other:?}");
            assert_eq!(connections(&host), before + 1, "{other:?}");
        })
        .await;
    }
    // The control: another user is no other server.
    let host = Host::new(Manners::modern(5));
    with_engine(&host, async |engine| {
        engine.send(prepare(&change(|open| open.user = "bo".into())));
        wait(1000).await;
        engine.open("secret");
        engine.rows(5).await;
    })
    .await;
    assert_eq!(connections(&host), 1);
}

#[tokio::test(start_paused = true)]
async fn what_fails_ahead_of_the_click_is_told_after_it_and_not_tried_again_for_every_key() {
    let unreachable = TunnelFault::refused(CloseCode::ConnectRefused, "nobody there");
    for (fault, greeting, kind) in [
        (Some(unreachable), "+OK", FailureKind::Unreachable),
        (None, "-ERR too many connections", FailureKind::Refused),
        (None, "220 smtp.example.org ESMTP", FailureKind::NotPop3),
    ] {
        let mut host = Host::new(Manners { greeting, ..Manners::modern(3) });
        host.fault = fault;
        with_engine(&host, async |engine| {
            for _ in 0..20 {
                engine.send(prepare(&support::open("secret")));
                wait(100).await;
            }
            assert!(engine.is_silent().await, "{:?}", engine.seen);
            assert!(connections(&host) <= 1, "{kind:?}");
            engine.open("secret");
            assert_eq!(engine.failed().await.kind, kind);
        })
        .await;
        assert!(!host.lines().iter().any(|line| line.contains("secret")), "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn clear_text_is_not_prepared_unless_the_user_agreed() {
    let host = Host::new(Manners::modern(1));
    with_engine(&host, async |engine| {
        engine.send(prepare(&OpenMailbox { cleartext_agreed: false, ..support::open("secret") }));
        wait(1000).await;
    })
    .await;
    assert_eq!(connections(&host), 0);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_to_judge_is_shown_ahead_of_the_click_and_once_trusted_the_mailbox_opens() {
    let (acceptor, fingerprint) = certified();
    let mut host = Host::new(Manners::modern(5));
    host.tls = Some(acceptor);
    with_engine(&host, async |engine| {
        let open = OpenMailbox { security: Security::Tls, port: 995, ..support::open("secret") };
        engine.send(prepare(&open));
        let shown = engine
            .until(|update| match update {
                Update::Untrusted(failure) => Some(failure.kind.clone()),
                _ => None,
            })
            .await;
        let FailureKind::Certificate { certificate, .. } = shown else { panic!("{shown:?}") };
        assert_eq!(certificate.fingerprint, fingerprint);
        engine.send(Request::Open(Box::new(OpenMailbox { trusted: Some(fingerprint), ..open })));
        engine.rows(5).await;
    })
    .await;
    assert_eq!(connections(&host), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_learnt_before_the_click_counts_when_the_login_is_refused() {
    for prepared in [false, true] {
        let capa = Some("TOP\r\nUIDL\r\nPIPELINING\r\nUSER\r\nUTF8\r\n");
        let host = Host::new(Manners { capa, signs_in_by_utf8: true, ..Manners::modern(5) });
        with_engine(&host, async |engine| {
            if prepared {
                engine.send(prepare(&support::open("secret")));
                wait(1000).await;
            }
            engine.open("secret");
            assert_eq!(engine.rows(5).await.len(), 5, "prepared: {prepared}");
        })
        .await;
        assert!(host.lines().contains(&"UTF8".to_owned()), "prepared: {prepared}");
    }
}

/// Tries a wrong password, and opens the mailbox then, with a preparation between or without.
async fn opened_after_a_wrong_password(host: &Host, engine: &mut Engine, prepared: bool) {
    engine.open("wrong");
    assert_eq!(engine.failed().await.kind, FailureKind::WrongPassword);
    if prepared {
        engine.send(prepare(&support::open("secret")));
        wait(1000).await;
    }
    engine.open("secret");
    assert_eq!(engine.rows(5).await.len(), 5, "{:?}", host.lines());
}

#[tokio::test(start_paused = true)]
async fn what_a_server_announced_is_not_asked_again_in_the_next_session() {
    for prepared in [false, true] {
        let host = Host::new(Manners::modern(5));
        with_engine(&host, async |engine| opened_after_a_wrong_password(&host, engine, prepared).await).await;
        let said = host.lines();
        let flights = flights(&said);
        assert_eq!(flights[0], ["CAPA"]);
        let second = flights.iter().position(|flight| flight.contains(&"PASS secret".to_owned())).unwrap();
        assert_eq!(flights[second], ["USER ann", "PASS secret", "CAPA", "STAT"], "prepared: {prepared}");
        let asked = flights[..second].iter().filter(|flight| *flight == &["CAPA"]).count();
        assert_eq!(asked, 1, "prepared: {prepared}: {said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_learnt_of_a_server_is_doubted_once_a_session_breaks() {
    let host = Host::new(Manners { hangs_up_on: Some(3), ..Manners::modern(5) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        let rows = engine.rows(5).await;
        engine.send(Request::Read(rows[2].message.clone()));
        engine.until(|update| matches!(update, Update::MessageFailed { .. }).then_some(())).await;
        wait(100_000).await;
    })
    .await;
    let asked = host.lines().iter().filter(|line| *line == "CAPA").count();
    assert!(connections(&host) > 1, "the session was taken up again");
    assert_eq!(asked, 2 * connections(&host) as usize, "before and behind each login: {:?}", host.lines());
}
