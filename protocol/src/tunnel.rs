//! The tunnel's wire contract, shared by the page and the bridge.
//!
//! One WebSocket carries one TCP connection. Its subprotocol is [`SUBPROTOCOL`]. Binary frames carry the mail
//! connection's raw bytes and nothing else; text frames carry the JSON control messages of this module. The page sends
//! [`PageMessage::Open`] first and may send bytes right behind it, without waiting for [`BridgeMessage::Opened`]: that
//! saves a round trip.
//!
//! ```text
//! page                                   bridge                         mail server
//!  | {"type":"open",…}                     |                                |
//!  |-------------------------------------->| resolve, vet, dial ----------->|
//!  | bytes (a TLS ClientHello, say)        |                                |
//!  |-------------------------------------->|------------------------------->|
//!  |              {"type":"opened",…}      |                                |
//!  |<--------------------------------------|                                |
//!  |                                bytes  |                                |
//!  |<--------------------------------------|<-------------------------------|
//!  | {"type":"credit","bytes":…}           |                                |
//!  |-------------------------------------->| reads on                       |
//! ```
//!
//! A browser's WebSocket has no receive back-pressure, so the bridge sends no more than [`Open::window`] bytes until the
//! page grants more with [`PageMessage::Credit`].
//!
//! Not here: what the bridge allows (that is the bridge's policy), and anything that does I/O.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use crate::Secret;

/// The WebSocket subprotocol both sides must name (RFC 6455, section 1.9).
pub const SUBPROTOCOL: &str = "restante.v1";

/// The path of the WebSocket endpoint.
pub const PATH: &str = "/tunnel";

/// The window a page asks for unless it has a reason, in bytes: at 200 ms of round trip it still carries 5 MB/s.
pub const DEFAULT_WINDOW: u32 = 1 << 20;

/// The largest control message either side accepts, in bytes.
pub const MAX_CONTROL_BYTES: usize = 16 * 1024;

/// The largest binary frame either side sends, in bytes.
pub const MAX_DATA_BYTES: usize = 64 * 1024;

/// What is spoken through a tunnel: the bridge's policy is another one for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Mail is fetched (RFC 1939). Also what an `open` without a service means.
    #[default]
    Pop3,
    /// Mail is handed in (RFC 6409).
    Submission,
    /// A provider is asked for the tokens that sign in at its servers (OAuth 2.0's token endpoint, RFC 6749, section 3.2). TLS
    /// ends in the page.
    SignIn,
    /// A domain's own document of its mail servers is fetched, at `autoconfig.` before the domain. TLS ends in the page.
    Autoconfig,
}

/// Who ends TLS, and how it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BridgeTls {
    /// The bridge moves bytes only: TLS, if any, ends in the page.
    None,
    /// The bridge speaks TLS to the server from the first byte (RFC 8314, section 3).
    Implicit,
    /// The bridge starts TLS when the page sends [`PageMessage::Starttls`], after the page's STLS (RFC 2595, section 4) or
    /// STARTTLS (RFC 3207).
    Starttls,
}

/// The first message of a tunnel: where to, and how.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Host name or address literal (IPv6 without brackets) of the mail server.
    pub host: String,
    /// TCP port of the mail server.
    pub port: u16,
    /// Whether the bridge ends TLS.
    pub tls: BridgeTls,
    /// What is spoken.
    #[serde(default)]
    pub service: Service,
    /// The access token, where the bridge asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// How many bytes the bridge may send before the first [`PageMessage::Credit`].
    pub window: u32,
}

impl fmt::Debug for Open {
    /// Leaves out the destination as well as the token: neither reaches a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Open")
            .field("tls", &self.tls)
            .field("service", &self.service)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

/// A question in the place of a destination: which mail servers a domain names in DNS (RFC 6186; RFC 8314, section 5.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUp {
    /// The domain of a mail address, in ASCII.
    pub domain: String,
    /// The access token, where the bridge asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
}

impl fmt::Debug for LookUp {
    /// Leaves out all of it, as [`Open`] does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookUp").finish_non_exhaustive()
    }
}

/// The mail servers that a domain names, and that the bridge would connect to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services {
    /// Of each service and kind of TLS, the best first.
    pub servers: Vec<NamedServer>,
    /// A server to fetch mail from is named that this bridge does not connect to.
    pub barred: bool,
}

