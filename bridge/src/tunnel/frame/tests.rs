use proptest::prelude::*;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{Frame as PeerFrame, FrameHeader};

use super::*;

/// A masked frame, written by the decoder's peer in the tests: tungstenite.
fn masked(opcode: OpCode, last: bool, payload: &[u8]) -> Vec<u8> {
    let mask = Some([0x37, 0xFA, 0x21, 0x3D]);
    let header = FrameHeader { is_final: last, opcode, mask, ..FrameHeader::default() };
    let frame = PeerFrame::from_payload(header, payload.to_vec().into());
    let mut bytes = Vec::new();
    frame.format(&mut bytes).unwrap();
    bytes
}

/// Decodes `wire`, cut at the given lengths.
fn decode_cut(wire: &[u8], cuts: &[usize]) -> Result<(Vec<u8>, Vec<Event>), FrameError> {
    let mut decoder = Decoder::default();
    let (mut payload, mut events) = (Vec::new(), Vec::new());
    let mut rest = wire;
    let mut cuts = cuts.iter().copied().chain(std::iter::repeat(usize::MAX));
    while !rest.is_empty() {
        let cut = cuts.next().unwrap().clamp(1, rest.len());
        let mut buffer = rest[..cut].to_vec();
        rest = &rest[cut..];
        let (mut raw, mut data) = (0..buffer.len(), 0..0);
        while let Some(event) = decoder.decode(&mut buffer, &mut raw, &mut data)? {
            events.push(event);
        }
        payload.extend_from_slice(&buffer[data]);
    }
    Ok((payload, events))
}

fn decode(wire: &[u8]) -> Result<(Vec<u8>, Vec<Event>), FrameError> {
    decode_cut(wire, &[])
}

#[test]
fn small_frames_that_arrive_together_are_joined() {
    let wire = [b"one " as &[u8], b"two ", b"three"].map(|p| masked(OpCode::Data(Data::Binary), true, p)).concat();
    assert_eq!(decode(&wire).unwrap(), (b"one two three".to_vec(), vec![]));
}

#[test]
fn a_control_frame_between_fragments_does_not_disturb_them() {
    let wire = [
        masked(OpCode::Data(Data::Binary), false, b"RE"),
        masked(OpCode::Control(Control::Ping), true, b"?"),
        masked(OpCode::Data(Data::Continue), true, b"TR 1"),
    ]
    .concat();
    assert_eq!(decode(&wire).unwrap(), (b"RETR 1".to_vec(), vec![Event::Ping(b"?".to_vec())]));
}

#[test]
fn an_unmasked_frame_is_refused() {
    assert_eq!(decode(&[0x82, 0x01, b'x']), Err(FrameError::Unmasked));
}

#[test]
fn breaches_of_the_framing_are_told_apart() {
    let mut reserved = masked(OpCode::Data(Data::Binary), true, b"x");
    reserved[0] |= 0x40;
    assert_eq!(decode(&reserved), Err(FrameError::ReservedBits));
    let mut unknown = masked(OpCode::Data(Data::Binary), true, b"x");
    unknown[0] = 0x83;
    assert_eq!(decode(&unknown), Err(FrameError::Opcode));
    assert_eq!(decode(&masked(OpCode::Control(Control::Ping), false, b"")), Err(FrameError::BadControl));
    assert_eq!(decode(&masked(OpCode::Data(Data::Continue), true, b"x")), Err(FrameError::Fragments));
    let interleaved =
        [masked(OpCode::Data(Data::Text), false, b"{"), masked(OpCode::Data(Data::Binary), true, b"x")].concat();
    assert_eq!(decode(&interleaved), Err(FrameError::Fragments));
    assert_eq!(decode(&masked(OpCode::Data(Data::Text), true, b"\xFF")), Err(FrameError::Utf8));
    assert_eq!(decode(&[0x82, 0xFE, 0x00, 0x01, 0, 0, 0, 0, b'x']), Err(FrameError::Length));
    assert_eq!(decode(&[0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), Err(FrameError::Length));
    assert_eq!(decode(&masked(OpCode::Control(Control::Close), true, b"x")), Err(FrameError::BadControl));
}

#[test]
fn a_message_too_long_is_refused_at_its_header_and_fragments_do_not_hide_it() {
    let whole = masked(OpCode::Data(Data::Binary), true, &vec![0; MAX_DATA_BYTES + 1]);
    assert_eq!(decode(&whole[..14]), Err(FrameError::TooLong));
    assert!(decode(&masked(OpCode::Data(Data::Binary), true, &vec![7; MAX_DATA_BYTES])).is_ok());
    let fragments = [
        masked(OpCode::Data(Data::Text), false, &vec![b' '; MAX_CONTROL_BYTES]),
        masked(OpCode::Data(Data::Continue), true, b" "),
    ]
    .concat();
    assert_eq!(decode(&fragments), Err(FrameError::TooLong));
}

#[test]
fn our_headers_are_read_by_another_implementation() {
    for length in [0, 1, 125, 126, 65_535, 65_536] {
        let payload = vec![b'm'; length];
        let mut wire = Vec::new();
        push_frame(&mut wire, Opcode::Binary, &payload);
        let mut socket = tokio_tungstenite::tungstenite::protocol::frame::FrameSocket::new(std::io::Cursor::new(wire));
        assert_eq!(socket.read(None).unwrap().unwrap().into_payload(), payload);
    }
}

/// Frames of every kind, as another implementation writes them, with what they mean.
fn dialogue() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, Vec<Event>)> {
    let bytes = proptest::collection::vec(any::<u8>(), 0..300);
    let step = prop_oneof![
        3 => (bytes.clone(), any::<bool>()).prop_map(|(b, split)| {
            let wire = if split && b.len() > 1 {
                let (x, y) = b.split_at(b.len() / 2);
                [masked(OpCode::Data(Data::Binary), false, x), masked(OpCode::Data(Data::Continue), true, y)].concat()
            } else {
                masked(OpCode::Data(Data::Binary), true, &b)
            };
            (wire, b, None)
        }),
        1 => "[a-zé]{0,40}".prop_map(|t| {
            (masked(OpCode::Data(Data::Text), true, t.as_bytes()), vec![], Some(Event::Text(t)))
        }),
        1 => proptest::collection::vec(any::<u8>(), 0..125).prop_map(|p| {
            (masked(OpCode::Control(Control::Ping), true, &p), vec![], Some(Event::Ping(p)))
        }),
        1 => bytes.prop_map(|p| (masked(OpCode::Control(Control::Pong), true, &p[..p.len().min(125)]), vec![], None)),
    ];
    proptest::collection::vec(step, 0..20).prop_map(|steps| {
        let (mut wire, mut payload, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for (w, p, e) in steps {
            wire.extend(w);
            payload.extend(p);
            events.extend(e);
        }
        (wire, payload, events)
    })
}

proptest! {
    #[test]
    fn frames_mean_the_same_however_they_are_cut(
        (wire, payload, events) in dialogue(),
        cuts in proptest::collection::vec(1usize..50, 0..200),
    ) {
        prop_assert_eq!(decode_cut(&wire, &cuts), Ok((payload, events)));
    }

    #[test]
    fn frames_cut_at_every_byte_mean_the_same((wire, payload, events) in dialogue()) {
        prop_assert_eq!(decode_cut(&wire, &vec![1; wire.len()]), Ok((payload, events)));
    }

    #[test]
    fn garbage_never_panics(wire in proptest::collection::vec(any::<u8>(), 0..2000), cuts in proptest::collection::vec(1usize..50, 0..50)) {
        let _ = decode_cut(&wire, &cuts);
    }
}
