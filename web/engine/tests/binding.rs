//! A server that hangs up on a login that is bound to the TLS channel: what it had seen decides what is tried next.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::channel::mpsc::unbounded;
use futures::future::LocalBoxFuture;
use futures::io::BufReader;
use futures::{AsyncBufReadExt, AsyncWriteExt, FutureExt, StreamExt};
use futures_rustls::TlsAcceptor;
use restante_api::{Call, CallId, Failure, FailureKind, OpenMailbox, Request, Security, Update};
use restante_engine::platform::{Destination, Dial, Tunnel, TunnelFault};
use support::{Pipe, certified, open};
use tokio::io::DuplexStream;
use tokio_util::compat::TokioAsyncReadCompatExt;

/// When the server closes the connection of a login that is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HangsUp {
    BeforeTheProof,
    BehindTheProof,
}

#[derive(Clone)]
struct Host {
    hangs_up: HangsUp,
    acceptor: TlsAcceptor,
    /// The mechanisms of all connections.
    tried: Rc<RefCell<Vec<String>>>,
}

impl Dial for Host {
    fn dial(&self, _: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        let (near, far) = tokio::io::duplex(1 << 16);
        let host = self.clone();
        tokio::task::spawn_local(async move { serve(&host, far).await.unwrap_or_default() });
        futures::future::ready(Ok(Box::new(Pipe::new(near)) as Box<dyn Tunnel>)).boxed_local()
    }
}

support::fixed_clock!(Host);

async fn serve(host: &Host, io: DuplexStream) -> std::io::Result<()> {
    let mut io = BufReader::new(host.acceptor.accept(io.compat()).await?);
    io.write_all(b"+OK ready\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        io.flush().await?;
        if io.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let mut words = line.trim_end().split(' ');
        match (words.next(), words.next()) {
            (Some("CAPA"), _) => io.write_all(b"+OK\r\nSASL SCRAM-SHA-256-PLUS SCRAM-SHA-256\r\n.\r\n").await?,
            (Some("AUTH"), Some(mechanism)) => {
                host.tried.borrow_mut().push(mechanism.to_owned());
                match (mechanism, host.hangs_up) {
                    ("SCRAM-SHA-256-PLUS", HangsUp::BeforeTheProof) => return io.close().await,
                    ("SCRAM-SHA-256-PLUS", HangsUp::BehindTheProof) => {
                        let message = STANDARD.decode(words.next().unwrap()).unwrap();
                        let message = String::from_utf8(message).unwrap();
                        let nonce = message.rsplit("r=").next().unwrap();
                        let challenge = STANDARD.encode(format!("r={nonce}x,s=c2FsdA==,i=4096"));
                        io.write_all(format!("+ {challenge}\r\n").as_bytes()).await?;
                        io.flush().await?;
                        io.read_line(&mut line).await?;
                        return io.close().await;
                    }
                    _ => io.write_all(b"-ERR [AUTH] no\r\n").await?,
                }
            }
            _ => io.write_all(b"-ERR\r\n").await?,
        }
    }
}

/// The mechanisms that were tried, and what became of the login.
async fn sign_in(hangs_up: HangsUp) -> (Vec<String>, Failure) {
    let (acceptor, fingerprint) = certified();
    let host = Host { hangs_up, acceptor, tried: Rc::default() };
    let (requests, incoming) = unbounded();
    let (outgoing, mut updates) = unbounded();
    let mailbox = OpenMailbox { security: Security::Tls, trusted: Some(fingerprint), ..open("secret") };
    let request = Request::Open(Box::new(mailbox));
    requests.unbounded_send(Call::Ask { id: CallId(1), request }).unwrap();
    let running = restante_engine::run(host.clone(), incoming, move |reply| {
        let _ = outgoing.unbounded_send(reply);
    });
    let failing = async {
        loop {
            if let Update::Failed(failure) = updates.next().await.expect("the engine goes on").update {
                drop(requests);
                return *failure;
            }
        }
    };
    let local = tokio::task::LocalSet::new();
    let (_, failure) = local.run_until(futures::future::join(running, failing)).await;
    (host.tried.take(), failure)
}

#[tokio::test(start_paused = true)]
async fn a_server_that_dies_of_binding_is_signed_in_to_without() {
    let (tried, failure) = sign_in(HangsUp::BeforeTheProof).await;
    assert_eq!(tried, ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]);
    assert_eq!((failure.kind, failure.detail.as_str()), (FailureKind::WrongPassword, "no"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_up_on_a_wrong_password_is_not_tried_again_without_binding() {
    let (tried, failure) = sign_in(HangsUp::BehindTheProof).await;
    assert_eq!(tried, ["SCRAM-SHA-256-PLUS"]);
    assert_eq!(failure.kind, FailureKind::WrongPassword);
}
