//! What a server can do: the answer to CAPA, as types (RFC 2449, sections 5 and 6).
//!
//! Not here: what follows from it. The session decides on pipelining, `choice` on the mechanism.

/// A server's capabilities. Unknown ones are kept as they came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// TOP is there (RFC 2449, section 6.1).
    pub top: bool,
    /// UIDL is there (RFC 2449, section 6.8).
    pub uidl: bool,
    /// USER and PASS are there (RFC 2449, section 6.2).
    pub user: bool,
    /// STLS is there (RFC 2595, section 4).
    pub stls: bool,
    /// Commands may follow each other without waiting (RFC 2449, section 6.6).
    pub pipelining: bool,
    /// `[…]` at the start of a text is a response code (RFC 2449, section 6.4).
    pub resp_codes: bool,
    /// The server uses `[AUTH]` and `[SYS/…]` (RFC 3206, section 5).
    pub auth_resp_code: bool,
    /// SASL mechanisms, in the server's order, upper case (RFC 5034, section 3); at most [`Capabilities::MECHANISMS`].
    pub sasl: Vec<String>,
    /// How long mail stays (RFC 2449, section 6.7).
    pub expire: Option<Expire>,
    /// Least time between logins (RFC 2449, section 6.5).
    pub login_delay: Option<LoginDelay>,
    /// What the server says it is (RFC 2449, section 6.9).
    pub implementation: Option<String>,
    /// UTF-8 mode is there (RFC 6856, section 2).
    pub utf8: Option<Utf8>,
    /// LANG is there (RFC 6856, section 3).
    pub lang: bool,
    /// Every other line, as it came.
    pub other: Vec<String>,
}

/// How long the server keeps mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Expire {
    /// Days, at least; `None` for NEVER. 0 means that mail may not be left on the server.
    pub days: Option<u32>,
    /// It may be another figure for this user: ask again after the login.
    pub per_user: bool,
}

/// Least time between two logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoginDelay {
    /// Seconds.
    pub seconds: u32,
    /// It may be another figure for this user: ask again after the login.
    pub per_user: bool,
}

/// What the server says of UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Utf8 {
    /// User names and passwords may be UTF-8 (the argument USER).
    pub user: bool,
}

impl Capabilities {
    /// SASL mechanisms that are kept at most: more than there are registered.
    pub const MECHANISMS: usize = 128;

    /// Takes in one line of the answer, without its line end. Words are matched whatever their case.
    pub(super) fn take(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace();
        let Some(tag) = words.next() else { return };
        match tag.to_ascii_uppercase().as_str() {
            "TOP" => self.top = true,
            "UIDL" => self.uidl = true,
            "USER" => self.user = true,
            "STLS" => self.stls = true,
            "PIPELINING" => self.pipelining = true,
            "RESP-CODES" => self.resp_codes = true,
            "AUTH-RESP-CODE" => self.auth_resp_code = true,
            "LANG" => self.lang = true,
            "UTF8" => {
                self.utf8 = Some(Utf8 { user: words.any(|word| word.eq_ignore_ascii_case("USER")) });
            }
            "SASL" => {
                for word in words {
                    // Each is compared with those before it, so there must not be any number of them.
                    if self.sasl.len() == Self::MECHANISMS {
                        break;
                    }
                    if is_mechanism_name(word) && !self.has_sasl(word) {
                        self.sasl.push(word.to_ascii_uppercase());
                    }
                }
            }
            "EXPIRE" => self.expire = expire(words).or(self.expire),
            "LOGIN-DELAY" => self.login_delay = login_delay(words).or(self.login_delay),
            "IMPLEMENTATION" => self.implementation = line.split_once([' ', '\t']).map(|(_, rest)| rest.trim().into()),
            _ => self.other.push(line.into()),
        }
    }

    /// Whether USER, PASS and APOP may have UTF-8 in them (RFC 6856, section 2.2).
    pub fn takes_utf8_names(&self) -> bool {
        self.utf8.is_some_and(|utf8| utf8.user)
    }

    /// Whether the server announces this SASL mechanism.
    pub fn has_sasl(&self, name: &str) -> bool {
        self.sasl.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// RFC 4422, section 3.1: 1 to 20 letters, digits, hyphens and underscores.
fn is_mechanism_name(word: &str) -> bool {
    (1..=20).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn expire<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<Expire> {
    let first = words.next()?;
    let days = if first.eq_ignore_ascii_case("NEVER") { None } else { Some(first.parse().ok()?) };
    Some(Expire { days, per_user: words.any(|word| word.eq_ignore_ascii_case("USER")) })
}

fn login_delay<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<LoginDelay> {
    let seconds = words.next()?.parse().ok()?;
    Some(LoginDelay { seconds, per_user: words.any(|word| word.eq_ignore_ascii_case("USER")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Capabilities {
        let mut all = Capabilities::default();
        lines.iter().for_each(|line| all.take(line));
        all
    }

    #[test]
    fn every_standard_capability_is_a_typed_fact() {
        let all = of(&[
            "TOP",
            "USER",
            "SASL CRAM-MD5 KERBEROS_V4 plain",
            "RESP-CODES",
            "AUTH-RESP-CODE",
            "LOGIN-DELAY 900 USER",
            "PIPELINING",
            "EXPIRE 60",
            "UIDL",
            "STLS",
            "UTF8 USER",
            "LANG",
            "IMPLEMENTATION Shlemazle-Plotz-v302",
            "X-UNKNOWN a b",
        ]);
        assert!(all.top && all.user && all.resp_codes && all.auth_resp_code && all.pipelining && all.uidl && all.stls);
        assert!(all.lang && all.has_sasl("PLAIN") && !all.has_sasl("LOGIN"));
        assert_eq!(all.utf8, Some(Utf8 { user: true }));
        assert_eq!(all.login_delay, Some(LoginDelay { seconds: 900, per_user: true }));
        assert_eq!(all.expire, Some(Expire { days: Some(60), per_user: false }));
        assert_eq!(all.implementation.as_deref(), Some("Shlemazle-Plotz-v302"));
        assert_eq!(all.other, ["X-UNKNOWN a b"]);
    }

    #[test]
    fn hundreds_of_thousands_of_mechanisms_cost_no_more_than_are_kept() {
        let mut all = of(&["SASL PLAIN plain X-A*B ABCDEFGHIJKLMNOPQRSTU"]);
        assert_eq!(all.sasl, ["PLAIN"]);
        // As much as the limits on lines let in: without a bound, 10^11 comparisons.
        for line in 0..256 {
            let words: Vec<String> = (0..1600).map(|word| format!("{line:X}-{word:X}")).collect();
            all.take(&format!("SASL {}", words.join(" ")));
        }
        assert_eq!(all.sasl.len(), Capabilities::MECHANISMS);
        assert_eq!(all.sasl[..3], ["PLAIN", "0-0", "0-1"]);
    }

    #[test]
    fn a_malformed_number_is_no_fact() {
        let all = of(&["EXPIRE soon", "LOGIN-DELAY -1", "EXPIRE never USER", ""]);
        assert_eq!(all.expire, Some(Expire { days: None, per_user: true }));
        assert_eq!(all.login_delay, None);
        assert!(all.other.is_empty());
    }
}
