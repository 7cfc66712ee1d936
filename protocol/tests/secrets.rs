//! A password goes over the wire and nowhere else: not into `Debug`, not into an event, not into an error.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use restante_protocol::pop3::{
    Channel, Command, Config, Login, Mechanism, MessageNumber, Output, Secret, Session, Speaker, Spoken,
};
use restante_protocol::{sasl, smtp};

const PASSWORD: &str = "correct-horse-battery";
const BASE64: &str = "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5";

/// Everything a session shows of itself while it signs in and is refused.
fn shown(mechanism: Mechanism, answers: &[&str]) -> (String, Vec<u8>) {
    let mut session = Session::new(Config { channel: Channel::Tls, ..Config::default() });
    let login = Login::with_password("user", Secret::new(PASSWORD)).by(mechanism);
    let mut shown = format!("{login:?} {:?}", Command::Login(login.clone()));
    let mut sent = Vec::new();
    session.submit(Command::Login(login)).unwrap();
    for answer in answers {
        shown.push_str(&format!("{session:?}"));
        session.handle_input(answer.as_bytes());
        loop {
            let output = session.poll_output();
            shown.push_str(&format!("{output:?}"));
            match output {
                Ok(Output::Transmit(octets)) => sent.extend_from_slice(&octets),
                Ok(Output::Event(_)) => {}
                Ok(Output::NeedInput) | Err(_) => break,
            }
        }
    }
    shown.push_str(&format!("{session:?}"));
    while let Some(spoken) = session.next_spoken() {
        shown.push_str(&format!("{spoken:?}"));
    }
    (shown, sent)
}

#[test]
fn no_password_shows_in_debug_however_the_login_goes() {
    for (mechanism, answers) in [
        (Mechanism::UserPass, &["+OK\r\n", "+OK\r\n", "-ERR [AUTH] no\r\n"][..]),
        (Mechanism::UserPass, &["+OK\r\n", "+OK\r\n", "gibberish\r\n"]),
        (sasl::Mechanism::Plain.into(), &["+OK\r\n", "-ERR no\r\n"]),
        (sasl::Mechanism::Login.into(), &["+OK\r\n", "+ \r\n", "+ \r\n", "-ERR no\r\n"]),
    ] {
        let (shown, sent) = shown(mechanism, answers);
        let sent = String::from_utf8(sent).unwrap();
        assert!(sent.contains(PASSWORD) || sent.contains("Y29ycmVj") || sent.contains("NvcnJl"), "{mechanism}: {sent}");
        for form in [PASSWORD, BASE64, "NvcnJlY3QtaG9yc2UtYmF0dGVyeQ"] {
            assert!(!shown.contains(form), "{mechanism} shows the password: {shown}");
        }
    }
}

