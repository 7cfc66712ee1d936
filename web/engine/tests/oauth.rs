//! Signing in at a provider: its tokens are asked for over TLS that ends here, shown to its own servers alone, renewed before
//! they end, and kept where the sign-in is.
#![cfg(feature = "keep")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod pages;
mod support;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use futures_rustls::TlsAcceptor;
use pages::{Drawer, Pages, with_platform};
use restante_api::keep::{Activity, Answer, Ask, Role, SignIn};
use restante_api::oauth::{Authorize, Credential, Grant, Provider};
use restante_api::{By, FailureKind, Fingerprint, OpenMailbox, Reason, Request, Security, TlsEnd, Update};
use restante_engine::platform::{Clock, Destination, Dial, Tunnel, TunnelFault};
use restante_protocol::tunnel::{BridgeTls, Secret, Service};
use sha2::{Digest, Sha256};
use support::{Host, Manners, Pipe, certified, open};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio_util::compat::{FuturesAsyncReadCompatExt, TokioAsyncReadCompatExt};

/// What announces that tokens are taken.
const TOKENS: &str = "CAPA\r\nTOP\r\nUIDL\r\nSASL OAUTHBEARER\r\n";

/// A mail server, and the provider that hands out its tokens.
#[derive(Clone)]
struct World {
    mail: Host,
    acceptor: TlsAcceptor,
    fingerprint: Fingerprint,
    /// Forms that the provider was sent.
    forms: Arc<Mutex<Vec<HashMap<String, String>>>>,
    /// How it answers them: status and body.
    answers: Arc<Mutex<Vec<(u16, String)>>>,
}

impl World {
    fn new(token: &'static str) -> Self {
        let (acceptor, fingerprint) = certified();
        let mail = Host::new(Manners { capa: Some(TOKENS), token: Some(token), ..Manners::modern(3) });
        let mail = Host { tls: Some(acceptor.clone()), ..mail };
        Self { mail, acceptor, fingerprint, forms: Arc::default(), answers: Arc::default() }
    }

    fn answers(&self, status: u16, body: &str) {
        self.answers.lock().unwrap().push((status, body.to_owned()));
    }

    fn provider(&self) -> Provider {
        Provider {
            name: "Mail".into(),
            servers: vec!["pop.example.org".into()],
            authorize: "https://id.example.org/authorize?tenant=1".into(),
            token_host: "id.example.org".into(),
            token_port: 443,
            token_path: "/token".into(),
            scope: "mail offline".into(),
            client_id: "client & co".into(),
            client_secret: None,
            fingerprint: Some(self.fingerprint.to_string()),
        }
    }

    fn authorize(&self) -> Request {
        let (provider, redirect) = (self.provider(), "https://page.example/oauth.html".into());
        Request::Authorize(Box::new(Authorize { provider, redirect, user: "ann".into(), by: nobody() }))
    }

    /// What was granted, with a token that is good until then.
    fn grant(&self, access_token: &str, expires_at: u64) -> Grant {
        Grant {
            id: "grant".into(),
            provider: self.provider(),
            origin: "https://page.example".into(),
            access_token: Secret::new(access_token),
            expires_at,
            refresh_token: Some(Secret::new("first")),
        }
    }

    /// The mailbox, opened with a grant.
    fn mailbox(&self, grant: Grant) -> OpenMailbox {
        OpenMailbox {
            credential: Credential::Grant(Box::new(grant)),
            security: Security::Tls,
            trusted: Some(self.fingerprint),
            cleartext_agreed: false,
            ..open("")
        }
    }

    fn form(&self, number: usize) -> HashMap<String, String> {
        self.forms.lock().unwrap()[number].clone()
    }
}

fn nobody() -> By {
    By { bridge: None, token: None }
}

