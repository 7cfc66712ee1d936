//! How a connection comes to be secure, and when it is refused: STLS, injected bytes, missing TLS, patience.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures::future::LocalBoxFuture;
use futures::{AsyncReadExt, AsyncWriteExt, FutureExt};
use restante_api::{Blame, Failure, FailureKind, Fingerprint, Security, Stage, TlsEnd};
use restante_engine::connection::{Connection, Options};
use restante_engine::platform::{Destination, Dial, Tunnel, TunnelFault};
use restante_protocol::pop3::{Command, Event};
use support::{Pipe, certified};
use tokio::io::DuplexStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

/// A host whose one connection is the given pipe.
struct One(RefCell<Option<DuplexStream>>);

impl Dial for One {
    fn dial(&self, _: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        let pipe = self.0.take().expect("one connection");
        futures::future::ready(Ok(Box::new(Pipe::new(pipe)) as Box<dyn Tunnel>)).boxed_local()
    }
}

support::fixed_clock!(One);

/// Opens a connection against what the server does with its end of the pipe.
async fn against<F>(
    options: Options,
    server: impl FnOnce(Compat<DuplexStream>) -> F,
) -> (Result<Connection, Failure>, F::Output)
where
    F: Future,
{
    let (near, far) = tokio::io::duplex(1 << 16);
    let host: Rc<One> = Rc::new(One(RefCell::new(Some(near))));
    let opening = async {
        let mut greeting = |_| ();
        let mut stage = |_: Stage| ();
        let mut connection =
            Connection::open(host, "pop.example.org", 995, None, &options, &mut stage, &mut greeting).await?;
        connection.submit(Command::Capa).unwrap();
        let mut answered = false;
        while !answered {
            connection
                .turn(&mut |event| answered |= matches!(event, Event::Done { .. } | Event::Refused { .. }))
                .await?;
        }
        Ok(connection)
    };
    futures::join!(opening, server(far.compat()))
}

async fn line(io: &mut (impl futures::AsyncRead + Unpin)) -> String {
    let mut line = Vec::new();
    let mut byte = [0];
    while io.read(&mut byte).await.is_ok_and(|octets| octets == 1) {
        line.push(byte[0]);
        if byte[0] == b'\n' {
            break;
        }
    }
    String::from_utf8(line).unwrap()
}

fn starttls(trusted: Option<Fingerprint>) -> Options {
    Options { security: Security::Starttls, trusted, ..Options::default() }
}

#[tokio::test]
async fn stls_is_all_that_travels_in_clear_text() {
    let (acceptor, fingerprint) = certified();
    let (connection, said) = against(starttls(Some(fingerprint)), async |mut io| {
        io.write_all(b"+OK hello\r\n").await.unwrap();
        let clear = line(&mut io).await;
        io.write_all(b"+OK begin\r\n").await.unwrap();
        let mut io = acceptor.accept(io).await.unwrap();
        let secret = line(&mut io).await;
        io.write_all(b"+OK\r\nPIPELINING\r\n.\r\n").await.unwrap();
        (clear, secret)
    })
    .await;
    let connection = connection.unwrap();
    assert_eq!(said, ("STLS\r\n".into(), "CAPA\r\n".into()));
    let view = connection.transport().tls_view("pop.example.org", Some(fingerprint), 1_790_000_000).unwrap();
    assert_eq!((view.version.as_str(), view.trusted_by_fingerprint), ("TLS 1.3", true));
    assert_eq!(view.certificate.fingerprint, fingerprint);
    assert_eq!(connection.transport().peer(), "192.0.2.7");
}

#[tokio::test]
async fn implicit_tls_with_an_unknown_certificate_shows_it_and_sends_nothing_else() {
    let (acceptor, fingerprint) = certified();
    let (connection, accepted) =
        against(Options::default(), async |io| acceptor.accept(io).await.map(|_| ()).map_err(|e| e.kind())).await;
    match connection.err().unwrap().kind {
        FailureKind::Certificate { certificate, .. } => assert_eq!(certificate.fingerprint, fingerprint),
        other => panic!("{other:?}"),
    }
    assert!(accepted.is_err());
}

