//! What a server announces in its answer to EHLO (RFC 5321, section 4.1.1.1), as typed facts.
//!
//! Not here: when the answer counts and when it is forgotten (`session`).

/// What a server announces. All of it is unknown behind HELO.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions {
    /// What the server calls itself: the first word of its answer.
    pub host: String,
    /// STARTTLS (RFC 3207).
    pub starttls: bool,
    /// SASL mechanisms (RFC 4954), upper case, in the server's order; no more than [`Extensions::MECHANISMS`].
    pub auth: Vec<String>,
    /// They were announced as `AUTH=`, as before there was a standard.
    pub auth_equals: bool,
    /// PIPELINING (RFC 2920).
    pub pipelining: bool,
    /// SIZE (RFC 1870).
    pub size: Option<SizeLimit>,
    /// 8BITMIME (RFC 6152).
    pub eight_bit_mime: bool,
    /// SMTPUTF8 (RFC 6531).
    pub smtp_utf8: bool,
    /// CHUNKING: BDAT (RFC 3030).
    pub chunking: bool,
    /// BINARYMIME (RFC 3030).
    pub binary_mime: bool,
    /// DSN (RFC 3461).
    pub dsn: bool,
    /// ENHANCEDSTATUSCODES (RFC 2034).
    pub enhanced_status_codes: bool,
    /// REQUIRETLS (RFC 8689).
    pub require_tls: bool,
    /// LIMITS (RFC 9422).
    pub limits: TransactionLimits,
    /// Everything else, line by line; no more than [`Extensions::OTHERS`].
    pub other: Vec<String>,
}

/// How large a letter may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SizeLimit {
    /// The server does not say (RFC 1870, section 4: 0, or nothing).
    Untold,
    /// So many octets.
    Octets(u64),
}

/// What a server takes of one connection (RFC 9422, section 4); `None` where it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TransactionLimits {
    /// Letters over one connection: MAILMAX.
    pub letters: Option<u32>,
    /// Recipients of one letter: RCPTMAX.
    pub recipients: Option<u32>,
    /// Domains of recipients over one connection: RCPTDOMAINMAX.
    pub domains: Option<u32>,
}

impl Extensions {
    /// Mechanisms that are kept.
    pub const MECHANISMS: usize = 64;
    /// Lines of what is not known that are kept.
    pub const OTHERS: usize = 64;

    /// Takes the first line of the answer.
    pub(super) fn take_host(&mut self, line: &str) {
        self.host = line.split_ascii_whitespace().next().unwrap_or_default().into();
    }

    /// Takes another line of it. Keywords may be in any case (RFC 5321, section 4.1.1.1).
    pub(super) fn take(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace();
        let Some(keyword) = words.next() else { return };
        let keyword = keyword.to_ascii_uppercase();
        match keyword.as_str() {
            "STARTTLS" => self.starttls = true,
            "PIPELINING" => self.pipelining = true,
            "8BITMIME" => self.eight_bit_mime = true,
            "SMTPUTF8" => self.smtp_utf8 = true,
            "CHUNKING" => self.chunking = true,
            "BINARYMIME" => self.binary_mime = true,
            "DSN" => self.dsn = true,
            "ENHANCEDSTATUSCODES" => self.enhanced_status_codes = true,
            "REQUIRETLS" => self.require_tls = true,
            "SIZE" => {
                let octets = words.next().and_then(|word| word.parse().ok()).filter(|octets| *octets > 0);
                self.size = Some(octets.map_or(SizeLimit::Untold, SizeLimit::Octets));
            }
            "AUTH" => self.take_mechanisms(words),
            "LIMITS" => self.limits.take(words),
            _ => {
                if let Some(first) = keyword.strip_prefix("AUTH=") {
                    self.auth_equals = true;
                    self.take_mechanisms(std::iter::once(first).chain(words));
                } else if self.other.len() < Self::OTHERS {
                    self.other.push(line.into());
                }
            }
        }
    }

