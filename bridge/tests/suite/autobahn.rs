//! The cases of Autobahn's test suite for WebSocket servers, sections 1 to 7, 9, 10 and 12, replayed by a client of our own.
//!
//! Autobahn wants a server that echoes every message. The bridge relays, so here a mail server echoes what comes in binary
//! messages, whose bytes are one stream; and a text message has to be one of the tunnel's, so a good text that is none
//! ends with 4400, where Autobahn wants an echo, and one that is no UTF-8 with 1007. Numbers are Autobahn's.

use std::time::Duration;

use restante_bridge::Handle;
use restante_protocol::tunnel::{MAX_CONTROL_BYTES, MAX_DATA_BYTES};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::abuse::{open_frame, upgraded};
use crate::support::{MailServer, bridge_to};

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const FIN: u8 = 0x80;

/// Close code 4400: no message of the tunnel's.
const NO_MESSAGE: u16 = 4400;

/// A frame as a client writes it: the first octet as it is, a mask that is not all zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..126 => frame.push(0x80 | u8::try_from(length).unwrap()),
        length @ 126..0x1_0000 => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// A message in pieces of so many bytes.
fn pieces(opcode: u8, payload: &[u8], length: usize) -> Vec<u8> {
    let mut chunks: Vec<&[u8]> = payload.chunks(length).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let last = chunks.len() - 1;
    let piece = |(index, chunk): (usize, &&[u8])| {
        frame(if index == 0 { opcode } else { CONTINUATION } | if index == last { FIN } else { 0 }, chunk)
    };
    chunks.iter().enumerate().flat_map(piece).collect()
}

fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(FIN | CLOSE, &[&code.to_be_bytes(), reason].concat())
}

/// What a case sends, and what has to come of it.
struct Case {
    number: String,
    sent: Vec<u8>,
    /// What the mail server echoes.
    echo: Vec<u8>,
    pongs: Vec<Vec<u8>>,
    /// The bridge's close code, where the case itself brings it about.
    closed: Option<u16>,
}

impl Case {
    fn of(number: impl Into<String>, sent: Vec<u8>) -> Self {
        Self { number: number.into(), sent, echo: Vec::new(), pongs: Vec::new(), closed: None }
    }

    fn echoes(mut self, bytes: &[u8]) -> Self {
        self.echo = bytes.to_vec();
        self
    }

    fn pongs(mut self, payloads: &[&[u8]]) -> Self {
        self.pongs = payloads.iter().map(|payload| payload.to_vec()).collect();
        self
    }

    fn closes(mut self, code: u16) -> Self {
        self.closed = Some(code);
        self
    }
}

/// What the bridge sent.
#[derive(Debug, Default)]
struct Answer {
    data: Vec<u8>,
    pongs: Vec<Vec<u8>>,
    closed: Option<u16>,
}

impl Answer {
    /// Reads a frame, each of which has to be whole and unmasked; false at the connection's end.
    async fn read(&mut self, stream: &mut TcpStream) -> bool {
        let Ok(first) = stream.read_u8().await else { return false };
        let second = stream.read_u8().await.unwrap();
        assert!(first & 0xF0 == FIN && second & 0x80 == 0, "{first:#x} {second:#x}");
        let length = match second {
            126 => stream.read_u16().await.unwrap().into(),
            127 => stream.read_u64().await.unwrap(),
            short => short.into(),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut payload).await.unwrap();
        match first & 0x0F {
            BINARY => self.data.extend(payload),
            PONG => self.pongs.push(payload),
            CLOSE => self.closed = Some(payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code))),
            // What the tunnel itself has to say.
            TEXT => {}
            other => panic!("opcode {other}"),
        }
        true
    }
}

/// A bridge in front of a mail server that echoes.
async fn echoing() -> (Handle, MailServer) {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    (bridge, server)
}