#[tokio::test]
async fn bytes_put_behind_the_answer_to_stls_refuse_the_upgrade() {
    let (_, fingerprint) = certified();
    let (connection, left) = against(starttls(Some(fingerprint)), async |mut io| {
        io.write_all(b"+OK hello\r\n").await.unwrap();
        line(&mut io).await;
        io.write_all(b"+OK begin\r\n+OK injected\r\n").await.unwrap();
        line(&mut io).await
    })
    .await;
    let failure = connection.err().unwrap();
    assert_eq!((failure.kind, failure.blame), (FailureKind::TlsFailed, Blame::Network));
    assert!(failure.detail.contains("RFC 2595, section 4"), "{}", failure.detail);
    assert_eq!(left, "", "not even a ClientHello is sent");
}

#[tokio::test]
async fn without_stls_nothing_is_sent() {
    let (connection, said) = against(starttls(None), async |mut io| {
        io.write_all(b"+OK hello\r\n").await.unwrap();
        line(&mut io).await;
        io.write_all(b"-ERR what?\r\n").await.unwrap();
        line(&mut io).await
    })
    .await;
    let failure = connection.err().unwrap();
    assert_eq!((failure.kind, failure.detail.as_str(), said.as_str()), (FailureKind::NoStarttls, "what?", ""));
}

#[tokio::test]
async fn a_bridge_that_ends_tls_is_told_when_to_start() {
    let options = Options { tls_end: TlsEnd::Bridge, ..starttls(None) };
    let (connection, said) = against(options, async |mut io| {
        io.write_all(b"+OK hello\r\n").await.unwrap();
        let first = line(&mut io).await;
        io.write_all(b"+OK begin\r\n").await.unwrap();
        let second = line(&mut io).await;
        io.write_all(b"-ERR no\r\n").await.unwrap();
        (first, second)
    })
    .await;
    assert!(connection.unwrap().transport().channel_bindings().is_empty());
    assert_eq!(said, ("STLS\r\n".into(), "CAPA\r\n".into()));
}

#[tokio::test(start_paused = true)]
async fn patience_ends_with_silence_and_not_with_slowness() {
    let clear = || Options { security: Security::None, cleartext_agreed: true, ..Options::default() };
    let (connection, ()) = against(clear(), async |io| {
        tokio::time::sleep(Duration::from_secs(100)).await;
        drop(io);
    })
    .await;
    assert_eq!(connection.err().unwrap().kind, FailureKind::TimedOut, "no greeting");
    let (connection, ()) = against(Options::default(), async |io| {
        tokio::time::sleep(Duration::from_secs(100)).await;
        drop(io);
    })
    .await;
    assert_eq!(connection.err().unwrap().kind, FailureKind::TimedOut, "no TLS");
    let (connection, ()) = against(clear(), async |mut io| {
        // A byte every 20 seconds, for ten minutes.
        for byte in b"+OK hello\r\n+OK\r\nTOP\r\nUIDL\r\n.\r\n" {
            tokio::time::sleep(Duration::from_secs(20)).await;
            io.write_all(&[*byte]).await.unwrap();
        }
        line(&mut io).await;
    })
    .await;
    assert!(connection.is_ok(), "{:?}", connection.err());
}

#[tokio::test]
async fn a_server_that_hangs_up_is_told_from_a_network_that_breaks() {
    let clear = || Options { security: Security::None, cleartext_agreed: true, ..Options::default() };
    let (connection, ()) = against(clear(), async |io| drop(io)).await;
    let failure = connection.err().unwrap();
    assert_eq!((failure.kind, failure.blame), (FailureKind::ConnectionLost, Blame::Server));
}
