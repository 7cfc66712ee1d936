//! A reader that only reads: RETR for every message with so many octets of answers under way, and the answers' ends
//! counted. It keeps, checks and undoes nothing, so no client with this window can be faster by much.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem::Finder;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring};

/// The first argument of a benchmark program that is to be this reader:
/// `FLAG PORT USER PASSWORD WINDOW [AUTHORITY]`; with an authority's PEM file over TLS.
pub const FLAG: &str = "--read-a-maildrop-raw";

/// The end of an answer of several lines (RFC 1939, section 3). Nothing within one looks like it.
const END: &[u8] = b"\r\n.\r\n";

/// Where this process was started as the reader: reads, and returns how to end.
pub fn as_reader() -> Option<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flag, rest) = arguments.split_first()?;
    if flag != FLAG {
        return None;
    }
    match run(rest) {
        Ok(()) => Some(ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("{error:#}");
            Some(ExitCode::FAILURE)
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let [port, user, password, window, authority @ ..] = arguments else { bail!("too few arguments") };
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port.parse()?))?;
    stream.set_nodelay(true)?;
    let window = window.parse()?;
    match authority.first() {
        Some(file) => read(secure(stream, file)?, user, password, window),
        None => read(stream, user, password, window),
    }
}

fn secure(stream: TcpStream, authority: &str) -> Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(authority)? {
        roots.add(certificate?)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
    Ok(StreamOwned::new(ClientConnection::new(Arc::new(config), name)?, stream))
}

fn read(stream: impl Read + Write, user: &str, password: &str, window: u64) -> Result<()> {
    let mut stream = BufReader::with_capacity(256 << 10, stream);
    expect_ok(&mut stream)?;
    // Who reads raw takes PIPELINING for granted, with the password as well.
    say(&mut stream, &format!("USER {user}\r\nPASS {password}\r\nLIST\r\n"))?;
    for _ in 0..3 {
        expect_ok(&mut stream)?;
    }
    let sizes = listing(&mut stream)?;

    let (mut asked, mut answered, mut under_way) = (0, 0, 0);
    let mut expected = VecDeque::new();
    let mut ends = Ends::default();
    while answered < sizes.len() {
        let mut commands = String::new();
        while asked < sizes.len() && (expected.is_empty() || under_way + sizes[asked] <= window) {
            under_way += sizes[asked];
            expected.push_back(sizes[asked]);
            asked += 1;
            commands.push_str(&format!("RETR {asked}\r\n"));
        }
        if !commands.is_empty() {
            say(&mut stream, &commands)?;
        }
        let bytes = stream.fill_buf()?;
        ensure!(!bytes.is_empty(), "the server closed the connection after {answered} messages");
        let (count, length) = (ends.count(bytes), bytes.len());
        stream.consume(length);
        answered += count;
        under_way -= expected.drain(..count).sum::<u64>();
    }
    say(&mut stream, "QUIT\r\n")?;
    expect_ok(&mut stream)
}

/// Counts ends of answers in bytes that come in pieces.
#[derive(Default)]
struct Ends {
    /// The last bytes before a piece, as many as can begin an end.
    tail: Vec<u8>,
}

impl Ends {
    fn count(&mut self, bytes: &[u8]) -> usize {
        let end = Finder::new(END);
        // An end that began before: within the tail and the first bytes.
        let mut seam = self.tail.clone();
        seam.extend_from_slice(&bytes[..bytes.len().min(END.len() - 1)]);
        let count = end.find_iter(&seam).count() + end.find_iter(bytes).count();
        if bytes.len() >= END.len() {
            seam = bytes.to_vec();
        }
        self.tail = seam.split_off(seam.len().saturating_sub(END.len() - 1));
        count
    }
}

fn say(stream: &mut BufReader<impl Read + Write>, text: &str) -> Result<()> {
    stream.get_mut().write_all(text.as_bytes())?;
    Ok(stream.get_mut().flush()?)
}

fn expect_ok(stream: &mut impl BufRead) -> Result<()> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    ensure!(line.starts_with("+OK"), "the server said {line:?}");
    Ok(())
}

/// The sizes in an answer to LIST, in the order of the numbers.
fn listing(stream: &mut impl BufRead) -> Result<Vec<u64>> {
    let mut sizes = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim_end() {
            "." => return Ok(sizes),
            line => sizes.push(line.split(' ').nth(1).context("a listing without a size")?.parse()?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_counted_however_the_bytes_are_cut() {
        let text = b"+OK\r\none\r\n.\r\n+OK\r\n..\r\n.two\r\n.\r\n+OK\r\n\r\n.\r\n";
        for size in 1..text.len() {
            let mut ends = Ends::default();
            assert_eq!(text.chunks(size).map(|piece| ends.count(piece)).sum::<usize>(), 3, "in pieces of {size}");
        }
    }
}
