use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::*;

/// What is said under TLS behind EHLO.
fn said(octets: &str) -> Vec<String> {
    said_by(true, &format!("EHLO a\r\n{octets}"))[1..].to_vec()
}

const SIGNED_IN: &str = "235 2.7.0 You are signed in";

#[test]
fn plain_signs_in_with_an_initial_response_and_without() {
    let response = BASE64.encode(format!("\0{ROBIN}\0p w"));
    assert_eq!(said(&format!("AUTH PLAIN {response}\r\n")), [SIGNED_IN]);
    assert_eq!(said(&format!("auth plain\r\n{response}\r\n")), ["334 ", SIGNED_IN]);
    let own = BASE64.encode(format!("{ROBIN}\0{ROBIN}\0p w"));
    assert_eq!(said(&format!("AUTH PLAIN {own}\r\n")), [SIGNED_IN]);
}

#[test]
fn login_signs_in_with_an_initial_response_and_without() {
    let (user, password) = (BASE64.encode(ROBIN), BASE64.encode("p w"));
    let (for_user, for_password) = ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6");
    assert_eq!(said(&format!("AUTH LOGIN\r\n{user}\r\n{password}\r\n")), [for_user, for_password, SIGNED_IN]);
    assert_eq!(said(&format!("AUTH login {user}\r\n{password}\r\n")), [for_password, SIGNED_IN]);
}

#[test]
fn a_response_that_is_none_or_cancelled_signs_nobody_in_and_a_command_follows() {
    let user = BASE64.encode(ROBIN);
    for (octets, expected) in [
        ("AUTH PLAIN\r\n*\r\n".to_owned(), "501 5.7.0"),
        ("AUTH PLAIN\r\n!!!\r\n".to_owned(), "501 5.5.2"),
        ("AUTH PLAIN AAAA\r\n".to_owned(), "501 5.5.2"),
        ("AUTH PLAIN =\r\n".to_owned(), "501 5.5.2"),
        ("AUTH LOGIN !!!\r\n".to_owned(), "501 5.5.2"),
        (format!("AUTH LOGIN {user}\r\n*\r\n"), "501 5.7.0"),
        ("AUTH PLAIN\r\nx\n".to_owned(), "500 5.5.2"),
        (format!("AUTH PLAIN\r\n{}\r\n", "A".repeat(LINE_LIMIT)), "500 5.5.6"),
        (format!("AUTH PLAIN {}\r\n", "A".repeat(LINE_LIMIT)), "500 5.5.6"),
        ("AUTH SCRAM-SHA-256\r\n".to_owned(), "504 5.5.4"),
        ("AUTH\r\n".to_owned(), "501 5.5.4"),
    ] {
        let said = said(&format!("{octets}{MAIL}"));
        let (last, before) = said.split_last().unwrap();
        assert_eq!(last, "530 5.7.0 Sign in first", "{}", &octets[..octets.len().min(40)]);
        assert_eq!(code(before.last().unwrap()), expected, "{}", &octets[..octets.len().min(40)]);
    }
}

#[test]
fn a_response_may_be_longer_than_a_command() {
    let password = "x".repeat(8000);
    let response = BASE64.encode(format!("\0{ROBIN}\0{password}"));
    let office = Arc::new(Office::new(ROBIN, &password, Vec::new(), Room::default()));
    for octets in [format!("AUTH PLAIN {response}\r\n"), format!("AUTH PLAIN\r\n{response}\r\n")] {
        let mut session = Session::new(office.clone(), true);
        let said = texts(heard(&mut session, format!("EHLO a\r\n{octets}").as_bytes(), 1000));
        assert_eq!(said.last().unwrap(), SIGNED_IN);
    }
}

#[test]
fn nobody_signs_in_before_ehlo_or_twice() {
    assert_eq!(said_by(true, SIGN_IN), [HELLO_FIRST]);
    assert_eq!(said_by(true, &format!("HELO a\r\n{SIGN_IN}"))[1], HELLO_FIRST);
    assert_eq!(codes(SIGN_IN), ["503 5.5.1"]);
    assert_eq!(codes(&format!("{MAIL}{SIGN_IN}"))[1], "503 5.5.1");
}

#[test]
fn the_fifth_wrong_password_ends_the_connection() {
    let wrong = BASE64.encode(format!("\0{ROBIN}\0pw"));
    let other = BASE64.encode("mallory\0robin@postbox.example\0p w");
    let octets = format!("EHLO a\r\n{}AUTH PLAIN {wrong}\r\nNOOP\r\n", format!("AUTH PLAIN {other}\r\n").repeat(4));
    let answers = heard(&mut Session::new(office(), true), octets.as_bytes(), usize::MAX);
    assert_eq!(answers.len(), 6);
    assert!(answers[1..].iter().all(|answer| answer.text.starts_with("535 5.7.8 ")), "{answers:?}");
    assert!(answers[..5].iter().all(|answer| answer.then == Then::GoOn));
    assert!(answers[5].then == Then::Close && answers[5].text.contains("\r\n421 4.7.0 "), "{answers:?}");
}
