//! Names that are looked up: in DNS as they were asked for, without holding anybody up.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use restante_bridge::{Config, DnsResolver, Proxies, Resolve, Resolving};
use restante_protocol::tunnel::{self, CloseCode, Open, PageMessage};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::program::{restante, signal, started};
use crate::support::{Got, MailServer, Page, allowing, open, start, with_limits};

/// Type A (RFC 1035, section 3.2.2).
const A: u16 = 1;

/// A name server on loopback. It knows `known.example`, has nothing but A records, and never answers for `silent…`.
struct NameServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl NameServer {
    async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let (address, asked) = (socket.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let log = Arc::clone(&asked);
        let serving = tokio::spawn(async move {
            let mut packet = [0; 512];
            loop {
                let (length, client) = socket.recv_from(&mut packet).await.unwrap();
                let (name, kind, end) = question(&packet[..length]);
                log.lock().unwrap().push(name.clone());
                if !name.starts_with("silent") {
                    let known = name == "known.example.";
                    let _ = socket.send_to(&answer(&packet[..end], known && kind == A, known), client).await;
                }
            }
        });
        Self { address, asked, serving }
    }

    /// Waits until it was asked this.
    async fn is_asked(&self, name: &str) {
        let asked = async {
            while !self.asked.lock().unwrap().iter().any(|asked| asked == name) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(20), asked).await.expect("the name server is asked");
    }

