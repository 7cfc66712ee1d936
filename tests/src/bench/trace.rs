//! Reads what passed between a browser and a bridge: requests for files, and the tunnel's frames, as far as TLS lets see.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::time::SystemTime;

use restante_protocol::tunnel::{BridgeMessage, PageMessage, decode};
use serde::Serialize;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::delay::Piece;

/// Something that a piece of bytes ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which connection, from 1.
    pub connection: u32,
    /// From the browser to the bridge.
    pub to_bridge: bool,
    /// Round trips that were over when it was sent.
    pub depth: u32,
    /// When it arrived.
    pub arrived: SystemTime,
    /// What it is.
    pub what: What,
}

/// What can be told of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A request for a file: its path.
    Get(String),
    /// The request for a WebSocket, or its acceptance.
    Upgrade,
    /// A control message of the tunnel: its type.
    Control(&'static str),
    /// The page has taken bytes.
    Credit(u32),
    /// A TLS handshake message that is not encrypted.
    Hello,
    /// Octets of a TLS record that is.
    Encrypted(usize),
    /// Octets without TLS.
    Clear(usize),
    /// A close frame, a ping or a pong.
    Other,
}

/// One round trip of a tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trip {
    /// Its number, from 1.
    pub number: u32,
    /// What the page sent.
    pub sent: String,
    /// What came back for it.
    pub received: String,
}

/// Takes all pieces apart.
pub fn items(pieces: &[Piece]) -> Vec<Item> {
    let mut lanes: BTreeMap<(u32, bool), Reader> = BTreeMap::new();
    let mut items = Vec::new();
    for piece in pieces {
        let reader = lanes.entry((piece.connection, piece.to_target)).or_default();
        for what in reader.read(&piece.bytes, piece.to_target) {
            items.push(Item {
                connection: piece.connection,
                to_bridge: piece.to_target,
                depth: piece.depth,
                arrived: piece.arrived,
                what,
            });
        }
    }
    items
}

/// The round trips of one connection that were needed for what had arrived by `until`, those left out that were begun
/// before: what arrived at the bridge before `from`, the moment at which the first byte sent after the click can be there.
/// Where nothing did, the handshake of TCP is the first.
///
/// What the page sends belongs to the trip it begins; what no answer had arrived for by then is left out, and so are
/// grants of credit, which nobody waits for.
pub fn trips(items: &[Item], connection: u32, from: SystemTime, until: SystemTime) -> Vec<Trip> {
    let mine = || items.iter().filter(|item| item.connection == connection && item.arrived <= until);
    let sent = || mine().filter(|item| item.to_bridge && !matches!(item.what, What::Credit(_) | What::Other));
    let last = mine().filter(|item| !item.to_bridge).map(|item| item.depth).max().unwrap_or(0);
    let is_new = sent().all(|item| item.arrived >= from);
    let first = if is_new { Some(1) } else { sent().filter(|item| item.arrived >= from).map(|item| item.depth).min() };
    let Some(first) = first else { return Vec::new() };
    let said = |to_bridge: bool, depth: u32| {
        words(mine().filter(|item| item.to_bridge == to_bridge && item.depth == depth).map(|item| &item.what))
    };
    let handshake = is_new.then(|| (String::from("TCP: SYN"), String::from("SYN, ACK")));
    let dialogue = (first..=last).map(|depth| (said(true, depth), said(false, depth)));
    let trips = handshake.into_iter().chain(dialogue);
    (1..).zip(trips).map(|(number, (sent, received))| Trip { number, sent, received }).collect()
}

fn words<'a>(list: impl Iterator<Item = &'a What>) -> String {
    let mut words: Vec<String> = Vec::new();
    let (mut encrypted, mut clear, mut records) = (0, 0, 0);
    for what in list {
        match what {
            What::Get(path) => words.push(format!("GET {path}")),
            What::Upgrade => words.push("WebSocket upgrade".into()),
            What::Control(name) => words.push((*name).into()),
            What::Hello => words.push("TLS hello".into()),
            What::Encrypted(octets) => {
                records += 1;
                encrypted += octets;
            }
            What::Clear(octets) => clear += octets,
            What::Credit(_) | What::Other => {}
        }
    }
    if records > 0 {
        words.push(format!("{encrypted} octets in {records} TLS records"));
    }
    if clear > 0 {
        words.push(format!("{clear} octets in clear"));
    }
    words.join(" + ")
}

/// Reads one direction of one connection.
#[derive(Default)]
struct Reader {
    buffer: Vec<u8>,
    upgraded: bool,
    tls: Vec<u8>,
}

impl Reader {
    fn read(&mut self, bytes: &[u8], to_bridge: bool) -> Vec<What> {
        self.buffer.extend_from_slice(bytes);
        let mut found = Vec::new();
        while !self.upgraded {
            let Some(end) = memchr::memmem::find(&self.buffer, b"\r\n\r\n") else { break };
            let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
            let first = head.lines().next().unwrap_or_default().to_owned();
            if first.starts_with("HTTP/1.1 101") || head.to_ascii_lowercase().contains("\nupgrade: websocket") {
                self.upgraded = true;
                found.push(What::Upgrade);
            } else if to_bridge {
                found.push(What::Get(first.split(' ').nth(1).unwrap_or_default().to_owned()));
            } else {
                // An answer's body may look like anything: only an acceptance is of interest, and that comes first.
                self.buffer.clear();
                return found;
            }
            self.buffer.drain(..end + 4);
        }
        if self.upgraded {
            self.frames(to_bridge, &mut found);
        }
        found
    }

