//! The native platform: a TCP connection straight to the mail server, and the system's clock.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::LocalBoxFuture;
use futures::io::{AsyncRead, AsyncWrite};
use restante_engine::platform::{Clock, Destination, Dial, Tunnel, TunnelFault};
use restante_protocol::tunnel::CloseCode;
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

/// This machine.
pub struct Native;

impl Dial for Native {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        Box::pin(async move {
            let mut addresses = tokio::net::lookup_host((to.host.as_str(), to.port))
                .await
                .map_err(|error| TunnelFault::refused(CloseCode::UnknownHost, error.to_string()))?
                .peekable();
            if addresses.peek().is_none() {
                return Err(TunnelFault::refused(CloseCode::UnknownHost, "the name has no address"));
            }
            let mut last = None;
            for address in addresses {
                match TcpStream::connect(address).await {
                    Ok(stream) => {
                        let _ = stream.set_nodelay(true);
                        return Ok(Box::new(Tcp { stream: stream.compat(), peer: address.ip().to_string() }) as _);
                    }
                    Err(error) => last = Some(error),
                }
            }
            Err(last.map_or_else(|| TunnelFault::Lost(String::new()), |error| refused(&error)))
        })
    }
}

impl Clock for Native {
    fn now(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

fn refused(error: &io::Error) -> TunnelFault {
    let code = match error.kind() {
        io::ErrorKind::ConnectionRefused => CloseCode::ConnectRefused,
        io::ErrorKind::TimedOut => CloseCode::ConnectTimeout,
        _ => CloseCode::Unreachable,
    };
    TunnelFault::refused(code, error.to_string())
}

struct Tcp {
    stream: Compat<TcpStream>,
    peer: String,
}

impl Tunnel for Tcp {
    fn peer(&self) -> String {
        self.peer.clone()
    }

    fn start_tls(&mut self) -> LocalBoxFuture<'_, Result<(), TunnelFault>> {
        // There is no bridge here that could end TLS.
        Box::pin(std::future::ready(Err(TunnelFault::refused(CloseCode::Internal, "no bridge"))))
    }
}

impl AsyncRead for Tcp {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Tcp {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