    fn resolver(&self) -> Arc<dyn Resolve> {
        Arc::new(DnsResolver::new(vec![self.address]))
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The name, the type, and where the question ends (RFC 1035, section 4.1.2).
pub(crate) fn question(packet: &[u8]) -> (String, u16, usize) {
    let (mut name, mut at) = (String::new(), 12);
    while packet[at] > 0 {
        let label = &packet[at + 1..at + 1 + usize::from(packet[at])];
        name.push_str(&String::from_utf8_lossy(label).to_ascii_lowercase());
        name.push('.');
        at += 1 + label.len();
    }
    (name, u16::from_be_bytes([packet[at + 1], packet[at + 2]]), at + 5)
}

/// An answer to a question: with 127.0.0.1, with nothing, or that there is no such name.
fn answer(asked: &[u8], has_address: bool, known: bool) -> Vec<u8> {
    let mut answer = asked.to_vec();
    answer[2] = 0x81;
    answer[3] = if known { 0x80 } else { 0x83 };
    answer[4..12].copy_from_slice(&[0, 1, 0, u8::from(has_address), 0, 0, 0, 0]);
    if has_address {
        // A pointer to the name, type and class, a minute to live, four octets (sections 4.1.3 and 4.1.4).
        answer.extend([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    }
    answer
}

fn reaching(server: &MailServer, names: &NameServer) -> Config {
    let port = server.port();
    Config { resolver: names.resolver(), ..allowing(&[format!("*:{port}"), format!("127.0.0.1:{port}")]) }
}

#[tokio::test]
async fn names_are_asked_for_as_they_are_and_unknown_ones_are_told_apart() {
    let (server, names) = (MailServer::start().await, NameServer::start().await);
    let bridge = start(reaching(&server, &names)).await;
    let _page = Page::open(&bridge, open("Known.example", server.port())).await;
    server.accept().await;
    for unknown in ["other.example", "known", "known.example.other"] {
        assert_eq!(Page::refusal(&bridge, open(unknown, server.port())).await.0, CloseCode::UnknownHost, "{unknown}");
    }
    let expected = ["known.example.", "other.example.", "known.", "known.example.other."];
    let asked = names.asked.lock().unwrap();
    assert!(asked.iter().all(|name| expected.contains(&name.as_str())), "{asked:?}");
}

#[tokio::test]
async fn six_hundred_look_ups_without_an_answer_hold_up_no_other_tunnel() {
    let (server, names) = (MailServer::start().await, NameServer::start().await);
    let config = with_limits(reaching(&server, &names), |l| l.connect_timeout = Duration::from_secs(600));
    let bridge = start(config).await;
    let mut waiting = Vec::new();
    for number in 0..600 {
        let mut page = Page::connect(&bridge).await;
        page.say(&PageMessage::Open(open(&format!("silent{number}.example"), server.port()))).await;
        waiting.push(page);
    }
    names.is_asked("silent599.example.").await;
    // Patience ends long before theirs.
    let _page = Page::open(&bridge, open("known.example", server.port())).await;
    server.accept().await;
}

#[tokio::test]
async fn one_client_looks_up_a_few_names_at_once_while_others_look_up_theirs() {
    let (server, names) = (MailServer::start().await, NameServer::start().await);
    let proxies = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let bridge = start(Config { proxies, ..reaching(&server, &names) }).await;
    let ask = async |client: &str, name: String| {
        let mut request = bridge.tunnel_url().into_client_request().unwrap();
        request.headers_mut().insert("origin", bridge.origin().parse().unwrap());
        request.headers_mut().insert("sec-websocket-protocol", tunnel::SUBPROTOCOL.parse().unwrap());
        request.headers_mut().insert("x-forwarded-for", client.parse().unwrap());
        let mut page = Page { socket: tokio_tungstenite::connect_async(request).await.unwrap().0 };
        page.say(&PageMessage::Open(open(&name, server.port()))).await;
        page
    };
    let mut waiting = Vec::new();
    for number in 0..32 {
        waiting.push(ask("192.0.2.1", format!("silent{number}.example")).await);
        names.is_asked(&format!("silent{number}.example.")).await;
    }
    assert_eq!(ask("192.0.2.1", "known.example".into()).await.refused().await.0, CloseCode::TooMany);
    assert!(matches!(ask("192.0.2.2", "known.example".into()).await.next().await, Got::Message(_)));
    server.accept().await;
}

/// A resolver that never answers, and says when it begins and when nobody waits any more.
#[derive(Debug)]
struct Never(mpsc::UnboundedSender<&'static str>);

struct Dropped(mpsc::UnboundedSender<&'static str>);

impl Drop for Dropped {
    fn drop(&mut self) {
        let _ = self.0.send("given up");
    }
}

impl Resolve for Never {
    fn resolve<'a>(&'a self, _name: &'a str) -> Resolving<'a> {
        let guard = Dropped(self.0.clone());
        let _ = self.0.send("begun");
        Box::pin(async move {
            let _guard = guard;
            std::future::pending().await
        })
    }
}

#[tokio::test]
async fn a_page_that_leaves_takes_its_look_up_along() {
    let (sender, mut said) = mpsc::unbounded_channel();
    let config = Config { resolver: Arc::new(Never(sender)), ..allowing(&["*".to_owned()]) };
    let bridge = start(with_limits(config, |l| l.connect_timeout = Duration::from_secs(600))).await;
    let mut next = async || timeout(Duration::from_secs(20), said.recv()).await.expect("something happens").unwrap();
    for farewell in ["close", "close behind bytes", "end"] {
        let mut page = Page::connect(&bridge).await;
        page.say(&PageMessage::Open(open("pop.example.org", 995))).await;
        assert_eq!(next().await, "begun");
        // A ping is answered meanwhile.
        futures::SinkExt::send(&mut page.socket, tokio_tungstenite::tungstenite::Message::Ping("?".into()))
            .await
            .unwrap();
        let pong = futures::StreamExt::next(&mut page.socket).await.unwrap().unwrap();
        assert!(pong.is_pong(), "{pong:?}");
        if farewell == "close behind bytes" {
            page.send(b"CAPA\r\n").await;
        }
        if farewell == "end" {
            drop(page);
            assert_eq!(next().await, "given up");
        } else {
            page.socket.close(None).await.unwrap();
            assert_eq!(next().await, "given up", "{farewell}");
            assert_eq!(page.closed().await, 1000);
        }
    }
}

#[tokio::test]
async fn a_look_up_without_an_answer_does_not_hold_up_the_end() {
    let names = NameServer::start().await;
    let nameserver = names.address.to_string();
    let mut command =
        restante(&["serve", "--listen", "127.0.0.1:0", "--nameserver", &nameserver, "--drain-timeout", "1"]);
    let (mut bridge, address) = started(command.stderr(Stdio::null())).await;
    let mut request = format!("ws://{address}/tunnel").into_client_request().unwrap();
    request.headers_mut().insert("origin", format!("http://{address}").parse().unwrap());
    request.headers_mut().insert("sec-websocket-protocol", tunnel::SUBPROTOCOL.parse().unwrap());
    let mut page = Page { socket: tokio_tungstenite::connect_async(request).await.unwrap().0 };
    page.say(&PageMessage::Open(Open { ..open("silent.example", 995) })).await;
    names.is_asked("silent.example.").await;
    signal(&bridge, "-TERM").await;
    assert_eq!(page.refused().await.0, CloseCode::Draining);
    // The drain takes a second, and six more are the most that the documents allow for.
    assert!(timeout(Duration::from_secs(10), bridge.wait()).await.expect("it stops").unwrap().success());
}
