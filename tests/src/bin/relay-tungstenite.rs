//! `relay-tungstenite`: the least relay that the library tokio-tungstenite makes, for `bench-bridge`: what the bridge would cost
//! at least if its WebSockets were the library's. It knows no policy, no limits and no control messages.

use std::io;
use std::net::SocketAddr;

use anyhow::Result;
use clap::Parser;
use futures::{SinkExt, StreamExt, TryStreamExt};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// Octets of a message at most, as the bridge has it.
const MESSAGE: usize = 64 << 10;

/// Relays WebSockets to one server.
#[derive(Debug, Parser)]
#[command(name = "relay-tungstenite", version)]
struct Arguments {
    /// Where to listen.
    #[arg(long)]
    listen: SocketAddr,
    /// Where every tunnel leads.
    #[arg(long)]
    server: SocketAddr,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { listen, server } = Arguments::parse();
    let listener = TcpListener::bind(listen).await?;
    loop {
        let (client, _) = listener.accept().await?;
        tokio::spawn(async move {
            // Whoever hangs up has said all there is to say.
            let _ = relay(client, server).await;
        });
    }
}

async fn relay(client: TcpStream, server: SocketAddr) -> Result<()> {
    client.set_nodelay(true)?;
    // An idle tunnel holds little, and nothing waits in a buffer.
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .write_buffer_size(0)
        .max_write_buffer_size(MESSAGE * 2)
        .max_message_size(Some(MESSAGE))
        .max_frame_size(Some(MESSAGE));
    let websocket = tokio_tungstenite::accept_async_with_config(client, Some(config)).await?;
    let server = TcpStream::connect(server).await?;
    server.set_nodelay(true)?;
    let (mut to_page, mut from_page) = websocket.split();
    let (from_server, mut to_server) = server.into_split();
    let up = async {
        while let Some(message) = from_page.try_next().await? {
            match message {
                Message::Binary(bytes) => to_server.write_all(&bytes).await?,
                Message::Close(_) => break,
                _ => {}
            }
        }
        to_server.shutdown().await?;
        anyhow::Ok(())
    };
    let down = async {
        loop {
            // The buffer is there only while there are octets for it.
            from_server.readable().await?;
            let mut octets = Vec::with_capacity(MESSAGE);
            match from_server.try_read_buf(&mut octets) {
                Ok(0) => break,
                Ok(_) => to_page.send(Message::Binary(Bytes::from(octets))).await?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
        to_page.close().await?;
        anyhow::Ok(())
    };
    tokio::try_join!(up, down)?;
    Ok(())
}
