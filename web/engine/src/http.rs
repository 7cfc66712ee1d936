//! As much of HTTP/1.1 (RFC 9112) as it takes to ask one question over a tunnel, with TLS that ends here, and to read the answer.
//! It leads nowhere else: a redirection is an answer like any other.

use std::io;
use std::time::Duration;

use futures::future::{Either, select};
use futures::io::{AsyncReadExt as _, AsyncWriteExt as _};
use restante_api::{By, Failure, FailureKind, Fingerprint};
use restante_protocol::tunnel::{BridgeTls, Service};

use crate::platform::{Destination, Platform};
use crate::tls::Peer;
use crate::transport::{Transport, failure_of, failure_of_tunnel};

/// Octets of an answer at most.
const LONGEST: usize = 64 * 1024;
/// Fields of an answer's header at most.
const FIELDS: usize = 64;

/// Who is asked.
pub(crate) struct Endpoint<'e> {
    /// What it is asked for.
    pub(crate) service: Service,
    pub(crate) host: &'e str,
    pub(crate) port: u16,
    /// With what follows a `?`.
    pub(crate) path: &'e str,
    pub(crate) trusted: Option<Fingerprint>,
    pub(crate) by: &'e By,
    /// For how long the answer is waited for.
    pub(crate) patience: Duration,
}

/// What is asked.
enum Method<'m> {
    Get,
    Post { form: &'m str, origin: &'m str },
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Sends a form (`application/x-www-form-urlencoded`) and reads the answer. `origin`: the page's own, which some providers insist on.
///
/// # Errors
/// What the bridge says; where the host cannot be reached, is not to be trusted, or does not answer in time; and
/// [`FailureKind::ProviderUnreachable`] where what it answers is no HTTP.
pub(crate) async fn post(
    platform: &dyn Platform,
    to: Endpoint<'_>,
    form: &str,
    origin: &str,
) -> Result<Answer, Failure> {
    in_time(platform, to, Method::Post { form, origin }).await
}

/// Asks for an XML document. Of who asks, the host is told nothing.
///
/// # Errors
/// As for [`post`].
pub(crate) async fn get(platform: &dyn Platform, to: Endpoint<'_>) -> Result<Answer, Failure> {
    in_time(platform, to, Method::Get).await
}

async fn in_time(platform: &dyn Platform, to: Endpoint<'_>, method: Method<'_>) -> Result<Answer, Failure> {
    let patience = platform.sleep(to.patience);
    match select(Box::pin(ask(platform, to, method)), patience).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(Failure::new(FailureKind::TimedOut, "")),
    }
}

async fn ask(platform: &dyn Platform, to: Endpoint<'_>, method: Method<'_>) -> Result<Answer, Failure> {
    let destination = Destination {
        host: to.host.to_owned(),
        port: to.port,
        tls: BridgeTls::None,
        service: to.service,
        token: to.by.token.clone(),
        bridge: to.by.bridge.clone(),
    };
    let tunnel = platform.dial(destination).await.map_err(|fault| failure_of_tunnel(&fault))?;
    let peer = Peer { host: to.host.to_owned(), trusted: to.trusted, now: platform.now() };
    let mut transport = Transport::Plain(tunnel).secure(&peer).await?;
    let lost = |error: io::Error| failure_of(&error);
    transport.write_all(&request(&to, &method)).await.map_err(lost)?;
    transport.flush().await.map_err(lost)?;
    let (mut came, mut piece) = (Vec::new(), vec![0; 8 * 1024]);
    loop {
        let octets = match transport.read(&mut piece).await {
            Ok(octets) => octets,
            // Some close the connection without taking leave of TLS: what came is then as whole as it says itself.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => 0,
            Err(error) => return Err(lost(error)),
        };
        came.extend_from_slice(&piece[..octets]);
        match read(&came, octets == 0).map_err(|what| Failure::new(FailureKind::ProviderUnreachable, what))? {
            Some(answer) => return Ok(answer),
            None if octets == 0 => return Err(Failure::new(FailureKind::ConnectionLost, "")),
            None if came.len() > LONGEST => {
                return Err(Failure::new(FailureKind::ProviderUnreachable, "the answer is too long"));
            }
            None => {}
        }
    }
}

fn request(to: &Endpoint<'_>, method: &Method<'_>) -> Vec<u8> {
    let Endpoint { host, port, path, .. } = to;
    let host = if host.contains(':') { format!("[{host}]") } else { (*host).to_owned() };
    let host = if *port == 443 { host } else { format!("{host}:{port}") };
    match method {
        Method::Get => format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/xml, text/xml\r\n\
             Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
        ),
        Method::Post { form, origin } => format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nAccept: application/json\r\n\
             Connection: close\r\n\r\n{form}",
            form.len()
        ),
    }
    .into_bytes()
}

/// How an answer's body ends (RFC 9112, section 6.3).
enum Length {
    Octets(usize),
    Chunked,
    WithConnection,
}

