//! How fast bodies are decoded: `cargo run --release -p restante-protocol --example decode [-- --megabytes N]`.
//!
//! Prints gigabytes of wire a second, for the decoder alone and for a whole session fed with 64 KiB at a time, on text
//! without leading dots and with a dot on every line. Compiled to wasm32 it imports nothing and has no clock: `main`
//! decodes 256 MB once, of the kind that `RESTANTE_DECODE` named at compile time (`plain`, `dotted`, or `empty` for the
//! making of the input alone), and whoever calls it takes the time.

use restante_protocol::pop3::body::{Behind, Decoder};

/// Octets that arrive at a time.
const PIECE: usize = 64 << 10;

/// A body of about so many octets as it stands on the wire, without its end.
fn wire(octets: usize, dotted: bool) -> Vec<u8> {
    let start: &[u8] = if dotted { b".." } else { b"Li" };
    let mut wire = Vec::with_capacity(octets + 100);
    while wire.len() < octets {
        wire.extend_from_slice(start);
        wire.extend_from_slice(b"es of mail are seventy-odd octets long, as a rule, and end in CR and LF.\r\n");
    }
    wire
}

/// Decodes `rounds` pieces; returns the octets that came out.
fn decode(piece: &[u8], rounds: usize) -> u64 {
    let mut decoder = Decoder::new(None);
    let mut buffer = Vec::with_capacity(PIECE * 2);
    for _ in 0..rounds {
        buffer.extend_from_slice(piece);
        let decoded = decoder.decode(&mut buffer, Behind::Body);
        std::hint::black_box(&buffer[..decoded.produced]);
        buffer.drain(..decoded.consumed);
    }
    decoder.octets()
}

#[cfg(target_arch = "wasm32")]
fn main() {
    let rounds = (256 << 20) / PIECE;
    let kind = option_env!("RESTANTE_DECODE").unwrap_or("plain");
    let piece = wire(PIECE, kind == "dotted");
    if kind != "empty" {
        std::hint::black_box(decode(&piece, rounds));
    }
    std::hint::black_box(piece);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    use std::time::Instant;

    let megabytes = std::env::args()
        .skip_while(|word| word != "--megabytes")
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(2048_usize);
    let rounds = (megabytes << 20) / PIECE;
    for (name, dotted) in [("without leading dots", false), ("with a dot on every line", true)] {
        let piece = wire(PIECE, dotted);
        #[allow(clippy::cast_precision_loss)]
        let octets = (piece.len() * rounds) as f64;
        decode(&piece, rounds / 10);
        let start = Instant::now();
        std::hint::black_box(decode(&piece, rounds));
        println!("decoder, {name}: {:.2} GB/s", octets / start.elapsed().as_secs_f64() / 1e9);
        let start = Instant::now();
        session(&piece, rounds);
        println!("session, {name}: {:.2} GB/s", octets / start.elapsed().as_secs_f64() / 1e9);
    }
}

/// The same through a session.
#[cfg(not(target_arch = "wasm32"))]
fn session(piece: &[u8], rounds: usize) {
    use restante_protocol::pop3::{
        Channel, Command, Config, Event, Limits, Login, Mechanism, MessageNumber, Output, Secret, Session,
    };

    let limits = Limits { body: u64::MAX, ..Limits::default() };
    let mut session = Session::new(Config { channel: Channel::Tls, limits, ..Config::default() });
    let login = Login::with_password("user", Secret::new("secret")).by(Mechanism::UserPass);
    let mut octets = 0;
    let mut drain = |session: &mut Session| {
        while let Ok(output) = session.poll_output() {
            match output {
                Output::NeedInput => return,
                Output::Event(Event::Body { chunk, .. }) => octets += std::hint::black_box(chunk).len(),
                Output::Event(_) | Output::Transmit(_) => {}
            }
        }
    };
    let retr = MessageNumber::new(1).map(|number| Command::Retr { number, octets: None });
    for command in [Some(Command::Login(login)), retr].into_iter().flatten() {
        assert!(session.submit(command).is_ok(), "both commands belong there");
    }
    for _ in 0..4 {
        session.handle_input(b"+OK\r\n");
        drain(&mut session);
    }
    for _ in 0..rounds {
        session.handle_input(piece);
        drain(&mut session);
    }
    std::hint::black_box(octets);
}
