mod delivery;
mod login;

use super::*;
use crate::office::Room;

const ROBIN: &str = "robin@postbox.example";
/// `AUTH PLAIN` with the password `p w`.
const SIGN_IN: &str = "AUTH PLAIN AHJvYmluQHBvc3Rib3guZXhhbXBsZQBwIHc=\r\n";
const MAIL: &str = "MAIL FROM:<robin@postbox.example>\r\n";
const TO_ROBIN: &str = "RCPT TO:<robin@postbox.example>\r\n";

fn office() -> Arc<Office> {
    office_with(Room::default())
}

fn office_with(room: Room) -> Arc<Office> {
    Arc::new(Office::new(ROBIN, "p w", Vec::new(), room))
}

/// What a session says to these octets, in pieces of so many, up to the end of the connection: a line for each of the answers.
fn heard(session: &mut Session, octets: &[u8], size: usize) -> Vec<Answer> {
    let mut answers = Vec::new();
    for piece in octets.chunks(size) {
        let mut rest = piece;
        while !rest.is_empty() {
            let (used, answer) = session.take(rest);
            assert!(used > 0, "nothing is taken");
            rest = &rest[used..];
            let Some(answer) = answer else { continue };
            let then = answer.then;
            answers.push(answer);
            if then != Then::GoOn {
                return answers;
            }
        }
    }
    answers
}

/// The answers' texts, without the names of deliveries.
fn texts(answers: Vec<Answer>) -> Vec<String> {
    answers.into_iter().map(|answer| answer.text.split(" as ").next().unwrap_or_default().to_owned()).collect()
}

/// What a fresh session says; the same however the octets are cut.
fn said_by(secure: bool, octets: &str) -> Vec<String> {
    let whole = texts(heard(&mut Session::new(office(), secure), octets.as_bytes(), usize::MAX));
    for size in [1, 2, 3, 7] {
        let pieces = texts(heard(&mut Session::new(office(), secure), octets.as_bytes(), size));
        assert_eq!(pieces, whole, "in pieces of {size}");
    }
    whole
}

/// The codes alone, enhanced ones included, of what is said under TLS behind EHLO and a login.
fn codes(octets: &str) -> Vec<String> {
    let said = said_by(true, &format!("EHLO [127.0.0.1]\r\n{SIGN_IN}{octets}"));
    said[2..].iter().map(|text| code(text)).collect()
}

fn code(text: &str) -> String {
    let enhanced = |word: &&str| word.split('.').count() == 3 && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let mut words = text.split(' ');
    let first = words.next().unwrap_or_default();
    words.next().filter(enhanced).map_or_else(|| first.to_owned(), |second| format!("{first} {second}"))
}

#[test]
fn ehlo_announces_what_there_is_and_the_login_under_tls_alone() {
    let common = "250-PIPELINING\r\n250-SIZE 35000000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250-ENHANCEDSTATUSCODES";
    assert_eq!(
        said_by(true, "EHLO a.example\r\n"),
        [format!("250-mail.postbox.example\r\n{common}\r\n250-AUTH PLAIN LOGIN\r\n250 HELP")]
    );
    assert_eq!(
        said_by(false, "ehlo a.example\r\n"),
        [format!("250-mail.postbox.example\r\n{common}\r\n250-STARTTLS\r\n250 HELP")]
    );
    assert_eq!(said_by(true, "HELO a.example\r\n"), ["250 mail.postbox.example"]);
    assert!(Session::new(office(), true).greeting().starts_with("220 mail.postbox.example ESMTP "));
}

#[test]
fn in_clear_text_there_is_starttls_and_neither_a_login_nor_mail() {
    let octets =
        format!("EHLO a\r\n{SIGN_IN}AUTH LOGIN\r\n{MAIL}{TO_ROBIN}DATA\r\nBDAT 3 LAST\r\nabcNOOP\r\nSTARTTLS\r\n");
    let said = said_by(false, &octets);
    let codes: Vec<String> = said[1..].iter().map(|text| code(text)).collect();
    let refused = "530 5.7.0";
    assert_eq!(codes, ["538 5.7.11", "538 5.7.11", refused, refused, refused, refused, "250 2.0.0", "220 2.0.0"]);
    assert!(said[3].contains("STARTTLS first"), "{}", said[3]);
}

