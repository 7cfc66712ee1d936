//! Servers that a domain names in DNS: for whom they are looked up, and which of them a page is told.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use restante_bridge::policy::Policy;
use restante_bridge::token::Tokens;
use restante_bridge::{Config, DnsResolver, Naming, Proxies, Resolve, Resolving, Srv};
use restante_protocol::tunnel::{BridgeMessage, CloseCode, LookUp, NamedServer, PageMessage, Service, Services};
use tokio::net::UdpSocket;

use crate::admission::{forwarded, token};
use crate::lookups::question;
use crate::support::{Got, Page, allowing, open, start, with_limits};

/// A resolver with a few records, which notes what it is asked.
#[derive(Debug, Default)]
struct Zone {
    servers: HashMap<&'static str, Vec<(u16, &'static str)>>,
    addresses: HashMap<&'static str, &'static str>,
    asked: Mutex<Vec<String>>,
}

impl Resolve for Zone {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(name.to_owned());
            let address = self.addresses.get(name).ok_or(io::ErrorKind::NotFound)?;
            Ok(vec![address.parse::<IpAddr>().unwrap()])
        })
    }

    fn servers<'a>(&'a self, name: &'a str) -> Naming<'a> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(name.to_owned());
            let records = self.servers.get(name).ok_or(io::ErrorKind::NotFound)?.iter().enumerate();
            let record = |(at, (port, target)): (usize, &(u16, &str))| Srv {
                priority: u16::try_from(at).unwrap(),
                weight: 0,
                port: *port,
                target: format!("{target}."),
            };
            Ok(records.map(record).collect())
        })
    }
}

fn zone() -> Arc<Zone> {
    Arc::new(Zone {
        servers: HashMap::from([
            (
                "_pop3s._tcp.example.org",
                vec![(995, "inside.example.org"), (995, "pop.example.org"), (995, "third.example.org")],
            ),
            ("_pop3._tcp.example.org", vec![(110, "gone.example.org"), (2525, "pop.example.org")]),
            ("_submissions._tcp.example.org", vec![(465, "smtp.example.org")]),
            ("_pop3s._tcp.metadata.example", vec![(995, "cloud.metadata.example"), (995, "169.254.169.254")]),
        ]),
        addresses: HashMap::from([
            ("pop.example.org", "1.1.1.1"),
            ("third.example.org", "1.1.1.1"),
            ("smtp.example.org", "1.1.1.1"),
            ("inside.example.org", "10.0.0.5"),
            ("cloud.metadata.example", "169.254.169.254"),
        ]),
        asked: Mutex::default(),
    })
}

fn question_for(domain: &str) -> PageMessage {
    PageMessage::LookUp(LookUp { domain: domain.into(), token: None })
}

/// The answer to a question, after which the bridge says farewell.
async fn answer(config: Config, message: &PageMessage) -> Services {
    let bridge = start(config).await;
    let mut page = Page::connect(&bridge).await;
    page.say(message).await;
    let Got::Message(BridgeMessage::Services(services)) = page.next().await else { panic!("an answer") };
    assert_eq!(page.closed().await, 1000);
    services
}

async fn refusal(config: Config, message: &PageMessage) -> CloseCode {
    let bridge = start(config).await;
    let mut page = Page::connect(&bridge).await;
    page.say(message).await;
    page.refused().await.0
}

fn pop(host: &str) -> NamedServer {
    NamedServer { service: Service::Pop3, tls: true, host: host.into(), port: 995 }
}

#[tokio::test]
async fn a_page_is_told_the_servers_that_it_could_reach_and_the_name_of_no_other() {
    let zone = zone();
    let submission = vec!["smtp.example.org".parse().unwrap()];
    let policy = Policy::public().with_submission(submission);
    let config = Config { policy, resolver: Arc::<Zone>::clone(&zone), ..Config::default() };
    let services = answer(config, &question_for("Example.org")).await;
    let send = NamedServer { service: Service::Submission, tls: true, host: "smtp.example.org".into(), port: 465 };
    assert_eq!(services, Services { servers: vec![pop("pop.example.org"), send], barred: true });
    let asked = zone.asked.lock().unwrap();
    let kinds = ["_pop3s", "_pop3", "_submissions", "_submission"].map(|kind| format!("{kind}._tcp.example.org"));
    assert!(kinds.iter().all(|kind| asked.contains(kind)), "{asked:?}");
    assert!(!asked.iter().any(|name| name == "third.example.org"), "of a kind two are enough: {asked:?}");
}