#[test]
fn a_transcript_has_what_was_said_but_for_secrets_and_messages() {
    let mut session = Session::new(Config { channel: Channel::Tls, ..Config::default() });
    let login = Login::with_password("user", Secret::new(PASSWORD)).by(Mechanism::UserPass);
    session.submit(Command::Login(login)).unwrap();
    for command in [Command::List(None), Command::Retr { number: MessageNumber::new(1).unwrap(), octets: None }] {
        session.submit(command).unwrap();
    }
    let mut lines = Vec::new();
    // A server that quotes what it was told.
    let quoted = format!("+OK you said {PASSWORD}\r\n");
    for answer in [
        "+OK ready\r\n",
        "+OK\r\n",
        &quoted,
        "+OK\r\n1 9\r\n2 9\r\n.\r\n",
        "+OK\r\nFor your eyes\r\n.\r\n",
        "-ERR \u{1b}[31mred\r\n",
    ] {
        session.handle_input(answer.as_bytes());
        while !matches!(session.poll_output(), Ok(Output::NeedInput) | Err(_)) {}
        while let Some(Spoken { speaker, text, left_out, .. }) = session.next_spoken() {
            let mark = if speaker == Speaker::Client { "C" } else { "S" };
            lines.push(format!(
                "{mark} {text}{}",
                left_out.map(|left_out| format!(" {left_out:?}")).unwrap_or_default()
            ));
        }
    }
    let expected = [
        "S +OK ready",
        "C USER user",
        "S +OK",
        "C PASS Secret",
        "S +OK you said ****",
        "C LIST",
        "S +OK",
        "S  Lines(2)",
        "S .",
        "C RETR 1",
        "S +OK",
        "S  Octets(15)",
        "S .",
        "S -ERR \u{fffd}[31mred",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_transcript_quotes_no_server_that_says_what_it_was_told() {
    for (mechanism, challenge) in [(sasl::Mechanism::Plain, ""), (sasl::Mechanism::Login, "+ VXNlcm5hbWU6\r\n")] {
        let mut session = Session::new(Config { channel: Channel::Tls, ..Config::default() });
        let login = Login::with_password("user", Secret::new(PASSWORD)).by(mechanism);
        session.submit(Command::Login(login)).unwrap();
        let mut sent = Vec::new();
        let mut shown = String::new();
        for answer in ["+OK\r\n", challenge, "echo"] {
            let line = if answer == "echo" {
                format!("-ERR {}\r\n", String::from_utf8(std::mem::take(&mut sent)).unwrap().trim())
            } else {
                answer.into()
            };
            session.handle_input(line.as_bytes());
            while let Ok(output @ (Output::Transmit(_) | Output::Event(_))) = session.poll_output() {
                if let Output::Transmit(octets) = output {
                    sent = octets.to_vec();
                }
            }
            while let Some(spoken) = session.next_spoken() {
                shown.push_str(&spoken.text);
            }
        }
        assert!(shown.contains("****"), "{shown}");
        for form in [PASSWORD, BASE64, "NvcnJlY3QtaG9yc2UtYmF0dGVyeQ", "dXNlcg=="] {
            assert!(!shown.contains(form), "{mechanism}: {shown}");
        }
    }
}

#[test]
fn a_transcript_has_no_challenge_however_the_server_says_it_and_no_rest_of_a_message() {
    let mut session = Session::new(Config { channel: Channel::Tls, ..Config::default() });
    // Not ASCII, and quoted in a line that is no UTF-8.
    let login = Login::with_password("user", Secret::new("contraseña")).by(sasl::Mechanism::Login);
    session.submit(Command::Login(login)).unwrap();
    let mut shown = String::new();
    let echo = [b"-ERR caf\xe9 ".as_slice(), "contraseña".as_bytes(), b"\r\n"].concat();
    for answer in [b"+OK\r\n".as_slice(), b"+OK VXNlcm5hbWU6\r\n", b"+ UGFzc3dvcmQ6\r\n", &echo] {
        session.handle_input(answer);
        while let Ok(Output::Transmit(_) | Output::Event(_)) = session.poll_output() {}
        while let Some(spoken) = session.next_spoken() {
            shown.push_str(&format!("{} {:?}\n", spoken.text, spoken.left_out));
        }
    }
    assert!(shown.contains("****"), "{shown}");
    for secret in ["VXNlcm5hbWU6", "UGFzc3dvcmQ6", "contrase"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_mechanism_that_hides_the_password_does_not_send_it() {
    for (mechanism, answers) in [
        (sasl::Mechanism::CramMd5.into(), &["+OK\r\n", "+ PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2U+\r\n", "-ERR\r\n"][..]),
        (Mechanism::Apop, &["+OK <1896.697170952@dbc.mtview.ca.us>\r\n", "-ERR\r\n"]),
        (sasl::Mechanism::ScramSha256.into(), &["+OK\r\n", "-ERR\r\n"]),
    ] {
        let (_, sent) = shown(mechanism, answers);
        assert!(!sent.is_empty());
        let sent = String::from_utf8(sent).unwrap();
        assert!(!sent.contains(PASSWORD) && !sent.contains(BASE64), "{mechanism}: {sent}");
    }
}

#[test]
fn neither_password_nor_address_nor_letter_shows_in_debug_while_a_letter_is_submitted() {
    let text = b"Subject: for-your-eyes-only\r\n\r\nfor-your-eyes-only\r\n";
    for (mechanism, challenges) in
        [(sasl::Mechanism::Plain, 0), (sasl::Mechanism::Login, 2), (sasl::Mechanism::CramMd5, 1)]
    {
        let mut session = smtp::Session::new(smtp::Config { channel: Channel::Tls, ..smtp::Config::default() });
        let login = smtp::Login::with_password("user", Secret::new(PASSWORD)).by(mechanism);
        let (ana, bert): (smtp::Mailbox, smtp::Mailbox) =
            ("ana@example.org".parse().unwrap(), "bert@example.org".parse().unwrap());
        let letter = smtp::Letter::new(ana, [bert], smtp::Content::of(text).unwrap()).unwrap();
        let commands = [smtp::Command::Login(login), smtp::Command::Send(letter)];
        let mut shown = format!("{commands:?}");
        for command in commands {
            session.submit(command).unwrap();
        }
        let mut answers = vec!["220 mx\r\n", "250-mx\r\n250 PIPELINING\r\n"];
        answers.extend(std::iter::repeat_n("334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2U+\r\n", challenges));
        answers.extend(["235 ok\r\n", "250 ok\r\n250 ok\r\n354 go\r\n", "451 later\r\n"]);
        let mut sent = Vec::new();
        for answer in answers {
            session.handle_input(answer.as_bytes());
            loop {
                shown.push_str(&format!("{session:?}"));
                let output = session.poll_output().unwrap();
                shown.push_str(&format!("{output:?}"));
                match output {
                    smtp::Output::NeedInput => break,
                    smtp::Output::Transmit(octets) => sent.extend_from_slice(&octets),
                    smtp::Output::NeedBody(ticket) => session.give_body(ticket, text).unwrap(),
                    smtp::Output::Event(_) => {}
                }
            }
        }
        assert!(String::from_utf8(sent).unwrap().contains("\r\n\r\nfor-your-eyes-only\r\n.\r\n"), "{mechanism}");
        for secret in [PASSWORD, BASE64, "NvcnJlY3QtaG9yc2UtYmF0dGVyeQ", "for-your-eyes", "ana@", "bert@"] {
            assert!(!shown.contains(secret), "{mechanism} shows {secret}: {shown}");
        }
    }
}