#[test]
fn starttls_drops_what_follows_it_and_everything_of_before() {
    let mut session = Session::new(office(), false);
    let answers = heard(&mut session, b"EHLO a\r\nSTARTTLS\r\nEHLO b\r\n", usize::MAX);
    assert_eq!(answers.last().unwrap().then, Then::StartTls);
    session.secured();
    let said = texts(heard(&mut session, format!("{SIGN_IN}{MAIL}STARTTLS\r\n").as_bytes(), usize::MAX));
    assert_eq!(said, [HELLO_FIRST, HELLO_FIRST, "503 5.5.1 TLS is up already"]);
}

#[test]
fn a_line_that_was_begun_in_clear_text_is_not_ended_under_tls() {
    let mut session = Session::new(office(), false);
    heard(&mut session, b"STARTTLS\r\n", usize::MAX);
    // The server drops this; a session that is given it forgets it.
    heard(&mut session, b"EHLO inj", usize::MAX);
    session.secured();
    assert_eq!(texts(heard(&mut session, b"NOOP\r\n", 1)), ["250 2.0.0 Nothing done"]);
}

#[test]
fn commands_in_a_wrong_order_are_refused_and_change_nothing() {
    assert_eq!(said_by(true, MAIL), [HELLO_FIRST]);
    let said = said_by(true, &format!("EHLO a\r\n{MAIL}{TO_ROBIN}DATA\r\n"));
    assert!(said[1..].iter().all(|text| text == "530 5.7.0 Sign in first"), "{said:?}");
    assert_eq!(codes(&format!("{TO_ROBIN}DATA\r\nBDAT 1 LAST\r\nx")), ["503 5.5.1"; 3]);
    assert_eq!(codes(&format!("{MAIL}{MAIL}{TO_ROBIN}{MAIL}")), ["250 2.1.0", "503 5.5.1", "250 2.1.5", "503 5.5.1"]);
    assert_eq!(codes(&format!("{MAIL}DATA\r\nBDAT 1 LAST\r\nx")), ["250 2.1.0", "554 5.5.1", "554 5.5.1"]);
}

#[test]
fn ehlo_and_rset_end_a_transaction_and_not_the_login() {
    for reset in ["RSET\r\n", "EHLO b\r\n", "HELO b\r\n"] {
        let codes = codes(&format!("{MAIL}{TO_ROBIN}{reset}DATA\r\n{MAIL}{TO_ROBIN}"));
        assert_eq!(codes[3..], ["503 5.5.1", "250 2.1.0", "250 2.1.5"], "{reset}");
    }
}

#[test]
fn commands_that_change_nothing() {
    assert_eq!(
        codes("NOOP\r\nnoop x\r\nVRFY robin\r\nHELP\r\nEXPN staff\r\nTURN\r\n\r\nVRFY\r\nDATA now\r\n"),
        [
            "250 2.0.0",
            "250 2.0.0",
            "252 2.0.0",
            "214 2.0.0",
            "502 5.5.1",
            "500 5.5.1",
            "500 5.5.1",
            "501 5.5.4",
            "501 5.5.4"
        ]
    );
    let answers = heard(&mut Session::new(office(), true), b"QUIT\r\nNOOP\r\n", usize::MAX);
    assert_eq!(answers.len(), 1);
    assert_eq!((code(&answers[0].text).as_str(), answers[0].then), ("221 2.0.0", Then::Close));
}

