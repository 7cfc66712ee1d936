//! The engine's way to a mail server through a bridge, outside a browser: what the page's glue does, with Tokio.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::LocalBoxFuture;
use futures::io::{AsyncRead, AsyncWrite};
use futures::{SinkExt, StreamExt};
use restante_engine::platform::{Clock, Destination, Dial, Tunnel, TunnelFault};
use restante_protocol::tunnel::{
    BridgeMessage, CloseCode, DEFAULT_WINDOW, MAX_DATA_BYTES, Open, PageMessage, SUBPROTOCOL, decode, encode,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

/// A host that reaches mail servers through one bridge.
#[derive(Debug, Clone)]
pub struct ThroughBridge {
    /// The tunnel's address, `ws://127.0.0.1:PORT/tunnel`.
    pub url: String,
    /// The origin to name, as a page of the bridge would.
    pub origin: String,
}

impl Dial for ThroughBridge {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        let Self { url, origin } = self.clone();
        Box::pin(async move {
            let unreachable = |error: &dyn std::fmt::Display| TunnelFault::BridgeUnreachable(error.to_string());
            let mut request = url.into_client_request().map_err(|e| unreachable(&e))?;
            let origin = HeaderValue::from_str(&origin).map_err(|e| unreachable(&e))?;
            request.headers_mut().insert("Origin", origin);
            request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(SUBPROTOCOL));
            let (mut socket, _) = connect_async(request).await.map_err(|e| unreachable(&e))?;
            let Destination { host, port, tls, service, token, .. } = to;
            let open = PageMessage::Open(Open { host, port, tls, service, token, window: DEFAULT_WINDOW });
            socket.send(Message::text(encode(&open))).await.map_err(|e| unreachable(&e))?;

            let (near, far) = tokio::io::duplex(4 * MAX_DATA_BYTES);
            let known = Arc::new(Mutex::new(Known::default()));
            let (secure, wishes) = mpsc::channel(1);
            tokio::spawn(pump(socket, far, wishes, known.clone()));
            Ok(Box::new(Stream { pipe: near.compat(), taken: 0, known, secure }) as Box<dyn Tunnel>)
        })
    }
}

impl Clock for ThroughBridge {
    fn now(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// What the bridge has told.
#[derive(Debug, Default)]
struct Known {
    peer: String,
    fault: Option<TunnelFault>,
}

/// Asks for TLS at the bridge, with the bytes that were read before; answered when it is up.
struct Wish {
    received: u64,
    granted: oneshot::Sender<()>,
}

struct Stream {
    pipe: Compat<DuplexStream>,
    /// Bytes that were read.
    taken: u64,
    known: Arc<Mutex<Known>>,
    secure: mpsc::Sender<Wish>,
}

impl Stream {
    /// The fault the bridge told of, where it did, instead of a mere end.
    fn explained<T>(&self, otherwise: io::Result<T>) -> io::Result<T> {
        match &self.known.lock().unwrap_or_else(PoisonError::into_inner).fault {
            Some(fault) => Err(fault.clone().into()),
            None => otherwise,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.pipe).poll_read(cx, buf) {
            Poll::Ready(Ok(count @ 1..)) => {
                self.taken += count as u64;
                Poll::Ready(Ok(count))
            }
            Poll::Ready(result @ (Ok(0) | Err(_))) => Poll::Ready(self.explained(result)),
            other => other,
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.pipe).poll_write(cx, buf) {
            Poll::Ready(Err(error)) => Poll::Ready(self.explained(Err(error))),
            other => other,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_close(cx)
    }
}

impl Tunnel for Stream {
    fn peer(&self) -> String {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).peer.clone()
    }

    fn start_tls(&mut self) -> LocalBoxFuture<'_, Result<(), TunnelFault>> {
        Box::pin(async move {
            let (sender, granted) = oneshot::channel();
            let asked = self.secure.send(Wish { received: self.taken, granted: sender }).await.is_ok();
            if asked && granted.await.is_ok() {
                return Ok(());
            }
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Err(known.fault.clone().unwrap_or_else(|| TunnelFault::Lost("the bridge hung up".into())))
        })
    }
}

/// Moves bytes between the engine's end and the bridge until either is done.
async fn pump(
    mut socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pipe: DuplexStream,
    mut wishes: mpsc::Receiver<Wish>,
    known: Arc<Mutex<Known>>,
) {
    let (mut from_engine, mut to_engine) = tokio::io::split(pipe);
    let (mut buffer, mut open, mut wish) = (vec![0; MAX_DATA_BYTES], true, None);
    let tell = |fault| {
        known.lock().unwrap_or_else(PoisonError::into_inner).fault.get_or_insert(fault);
    };
    loop {
        let sent = tokio::select! {
            count = from_engine.read(&mut buffer), if open => match count {
                Ok(count @ 1..) => socket.send(Message::binary(buffer[..count].to_vec())).await,
                Ok(0) | Err(_) => {
                    open = false;
                    socket.send(Message::text(encode(&PageMessage::Eof))).await
                }
            },
            Some(asked) = wishes.recv() => {
                let message = PageMessage::Starttls { received: asked.received };
                wish = Some(asked);
                socket.send(Message::text(encode(&message))).await
            }
            message = socket.next() => match message {
                Some(Ok(Message::Binary(bytes))) => {
                    if to_engine.write_all(&bytes).await.is_err() {
                        break; // The engine has dropped its end.
                    }
                    let bytes = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                    socket.send(Message::text(encode(&PageMessage::Credit { bytes }))).await
                }
                Some(Ok(Message::Text(text))) => {
                    match decode(&text) {
                        Ok(BridgeMessage::Opened { peer }) => {
                            known.lock().unwrap_or_else(PoisonError::into_inner).peer = peer;
                        }
                        Ok(BridgeMessage::Refused(refused)) => tell(TunnelFault::Refused(refused)),
                        Ok(BridgeMessage::Secured) => {
                            // Whoever asked may have given up.
                            let _ = wish.take().map(|wish: Wish| wish.granted.send(()));
                        }
                        Ok(BridgeMessage::Eof) => {
                            // As above.
                            let _ = to_engine.shutdown().await;
                        }
                        Ok(BridgeMessage::Services(_)) => tell(TunnelFault::Lost("nobody asked for servers".into())),
                        Err(error) => tell(TunnelFault::Lost(error.to_string())),
                    }
                    Ok(())
                }
                Some(Ok(Message::Close(frame))) => {
                    if let Some(frame) = frame
                        && let Ok(code) = CloseCode::try_from(u16::from(frame.code))
                    {
                        tell(TunnelFault::refused(code, frame.reason.as_str()));
                    }
                    break;
                }
                Some(Ok(_)) => Ok(()),
                Some(Err(Error::ConnectionClosed)) | None => break,
                Some(Err(error)) => Err(error),
            },
        };
        if let Err(error) = sent {
            tell(TunnelFault::Lost(error.to_string()));
            break;
        }
    }
    // Both are gone or going: there is nobody to tell a failure.
    let _ = socket.close(None).await;
    let _ = to_engine.shutdown().await;
}