async fn play(bridge: &Handle, server: &MailServer, case: &Case, piece: usize) {
    let mut page = upgraded(bridge).await;
    page.set_nodelay(true).unwrap();
    page.write_all(&open_frame(server)).await.unwrap();
    let mut mail = server.accept().await;
    tokio::spawn(async move {
        let (mut read, mut write) = mail.split();
        // It ends with the page.
        let _ = tokio::io::copy(&mut read, &mut write).await;
    });
    let mut answer = Answer::default();
    let name = format!("{} in pieces of {piece}", case.number);
    let played = timeout(Duration::from_secs(20), async {
        for piece in case.sent.chunks(piece) {
            // A bridge that has seen enough takes no more.
            if page.write_all(piece).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
        while answer.closed.is_none() && (answer.data.len() < case.echo.len() || answer.pongs.len() < case.pongs.len())
        {
            assert!(answer.read(&mut page).await, "{name}: {answer:?}");
        }
        if case.closed.is_none() {
            page.write_all(&close(1000, b"")).await.unwrap();
        }
        while answer.read(&mut page).await {}
    });
    played.await.unwrap_or_else(|_| panic!("{name} does not end"));
    assert_eq!(answer.closed, Some(case.closed.unwrap_or(1000)), "{name}");
    // Bytes that came right before a breach may be lost with it.
    let relayed = answer.data == case.echo || case.closed.is_some() && case.echo.starts_with(&answer.data);
    assert!(relayed && answer.pongs == case.pongs, "{name}: {answer:?}");
}

async fn play_all(cases: Vec<Case>) {
    let (bridge, server) = echoing().await;
    for case in cases {
        // Octet by octet as well, where that does not take for ever.
        for piece in [usize::MAX, 997, 1].into_iter().filter(|piece| case.sent.len() / piece < 4000) {
            play(&bridge, &server, &case, piece).await;
        }
    }
}

#[tokio::test]
async fn section_1_lengths() {
    let mut cases = Vec::new();
    for (index, length) in [0, 125, 126, 127, 128, 65_535, 65_536].into_iter().enumerate() {
        let payload = vec![0xFE; length];
        cases.push(Case::of(format!("1.2.{}", index + 1), frame(FIN | BINARY, &payload)).echoes(&payload));
        let text = vec![b'*'; length];
        let code = if length > MAX_CONTROL_BYTES { 1009 } else { NO_MESSAGE };
        cases.push(Case::of(format!("1.1.{}", index + 1), frame(FIN | TEXT, &text)).closes(code));
    }
    play_all(cases).await;
}

#[tokio::test]
async fn section_2_pings_and_pongs() {
    let hello = b"Hello, world!";
    let octets = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff";
    let long = [0xFE; 125];
    let ten: Vec<String> = (0..10).map(|n| format!("payload-{n}")).collect();
    let ten: Vec<&[u8]> = ten.iter().map(|payload| payload.as_bytes()).collect();
    let ping = |payload: &[u8]| frame(FIN | PING, payload);
    play_all(vec![
        Case::of("2.1", ping(b"")).pongs(&[b""]),
        Case::of("2.2", ping(hello)).pongs(&[hello]),
        Case::of("2.3", ping(octets)).pongs(&[octets]),
        Case::of("2.4", ping(&long)).pongs(&[&long]),
        Case::of("2.5", ping(&[0xFE; 126])).closes(1002),
        Case::of("2.7", [frame(FIN | PONG, b""), ping(b"")].concat()).pongs(&[b""]),
        Case::of("2.8", [frame(FIN | PONG, b"unsolicited"), ping(b"")].concat()).pongs(&[b""]),
        Case::of("2.9", [frame(FIN | PONG, b"unsolicited"), ping(b"ping")].concat()).pongs(&[b"ping"]),
        Case::of("2.10", ten.iter().flat_map(|payload| ping(payload)).collect()).pongs(&ten),
    ])
    .await;
}

#[tokio::test]
async fn section_3_reserved_bits() {
    let mut cases = Vec::new();
    for bits in 1..8 {
        for (opcode, payload) in [(TEXT, b"Hello".as_slice()), (BINARY, b"Hello"), (PING, b""), (CLOSE, b"\x03\xe8")] {
            let bad = frame(FIN | bits << 4 | opcode, payload);
            cases.push(Case::of(format!("3.{bits} {opcode}"), bad.clone()).closes(1002));
            let between = [frame(FIN | PING, b"before"), bad, frame(FIN | PING, b"after")].concat();
            cases.push(Case::of(format!("3.{bits} {opcode} between"), between).pongs(&[b"before"]).closes(1002));
        }
    }
    play_all(cases).await;
}

#[tokio::test]
async fn section_4_opcodes() {
    let mut cases = Vec::new();
    for opcode in (3..8).chain(11..16) {
        for payload in [b"".as_slice(), b"reserved opcode payload"] {
            for first in [FIN | opcode, opcode] {
                let bad = [frame(first, payload), frame(FIN | PING, b"after")].concat();
                cases.push(Case::of(format!("4 {first:#x} {}", payload.len()), bad).closes(1002));
            }
        }
    }
    play_all(cases).await;
}

#[tokio::test]
async fn section_5_fragments() {
    let first = |payload: &[u8]| frame(BINARY, payload);
    let more = |payload: &[u8]| frame(CONTINUATION, payload);
    let last = |payload: &[u8]| frame(FIN | CONTINUATION, payload);
    let whole = |payload: &[u8]| frame(FIN | BINARY, payload);
    let ping = |payload: &[u8]| frame(FIN | PING, payload);
    let stray = |number: &str, frames: &[Vec<u8>]| Case::of(number, frames.concat()).closes(1002);
    play_all(vec![
        stray("5.1", &[frame(PING, b"fragment1"), last(b"fragment2")]),
        stray("5.2", &[frame(PONG, b"fragment1"), last(b"fragment2")]),
        Case::of("5.3", [first(b"one"), last(b"two")].concat()).echoes(b"onetwo"),
        Case::of("5.6", [first(b"one"), ping(b"ping"), last(b"two")].concat()).echoes(b"onetwo").pongs(&[b"ping"]),
        stray("5.9", &[last(b"no first"), whole(b"Hello")]),
        stray("5.12", &[more(b"no first"), whole(b"Hello")]),
        Case::of("5.15", [first(b"one"), last(b"two"), more(b"three"), whole(b"four")].concat())
            .echoes(b"onetwo")
            .closes(1002),
        stray("5.16", &[more(b"one"), first(b"two"), last(b"three")]),
        stray("5.17", &[last(b"one"), first(b"two"), last(b"three")]),
        stray("5.18 text", &[frame(TEXT, b"one"), frame(TEXT, b"two")]),
        stray("5.18 mixed", &[frame(TEXT, b"one"), whole(b"two")]),
        Case::of(
            "5.19",
            [first(b"1"), more(b"2"), ping(b"a"), more(b"3"), more(b"4"), ping(b"b"), last(b"5")].concat(),
        )
        .echoes(b"12345")
        .pongs(&[b"a", b"b"]),
    ])
    .await;
}

fn octets(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<u8> = hexadecimal.bytes().filter(|byte| *byte != b' ').collect();
    let value = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(value).collect()
}

#[tokio::test]
async fn section_6_utf_8() {
    // The greatest that are good; two sides of every bound; what no octet sequence may be (RFC 3629, section 4).
    let good = [
        ("6.1", ""),
        ("6.2", "48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121"),
        ("6.2.4", "cebae1bdb9cf83cebcceb5"),
        ("6.6.2", "ceba"),
        ("6.6.5", "cebae1bdb9"),
        ("6.7.1", "00"),
        ("6.7.2", "c280"),
        ("6.7.3", "e0a080"),
        ("6.7.4", "f0908080"),
        ("6.9.1", "7f"),
        ("6.9.2", "dfbf"),
        ("6.9.3", "efbfbf"),
        ("6.9.4", "f48fbfbf"),
        ("6.11.1", "ed9fbf"),
        ("6.11.2", "ee8080"),
        ("6.11.3", "efbfbd"),
        ("6.22", "efbfbe efbfbf f09fbfbe f09fbfbf f48fbfbe f48fbfbf"),
        ("6.23", "efbfb9 efbfba efbfbb efbfbc efbfbd"),
    ];
    let bad = [
        ("6.3", "cebae1bdb9cf83cebcceb5eda080656469746564"),
        ("6.4.1", "cebae1bdb9cf83cebcceb5f4908080656469746564"),
        ("6.6.1", "ce"),
        ("6.6.3", "cebae1"),
        ("6.6.4", "cebae1bd"),
        ("6.8.1", "f888808080"),
        ("6.8.2", "fc8480808080"),
        ("6.10.1", "f7bfbfbf"),
        ("6.10.2", "fbbfbfbfbf"),
        ("6.10.3", "fdbfbfbfbfbf"),
        ("6.11.5", "f4908080"),
        ("6.12.1", "80"),
        ("6.12.2", "bf"),
        ("6.12.3", "80bf"),
        ("6.12.8", "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
        ("6.13.1", "c020c120c220c320"),
        ("6.13.2", "e020e120e220"),
        ("6.13.3", "f020f120f220"),
        ("6.13.4", "f820f920fa20"),
        ("6.13.5", "fc20fd20"),
        ("6.14.1", "c0"),
        ("6.14.2", "e080"),
        ("6.14.3", "f08080"),
        ("6.14.6", "df"),
        ("6.14.7", "efbf"),
        ("6.14.8", "f7bfbf"),
        ("6.15.1", "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"),
        ("6.16.1", "fe"),
        ("6.16.2", "ff"),
        ("6.16.3", "fefeffff"),
        ("6.17.1", "c0af"),
        ("6.17.2", "e080af"),
        ("6.17.3", "f08080af"),
        ("6.17.4", "f8808080af"),
        ("6.17.5", "fc80808080af"),
        ("6.18.1", "c1bf"),
        ("6.18.2", "e09fbf"),
        ("6.18.3", "f08fbfbf"),
        ("6.18.4", "f887bfbfbf"),
        ("6.18.5", "fc83bfbfbfbf"),
        ("6.19.1", "c080"),
        ("6.19.2", "e08080"),
        ("6.19.3", "f0808080"),
        ("6.20.1", "eda080"),
        ("6.20.2", "edadbf"),
        ("6.20.3", "edae80"),
        ("6.20.4", "edafbf"),
        ("6.20.5", "edb080"),
        ("6.20.6", "edbe80"),
        ("6.20.7", "edbfbf"),
        ("6.21.1", "eda080edb080"),
        ("6.21.8", "edafbfedbfbf"),
    ];
    let mut cases = Vec::new();
    for (texts, code) in [(good.as_slice(), NO_MESSAGE), (&bad, 1007)] {
        for (number, text) in texts {
            let text = octets(text);
            // Whole, and in fragments that cut characters.
            for length in [usize::MAX, 3, 1] {
                cases.push(Case::of(*number, pieces(TEXT, &text, length)).closes(code));
            }
        }
    }
    let hollow = [frame(TEXT, b""), frame(CONTINUATION, "µ".as_bytes()), frame(FIN | CONTINUATION, b"")].concat();
    cases.push(Case::of("6.1.3", hollow).closes(NO_MESSAGE));
    play_all(cases).await;
}

#[tokio::test]
async fn section_7_closing() {
    let ping = frame(FIN | PING, b"too late");
    let echo = frame(FIN | BINARY, b"Hello");
    let mut cases = vec![
        Case::of("7.1.2", [close(1000, b""), close(1000, b"")].concat()).closes(1000),
        Case::of("7.1.3", [close(1000, b""), ping.clone()].concat()).closes(1000),
        Case::of("7.1.4", [close(1000, b""), echo].concat()).closes(1000),
        Case::of("7.1.5", [frame(BINARY, b""), close(1000, b""), frame(FIN | CONTINUATION, b"late")].concat())
            .closes(1000),
        Case::of("7.3.1", frame(FIN | CLOSE, b"")).closes(1000),
        Case::of("7.3.2", frame(FIN | CLOSE, b"x")).closes(1002),
        Case::of("7.3.4", close(1000, b"Hello World!")).closes(1000),
        Case::of("7.3.5", close(1000, &[b'*'; 123])).closes(1000),
        Case::of("7.3.6", close(1000, &[b'*'; 124])).closes(1002),
        Case::of("7.5.1", close(1000, &octets("cebae1bdb9cf83cebcceb5eda080656469746564"))).closes(1007),
    ];
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999] {
        cases.push(Case::of(format!("7.7 {code}"), close(code, b"")).closes(1000));
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        for reason in [b"".as_slice(), b"reason"] {
            cases.push(Case::of(format!("7.9 {code}"), close(code, reason)).closes(1002));
        }
    }
    play_all(cases).await;
}

#[tokio::test]
async fn sections_9_and_10_limits_and_many_fragments() {
    let most = vec![b'*'; MAX_DATA_BYTES];
    let more = vec![b'*'; MAX_DATA_BYTES + 1];
    let mut cases = vec![Case::of("9.2", frame(FIN | BINARY, &more)).closes(1009)];
    for length in [64, 256, 1024, 1300, 4096, 16_384] {
        cases.push(Case::of(format!("9.4 {length}"), pieces(BINARY, &most, length)).echoes(&most));
        cases.push(Case::of(format!("9.4 {length}, too long"), pieces(BINARY, &more, length)).closes(1009));
        let text = vec![b' '; MAX_CONTROL_BYTES + 1];
        cases.push(Case::of(format!("9.3 {length}, too long"), pieces(TEXT, &text, length)).closes(1009));
    }
    let small: Vec<u8> = (0..1000u16).flat_map(|number| frame(FIN | BINARY, &number.to_be_bytes())).collect();
    let numbers: Vec<u8> = (0..1000u16).flat_map(u16::to_be_bytes).collect();
    cases.push(Case::of("9.8", small).echoes(&numbers));
    // Of what is too long, the bytes that came before that was seen may have gone on.
    let (bridge, server) = echoing().await;
    for case in cases {
        if case.closed.is_some() {
            too_long(&bridge, &server, &case).await;
        } else {
            play(&bridge, &server, &case, usize::MAX).await;
        }
    }
}

/// Plays a case of which only the end counts.
async fn too_long(bridge: &Handle, server: &MailServer, case: &Case) {
    let mut page = upgraded(bridge).await;
    page.write_all(&open_frame(server)).await.unwrap();
    let _mail = server.accept().await;
    // A bridge that has seen enough takes no more.
    let _ = page.write_all(&case.sent).await;
    let mut answer = Answer::default();
    while answer.closed.is_none() {
        let read = timeout(Duration::from_secs(20), answer.read(&mut page)).await.expect("the bridge closes");
        assert!(read, "{}", case.number);
    }
    assert_eq!(answer.closed, case.closed, "{}", case.number);
}

#[tokio::test]
async fn section_12_compression_is_not_agreed_to() {
    let (bridge, _server) = echoing().await;
    let mut page = TcpStream::connect(bridge.address()).await.unwrap();
    let request = format!(
        "GET /tunnel HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: restante.v1\r\n\
         Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n",
        bridge.address()
    );
    page.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(page.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 101 ") && !head.contains("extensions"), "{head}");
}
