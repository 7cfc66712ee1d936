//! What the bridge's tests share: a page's end of a tunnel, and mail servers that do as they are told.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use restante_bridge::policy::Policy;
use restante_bridge::{Config, Handle, Limits, Resolve, Resolving, Server};
use restante_protocol::tunnel::{self, BridgeMessage, BridgeTls, CloseCode, Open, PageMessage, Service};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longer than anything takes here, shorter than a test runner's patience.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail server that the tests play: a socket on loopback.
pub(crate) struct MailServer {
    listener: TcpListener,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// The next connection, for as long as it takes.
    pub(crate) async fn accept_or_wait(&self) -> TcpStream {
        self.listener.accept().await.unwrap().0
    }

    pub(crate) async fn accept(&self) -> TcpStream {
        timeout(PATIENCE, self.listener.accept()).await.expect("the bridge connects").unwrap().0
    }
}

/// A resolver that knows one answer to every name, or none.
#[derive(Debug)]
pub(crate) struct Answers(pub(crate) Vec<IpAddr>);

impl Resolve for Answers {
    fn resolve<'a>(&'a self, _name: &'a str) -> Resolving<'a> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// A configuration that allows these entries.
pub(crate) fn allowing(entries: &[String]) -> Config {
    Config { policy: Policy::listed(entries.iter().map(|entry| entry.parse().unwrap()).collect()), ..Config::default() }
}

pub(crate) fn with_limits(config: Config, change: impl FnOnce(&mut Limits)) -> Config {
    let mut limits = config.limits;
    change(&mut limits);
    Config { limits, ..config }
}

pub(crate) fn with_resolver(config: Config, addresses: &[&str]) -> Config {
    let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
    Config { resolver: Arc::new(Answers(addresses)), ..config }
}

/// A bridge that allows one loopback server.
pub(crate) async fn bridge_to(server: &MailServer) -> Handle {
    start(allowing(&[format!("127.0.0.1:{}", server.port())])).await
}

pub(crate) async fn start(config: Config) -> Handle {
    Server::spawn_on_loopback(config).await.unwrap()
}

pub(crate) fn open(host: &str, port: u16) -> Open {
    let (tls, service) = (BridgeTls::None, Service::Pop3);
    Open { host: host.into(), port, tls, service, token: None, window: tunnel::DEFAULT_WINDOW }
}

/// A page's end of a tunnel.
pub(crate) struct Page {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What a page receives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Got {
    Data(Vec<u8>),
    Message(BridgeMessage),
    Closed(u16, String),
    /// The connection ended without a close frame.
    Cut,
}

impl Page {
    /// Upgrades, from the bridge's own page.
    pub(crate) async fn connect(bridge: &Handle) -> Self {
        Self::upgrade(bridge, Some(&bridge.origin()), Some(tunnel::SUBPROTOCOL)).await.unwrap()
    }

    /// Upgrades, from the page of the bridge at this address.
    pub(crate) async fn connect_to(address: &str) -> Self {
        let mut request = format!("ws://{address}{}", tunnel::PATH).into_client_request().unwrap();
        request.headers_mut().insert("origin", format!("http://{address}").parse().unwrap());
        request.headers_mut().insert("sec-websocket-protocol", tunnel::SUBPROTOCOL.parse().unwrap());
        Self { socket: connect_async(request).await.unwrap().0 }
    }

    /// Upgrades as told.
    pub(crate) async fn upgrade(
        bridge: &Handle,
        origin: Option<&str>,
        protocol: Option<&str>,
    ) -> Result<Self, tungstenite::Error> {
        let mut request = bridge.tunnel_url().into_client_request()?;
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self { socket })
    }

    /// Opens a tunnel and waits until it is open.
    pub(crate) async fn open(bridge: &Handle, open: Open) -> Self {
        let mut page = Self::connect(bridge).await;
        page.say(&PageMessage::Open(open)).await;
        match page.next().await {
            Got::Message(BridgeMessage::Opened { .. }) => page,
            other => panic!("expected opened, got {other:?}"),
        }
    }

    /// Asks for a tunnel and says what came of it: the code and the words, which have to match the close frame's.
    pub(crate) async fn refusal(bridge: &Handle, open: Open) -> (CloseCode, String) {
        let mut page = Self::connect(bridge).await;
        page.say(&PageMessage::Open(open)).await;
        page.refused().await
    }

    /// The refusal that comes next, and the close frame behind it.
    pub(crate) async fn refused(&mut self) -> (CloseCode, String) {
        let Got::Message(BridgeMessage::Refused(refused)) = self.next().await else { panic!("expected refused") };
        let Got::Closed(code, _) = self.next().await else { panic!("expected a close frame") };
        assert_eq!(code, u16::from(refused.code));
        (refused.code, refused.message)
    }

    pub(crate) async fn say(&mut self, message: &PageMessage) {
        self.socket.send(Message::text(tunnel::encode(message))).await.unwrap();
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    pub(crate) async fn next(&mut self) -> Got {
        timeout(PATIENCE, async {
            loop {
                return match self.socket.next().await {
                    Some(Ok(Message::Binary(bytes))) => Got::Data(bytes.to_vec()),
                    Some(Ok(Message::Text(text))) => Got::Message(tunnel::decode(&text).unwrap()),
                    Some(Ok(Message::Close(Some(frame)))) => Got::Closed(frame.code.into(), frame.reason.to_string()),
                    Some(Ok(Message::Close(None))) => Got::Closed(1005, String::new()),
                    Some(Ok(_)) => continue,
                    Some(Err(_)) | None => Got::Cut,
                };
            }
        })
        .await
        .expect("the bridge says something")
    }

    /// The close code that comes next, past any data.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            match self.next().await {
                Got::Closed(code, _) => return code,
                Got::Cut => panic!("cut off without a close frame"),
                _ => {}
            }
        }
    }

    /// Receives this many bytes of data.
    pub(crate) async fn receive(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < length {
            match self.next().await {
                Got::Data(more) => bytes.extend(more),
                other => panic!("expected data, got {other:?}"),
            }
        }
        assert_eq!(bytes.len(), length, "more than was asked for");
        bytes
    }

    /// Checks that nothing comes for a while.
    pub(crate) async fn hears_nothing(&mut self) {
        let heard = timeout(Duration::from_millis(150), self.socket.next()).await;
        assert!(heard.is_err(), "{heard:?}");
    }
}