impl Dial for World {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        if to.service != Service::SignIn {
            return self.mail.dial(to);
        }
        assert_eq!((&*to.host, to.port, to.tls), ("id.example.org", 443, BridgeTls::None));
        let (near, far) = tokio::io::duplex(1 << 16);
        let (acceptor, forms, answers) = (self.acceptor.clone(), Arc::clone(&self.forms), Arc::clone(&self.answers));
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(far.compat()).await else { return };
            let mut io = BufReader::new(stream.compat());
            let (mut line, mut octets) = (String::new(), 0);
            while io.read_line(&mut line).await.unwrap() > 2 {
                octets = line.strip_prefix("Content-Length: ").map_or(octets, |text| text.trim().parse().unwrap());
                line.clear();
            }
            let mut form = vec![0; octets];
            io.read_exact(&mut form).await.unwrap();
            forms.lock().unwrap().push(form_urlencoded::parse(&form).into_owned().collect());
            let (status, body) = answers.lock().unwrap().remove(0);
            let head = format!("HTTP/1.1 {status} x\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", body.len());
            io.write_all(format!("{head}{body}\r\n0\r\n\r\n").as_bytes()).await.unwrap();
            io.flush().await.unwrap();
            // The other side hangs up.
            let _ = io.read(&mut [0]).await;
        });
        futures::future::ready(Ok(Box::new(Pipe::new(near)) as Box<dyn Tunnel>)).boxed_local()
    }
}

impl Clock for World {
    fn now(&self) -> u64 {
        self.mail.now()
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        self.mail.sleep(time)
    }
}

async fn with<F: AsyncFnOnce(&mut Pages)>(world: &World, home: &tempfile::TempDir, secrets: &Drawer, test: F) {
    with_platform(Rc::new(world.clone()), &world.mail, home, secrets, test).await;
}

/// The parameters of an address.
fn parameters(address: &str) -> HashMap<String, String> {
    form_urlencoded::parse(address.split_once('?').unwrap().1.as_bytes()).into_owned().collect()
}

/// Somebody signs in, and the provider leads back with this.
async fn led_back(world: &World, pages: &mut Pages, said: &str) -> (HashMap<String, String>, Update) {
    let asked = pages.send(pages::PAGE, world.authorize());
    let Update::Authorize(address) = pages.answer(asked).await else { panic!("an address") };
    let asked_for = parameters(&address);
    let said = said.replace("STATE", &asked_for["state"]);
    let redeemed = pages.send(pages::PAGE, Request::Redeem(said));
    (asked_for, pages.answer(redeemed).await)
}