/// The answer, once it is whole; `ended`: nothing more comes. Interim answers (RFC 9110, section 15.2) are passed over.
fn read(mut came: &[u8], ended: bool) -> Result<Option<Answer>, &'static str> {
    const NO_HTTP: &str = "what answers speaks no HTTP";
    let mut begin = 0;
    loop {
        came = &came[begin..];
        let mut fields = [httparse::EMPTY_HEADER; FIELDS];
        let mut head = httparse::Response::new(&mut fields);
        let httparse::Status::Complete(octets) = head.parse(came).map_err(|_| NO_HTTP)? else { return Ok(None) };
        begin = octets;
        let status = head.code.ok_or(NO_HTTP)?;
        if !(100..200).contains(&status) {
            return whole(&head, status, &came[begin..], ended);
        }
    }
}

/// The answer with this header, once its body is whole.
fn whole(
    head: &httparse::Response<'_, '_>,
    status: u16,
    body: &[u8],
    ended: bool,
) -> Result<Option<Answer>, &'static str> {
    let field =
        |name: &str| head.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value);
    let length = match (field("transfer-encoding"), field("content-length")) {
        (Some(coding), _) if coding.eq_ignore_ascii_case(b"chunked") => Length::Chunked,
        (Some(_), _) => return Err("the answer has a transfer coding that is not known"),
        (None, Some(octets)) => {
            let octets = std::str::from_utf8(octets).ok().and_then(|text| text.trim().parse().ok());
            Length::Octets(octets.filter(|octets| *octets <= LONGEST).ok_or("the answer is too long")?)
        }
        (None, None) => Length::WithConnection,
    };
    let body = match length {
        Length::Octets(octets) => body.get(..octets).map(<[u8]>::to_vec),
        Length::Chunked => unchunk(body)?,
        Length::WithConnection => ended.then(|| body.to_vec()),
    };
    Ok(body.map(|body| Answer { status, body }))
}

/// The octets of a body in chunks (RFC 9112, section 7.1), once the last one is there.
fn unchunk(mut rest: &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
    const BAD_CHUNK: &str = "the answer's chunks do not fit together";
    let mut body = Vec::new();
    loop {
        let httparse::Status::Complete((begin, octets)) = httparse::parse_chunk_size(rest).map_err(|_| BAD_CHUNK)?
        else {
            return Ok(None);
        };
        if octets == 0 {
            return Ok(Some(body));
        }
        let octets = usize::try_from(octets).ok().filter(|octets| *octets <= LONGEST).ok_or(BAD_CHUNK)?;
        let Some((chunk, behind)) = rest[begin..].split_at_checked(octets) else { return Ok(None) };
        match behind {
            [b'\r', b'\n', ..] => {}
            [] | [b'\r'] => return Ok(None),
            _ => return Err(BAD_CHUNK),
        }
        body.extend_from_slice(chunk);
        rest = &behind[2..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Byte by byte: nothing is taken for whole before it is, and then it is this.
    fn in_pieces(text: &str, ended: bool) -> Result<Option<Answer>, &'static str> {
        for end in 0..text.len() {
            assert!(!matches!(read(&text.as_bytes()[..end], false), Ok(Some(_))), "{:?}", &text[..end]);
        }
        read(text.as_bytes(), ended)
    }

    fn answer(status: u16, body: &str) -> Result<Option<Answer>, &'static str> {
        Ok(Some(Answer { status, body: body.into() }))
    }

    #[test]
    fn an_answer_ends_where_it_says_so() {
        assert_eq!(in_pieces("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", false), answer(200, "{}"));
        assert_eq!(
            in_pieces("HTTP/1.1 400 No\r\ntransfer-encoding: Chunked\r\n\r\n1;a=b\r\n{\r\n2\r\n }\r\n0\r\n", false),
            answer(400, "{ }")
        );
        assert_eq!(in_pieces("HTTP/1.0 200 OK\r\n\r\n{}", true), answer(200, "{}"));
        assert_eq!(read(b"HTTP/1.0 200 OK\r\n\r\n{", false), Ok(None));
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
        assert_eq!(in_pieces(hints, false), answer(200, "1"));
    }

    #[test]
    fn what_is_no_answer_is_told() {
        for (text, what) in [
            ("+OK POP3 ready\r\n", "no HTTP"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", "too long"),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "too long"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "not known"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "fit together"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "fit together"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n", "fit together"),
        ] {
            assert!(read(text.as_bytes(), false).is_err_and(|found| found.contains(what)), "{text:?}");
        }
    }

    #[test]
    fn a_question_is_for_its_host_and_port() {
        let by = By { bridge: None, token: None };
        let (service, patience) = (Service::SignIn, Duration::ZERO);
        let to = |host, port| Endpoint { service, host, port, path: "/t?x", trusted: None, by: &by, patience };
        let sent = |host, port| {
            let form = Method::Post { form: "a=b", origin: "https://mail.example" };
            String::from_utf8(request(&to(host, port), &form)).unwrap()
        };
        assert!(sent("id.example", 443).starts_with("POST /t?x HTTP/1.1\r\nHost: id.example\r\n"));
        assert!(sent("id.example", 8443).contains("Host: id.example:8443\r\n"));
        assert!(sent("::1", 443).contains("Host: [::1]\r\n") && sent("::1", 443).ends_with("\r\n\r\na=b"));
        let asked = String::from_utf8(request(&to("id.example", 443), &Method::Get)).unwrap();
        assert!(asked.starts_with("GET /t?x HTTP/1.1\r\nHost: id.example\r\n") && asked.ends_with("\r\n\r\n"));
        assert!(!asked.contains("mail.example"));
    }
}