/// A mail server that DNS names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedServer {
    /// What is spoken there.
    pub service: Service,
    /// Whether TLS begins with the first byte.
    pub tls: bool,
    /// Host name.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// Control messages of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PageMessage {
    /// Opens the connection; first and once.
    Open(Open),
    /// Asks, in the place of `open`, and is answered by [`BridgeMessage::Services`] or refused; then the WebSocket closes.
    LookUp(LookUp),
    /// The page has taken this many bytes; the bridge may send as many more.
    Credit {
        /// Bytes granted on top of what is left of the window.
        bytes: u32,
    },
    /// The server agreed to TLS: start it now. Only where [`Open::tls`] is [`BridgeTls::Starttls`].
    Starttls {
        /// Bytes of the server that the page has taken since the tunnel was opened, the whole answer included. Where the
        /// bridge has had more, somebody may have put them there (RFC 2595, section 4; RFC 3207, section 4.2), and the
        /// upgrade is refused with [`CloseCode::StarttlsInjection`].
        received: u64,
    },
    /// The page sends no more bytes: half-close towards the server.
    Eof,
}

/// Control messages of the bridge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BridgeMessage {
    /// The server is reached (with [`BridgeTls::Implicit`], TLS is up as well).
    Opened {
        /// The address that was dialled, without the port.
        peer: String,
    },
    /// The answer to [`PageMessage::LookUp`].
    Services(Services),
    /// The bridge will not or cannot open the tunnel; the WebSocket closes with [`Refused::code`] right after.
    Refused(Refused),
    /// TLS to the server is up after [`PageMessage::Starttls`].
    Secured,
    /// The server sends no more bytes.
    Eof,
}

/// Why a tunnel was refused or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The reason as a number.
    pub code: CloseCode,
    /// The reason in a sentence, for a person.
    pub message: String,
}

/// WebSocket close codes of the tunnel (the range 4000–4999 is for private use: RFC 6455, section 7.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
#[non_exhaustive]
pub enum CloseCode {
    /// 4400: a control message that is malformed, too large or out of order.
    BadMessage,
    /// 4401: the token is missing, unknown or revoked.
    Unauthorized,
    /// 4403: the bridge's policy does not list this destination for this service, or this holder, or not for what was sent.
    Forbidden,
    /// 4404: the name does not resolve.
    UnknownHost,
    /// 4408: the page did not send `open` in time.
    OpenTimeout,
    /// 4410: the bridge is draining; try again, another one may answer.
    Draining,
    /// 4429: a limit on connections, on their rate, on what one may send in a day, or on the bytes of a
    /// tunnel.
    TooMany,
    /// 4460: the server refused the TCP connection.
    ConnectRefused,
    /// 4461: the server did not answer the TCP connection in time.
    ConnectTimeout,
    /// 4462: no route to the server, or another network failure while connecting.
    Unreachable,
    /// 4463: the established connection was reset or failed.
    ConnectionLost,
    /// 4464: nothing moved in either direction for too long.
    IdleTimeout,
    /// 4465: the session reached its greatest length.
    SessionTimeout,
    /// 4470: TLS to the server failed (where the bridge ends TLS).
    TlsFailed,
    /// 4471: the server's certificate does not verify (where the bridge ends TLS).
    CertificateInvalid,
    /// 4472: bytes followed the server's consent to TLS before TLS began: somebody may have put them there (RFC 2595,
    /// section 4; RFC 3207, section 4.2).
    StarttlsInjection,
    /// 4500: a fault of the bridge itself.
    Internal,
}

const CODES: [(CloseCode, u16); 17] = [
    (CloseCode::BadMessage, 4400),
    (CloseCode::Unauthorized, 4401),
    (CloseCode::Forbidden, 4403),
    (CloseCode::UnknownHost, 4404),
    (CloseCode::OpenTimeout, 4408),
    (CloseCode::Draining, 4410),
    (CloseCode::TooMany, 4429),
    (CloseCode::ConnectRefused, 4460),
    (CloseCode::ConnectTimeout, 4461),
    (CloseCode::Unreachable, 4462),
    (CloseCode::ConnectionLost, 4463),
    (CloseCode::IdleTimeout, 4464),
    (CloseCode::SessionTimeout, 4465),
    (CloseCode::TlsFailed, 4470),
    (CloseCode::CertificateInvalid, 4471),
    (CloseCode::StarttlsInjection, 4472),
    (CloseCode::Internal, 4500),
];

impl CloseCode {
    /// Every code, for tables and tests.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|(code, _)| *code)
    }
}

impl From<CloseCode> for u16 {
    fn from(code: CloseCode) -> Self {
        CODES.iter().find(|(known, _)| *known == code).map_or(4500, |(_, number)| *number)
    }
}

/// A close code that this version does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a close code of {SUBPROTOCOL}")]
pub struct UnknownCloseCode(pub u16);

impl TryFrom<u16> for CloseCode {
    type Error = UnknownCloseCode;