    fn frames(&mut self, to_bridge: bool, found: &mut Vec<What>) {
        loop {
            let mut cursor = Cursor::new(&self.buffer);
            let Ok(Some((header, length))) = FrameHeader::parse(&mut cursor) else { return };
            let start = usize::try_from(cursor.position()).unwrap_or(usize::MAX);
            let Some(end) = usize::try_from(length).ok().and_then(|length| start.checked_add(length)) else { return };
            let Some(payload) = self.buffer.get(start..end) else { return };
            let mut payload = payload.to_vec();
            if let Some(mask) = header.mask {
                payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
            }
            self.buffer.drain(..end);
            match header.opcode {
                OpCode::Data(Data::Text) => found.push(control(&payload, to_bridge)),
                OpCode::Data(_) => self.records(&payload, found),
                OpCode::Control(_) => found.push(What::Other),
            }
        }
    }

    /// TLS records (RFC 8446, section 5.1), or octets in clear where they do not look like any.
    fn records(&mut self, payload: &[u8], found: &mut Vec<What>) {
        self.tls.extend_from_slice(payload);
        while let [kind, 3, _, high, low, rest @ ..] = self.tls.as_slice()
            && (20..=23).contains(kind)
        {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if rest.len() < length {
                return;
            }
            match (kind, rest.first()) {
                (22, Some(1 | 2)) => found.push(What::Hello),
                // Change cipher spec is there for old boxes on the way only.
                (20, _) => {}
                _ => found.push(What::Encrypted(length)),
            }
            self.tls.drain(..5 + length);
        }
        if self.tls.first().is_some_and(|kind| !(20..=23).contains(kind)) {
            found.push(What::Clear(self.tls.len()));
            self.tls.clear();
        }
    }
}

fn control(payload: &[u8], to_bridge: bool) -> What {
    let text = String::from_utf8_lossy(payload);
    if to_bridge {
        return match decode(&text) {
            Ok(PageMessage::Open(_)) => What::Control("open"),
            Ok(PageMessage::Credit { bytes }) => What::Credit(bytes),
            Ok(PageMessage::Starttls { .. }) => What::Control("starttls"),
            Ok(PageMessage::Eof) => What::Control("eof"),
            Ok(PageMessage::LookUp(_)) => What::Control("look_up"),
            Err(_) => What::Other,
        };
    }
    match decode(&text) {
        Ok(BridgeMessage::Opened { .. }) => What::Control("opened"),
        Ok(BridgeMessage::Refused(_)) => What::Control("refused"),
        Ok(BridgeMessage::Secured) => What::Control("secured"),
        Ok(BridgeMessage::Eof) => What::Control("eof"),
        Ok(BridgeMessage::Services(_)) => What::Control("services"),
        Err(_) => What::Other,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const START: SystemTime = SystemTime::UNIX_EPOCH;

    fn piece(to_target: bool, depth: u32, bytes: &[u8]) -> Piece {
        let arrived = START + Duration::from_millis(u64::from(depth));
        Piece { connection: 1, to_target, depth, arrived, bytes: bytes.to_vec() }
    }

    fn frame(opcode: u8, masked: bool, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let mut bytes = vec![0x80 | opcode, payload.len() as u8 | if masked { 0x80 } else { 0 }];
        if masked {
            bytes.extend_from_slice(&mask);
            bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
        } else {
            bytes.extend_from_slice(payload);
        }
        bytes
    }

    fn visit() -> Vec<Piece> {
        let open = br#"{"type":"open","host":"h","port":995,"tls":"none","window":1}"#;
        let hello = [22, 3, 1, 0, 4, 1, 0, 0, 0];
        let answer = [22, 3, 3, 0, 2, 2, 0, 20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 3, 9, 9, 9];
        let sent = [frame(1, true, open), frame(2, true, &hello)].concat();
        let received = [frame(1, false, br#"{"type":"opened","peer":"p"}"#), frame(2, false, &answer)].concat();
        vec![
            piece(true, 1, b"GET /a.css HTTP/1.1\r\nHost: x\r\n\r\nGET /tunnel HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
            piece(false, 1, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
            piece(true, 2, &sent[..20]),
            piece(true, 2, &sent[20..]),
            piece(false, 2, &received),
            piece(true, 3, &frame(1, true, br#"{"type":"credit","bytes":21}"#)),
        ]
    }

    #[test]
    fn a_visit_is_told_trip_by_trip() {
        let items = items(&visit());
        let trip = |number, sent: &str, received: &str| Trip { number, sent: sent.into(), received: received.into() };
        assert_eq!(
            trips(&items, 1, START, START + Duration::from_secs(1)),
            [
                trip(1, "TCP: SYN", "SYN, ACK"),
                trip(2, "GET /a.css + WebSocket upgrade", "WebSocket upgrade"),
                trip(3, "open + TLS hello", "opened + TLS hello + 3 octets in 1 TLS records"),
            ]
        );
    }

    #[test]
    fn what_was_done_before_the_click_does_not_count() {
        let items = items(&visit());
        let from = START + Duration::from_millis(2);
        let trips = trips(&items, 1, from, START + Duration::from_secs(1));
        assert_eq!(trips.len(), 1, "{trips:?}");
        assert_eq!((trips[0].number, trips[0].sent.as_str()), (1, "open + TLS hello"));
        assert!(super::trips(&items, 1, from + Duration::from_millis(1), START + Duration::from_secs(1)).is_empty());
    }

    #[test]
    fn what_came_later_does_not_count() {
        let items = items(&visit());
        assert_eq!(trips(&items, 1, START, START + Duration::from_millis(1)).len(), 2);
        assert_eq!(items.last().unwrap().what, What::Credit(21));
    }
}