#[tokio::test]
async fn a_code_becomes_a_grant_by_the_secret_that_its_question_was_made_with() {
    let (world, home) = (World::new("open-sesame"), tempfile::tempdir().unwrap());
    with(&world, &home, &Drawer::default(), async |pages| {
        world.answers(
            200,
            r#"{"access_token":"open-sesame","token_type":"Bearer","expires_in":3600,"refresh_token":"first"}"#,
        );
        let (asked, update) = led_back(&world, pages, "code=c%2Fde&state=STATE&extra=1").await;
        let Update::Granted(grant) = update else { panic!("{update:?}") };
        assert_eq!((grant.access_token.expose(), &*grant.origin), ("open-sesame", "https://page.example"));
        assert!(grant.expires_at > world.now() + 3500 && grant.refresh_token == Some(Secret::new("first")));
        for (name, value) in [
            ("tenant", "1"),
            ("response_type", "code"),
            ("client_id", "client & co"),
            ("redirect_uri", "https://page.example/oauth.html"),
            ("scope", "mail offline"),
            ("login_hint", "ann"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(asked[name], value, "{name}");
        }
        let form = world.form(0);
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
        assert_eq!(challenge, asked["code_challenge"]);
        assert_eq!((&*form["grant_type"], &*form["code"]), ("authorization_code", "c/de"));
        assert_eq!(form["redirect_uri"], asked["redirect_uri"]);

        // The mailbox is kept with it, and nothing more is asked of the provider.
        let id = pages.ask(Ask::Account(Box::new(world.mailbox(*grant))));
        assert!(matches!(pages.answer(id).await, Update::Keep(Answer::Account(_))));
        pages.asked(Ask::Overview).await;
        pages.until(|pages| pages.folder(Role::Inbox).messages == 3).await;
        assert_eq!(world.forms.lock().unwrap().len(), 1);
        assert!(!world.mail.lines().iter().any(|line| line.starts_with("PASS")));
    })
    .await;
}

#[tokio::test]
async fn an_answer_to_another_question_and_a_refusal_grant_nothing() {
    let (world, home) = (World::new("open-sesame"), tempfile::tempdir().unwrap());
    with(&world, &home, &Drawer::default(), async |pages| {
        for (said, answer, kind, detail) in [
            ("code=c&state=forged", None, FailureKind::SignInRefused, "another question"),
            ("code=c", None, FailureKind::SignInRefused, "another question"),
            ("error=access_denied&state=STATE", None, FailureKind::SignInRefused, "access_denied"),
            (
                "error=x&error_description=Ask+your+admin&state=STATE",
                None,
                FailureKind::SignInRefused,
                "Ask your admin",
            ),
            (
                "code=c&state=STATE",
                Some((400, r#"{"error":"invalid_grant"}"#)),
                FailureKind::SignInRefused,
                "invalid_grant",
            ),
            ("code=c&state=STATE", Some((503, "down")), FailureKind::ProviderUnreachable, "503"),
            ("code=c&state=STATE", Some((200, "<html>")), FailureKind::ProviderUnreachable, "no token"),
            (
                "code=c&state=STATE",
                Some((400, r#"{"error":"temporarily_unavailable"}"#)),
                FailureKind::ProviderUnreachable,
                "temporarily",
            ),
        ] {
            if let Some((status, body)) = answer {
                world.answers(status, body);
            }
            let (_, update) = led_back(&world, pages, said).await;
            let Update::Refused(failure) = update else { panic!("{said}: {update:?}") };
            assert!(failure.kind == kind && failure.detail.contains(detail), "{said}: {failure:?}");
        }
        // What was answered once is over: the same answer again is to no question.
        let again = pages.send(pages::PAGE, Request::Redeem("code=c&state=x".into()));
        assert!(matches!(pages.answer(again).await, Update::Refused(_)));
    })
    .await;
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end_and_the_new_one_is_kept_where_the_sign_in_is() {
    let (world, home, secrets) = (World::new("second-token"), tempfile::tempdir().unwrap(), Drawer::default());
    with(&world, &home, &secrets, async |pages| {
        world.answers(200, r#"{"access_token":"second-token","expires_in":3600,"refresh_token":"second"}"#);
        let id = pages.ask(Ask::Account(Box::new(world.mailbox(world.grant("first-token", world.now() + 30)))));
        let Update::Keep(Answer::Account(account)) = pages.answer(id).await else { panic!("an account is made") };
        let credential = Credential::Grant(Box::new(world.grant("first-token", world.now() + 30)));
        pages.ask(Ask::Check(account, Some(SignIn { credential, token: None, keep: true })));
        pages.asked(Ask::Overview).await;
        pages
            .until(|pages| pages.folder(Role::Inbox).messages == 3 && pages.account().activity == Activity::Idle)
            .await;
        let form = world.form(0);
        assert_eq!((&*form["grant_type"], &*form["refresh_token"]), ("refresh_token", "first"));
        assert_eq!(world.forms.lock().unwrap().len(), 1, "it is good for the next check as well");
    })
    .await;
    let kept: Vec<String> = secrets.0.borrow().values().map(|secret| secret.expose().to_owned()).collect();
    assert!(kept.len() == 1 && kept[0].contains("second-token") && !kept[0].contains("first-token"), "{kept:?}");

    // After a restart the mailbox is opened by what was kept; and what the provider takes back is over.
    with(&world, &home, &secrets, async |pages| {
        pages.asked(Ask::Overview).await;
        let account = pages.account();
        assert!(account.has_password && account.keeps_password);
        pages.asked(Ask::Check(account.id, None)).await;
        pages.until(|pages| pages.account().checked_at > 0 && pages.account().activity == Activity::Idle).await;

        world.answers(400, r#"{"error":"invalid_grant","error_description":"It was revoked."}"#);
        let credential = Credential::Grant(Box::new(Grant { id: "other".into(), ..world.grant("old", 1) }));
        pages.ask(Ask::Check(account.id, Some(SignIn { credential, token: None, keep: false })));
        let over = |pages: &Pages| match pages.account().activity {
            Activity::Failed(failure) => Some(failure),
            _ => None,
        };
        pages.until(|pages| over(pages).is_some()).await;
        let failure = over(pages).unwrap();
        assert_eq!((failure.kind, failure.reason), (FailureKind::WrongPassword, Some(Reason::SignInOver)));
        assert_eq!(failure.detail, "It was revoked.");
        assert!(!pages.account().has_password);
        pages.asked(Ask::ForgetPassword(account.id)).await;
        pages.until(|pages| !pages.account().keeps_password).await;
    })
    .await;
    assert!(secrets.0.borrow().is_empty());
}

#[tokio::test]
async fn a_token_that_the_server_refuses_is_told_as_such_and_shown_to_no_other_server() {
    let (world, home) = (World::new("another"), tempfile::tempdir().unwrap());
    with(&world, &home, &Drawer::default(), async |pages| {
        let id = pages.ask(Ask::Account(Box::new(world.mailbox(world.grant("refused", u64::MAX)))));
        assert!(matches!(pages.answer(id).await, Update::Keep(Answer::Account(_))));
        pages.asked(Ask::Overview).await;
        let reason = |pages: &Pages| match pages.account().activity {
            Activity::Failed(failure) if failure.kind == FailureKind::WrongPassword => failure.reason,
            _ => None,
        };
        pages.until(|pages| reason(pages) == Some(Reason::TokenRefused)).await;
    })
    .await;

    // Neither to another server, nor to anybody on the way.
    for change in [
        |open: OpenMailbox| OpenMailbox { host: "pop.example.net".into(), ..open },
        |open: OpenMailbox| OpenMailbox { security: Security::None, cleartext_agreed: true, ..open },
        |open: OpenMailbox| OpenMailbox { tls_end: TlsEnd::Bridge, ..open },
    ] {
        let (world, home) = (World::new("secret-token"), tempfile::tempdir().unwrap());
        with(&world, &home, &Drawer::default(), async |pages| {
            let open = change(world.mailbox(world.grant("secret-token", u64::MAX)));
            pages.ask(Ask::Account(Box::new(open)));
            pages.asked(Ask::Overview).await;
            let reason = |pages: &Pages| match pages.account().activity {
                Activity::Failed(failure) => failure.reason,
                _ => None,
            };
            pages.until(|pages| reason(pages) == Some(Reason::OtherServer)).await;
        })
        .await;
        assert!(world.mail.lines().is_empty(), "{:?}", world.mail.lines());
    }
}

#[tokio::test]
async fn two_who_need_a_token_wait_for_one_renewal_and_who_does_not_want_to_stay_signed_in_leaves_nothing() {
    let (world, home, secrets) = (World::new("second-token"), tempfile::tempdir().unwrap(), Drawer::default());
    with(&world, &home, &secrets, async |pages| {
        world.answers(200, r#"{"access_token":"second-token","expires_in":"3600","refresh_token":"second"}"#);
        world.answers(400, r#"{"error":"invalid_grant"}"#);
        let id = pages.ask(Ask::Account(Box::new(world.mailbox(world.grant("first-token", 1)))));
        let Update::Keep(Answer::Account(account)) = pages.answer(id).await else { panic!("an account is made") };
        let sign_in = |keep| {
            let credential = Credential::Grant(Box::new(world.grant("first-token", 1)));
            Ask::Check(account, Some(SignIn { credential, token: None, keep }))
        };
        pages.ask(sign_in(true));
        pages.asked(Ask::Overview).await;
        pages.until(|pages| pages.account().keeps_password && pages.folder(Role::Inbox).messages == 3).await;
        pages.ask(sign_in(false));
        pages.until(|pages| !pages.account().keeps_password).await;
        pages.until(|pages| pages.account().activity == Activity::Idle).await;
        assert_eq!(world.forms.lock().unwrap().len(), 1);
    })
    .await;
    assert!(secrets.0.borrow().is_empty());
}
