use mail_parser::MessageParser;

use super::*;

const LETTER: &str = "Subject: hello\r\n\r\n.dot\r\nGrüße\r\n";

/// What is said behind EHLO and a login, and what is in the maildrop then; the same however the octets are cut.
fn delivered_by(octets: &str) -> (Vec<String>, Vec<String>) {
    let octets = format!("EHLO [127.0.0.1]\r\n{SIGN_IN}{octets}");
    let at = |size| {
        let office = office();
        let said = texts(heard(&mut Session::new(office.clone(), true), octets.as_bytes(), size));
        let mail = office.snapshot().iter().map(|message| behind_trace(&message.bytes)).collect::<Vec<_>>();
        (said[2..].to_vec(), mail)
    };
    let whole = at(usize::MAX);
    for size in 1..=17 {
        assert_eq!(at(size), whole, "in pieces of {size}");
    }
    whole
}

/// The letter as it was sent, without the fields that the delivery put in front.
fn behind_trace(message: &[u8]) -> String {
    let text = std::str::from_utf8(message).unwrap();
    let rest = text.strip_prefix("Return-Path: <robin@postbox.example>\r\nReceived: from [127.0.0.1] ").unwrap();
    rest.split_once("; ").unwrap().1.split_once("\r\n").unwrap().1.to_owned()
}

fn codes_of(said: &[String]) -> Vec<String> {
    said.iter().map(|text| code(text)).collect()
}

/// The letter as DATA has it.
fn data() -> String {
    format!("DATA\r\n{}.\r\n", LETTER.replace("\r\n.", "\r\n.."))
}

#[test]
fn a_letter_by_data_is_delivered_as_it_was_sent() {
    let (said, mail) = delivered_by(&format!("{MAIL}{TO_ROBIN}{}", data()));
    assert_eq!(codes_of(&said), ["250 2.1.0", "250 2.1.5", "354", "250 2.0.0"]);
    assert_eq!(mail, [LETTER]);
}

