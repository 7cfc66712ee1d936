//! Reloads, and what is no configuration. A real authority is in the suite of the whole bridge.

use rustls_pki_types::CertificateDer;

use super::*;
use crate::listen::https::Https;
use crate::{CertificateFiles, Config, Server};

fn config(directory: &str, contact: &str) -> Result<AcmeConfig, BadAcme> {
    let (domains, contacts) = (vec!["mail.example.org".to_owned()], vec![contact.to_owned()]);
    AcmeConfig::new(domains, contacts, Some(directory.to_owned()), "/nonexistent".into(), None)
}

#[test]
fn a_certificate_that_is_due_at_once_is_used_and_counts_as_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let acme =
        AcmeConfig { cache: folder.path().join("acme"), ..config(DEFAULT_DIRECTORY, "mailto:a@example.org").unwrap() };
    let serve = |certificates: Arc<Certificates>| {
        let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        Ok(builder.with_safe_default_protocol_versions()?.with_no_client_auth().with_cert_resolver(certificates))
    };
    let acme = Acme::new(acme, None, serve).unwrap();
    let issued = |last_year: i32| {
        let mut made = rcgen::CertificateParams::new(vec!["mail.example.org".to_owned()]).unwrap();
        made.not_before = rcgen::date_time_ymd(2020, 1, 1);
        made.not_after = rcgen::date_time_ymd(last_year, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        [key.serialize_pem(), made.self_signed(&key).unwrap().pem()].concat().into_bytes()
    };
    assert!(matches!(acme.take_up(&issued(2021)), Err(order::OrderError::DueAtOnce)));
    assert!(acme.certificates.current().is_some());
    assert!(acme.take_up(&issued(4000)).is_ok());
}

#[test]
fn what_is_no_directory_and_no_contact_is_refused() {
    let contact = "mailto:ana@example.org";
    assert!(config(DEFAULT_DIRECTORY, contact).is_ok());
    for directory in ["http://acme.example/directory", "acme.example", "", "https://"] {
        assert!(matches!(config(directory, contact), Err(BadAcme::Directory(_))), "{directory}");
    }
    for contact in ["ana@example.org", "mailto:ana", ""] {
        assert!(matches!(config(DEFAULT_DIRECTORY, contact), Err(BadAcme::Contact(_))), "{contact}");
    }
}

#[test]
fn the_pause_after_failures_grows_and_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let serve = |certificates: Arc<Certificates>| {
            let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
            Ok(builder.with_safe_default_protocol_versions()?.with_no_client_auth().with_cert_resolver(certificates))
        };
        let acme = Acme::new(for_name("mail.example.org", folder.path()), None, serve).unwrap();
        acme.make_folder().unwrap();
        acme
    };
    let mut waits = Vec::new();
    for _ in 0..5 {
        waits.push(start().note_failure().as_secs());
    }
    assert_eq!(waits, [60, 240, 960, 3600, 3600]);
    assert!(start().pause() > Duration::from_secs(3500), "whoever starts again waits");
    start().keep_failure(None);
    assert_eq!((start().pause(), start().note_failure().as_secs()), (Duration::ZERO, 60));
}

#[test]
fn the_key_of_an_external_account_is_read_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let with = |text: &str| {
        std::fs::write(&path, text).unwrap();
        for_name("a.example", folder.path()).with_external_account("id-1".to_owned(), &path)
    };
    let config = with("c2VjcmV0LWtleQ\n").unwrap();
    assert_eq!(config.external_account.as_ref().unwrap().key, b"secret-key");
    assert_eq!(with("c2VjcmV0LWtleQ==").unwrap(), config);
    let shown = format!("{config:?}");
    assert!(shown.contains("id-1") && !shown.contains("115, 101") && !shown.contains("secret"), "{shown}");
    for wrong in ["", "no base64!", "\n"] {
        assert!(matches!(with(wrong), Err(BadAcme::ExternalKey(..))), "{wrong:?}");
    }
    let nowhere = for_name("a.example", folder.path()).with_external_account("id".into(), Path::new("/nonexistent"));
    assert!(matches!(nowhere, Err(BadAcme::ExternalKey(..))));
}

