//! Each way in which a mailbox can fail to open or a session can end, as the engine names it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::net::SocketAddr;
use std::time::Duration;

use restante_api::{
    Blame, CertificateFault, Failure, FailureKind, Fingerprint, MessageRef, OpenMailbox, Request, Security, Update,
};
use restante_bridge::Limits;
use restante_sample::Server as SampleServer;
use restante_tests::authority::{Authority, Identity};
use restante_tests::bridge::Bridge;
use restante_tests::delay::{Delay, Options};
use restante_tests::mailbox::{Mailbox, account};
use restante_tests::scripted::{Fault, Scripted};
use tokio::task::LocalSet;

fn identity(names: &[&str]) -> Identity {
    Authority::new().unwrap().issue(names).unwrap()
}

async fn refused(bridge: &Bridge, account: OpenMailbox) -> Failure {
    LocalSet::new().run_until(async { Mailbox::new(bridge.way()).refused(account).await.unwrap() }).await
}

/// Opens a mailbox at a server with this fault, over TLS with a trusted certificate.
async fn refused_by(fault: Fault) -> Failure {
    let identity = identity(&["127.0.0.1"]);
    let server = Scripted::start(fault, Some(&identity)).await.unwrap();
    let bridge = Bridge::start(&[server.port()], &[]).await.unwrap();
    refused(&bridge, account(server.port(), Security::Tls, "a", "b", Some(identity.fingerprint))).await
}

#[tokio::test]
async fn a_wrong_password_is_the_user_s_to_mend() {
    let sample = SampleServer::start().await.unwrap();
    let bridge = Bridge::start(&[sample.pops_port()], &[]).await.unwrap();
    let account = account(sample.pops_port(), Security::Tls, sample.user(), "wrong", Some(sample.fingerprint()));
    let failure = refused(&bridge, account).await;
    assert_eq!((failure.kind, failure.blame), (FailureKind::WrongPassword, Blame::User));
    assert_eq!(refused_by(Fault::WrongPassword).await.kind, FailureKind::WrongPassword);
}

#[tokio::test]
async fn response_codes_say_more_than_a_refusal() {
    assert_eq!(refused_by(Fault::InUse).await.kind, FailureKind::InUse);
    assert!(matches!(refused_by(Fault::LoginDelay).await.kind, FailureKind::TryLater { .. }));
    assert!(matches!(refused_by(Fault::Temporary).await.kind, FailureKind::TryLater { .. }));
    assert_eq!(refused_by(Fault::Permanent).await.kind, FailureKind::Refused);
}

