//! Signing in at a provider: the page may speak TLS with the hosts that the operator has set up for it, and with no others.

use restante_bridge::policy::Policy;
use restante_bridge::{Config, settings::Settings};
use restante_protocol::tunnel::{BridgeTls, CloseCode, Open, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Got, MailServer, Page, open, start};

/// How a TLS handshake begins (RFC 8446, sections 4 and 5.1).
const HELLO: &[u8] = &[0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0];

fn at(server: &MailServer) -> Config {
    let entry = format!("127.0.0.1:{}", server.port()).parse().unwrap();
    Config { policy: Policy::public().with_sign_in(vec![entry]), ..Config::default() }
}

fn sign_in(server: &MailServer) -> Open {
    Open { service: Service::SignIn, ..open("127.0.0.1", server.port()) }
}

#[tokio::test]
async fn tls_is_passed_on_to_a_provider_that_is_set_up_and_nothing_else_is() {
    let server = MailServer::start().await;
    let bridge = start(at(&server)).await;
    let mut page = Page::open(&bridge, sign_in(&server)).await;
    let mut provider = server.accept().await;
    page.send(HELLO).await;
    let mut came = [0; HELLO.len()];
    provider.read_exact(&mut came).await.unwrap();
    assert_eq!(came, HELLO);
    provider.write_all(b"\x16\x03\x03").await.unwrap();
    assert_eq!(page.receive(3).await, b"\x16\x03\x03");

    let mut page = Page::open(&bridge, sign_in(&server)).await;
    let mut provider = server.accept().await;
    page.send(b"GET / HTTP/1.1\r\n\r\n").await;
    let Got::Closed(code, words) = page.next().await else { panic!("the tunnel is closed") };
    assert!(code == u16::from(CloseCode::Forbidden) && words.contains("did not begin TLS"), "{code} {words}");
    assert_eq!(provider.read(&mut [0]).await.unwrap(), 0, "nothing of it arrives");
}

#[tokio::test]
async fn only_hosts_that_are_set_up_for_it_are_reached_and_for_nothing_else() {
    let server = MailServer::start().await;
    let bridge = start(at(&server)).await;
    for other in [
        open("127.0.0.1", server.port()),
        Open { service: Service::Submission, ..sign_in(&server) },
        Open { tls: BridgeTls::Implicit, ..sign_in(&server) },
        Open { port: server.port() ^ 1, ..sign_in(&server) },
        Open { host: "localhost".into(), ..sign_in(&server) },
    ] {
        assert_eq!(Page::refusal(&bridge, other.clone()).await.0, CloseCode::Forbidden, "{other:?}");
    }
    // A list of mail servers says nothing of providers.
    let entry = format!("127.0.0.1:{}", server.port()).parse().unwrap();
    let bridge = start(Config { policy: Policy::listed(vec![entry]), ..Config::default() }).await;
    let (code, words) = Page::refusal(&bridge, sign_in(&server)).await;
    assert!(code == CloseCode::Forbidden && words.contains("for signing in"), "{words}");
}

#[test]
fn providers_of_a_file_are_told_to_the_page_and_admitted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("providers.json");
    std::fs::write(&file, r#"[{"provider":"microsoft","client-id":"abc"}]"#).unwrap();
    let settings = Settings { oauth: Some(file.clone()), ..Settings::default() };
    let config = settings.into_config().unwrap();
    assert_eq!(config.oauth[0].name, "Microsoft");
    let host = "login.microsoftonline.com".parse().unwrap();
    assert_eq!(config.policy.admit(Service::SignIn, &host, 443), Ok(()));
    assert!(config.policy.admit(Service::Pop3, &host, 443).is_err());
    std::fs::write(&file, "{}").unwrap();
    let fault = Settings { oauth: Some(file), ..Settings::default() }.into_config().unwrap_err().to_string();
    assert!(fault.contains("providers.json is no list of providers"), "{fault}");
}