    fn take_mechanisms<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        for word in words {
            // Each is compared with those before it, so there must not be any number of them.
            if self.auth.len() == Self::MECHANISMS {
                break;
            }
            // RFC 4422, section 3.1: 1 to 20 letters, digits, hyphens and underscores.
            let is_name = (1..=20).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            let word = word.to_ascii_uppercase();
            if is_name && !self.auth.contains(&word) {
                self.auth.push(word);
            }
        }
    }

    /// The size that a letter of so many octets exceeds, if it does.
    pub(super) fn too_small_for(&self, octets: u64) -> Option<u64> {
        match self.size {
            Some(SizeLimit::Octets(limit)) if octets > limit => Some(limit),
            _ => None,
        }
    }
}

impl TransactionLimits {
    fn take<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        for word in words {
            let Some((name, value)) = word.split_once('=') else { continue };
            // RFC 9422, section 4: one to six digits, the first not 0. What is no such number is no limit.
            let is_number = (1..=6).contains(&value.len())
                && value.bytes().all(|byte| byte.is_ascii_digit())
                && !value.starts_with('0');
            let value = value.parse().ok().filter(|_| is_number);
            match name.to_ascii_uppercase().as_str() {
                "MAILMAX" => self.letters = value,
                "RCPTMAX" => self.recipients = value,
                "RCPTDOMAINMAX" => self.domains = value,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Extensions {
        let mut all = Extensions::default();
        lines.iter().for_each(|line| all.take(line));
        all
    }

    #[test]
    fn every_extension_is_a_typed_fact_whatever_the_case_of_its_letters() {
        let lines = [
            "starttls",
            "Auth PLAIN login plain",
            "AUTH=LOGIN SCRAM-SHA-256",
            "PIPELINING",
            "SIZE 1000",
            "8BITMIME",
            "SMTPUTF8",
            "CHUNKING",
            "BINARYMIME",
            "DSN",
            "ENHANCEDSTATUSCODES",
            "REQUIRETLS",
            "HELP",
            "LIMITS MAILMAX=10 rcptmax=100 RCPTDOMAINMAX=1 X=2 Y",
        ];
        let all = of(&lines);
        assert!(
            all.starttls && all.pipelining && all.eight_bit_mime && all.smtp_utf8 && all.chunking && all.binary_mime
        );
        assert!(all.dsn && all.enhanced_status_codes && all.require_tls && all.auth_equals);
        assert_eq!(all.auth, ["PLAIN", "LOGIN", "SCRAM-SHA-256"]);
        assert_eq!(
            (all.size, all.too_small_for(1000), all.too_small_for(1001)),
            (Some(SizeLimit::Octets(1000)), None, Some(1000))
        );
        assert_eq!(all.limits, TransactionLimits { letters: Some(10), recipients: Some(100), domains: Some(1) });
        assert_eq!(all.other, ["HELP"]);
    }

    #[test]
    fn a_limit_that_is_none_limits_nothing() {
        for line in ["SIZE", "SIZE 0", "SIZE many", "SIZE 99999999999999999999999"] {
            assert_eq!(of(&[line]).size, Some(SizeLimit::Untold), "{line}");
        }
        let all = of(&["LIMITS MAILMAX=0 RCPTMAX=x RCPTDOMAINMAX=1234567", "", "LIMITS"]);
        assert_eq!(all.limits, TransactionLimits::default());
    }

    #[test]
    fn hundreds_of_thousands_of_words_cost_no_more_than_are_kept() {
        let mut all = Extensions::default();
        for line in 0..200 {
            let words: Vec<String> = (0..1000).map(|word| format!("{line:X}-{word:X}")).collect();
            all.take(&format!("AUTH {}", words.join(" ")));
            all.take(&format!("X-{line}"));
        }
        assert_eq!((all.auth.len(), all.other.len()), (Extensions::MECHANISMS, Extensions::OTHERS));
    }
}