    fn try_from(number: u16) -> Result<Self, UnknownCloseCode> {
        CODES.iter().find(|(_, known)| *known == number).map(|(code, _)| *code).ok_or(UnknownCloseCode(number))
    }
}

/// A control message that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BadControl {
    /// Longer than [`MAX_CONTROL_BYTES`].
    #[error("a control message of {0} bytes; at most {MAX_CONTROL_BYTES} are accepted")]
    TooLong(usize),
    /// Not JSON of a known shape. The text itself is not repeated: it may hold a token.
    #[error("a control message that is not one of {SUBPROTOCOL}'s (line {line}, column {column})")]
    Malformed {
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault, from 1.
        column: usize,
    },
}

/// Writes a control message as the text of a frame.
pub fn encode<M: Serialize>(message: &M) -> String {
    // The types of this module hold strings and numbers only, which always serialise.
    serde_json::to_string(message).unwrap_or_default()
}

/// Reads a control message from the text of a frame.
///
/// # Errors
/// [`BadControl`] where it is too long or of no known shape.
pub fn decode<M: for<'de> Deserialize<'de>>(text: &str) -> Result<M, BadControl> {
    if text.len() > MAX_CONTROL_BYTES {
        return Err(BadControl::TooLong(text.len()));
    }
    serde_json::from_str(text).map_err(|e| BadControl::Malformed { line: e.line(), column: e.column() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Open {
        Open {
            host: "pop.example.org".into(),
            port: 995,
            tls: BridgeTls::None,
            service: Service::Submission,
            token: Some(Secret::new("s3cret")),
            window: DEFAULT_WINDOW,
        }
    }

    #[test]
    fn an_open_message_survives_the_wire() {
        let text = encode(&PageMessage::Open(open()));
        assert!(
            text.starts_with(
                r#"{"type":"open","host":"pop.example.org","port":995,"tls":"none","service":"submission""#
            ),
            "{text}"
        );
        assert_eq!(decode::<PageMessage>(&text).unwrap(), PageMessage::Open(open()));
    }

    #[test]
    fn an_open_that_names_no_service_is_for_pop3_and_one_that_names_another_is_none() {
        let opening = |service: &str| {
            decode(&format!(r#"{{"type":"open","host":"a","port":995,"tls":"none",{service}"window":1}}"#))
        };
        let Ok(PageMessage::Open(plain)) = opening("") else { panic!("it is an open") };
        assert_eq!(plain.service, Service::Pop3);
        for wrong in [r#""service":"smtp","#, r#""service":"Submission","#, r#""service":null,"#] {
            assert!(matches!(opening(wrong), Err(BadControl::Malformed { .. })), "{wrong}");
        }
    }

    #[test]
    fn neither_token_nor_destination_shows_in_debug() {
        let shown = format!("{:?}", PageMessage::Open(open()));
        assert!(!shown.contains("s3cret") && !shown.contains("example"), "{shown}");
    }

    #[test]
    fn a_question_for_servers_and_its_answer_survive_the_wire_and_show_nothing_in_debug() {
        let question = PageMessage::LookUp(LookUp { domain: "example.org".into(), token: Some(Secret::new("s3cret")) });
        let text = encode(&question);
        assert_eq!(text, r#"{"type":"look_up","domain":"example.org","token":"s3cret"}"#);
        assert_eq!(decode::<PageMessage>(&text).unwrap(), question);
        let shown = format!("{question:?}");
        assert!(!shown.contains("s3cret") && !shown.contains("example"), "{shown}");
        let server = NamedServer { service: Service::Pop3, tls: true, host: "pop.example.org".into(), port: 995 };
        let answer = BridgeMessage::Services(Services { servers: vec![server], barred: false });
        assert_eq!(decode::<BridgeMessage>(&encode(&answer)).unwrap(), answer);
    }

    #[test]
    fn every_close_code_is_its_own_number_in_the_private_range() {
        let mut seen = std::collections::HashSet::new();
        for code in CloseCode::all() {
            let number = u16::from(code);
            assert!((4400..=4599).contains(&number) && seen.insert(number));
            assert_eq!(CloseCode::try_from(number), Ok(code));
        }
        assert_eq!(CloseCode::try_from(1000), Err(UnknownCloseCode(1000)));
    }

    #[test]
    fn a_malformed_message_is_refused_without_being_repeated() {
        let fault = decode::<PageMessage>(r#"{"type":"open","token":"s3cret"}"#).unwrap_err().to_string();
        assert!(!fault.contains("s3cret"), "{fault}");
        assert!(matches!(decode::<PageMessage>(&" ".repeat(MAX_CONTROL_BYTES + 1)), Err(BadControl::TooLong(_))));
    }
}