#[test]
fn a_letter_by_bdat_is_delivered_as_it_was_sent_in_whatever_chunks() {
    let octets = LETTER.len();
    for size in [1, 2, 3, 16, octets - 1, octets] {
        let mut commands = format!("{MAIL}{TO_ROBIN}");
        // Chunks may end within a character; the whole may not.
        let mut bytes = std::mem::take(&mut commands).into_bytes();
        for chunk in LETTER.as_bytes().chunks(size) {
            bytes.extend_from_slice(format!("BDAT {}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
        }
        bytes.extend_from_slice(b"BDAT 0 LAST\r\n");
        let office = office();
        let mut session = Session::new(office.clone(), true);
        heard(&mut session, format!("EHLO [127.0.0.1]\r\n{SIGN_IN}").as_bytes(), usize::MAX);
        let said = texts(heard(&mut session, &bytes, 5));
        assert_eq!(said[2], format!("250 2.0.0 {size} octets"));
        assert_eq!(said.last().unwrap(), "250 2.0.0 Delivered");
        assert_eq!(behind_trace(&office.snapshot()[0].bytes), LETTER);
    }
    let (said, mail) = delivered_by(&format!("{MAIL}{TO_ROBIN}BDAT {octets} LAST\r\n{LETTER}NOOP\r\n"));
    assert_eq!(codes_of(&said), ["250 2.1.0", "250 2.1.5", "250 2.0.0", "250 2.0.0"]);
    assert_eq!(mail, [LETTER]);
}

#[test]
fn several_letters_in_one_flight_are_delivered_in_their_order_and_one_is_delivered_once() {
    let (said, mail) = delivered_by(&format!(
        "{MAIL}{TO_ROBIN}{TO_ROBIN}BDAT 3 LAST\r\na\r\n{MAIL}RCPT TO:<x@elsewhere.example>\r\n{TO_ROBIN}DATA\r\nb\r\n.\r\n\
         {MAIL}{TO_ROBIN}BDAT 1 LAST\r\nc"
    ));
    assert_eq!(mail, ["a\r\n", "b\r\n", "c\r\n"]);
    assert!(said[5].starts_with("550 5.7.1 "), "{said:?}");
}

#[test]
fn what_only_looks_like_an_end_smuggles_nothing_in() {
    for end in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r"] {
        let smuggled = format!("a{end}{MAIL}{TO_ROBIN}DATA\r\nsmuggled");
        let (said, mail) = delivered_by(&format!("{MAIL}{TO_ROBIN}DATA\r\n{smuggled}\r\n.\r\nNOOP\r\n"));
        assert_eq!(codes_of(&said), ["250 2.1.0", "250 2.1.5", "354", "554 5.6.0", "250 2.0.0"], "{end:?}");
        assert!(mail.is_empty(), "{end:?}");
        let octets = smuggled.len();
        let (said, mail) = delivered_by(&format!("{MAIL}{TO_ROBIN}BDAT {octets} LAST\r\n{smuggled}NOOP\r\n"));
        assert_eq!(codes_of(&said)[2..], ["554 5.6.0", "250 2.0.0"], "{end:?}");
        assert!(mail.is_empty(), "{end:?}");
    }
}

#[test]
fn octets_of_a_chunk_are_read_whatever_is_said_about_it() {
    // For nobody, then without a transaction, then in the middle of one.
    let other = "RCPT TO:<x@elsewhere.example>\r\n";
    let (said, mail) = delivered_by(&format!("{MAIL}{other}BDAT 6 LAST\r\nRSET\r\nRSET\r\nBDAT 6\r\nQUIT\r\nNOOP\r\n"));
    assert_eq!(codes_of(&said), ["250 2.1.0", "550 5.7.1", "554 5.5.1", "250 2.0.0", "503 5.5.1", "250 2.0.0"]);
    assert!(mail.is_empty());
}

#[test]
fn behind_a_chunk_there_are_chunks_and_behind_a_refused_one_nothing_but_rset() {
    let (said, mail) =
        delivered_by(&format!("{MAIL}{TO_ROBIN}BDAT 3\r\na\r\n{TO_ROBIN}{MAIL}DATA\r\nBDAT 3 LAST\r\nb\r\n"));
    assert_eq!(codes_of(&said)[2..], ["250 2.0.0", "503 5.5.1", "503 5.5.1", "503 5.5.1", "250 2.0.0"]);
    assert_eq!(mail, ["a\r\nb\r\n"]);
    let (said, mail) = delivered_by(&format!(
        "{MAIL}{TO_ROBIN}BDAT 2\r\na\nBDAT 3\r\nb\r\nBDAT 0 LAST\r\nDATA\r\nRSET\r\n{MAIL}{TO_ROBIN}BDAT 3 LAST\r\nc\r\n"
    ));
    let codes = codes_of(&said);
    assert_eq!(codes[2..7], ["554 5.6.0", "503 5.5.1", "503 5.5.1", "503 5.5.1", "250 2.0.0"]);
    assert_eq!(mail, ["c\r\n"]);
}

#[test]
fn a_chunk_of_unknown_size_ends_the_connection() {
    for line in ["BDAT x\r\n", "BDAT 6\n", "BDAT 6 LAS\r\n", "BDAT -1 LAST\r\n"] {
        let (said, mail) = delivered_by(&format!("{MAIL}{TO_ROBIN}{line}{MAIL}"));
        assert_eq!(said.len(), 3, "{line:?}");
        assert!(said[2].starts_with("50") && said[2].contains("\r\n421 4.5.0 "), "{said:?}");
        assert!(mail.is_empty());
    }
}

#[test]
fn the_trace_says_whose_it_is_how_it_came_and_when() {
    let office = office();
    for (parameters, protocol) in [("", "ESMTPSA"), (" SMTPUTF8", "UTF8SMTPSA")] {
        let octets = format!(
            "EHLO client.example\r\n{SIGN_IN}MAIL FROM:<{ROBIN}>{parameters}\r\n{TO_ROBIN}DATA\r\nSubject: s\r\n\r\nx\r\n.\r\n"
        );
        let answers = heard(&mut Session::new(office.clone(), true), octets.as_bytes(), usize::MAX);
        let message = office.snapshot().pop().unwrap();
        assert_eq!(answers.last().unwrap().text, format!("250 2.0.0 Delivered as {}", message.uid));
        let parsed = MessageParser::default().parse(&message.bytes).unwrap();
        assert_eq!((parsed.subject(), parsed.return_address()), (Some("s"), Some(ROBIN)));
        let text = std::str::from_utf8(&message.bytes).unwrap().replace("\r\n ", " ");
        let start = format!(
            "Return-Path: <{ROBIN}>\r\nReceived: from client.example (localhost [127.0.0.1]) by mail.postbox.example with \
             {protocol} id {} for <{ROBIN}>; ",
            message.uid
        );
        assert!(text.starts_with(&start), "{text}");
        let received = parsed.received().unwrap();
        let age = OffsetDateTime::now_utc().unix_timestamp() - received.date().unwrap().to_timestamp();
        assert!((0..60).contains(&age), "{age}");
    }
}

#[test]
fn a_letter_over_35_mb_is_refused_at_its_end_and_leaves_nothing() {
    let line = format!("{}\r\n", "x".repeat(998));
    let letter = line.repeat(35_001);
    let octets = letter.len();
    for commands in [format!("DATA\r\n{letter}.\r\n"), format!("BDAT {octets} LAST\r\n{letter}")] {
        let office = office();
        let octets = format!("EHLO a\r\n{SIGN_IN}{MAIL}{TO_ROBIN}{commands}NOOP\r\n");
        let said = texts(heard(&mut Session::new(office.clone(), true), octets.as_bytes(), 16_384));
        let codes = codes_of(&said);
        assert_eq!(codes[codes.len() - 2..], ["552 5.3.4", "250 2.0.0"]);
        assert!(office.snapshot().is_empty() && office.has_room(200_000_000));
    }
}

#[test]
fn when_the_maildrop_is_full_the_next_letter_is_refused_before_it_is_sent() {
    let office = office_with(Room { messages: 1, octets: 10_000 });
    let mut session = Session::new(office.clone(), true);
    let letter = format!("{MAIL}{TO_ROBIN}BDAT 3 LAST\r\na\r\n");
    heard(&mut session, format!("EHLO a\r\n{SIGN_IN}").as_bytes(), usize::MAX);
    let of = |session: &mut Session, octets: &str| codes_of(&texts(heard(session, octets.as_bytes(), usize::MAX)));
    assert_eq!(of(&mut session, "MAIL FROM:<robin@postbox.example> SIZE=10001\r\n"), ["452 4.3.1"]);
    // Two began while there was room for one.
    let mut second = Session::new(office.clone(), true);
    heard(&mut second, format!("EHLO a\r\n{SIGN_IN}{MAIL}{TO_ROBIN}").as_bytes(), usize::MAX);
    assert_eq!(of(&mut session, &letter)[2], "250 2.0.0");
    assert_eq!(of(&mut second, "BDAT 3 LAST\r\nb\r\n"), ["452 4.3.1"]);
    assert_eq!(of(&mut session, &letter), ["452 4.3.1", "503 5.5.1", "503 5.5.1"]);
    assert_eq!(office.snapshot().len(), 1);
}
