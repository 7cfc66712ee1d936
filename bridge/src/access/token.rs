//! Access tokens: who may use a bridge that asks for one.
//!
//! The bridge knows a token by its SHA-256 only. Tokens are random and long (`restante token` makes them), so a plain
//! hash is enough: there is nothing to guess. Not here: passwords of mailboxes, which the bridge never sees.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use restante_protocol::tunnel::{Secret, Service};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::reach::policy::{Entry, Policy, SubmissionEntry};

/// A token as the configuration file lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Token {
    /// What logs and limits call its holder.
    pub name: String,
    /// SHA-256 of the token's text.
    pub sha256: Digits,
    /// Tunnels it may have open at once, one at least; the bridge's limit holds as well.
    #[serde(default = "unlimited", deserialize_with = "read_number")]
    pub max_tunnels: usize,
    /// Its own destinations, in place of the bridge's.
    #[serde(default)]
    pub allow: Option<Vec<Entry>>,
    /// The servers it may send mail through, in place of the bridge's; none where it is empty.
    #[serde(default)]
    pub allow_submission: Option<Vec<SubmissionEntry>>,
}

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Digits([u8; 32]);

/// The tokens of a bridge.
#[derive(Debug, Clone, Default)]
pub struct Tokens(Vec<Known>);

/// A known token.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) name: String,
    digest: [u8; 32],
    pub(crate) max_tunnels: usize,
    policy: Option<Policy>,
    submission: Option<Policy>,
}

impl Known {
    /// Where its holder may go for this service, where that is not the bridge's own policy.
    pub(crate) fn policy(&self, service: Service) -> Option<&Policy> {
        match service {
            Service::Pop3 => self.policy.as_ref(),
            Service::Submission => self.submission.as_ref(),
            // What the page needs for it the operator lists for all.
            Service::SignIn => None,
            // The same everywhere; whether it is on, the policy for fetching mail says.
            Service::Autoconfig => None,
        }
    }
}

/// The token is missing, unknown or revoked: the same words for all, as they are the same to a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This bridge asks for an access token, and the one given is none of its own. Its operator hands them out.")]
pub(crate) struct Unauthorized;

impl Tokens {
    /// The listed tokens.
    pub fn new(tokens: Vec<Token>) -> Self {
        let known = |token: Token| Known {
            name: token.name,
            digest: token.sha256.0,
            max_tunnels: token.max_tunnels,
            policy: token.allow.map(Policy::listed),
            submission: token.allow_submission.map(|entries| Policy::default().with_submission(entries)),
        };
        Self(tokens.into_iter().map(known).collect())
    }

    /// Whether there are any.
    pub fn are_listed(&self) -> bool {
        !self.0.is_empty()
    }

    /// Finds the token. Takes the same time whichever it is, or none.
    pub(crate) fn identify(&self, presented: Option<&Secret>) -> Result<&Known, Unauthorized> {
        let presented: [u8; 32] = Sha256::digest(presented.map_or("", Secret::expose)).into();
        let mut found = None;
        for known in &self.0 {
            if bool::from(known.digest.ct_eq(&presented)) {
                found = Some(known);
            }
        }
        found.ok_or(Unauthorized)
    }
}

/// A new token: its text, for the holder, and its SHA-256 in hexadecimal digits, for the configuration.
///
/// # Errors
/// Where the system has no randomness to give.
pub fn generate() -> Result<(Secret, String), getrandom::Error> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let token = Secret::new(URL_SAFE_NO_PAD.encode(random));
    let digest = Sha256::digest(token.expose());
    Ok((token, digest.iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// The lines of the configuration file that list a token.
///
/// # Errors
/// Never: a text and a number always serialise.
pub fn listing(name: &str, digest: &str) -> Result<String, toml::ser::Error> {
    #[derive(Serialize)]
    struct File<'a> {
        token: [Listed<'a>; 1],
    }
    #[derive(Serialize)]
    struct Listed<'a> {
        name: &'a str,
        sha256: &'a str,
    }
    toml::to_string(&File { token: [Listed { name, sha256: digest }] })
}

fn unlimited() -> usize {
    usize::MAX
}

fn read_number<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    match usize::deserialize(from)? {
        0 => Err(serde::de::Error::custom("max-tunnels is 1 at least: to revoke a token, take it out")),
        number => Ok(number),
    }
}

impl TryFrom<String> for Digits {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const FAULT: &str = "sha256 has 64 hexadecimal digits";
        let digits: Option<Vec<u8>> =
            text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
        let digits = digits.filter(|digits| digits.len() == 64).ok_or(FAULT)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        // What an empty text hashes to is what a page without a token presents.
        if bytes == <[u8; 32]>::from(Sha256::digest("")) { Err("sha256 of an empty token") } else { Ok(Self(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(name: &str, digest: &str) -> Token {
        let digits = Digits::try_from(digest.to_owned()).unwrap();
        Token { name: name.into(), sha256: digits, max_tunnels: 1, allow: None, allow_submission: None }
    }

    #[test]
    fn a_generated_token_is_known_by_its_hash_alone() {
        let (mine, mine_hashed) = generate().unwrap();
        let (yours, yours_hashed) = generate().unwrap();
        let tokens = Tokens::new(vec![token("mine", &mine_hashed), token("yours", &yours_hashed)]);
        assert_eq!(tokens.identify(Some(&mine)).unwrap().name, "mine");
        assert_eq!(tokens.identify(Some(&yours)).unwrap().name, "yours");
        for wrong in [None, Some(Secret::new("")), Some(Secret::new(mine_hashed)), Some(generate().unwrap().0)] {
            assert!(tokens.identify(wrong.as_ref()).is_err());
        }
    }

    #[derive(Deserialize)]
    struct File {
        token: Vec<Token>,
    }

    proptest::proptest! {
        #[test]
        fn the_lines_of_a_token_are_read_as_they_were_meant_whatever_its_name(name in ".*|[\\x00-\\u{10FFFF}\"\\\\']*") {
            let digest = "a".repeat(64);
            let file: File = toml::from_str(&listing(&name, &digest).unwrap()).unwrap();
            proptest::prop_assert_eq!(&file.token[0].name, &name);
            proptest::prop_assert_eq!(file.token[0].sha256, Digits::try_from(digest).unwrap());
        }
    }

    #[test]
    fn a_token_that_nobody_could_use_is_refused() {
        let listed = |number: &str| {
            toml::from_str::<Token>(&format!("name = \"a\"\nsha256 = {:?}\nmax-tunnels = {number}", "a".repeat(64)))
        };
        assert_eq!(listed("1").unwrap().max_tunnels, 1);
        assert!(listed("0").is_err() && listed("-1").is_err());
    }

    #[test]
    fn a_hash_that_is_none_is_refused() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for text in ["", "12", &"g".repeat(64), &"0".repeat(63), empty] {
            assert!(Digits::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
