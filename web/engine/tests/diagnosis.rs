//! What was said with servers, as it is told to whoever looks for a fault: how far it came, and nothing secret.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use restante_api::{Choice, FailureKind, Omission, Request, SessionLog, Stage, TlsEnd, Update};
use restante_engine::platform::TunnelFault;
use restante_protocol::tunnel::CloseCode;
use support::{Engine, Host, Manners, certified, open, with_engine};

async fn sessions(engine: &mut Engine) -> Vec<SessionLog> {
    let call = engine.send(Request::Diagnose);
    match engine.answer(call).await {
        Update::Diagnosis(sessions) => sessions,
        other => panic!("{other:?}"),
    }
}

fn lines(session: &SessionLog) -> Vec<String> {
    let line = |line: &restante_api::SaidLine| {
        let left_out = line.left_out.map(|left_out| format!(" {left_out:?}")).unwrap_or_default();
        format!("{} {}{left_out}", if line.by_server { "S" } else { "C" }, line.text)
    };
    session.lines.iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn a_dialogue_is_told_without_password_and_messages_until_the_mailbox_is_closed() {
    with_engine(&Host::new(Manners::modern(3)), async |engine| {
        assert_eq!(sessions(engine).await, []);
        engine.open("secret");
        let rows = engine.rows(3).await;
        let read = engine.send(Request::Read(rows[2].message.clone()));
        assert!(matches!(engine.answer(read).await, Update::Message(_)));
        let told = sessions(engine).await;
        let [session] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((session.host.as_str(), session.port, session.is_submission), ("pop.example.org", 110, false));
        assert_eq!(
            (session.reached, session.tls_end, session.failure.is_none()),
            (Stage::Greeting, TlsEnd::Browser, true)
        );
        let said = lines(session);
        for line in
            ["S +OK Hello there.", "C CAPA", "S PIPELINING", "C USER ann", "C PASS Secret", "C TOP 3 10", "C RETR 1"]
        {
            assert!(said.iter().any(|said| said == line), "{line}: {said:#?}");
        }
        let signs_in = session.lines.iter().find(|line| line.text == "USER ann").unwrap();
        assert_eq!(signs_in.why, Some(Choice::Strongest));
        assert!(
            session.lines.iter().any(|line| matches!(line.left_out, Some(Omission::Octets(octets)) if octets > 100))
        );
        let all = format!("{told:?}");
        assert!(!all.contains("secret") && !all.contains("Message 1") && !all.contains("Text of"), "{all}");
        let close = engine.send(Request::Close);
        engine.until(|update| (*update == Update::Closed).then_some(())).await;
        let _ = close;
        assert_eq!(sessions(engine).await, [], "closing forgets everything");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_is_there_to_be_looked_at_and_names_no_password() {
    let manners = Manners { refuses: true, refusal: "-ERR no such user with password wrongpass", ..Manners::modern(1) };
    with_engine(&Host::new(manners), async |engine| {
        engine.open("wrongpass");
        assert_eq!(engine.failed().await.kind, FailureKind::WrongPassword);
        let told = sessions(engine).await;
        let said = lines(&told[0]);
        assert!(said.iter().any(|line| line == "S -ERR no such user with password ****"), "{said:#?}");
        assert_eq!(told[0].failure.as_ref().map(|failure| &failure.kind), Some(&FailureKind::WrongPassword));
        assert!(!format!("{told:?}").contains("wrongpass"));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn it_is_told_how_far_a_connection_came_and_why_no_further() {
    let fault = Some(TunnelFault::refused(CloseCode::Forbidden, "not on the list"));
    with_engine(&Host { fault, ..Host::new(Manners::modern(1)) }, async |engine| {
        engine.open("secret");
        engine.failed().await;
        let told = sessions(engine).await;
        let failure = told[0].failure.as_deref().unwrap();
        assert_eq!((told[0].reached, &failure.kind), (Stage::Connecting, &FailureKind::Forbidden));
        assert!(told[0].lines.is_empty());
    })
    .await;
    // A certificate that does not verify.
    let (acceptor, _) = certified();
    with_engine(&Host { tls: Some(acceptor.clone()), ..Host::new(Manners::modern(1)) }, async |engine| {
        engine.send(Request::Open(Box::new(restante_api::OpenMailbox {
            security: restante_api::Security::Tls,
            ..open("secret")
        })));
        engine.failed().await;
        let told = sessions(engine).await;
        let failure = told[0].failure.as_deref().unwrap();
        assert!(matches!(failure.kind, FailureKind::Certificate { .. }), "{failure:?}");
        assert_eq!((told[0].reached, &told[0].tls), (Stage::Securing, &None));
    })
    .await;
    // One that is trusted: what was negotiated is told.
    let (acceptor, fingerprint) = certified();
    with_engine(&Host { tls: Some(acceptor), ..Host::new(Manners::modern(1)) }, async |engine| {
        engine.send(Request::Open(Box::new(restante_api::OpenMailbox {
            security: restante_api::Security::Tls,
            trusted: Some(fingerprint),
            ..open("secret")
        })));
        engine.rows(1).await;
        let told = sessions(engine).await;
        let tls = told[0].tls.as_deref().unwrap();
        assert_eq!((tls.version.as_str(), tls.certificate.fingerprint), ("TLS 1.3", fingerprint));
    })
    .await;
}