#[test]
fn the_sender_is_the_account_s_address() {
    for (from, expected) in [
        ("<ROBIN@Postbox.example> SIZE=35000000 BODY=8BITMIME SMTPUTF8 AUTH=<>", "250 2.1.0"),
        ("<robin@postbox.example> SIZE=35000001", "552 5.3.4"),
        ("<robin@postbox.example> RET=FULL", "555 5.5.4"),
        ("<mallory@postbox.example>", "553 5.7.1"),
        ("<robin@elsewhere.example>", "553 5.7.1"),
        ("<>", "553 5.7.1"),
        ("robin@postbox.example", "501 5.1.7"),
    ] {
        assert_eq!(codes(&format!("MAIL FROM:{from}\r\n")), [expected], "{from}");
    }
}

#[test]
fn each_recipient_has_its_answer_and_nobody_but_the_account_is_accepted() {
    let said = said_by(true, &format!("EHLO a\r\n{SIGN_IN}{MAIL}RCPT TO:<ana@elsewhere.example>\r\n"));
    assert_eq!(said[3], "550 5.7.1 This demonstration delivers to robin@postbox.example alone");
    for (to, expected) in [
        ("<Robin@postbox.example>", "250 2.1.5"),
        ("<later@postbox.example>", "450 4.2.1"),
        ("<full@postbox.example>", "552 5.2.2"),
        ("<later@elsewhere.example>", "550 5.7.1"),
        ("<postmaster>", "550 5.7.1"),
        ("<josé@postbox.example>", "553 5.6.7"),
        ("<robin@postbox.example> NOTIFY=NEVER", "555 5.5.4"),
        ("<>", "501 5.1.3"),
    ] {
        assert_eq!(codes(&format!("{MAIL}RCPT TO:{to}\r\n"))[1], expected, "{to}");
    }
    let utf8 = codes("MAIL FROM:<robin@postbox.example> SMTPUTF8\r\nRCPT TO:<josé@postbox.example>\r\n");
    assert_eq!(utf8[1], "550 5.7.1");
}

#[test]
fn a_hundred_recipients_are_accepted_and_those_behind_them_are_for_another_letter() {
    let others = "RCPT TO:<ana@elsewhere.example>\r\n".repeat(3);
    let codes = codes(&format!("{MAIL}{others}{}", TO_ROBIN.repeat(102)));
    assert_eq!(codes[1..4], ["550 5.7.1"; 3]);
    assert!(codes[4..104].iter().all(|code| code == "250 2.1.5"));
    assert_eq!(codes[104..], ["452 4.5.3"; 2]);
}

#[test]
fn lines_that_are_none_are_refused_and_the_next_one_is_read() {
    let long = "x".repeat(COMMAND_LIMIT);
    let endless = "x".repeat(3 * LINE_LIMIT);
    for line in
        ["NOOP\n", "NO\rOP\r\n", "NOOP \0\r\n", "NOOP \x7f\r\n", &format!("NOOP {long}\r\n"), &format!("{endless}\r\n")]
    {
        let codes = codes(&format!("{line}NOOP\r\n"));
        assert_eq!(codes, ["500 5.5.2", "250 2.0.0"], "{:?}", &line[..line.len().min(20)]);
    }
    let mut session = Session::new(office(), true);
    assert_eq!(texts(heard(&mut session, b"NOOP \xff\r\n", 1)), ["500 5.5.2 This line is not UTF-8"]);
    // The longest line that fits.
    assert_eq!(codes(&format!("NOOP {}\r\n", "x".repeat(COMMAND_LIMIT - 7))), ["250 2.0.0"]);
}

#[test]
fn a_line_without_an_end_takes_no_more_memory_than_the_longest() {
    let mut session = Session::new(office(), true);
    for _ in 0..100 {
        assert_eq!(session.take(&[b'x'; 4096]).0, 4096);
    }
    assert!(session.line.len() <= LINE_LIMIT && session.overlong);
}

#[test]
fn who_says_no_commands_at_all_is_hung_up_on() {
    let octets = "GET / HTTP/1.1\r\n".repeat(30);
    let answers = heard(&mut Session::new(office(), true), octets.as_bytes(), usize::MAX);
    assert_eq!(answers.len(), MAX_UNKNOWN as usize);
    let last = answers.last().unwrap();
    assert!(last.then == Then::Close && last.text.contains("\r\n421 4.7.0 "), "{last:?}");
}