#[tokio::test]
async fn a_server_of_another_protocol_and_one_that_hangs_up_are_told_from_a_wrong_password() {
    assert_eq!(refused_by(Fault::NotPop3).await.kind, FailureKind::NotPop3);
    let failure = refused_by(Fault::ClosesAtOnce).await;
    assert_eq!((failure.kind, failure.blame), (FailureKind::ConnectionLost, Blame::Server));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_an_unknown_host() {
    let bridge = Bridge::start(&[], &["nowhere.invalid:995"]).await.unwrap();
    let mut account = account(995, Security::Tls, "a", "b", None);
    account.host = "nowhere.invalid".into();
    assert_eq!(refused(&bridge, account).await.kind, FailureKind::UnknownHost);
}

#[tokio::test]
async fn what_the_bridge_does_not_list_is_forbidden_whatever_it_is_called() {
    let sample = SampleServer::start().await.unwrap();
    let bridge = Bridge::start(&[sample.pop_port()], &["mail.invalid:995"]).await.unwrap();
    for host in ["127.0.0.1", "localhost", "0.0.0.0", "::1", "::ffff:127.0.0.1", "mail.example.org"] {
        let mut account = account(sample.pops_port(), Security::Tls, "a", "b", Some(sample.fingerprint()));
        account.host = host.into();
        let failure = refused(&bridge, account).await;
        assert_eq!((failure.kind, failure.blame), (FailureKind::Forbidden, Blame::Operator), "{host}");
    }
}

#[tokio::test]
async fn a_port_nobody_listens_on_is_unreachable() {
    let server = Scripted::start(Fault::Silent, None).await.unwrap();
    let port = server.port();
    drop(server);
    let bridge = Bridge::start(&[port], &[]).await.unwrap();
    assert_eq!(refused(&bridge, account(port, Security::Tls, "a", "b", None)).await.kind, FailureKind::Unreachable);
}

#[tokio::test]
async fn a_certificate_nobody_knows_is_shown_and_trusted_only_by_its_own_fingerprint() {
    let sample = SampleServer::start().await.unwrap();
    let bridge = Bridge::start(&[sample.pops_port()], &[]).await.unwrap();
    let with = |trusted| account(sample.pops_port(), Security::Tls, sample.user(), sample.password(), trusted);

    let failure = refused(&bridge, with(None)).await;
    let FailureKind::Certificate { certificate, fault } = failure.kind else { panic!("{failure:?}") };
    assert_eq!(fault, CertificateFault::UnknownIssuer);
    assert_eq!(certificate.fingerprint, Fingerprint(sample.fingerprint()));
    assert!(certificate.names.iter().any(|name| name == "localhost"), "{certificate:?}");

    let mut other = sample.fingerprint();
    other[31] ^= 1;
    assert!(matches!(refused(&bridge, with(Some(other))).await.kind, FailureKind::CertificateChanged { .. }));

    LocalSet::new()
        .run_until(async {
            let mut mailbox = Mailbox::new(bridge.way());
            assert_eq!(mailbox.open(with(Some(sample.fingerprint()))).await.unwrap().len(), 50);
        })
        .await;
}

#[tokio::test]
async fn without_stls_nothing_is_sent_and_without_consent_no_clear_text_either() {
    let server = Scripted::start(Fault::NoStls, None).await.unwrap();
    let target = SocketAddr::from(([127, 0, 0, 1], server.port()));
    let wire = Delay::start(target, Options { record: true, ..Options::default() }).await.unwrap();
    let bridge = Bridge::start(&[wire.port()], &[]).await.unwrap();

    let failure = refused(&bridge, account(wire.port(), Security::Starttls, "alice", "hush", None)).await;
    assert_eq!(failure.kind, FailureKind::NoStarttls);
    let mut silent = account(wire.port(), Security::None, "alice", "hush", None);
    silent.cleartext_agreed = false;
    assert_eq!(refused(&bridge, silent).await.kind, FailureKind::CleartextNotAgreed);
    let sent = String::from_utf8_lossy(&wire.recorded().sent).into_owned();
    assert!(!sent.contains("alice") && !sent.contains("hush"), "{sent}");
}

#[tokio::test]
async fn a_message_in_which_the_connection_is_lost_again_and_again_costs_itself_and_says_so() {
    let identity = identity(&["127.0.0.1"]);
    let server = Scripted::start(Fault::DropsInBody, Some(&identity)).await.unwrap();
    let bridge = Bridge::start(&[server.port()], &[]).await.unwrap();
    LocalSet::new()
        .run_until(async {
            let mut mailbox = Mailbox::new(bridge.way());
            let account = account(server.port(), Security::Tls, "a", "b", Some(identity.fingerprint));
            assert_eq!(mailbox.open(account).await.unwrap().len(), 3);
            mailbox.ask(Request::Read(MessageRef::top(2))).unwrap();
            loop {
                match mailbox.next().await.unwrap() {
                    Update::MessageFailed { failure, .. } => {
                        assert_eq!(failure.kind, FailureKind::ConnectionLost, "{failure:?}");
                        break;
                    }
                    Update::Message(view) => panic!("half a message was shown: {view:?}"),
                    _ => {}
                }
            }
        })
        .await;
}

#[tokio::test]
async fn a_message_the_server_refuses_costs_that_message_and_not_the_session() {
    let identity = identity(&["127.0.0.1"]);
    let server = Scripted::start(Fault::RefusesOneMessage, Some(&identity)).await.unwrap();
    let bridge = Bridge::start(&[server.port()], &[]).await.unwrap();
    LocalSet::new()
        .run_until(async {
            let mut mailbox = Mailbox::new(bridge.way());
            let account = account(server.port(), Security::Tls, "a", "b", Some(identity.fingerprint));
            mailbox.open(account).await.unwrap();
            mailbox.ask(Request::Read(MessageRef::top(2))).unwrap();
            mailbox.ask(Request::Read(MessageRef::top(3))).unwrap();
            let mut refused = false;
            loop {
                match mailbox.next().await.unwrap() {
                    Update::MessageFailed { message, failure } => {
                        assert_eq!((message.number, failure.blame), (2, Blame::Server), "{failure:?}");
                        refused = true;
                    }
                    Update::Message(view) => {
                        assert!(view.message.number == 3 && view.text.to_string().contains("message 3"));
                        break;
                    }
                    Update::Failed(failure) => panic!("{failure}"),
                    _ => {}
                }
            }
            assert!(refused);
        })
        .await;
}

#[tokio::test]
async fn a_bridge_that_is_not_there_is_named_as_such() {
    let bridge = Bridge::start(&[], &["pop.example.org"]).await.unwrap();
    let way = bridge.way();
    drop(bridge);
    LocalSet::new()
        .run_until(async {
            let failure = Mailbox::new(way).refused(account(995, Security::Tls, "a", "b", None)).await.unwrap();
            assert_eq!(failure.kind, FailureKind::BridgeUnreachable);
        })
        .await;
}

#[tokio::test]
async fn a_bridge_that_closes_an_idle_tunnel_is_a_session_that_timed_out_or_was_lost() {
    let server = Scripted::start(Fault::Silent, None).await.unwrap();
    let limits = Limits { idle_timeout: Duration::from_secs(1), ..Limits::default() };
    let bridge = Bridge::with(&[server.port()], &[], limits, None).await.unwrap();
    let failure = refused(&bridge, account(server.port(), Security::None, "a", "b", None)).await;
    assert!(matches!(failure.kind, FailureKind::TimedOut | FailureKind::ConnectionLost), "{failure:?}");
}