#[tokio::test]
async fn records_that_lead_inside_tell_no_more_than_that_there_are_some() {
    let config = Config { resolver: zone(), ..Config::default() };
    let services = answer(config, &question_for("metadata.example")).await;
    assert_eq!(services, Services { servers: vec![], barred: true });
    let config = Config { resolver: zone(), ..Config::default() };
    assert_eq!(answer(config, &question_for("unknown.example")).await, Services::default());
}

#[tokio::test]
async fn where_servers_are_listed_nothing_is_looked_up_unless_the_operator_says_so() {
    let zone = zone();
    let listed = || Config { resolver: Arc::<Zone>::clone(&zone), ..allowing(&["pop.example.org".into()]) };
    assert_eq!(refusal(listed(), &question_for("example.org")).await, CloseCode::Forbidden);
    assert!(zone.asked.lock().unwrap().is_empty(), "nobody was asked");
    let services = answer(Config { discovery: true, ..listed() }, &question_for("example.org")).await;
    assert_eq!(services, Services { servers: vec![pop("pop.example.org")], barred: true });
}

#[tokio::test]
async fn only_domains_are_looked_up() {
    for odd in
        ["", "example", "10.0.0.1", "::1", "a b.example", "exa\0mple.org", "-.example", "0x7f.1", &"a.".repeat(200)]
    {
        let zone = zone();
        let config = Config { resolver: Arc::<Zone>::clone(&zone), ..Config::default() };
        assert_eq!(refusal(config, &question_for(odd)).await, CloseCode::BadMessage, "{odd:?}");
        assert!(zone.asked.lock().unwrap().is_empty(), "{odd:?}");
    }
}

#[tokio::test]
async fn who_needs_a_token_for_a_tunnel_needs_it_for_a_question() {
    let (secret, token) = token("ana", "");
    let config = || Config { tokens: Tokens::new(vec![token.clone()]), resolver: zone(), ..Config::default() };
    assert_eq!(refusal(config(), &question_for("example.org")).await, CloseCode::Unauthorized);
    let with = PageMessage::LookUp(LookUp { domain: "example.org".into(), token: Some(secret) });
    assert_eq!(answer(config(), &with).await.servers, [pop("pop.example.org")]);
}

#[tokio::test]
async fn a_question_counts_as_an_opening() {
    let proxies = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let config = Config { resolver: zone(), proxies, ..Config::default() };
    let bridge = start(with_limits(config, |limits| limits.openings_per_minute = 2)).await;
    let mut codes = Vec::new();
    for _ in 0..3 {
        let mut page = forwarded(&bridge, "192.0.2.1").await;
        page.say(&question_for("example.org")).await;
        codes.push(page.closed().await);
    }
    assert_eq!(codes, [1000, 1000, u16::from(CloseCode::TooMany)]);
}

#[tokio::test]
async fn a_question_within_a_tunnel_ends_it() {
    let server = crate::support::MailServer::start().await;
    let bridge = crate::support::bridge_to(&server).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    page.say(&question_for("example.org")).await;
    assert_eq!(page.closed().await, u16::from(CloseCode::BadMessage));
}

#[tokio::test]
async fn records_are_read_as_a_name_server_sends_them() {
    /// Type SRV (RFC 2782).
    const SRV: u16 = 33;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let resolver = DnsResolver::new(vec![socket.local_addr().unwrap()]);
    let serving = tokio::spawn(async move {
        let mut packet = [0; 512];
        let (length, client) = socket.recv_from(&mut packet).await.unwrap();
        let (name, kind, end) = question(&packet[..length]);
        assert_eq!((&*name, kind), ("_pop3s._tcp.example.org.", SRV));
        let mut answer = packet[..end].to_vec();
        answer[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
        // A pointer to the name, type and class, a minute to live, nineteen octets: 10, 1, 1995, pop.example.net.
        answer.extend([0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 23, 0, 10, 0, 1, 0x07, 0xCB]);
        answer.extend(b"\x03pop\x07example\x03net\x00");
        socket.send_to(&answer, client).await.unwrap();
    });
    let records = resolver.servers("_pop3s._tcp.example.org").await.unwrap();
    let expected = Srv { priority: 10, weight: 1, port: 1995, target: "pop.example.net.".into() };
    assert_eq!(records, [expected]);
    serving.await.unwrap();
}
