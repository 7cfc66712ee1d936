//! A script's server on a connection: what `restante_testkit::server` wants done, done.

use std::time::Duration;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use futures_rustls::TlsAcceptor;
use restante_testkit::server::{Act, Channel, Plan, Server};

/// Serves the connection of this number, counted from 0, to its end.
pub(crate) async fn serve<S>(plan: &Plan, number: u32, acceptor: &TlsAcceptor, io: S) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut server = Server::new(plan, number);
    let greeting = server.greet();
    if plan.channel == Channel::Tls {
        return talk(&mut server, greeting, acceptor.accept(io).await?).await.map(drop);
    }
    match talk(&mut server, greeting, io).await? {
        Some(io) => talk(&mut server, Vec::new(), acceptor.accept(io).await?).await.map(drop),
        None => Ok(()),
    }
}

/// Talks until the connection ends, or until TLS is to start on it.
async fn talk<S>(server: &mut Server<'_>, mut acts: Vec<Act>, mut io: S) -> std::io::Result<Option<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut pending: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 1 << 12];
    loop {
        for act in acts.drain(..) {
            match act {
                Act::Say(octets) => io.write_all(&octets).await?,
                Act::SayForever(octets) => loop {
                    io.write_all(&octets).await?;
                },
                Act::Pause => tokio::time::sleep(Duration::from_secs(5)).await,
                Act::StartTls => {
                    io.flush().await?;
                    return Ok(Some(io));
                }
                Act::Close => {
                    io.close().await?;
                    return Ok(None);
                }
            }
        }
        io.flush().await?;
        while !pending.contains(&b'\n') {
            match io.read(&mut buffer).await? {
                0 => return Ok(None),
                octets => pending.extend_from_slice(&buffer[..octets]),
            }
        }
        let end = pending.iter().position(|octet| *octet == b'\n').unwrap();
        let line: Vec<u8> = pending.drain(..=end).collect();
        acts = server.hear(line.trim_ascii_end());
    }
}
