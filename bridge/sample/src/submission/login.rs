//! Signing in: AUTH PLAIN and AUTH LOGIN (RFC 4954; LOGIN has no standard).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{Answer, HELLO_FIRST, Input, Session, Then, say};
use crate::sasl::{self, BadPlain};

/// Failed logins after which the server hangs up.
const MAX_FAILURES: u32 = 5;

const MALFORMED: &str = "501 5.5.2 This is not a response of that mechanism";

/// What the server waits for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    Plain,
    LoginUser,
    LoginPassword { user: String },
}

impl Session {
    pub(super) fn auth(&mut self, mechanism: &str, initial: Option<&str>) -> Answer {
        if !self.secure {
            return say("538 5.7.11 STARTTLS first: this server takes no password in clear text");
        }
        if !self.extended {
            return say(HELLO_FIRST);
        }
        // Nobody signs in twice, and nobody within a transaction (RFC 4954, section 4); the latter needs the former.
        if self.signed_in {
            return say("503 5.5.1 You are signed in already");
        }
        let exchange = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => Exchange::Plain,
            "LOGIN" => Exchange::LoginUser,
            _ => return say("504 5.5.4 The mechanisms are PLAIN and LOGIN"),
        };
        match initial {
            // An initial response without octets (RFC 4954, section 4).
            Some("=") => self.respond(exchange, ""),
            Some(response) => self.respond(exchange, response),
            None => {
                let challenge = if exchange == Exchange::Plain { "" } else { "Username:" };
                self.challenge(challenge, exchange)
            }
        }
    }

    /// Takes the line that answers a challenge.
    pub(super) fn respond(&mut self, exchange: Exchange, response: &str) -> Answer {
        if response == "*" {
            return say("501 5.7.0 Cancelled");
        }
        match exchange {
            Exchange::Plain => match sasl::plain(response) {
                Ok((user, password)) => self.sign_in(&user, &password),
                Err(BadPlain::Delegated) => self.failed("535 5.7.8 Nobody signs in for somebody else here"),
                Err(BadPlain::Malformed) => say(MALFORMED),
            },
            Exchange::LoginUser => match sasl::text(response) {
                Some(user) => self.challenge("Password:", Exchange::LoginPassword { user }),
                None => say(MALFORMED),
            },
            Exchange::LoginPassword { user } => match sasl::text(response) {
                Some(password) => self.sign_in(&user, &password),
                None => say(MALFORMED),
            },
        }
    }

    fn challenge(&mut self, text: &str, exchange: Exchange) -> Answer {
        self.input = Input::Response(exchange);
        say(&format!("334 {}", BASE64.encode(text)))
    }

    fn sign_in(&mut self, user: &str, password: &str) -> Answer {
        if !self.office.admits(user, password) {
            return self.failed("535 5.7.8 User name or password is wrong");
        }
        self.signed_in = true;
        say("235 2.7.0 You are signed in")
    }

    fn failed(&mut self, text: &str) -> Answer {
        self.failed_logins += 1;
        if self.failed_logins < MAX_FAILURES {
            return say(text);
        }
        Answer { text: format!("{text}\r\n421 4.7.0 Too many failed logins"), then: Then::Close }
    }
}
