//! A page that asks for what is none of its business: every spelling of every special address, names that resolve to
//! one, and names that change their answer.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use restante_bridge::policy::Policy;
use restante_bridge::{Config, Resolve, Resolving};
use restante_protocol::tunnel::CloseCode;
use tokio::net::TcpListener;

use crate::support::{Page, allowing, open, start, with_resolver};

/// What an IPv4 address has been written as to get round a list.
fn spellings(address: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = address.octets();
    let number = u32::from(address);
    let (high, low) = (number >> 16, number & 0xFFFF);
    vec![
        format!("{address}"),
        format!("{address}."),
        format!("{number}"),
        format!("0x{number:x}"),
        format!("0X{number:08X}"),
        format!("0{number:o}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("{a:03}.{b:03}.{c:03}.{d:03}"),
        format!("{a}.{}", number & 0xFF_FFFF),
        format!("{a}.{b}.{low}"),
        format!("{a}.0x{b:x}.{low}"),
        format!("[{address}]"),
        format!("{address}:110"),
        format!("{address}%00"),
        format!("::{address}"),
        format!("::ffff:{address}"),
        format!("::FFFF:{high:x}:{low:x}"),
        format!("0:0:0:0:0:ffff:{high:x}:{low:x}"),
        format!("[::ffff:{address}]"),
        format!("::ffff:0:{address}"),
        format!("64:ff9b::{address}"),
        format!("64:ff9b:1::{high:x}:{low:x}"),
        format!("2002:{high:x}:{low:x}::1"),
        format!("2001:0:{high:x}:{low:x}::1"),
        format!("2001:0:4136:e378:8000:63bf:{:x}:{:x}", high ^ 0xFFFF, low ^ 0xFFFF),
        // Full-width digits and ideographic full stops, which some resolvers normalise.
        format!("{a}。{b}。{c}。{d}"),
        address.to_string().chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect(),
    ]
}

/// Addresses and names that are special by themselves.
const OTHERS: &[&str] = &[
    "0",
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::0001",
    "[::1]",
    "::1%lo",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.localdomain",
    "ip6-localhost",
    "metadata.google.internal",
    "metadata",
    "instance-data",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "100.100.100.200",
    "168.63.129.16",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fe80::a9fe:a9fe",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "5f00::1",
    "4000::1",
    "127.0.0.1.nip.example",
    "127-0-0-1.sslip.example",
    "rebound.example",
    "1.1.1.1@127.0.0.1",
    "127.0.0.1#1.1.1.1",
    "127.0.0.1/1.1.1.1",
    "127.0.0.1\\1.1.1.1",
    "127.0.0.1\t",
    " 127.0.0.1",
    "127.0.0.1\0.example",
    "http://127.0.0.1",
    "127.0.0.1,1.1.1.1",
    "*",
    "",
    ".",
    "..",
    "-",
    "a..b",
    "xn--.example..",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
];

#[tokio::test]
async fn no_spelling_leads_to_an_address_that_is_not_public() {
    let addresses = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "100.64.0.1"];
    let spelled = addresses.iter().flat_map(|address| spellings(address.parse().unwrap()));
    let destinations: Vec<String> = spelled.chain(OTHERS.iter().map(|&other| other.to_owned())).collect();
    assert!(destinations.len() > 200);
    // Without a list, and with a resolver that sends every name it is asked for to this machine.
    let open_bridge = start(with_resolver(Config::default(), &["127.0.0.1"])).await;
    let listed = allowing(&["*".into(), "*.example".into(), "8.8.8.8".into(), "2000::/3".into()]);
    let listed_bridge = start(with_resolver(listed, &["::ffff:127.0.0.1", "fe80::1"])).await;
    for destination in &destinations {
        let (code, words) = Page::refusal(&open_bridge, open(destination, 110)).await;
        assert_eq!(code, CloseCode::Forbidden, "{destination:?}: {words}");
    }
    // The second bridge lists all of 2000::/3, so what lies in there is the operator's own wish.
    for destination in destinations.iter().filter(|d| !d.starts_with("200") && !d.starts_with("3fff")) {
        let (code, words) = Page::refusal(&listed_bridge, open(destination, 995)).await;
        assert_eq!(code, CloseCode::Forbidden, "{destination:?}: {words}");
    }
}

#[tokio::test]
async fn without_a_list_only_the_pop3_ports_are_served() {
    let bridge = start(with_resolver(Config::default(), &["1.1.1.1"])).await;
    for port in [0, 22, 25, 53, 80, 143, 443, 465, 587, 993, 2375, 3306, 5432, 6379, 8080, 9200, 11211, 65535] {
        assert_eq!(Page::refusal(&bridge, open("pop.example.org", port)).await.0, CloseCode::Forbidden, "{port}");
    }
}

/// A resolver whose answer is another one each time.
#[derive(Debug)]
struct Rebinding {
    answers: [IpAddr; 2],
    asked: AtomicUsize,
}

impl Resolve for Rebinding {
    fn resolve<'a>(&'a self, _name: &'a str) -> Resolving<'a> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(vec![self.answers[turn % 2]]) })
    }
}

#[tokio::test]
async fn a_name_that_changes_its_answer_gains_nothing() {
    let good = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = good.local_addr().unwrap().port();
    let bad = TcpListener::bind(("127.0.0.2", port)).await.unwrap();
    let entries = [format!("rebound.example:{port}"), format!("127.0.0.1:{port}")];
    for (answers, reached) in [(["127.0.0.1", "127.0.0.2"], true), (["127.0.0.2", "127.0.0.1"], false)] {
        let resolver = Arc::new(Rebinding { answers: answers.map(|a| a.parse().unwrap()), asked: AtomicUsize::new(0) });
        let policy = Policy::listed(entries.iter().map(|e| e.parse().unwrap()).collect());
        let bridge =
            start(Config { policy, resolver: Arc::clone(&resolver) as Arc<dyn Resolve>, ..Config::default() }).await;
        if reached {
            let _page = Page::open(&bridge, open("rebound.example", port)).await;
            good.accept().await.unwrap();
        } else {
            assert_eq!(Page::refusal(&bridge, open("rebound.example", port)).await.0, CloseCode::Forbidden);
        }
        assert_eq!(resolver.asked.load(Ordering::SeqCst), 1, "resolved once and never again");
    }
    let nobody = tokio::time::timeout(std::time::Duration::from_millis(50), bad.accept()).await;
    assert!(nobody.is_err(), "the address that was not vetted was dialled");
}