/// A configuration for this name, whose cache is in the folder; nobody answers at its authority.
fn for_name(name: &str, folder: &std::path::Path) -> AcmeConfig {
    let nowhere = Some("https://127.0.0.1:1/directory".to_owned());
    AcmeConfig::new(vec![name.to_owned()], vec![], nowhere, folder.join(name), None).unwrap()
}

/// A key and a certificate for this name, good for long.
fn made_for(name: &str) -> (CertificateDer<'static>, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let pem = [made.signing_key.serialize_pem(), made.cert.pem()].concat();
    (made.cert.der().clone(), pem.into_bytes())
}

/// Keeps a certificate where a bridge of this configuration will look for it.
fn keep_beforehand(config: &AcmeConfig, pem: &[u8]) {
    let cache = Cache::open(config).unwrap();
    cache.make().unwrap();
    cache.keep_certificate(pem).unwrap();
}

/// Whether a handshake is answered with this certificate.
async fn shows(server: &Server, name: &'static str, expected: &CertificateDer<'static>) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(expected.clone()).unwrap();
    let trust = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (near, far) = tokio::io::duplex(16 * 1024);
    let connector = tokio_rustls::TlsConnector::from(Arc::new(trust));
    let acceptor = server.shared().rules().https.as_ref().unwrap().acceptor();
    let (client, _) = tokio::join!(connector.connect(name.try_into().unwrap(), near), acceptor.accept(far));
    client.is_ok()
}

fn acme_of(server: &Server) -> Arc<Acme> {
    match server.shared().rules().https.as_ref() {
        Some(Https::Acme(acme)) => Arc::clone(acme),
        _ => panic!("no certificate from an authority"),
    }
}

#[tokio::test]
async fn a_reload_for_other_names_shows_the_old_certificate_until_there_is_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let (old, pem) = made_for("old.example");
    let first = for_name("old.example", folder.path());
    keep_beforehand(&first, &pem);
    let server = Server::new(Config { acme: Some(first), ..Config::default() }).unwrap();
    let reload = |name: &str| {
        let acme = Some(for_name(name, folder.path()));
        server.reloader().reload(Config { acme, ..Config::default() }).unwrap();
    };
    // Twice: what is shown only for now is handed on as well.
    for name in ["newer.example", "new.example"] {
        reload(name);
        assert!(shows(&server, "old.example", &old).await, "{name}");
        assert!(acme_of(&server).rest().is_zero(), "a certificate for {name} is ordered at once");
    }
    let (new, pem) = made_for("new.example");
    acme_of(&server).take_up(&pem).unwrap();
    assert!(shows(&server, "new.example", &new).await);
    assert!(!shows(&server, "old.example", &old).await);
}

#[tokio::test]
async fn a_change_from_files_to_an_authority_shows_the_files_certificate_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (old, pem) = made_for("old.example");
    let path = folder.path().join("both.pem");
    std::fs::write(&path, pem).unwrap();
    let certificate = Some(CertificateFiles { certificate: path.clone(), key: path });
    let server = Server::new(Config { certificate, ..Config::default() }).unwrap();
    let acme = Some(for_name("new.example", folder.path()));
    server.reloader().reload(Config { acme, ..Config::default() }).unwrap();
    assert!(shows(&server, "old.example", &old).await);
}

#[tokio::test]
async fn a_reload_ends_the_orders_for_the_old_names_though_a_tunnel_keeps_its_rules() {
    let folder = tempfile::tempdir().unwrap();
    let config = |name: &str| Config { acme: Some(for_name(name, folder.path())), ..Config::default() };
    let server = Server::new(config("first.example")).unwrap();
    server.reloader().reload(config("old.example")).unwrap();
    let of_a_tunnel = server.shared().rules();
    let old = acme_of(&server);
    server.reloader().reload(config("old.example")).unwrap();
    tokio::task::yield_now().await;
    assert!(!old.task.get().unwrap().is_finished(), "the same goes on");
    server.reloader().reload(config("new.example")).unwrap();
    let ended = async {
        while !old.task.get().unwrap().is_finished() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), ended).await.expect("the old orders end");
    assert!(!acme_of(&server).task.get().unwrap().is_finished());
    drop(of_a_tunnel);
}
