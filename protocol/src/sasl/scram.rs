//! SCRAM's client (RFC 5802; RFC 7677 for SHA-256; SHA-512 in the same way).
//!
//! Messages are read by the grammar of RFC 5802, section 7, and nothing of them is used before it was checked. Not here:
//! base64 around the messages, and how an exchange is carried.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use md5::Digest as _;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{BadChallenge, Gs2, Mechanism};

/// Octets that are overwritten when dropped.
type Octets = Zeroizing<Vec<u8>>;

/// A client, from its first message to the server's proof.
pub(super) struct Client {
    hash: Hash,
    /// As SASLprep left it.
    password: Zeroizing<String>,
    iterations: RangeInclusive<u32>,
    nonce: String,
    /// The GS2 header.
    header: String,
    /// What the login is bound to; empty where nothing.
    binding: Vec<u8>,
    /// The first message behind the GS2 header.
    first_bare: String,
    /// What the server has to prove that it knows, once the client has proved itself.
    proof: Option<Octets>,
}

#[derive(Debug, Clone, Copy)]
enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Client {
    /// A client for one exchange. `user` and `password` are prepared already; `nonce` is fresh for every exchange, of
    /// printable ASCII without commas.
    pub(super) fn new(
        mechanism: Mechanism,
        user: &str,
        password: Zeroizing<String>,
        gs2: Gs2<'_>,
        iterations: RangeInclusive<u32>,
        nonce: String,
    ) -> Self {
        let hash = match mechanism {
            Mechanism::ScramSha512 | Mechanism::ScramSha512Plus => Hash::Sha512,
            Mechanism::ScramSha256 | Mechanism::ScramSha256Plus => Hash::Sha256,
            _ => Hash::Sha1,
        };
        // RFC 5802, section 5.1: `=` and `,` in a name are written as `=3D` and `=2C`.
        let first_bare = format!("n={},r={nonce}", user.replace('=', "=3D").replace(',', "=2C"));
        Self {
            hash,
            password,
            iterations,
            nonce,
            header: gs2.header(),
            binding: gs2.data().into(),
            first_bare,
            proof: None,
        }
    }

    /// client-first-message.
    pub(super) fn first(&self) -> String {
        format!("{}{}", self.header, self.first_bare)
    }

    /// The answer to server-first-message: client-final-message.
    pub(super) fn prove(&mut self, challenge: &[u8]) -> Result<Octets, BadChallenge> {
        let ServerFirst { nonce, salt, iterations } = ServerFirst::read(challenge)?;
        if iterations < u64::from(*self.iterations.start()) {
            return Err(BadChallenge::TooFewIterations);
        }
        let iterations = u32::try_from(iterations).ok().filter(|count| count <= self.iterations.end());
        let iterations = iterations.ok_or(BadChallenge::TooManyIterations)?;
        // RFC 5802, section 5.1, `r`: the server's nonce starts with the client's, and has something of its own.
        if nonce.strip_prefix(self.nonce.as_str()).is_none_or(str::is_empty) {
            return Err(BadChallenge::NotAuthentic);
        }

        // RFC 5802, section 3.
        let salted_password = self.hash.stretch(self.password.as_bytes(), &salt, iterations);
        let client_key = self.hash.hmac(&salted_password, &[b"Client Key"]);
        let stored_key = self.hash.digest(&client_key);
        let server_key = self.hash.hmac(&salted_password, &[b"Server Key"]);
        let without_proof =
            format!("c={},r={nonce}", STANDARD.encode([self.header.as_bytes(), &self.binding].concat()));
        let auth_message = [self.first_bare.as_bytes(), b",", challenge, b",", without_proof.as_bytes()];
        let client_signature = self.hash.hmac(&stored_key, &auth_message);
        let client_proof: Octets =
            Zeroizing::new(client_key.iter().zip(client_signature.iter()).map(|(key, sign)| key ^ sign).collect());
        self.proof = Some(self.hash.hmac(&server_key, &auth_message));
        Ok(Zeroizing::new(format!("{without_proof},p={}", STANDARD.encode(&client_proof)).into_bytes()))
    }

    /// Checks server-final-message: whether the server knows the password, or keys made of it.
    pub(super) fn verify(&self, message: &[u8]) -> Result<(), BadChallenge> {
        let verifier = message.split(|byte| *byte == b',').next().and_then(|first| first.strip_prefix(b"v="));
        let verifier = STANDARD.decode(verifier.ok_or(BadChallenge::Malformed)?);
        let verifier = verifier.map_err(|_| BadChallenge::Malformed)?;
        match &self.proof {
            // Octets of another number are never equal.
            Some(proof) if bool::from(proof.as_slice().ct_eq(&verifier)) => Ok(()),
            _ => Err(BadChallenge::NotAuthentic),
        }
    }
}

/// The reason in a server-error (RFC 5802, section 7), where the message is one.
pub(super) fn server_error(message: &[u8]) -> Option<&[u8]> {
    message.split(|byte| *byte == b',').next()?.strip_prefix(b"e=")
}

/// server-first-message (RFC 5802, section 7), as far as it is used: extensions at its end are ignored.
struct ServerFirst<'a> {
    nonce: &'a str,
    salt: Vec<u8>,
    iterations: u64,
}

impl<'a> ServerFirst<'a> {
    fn read(message: &'a [u8]) -> Result<Self, BadChallenge> {
        let mut attributes = message.split(|byte| *byte == b',');
        // In this order. A mandatory extension (`m`) in front is one that is not known here (section 5.1).
        let mut value = |name: &[u8]| attributes.next()?.strip_prefix(name);
        let parts = value(b"r=").zip(value(b"s=")).zip(value(b"i="));
        let ((nonce, salt), iterations) = parts.ok_or(BadChallenge::Malformed)?;
        let nonce = std::str::from_utf8(nonce).ok().filter(|nonce| nonce.bytes().all(|byte| byte.is_ascii_graphic()));
        let salt = STANDARD.decode(salt).ok().filter(|salt| !salt.is_empty());
        // posit-number: digits that do not start with 0. More of them than fit are too many.
        let is_number = matches!(iterations, [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit));
        match (nonce, salt, std::str::from_utf8(iterations)) {
            (Some(nonce), Some(salt), Ok(iterations)) if is_number => {
                Ok(Self { nonce, salt, iterations: iterations.parse().unwrap_or(u64::MAX) })
            }
            _ => Err(BadChallenge::Malformed),
        }
    }
}

/// Does something with the hash's type.
macro_rules! with_digest {
    ($hash:expr, $digest:ident => $what:expr) => {
        match $hash {
            Hash::Sha1 => {
                type $digest = sha1::Sha1;
                $what
            }
            Hash::Sha256 => {
                type $digest = sha2::Sha256;
                $what
            }
            Hash::Sha512 => {
                type $digest = sha2::Sha512;
                $what
            }
        }
    };
}

impl Hash {
    fn octets(self) -> usize {
        with_digest!(self, D => D::output_size())
    }

    /// H(str) of RFC 5802, section 2.2.
    fn digest(self, text: &[u8]) -> Octets {
        with_digest!(self, D => Zeroizing::new(D::digest(text).to_vec()))
    }

    /// HMAC(key, str) of RFC 5802, section 2.2; the string in parts.
    fn hmac(self, key: &[u8], parts: &[&[u8]]) -> Octets {
        with_digest!(self, D => {
            let Ok(mut mac) = Hmac::<D>::new_from_slice(key) else {
                unreachable!("HMAC takes keys of any length (RFC 2104, section 2)")
            };
            parts.iter().for_each(|part| mac.update(part));
            Zeroizing::new(mac.finalize().into_bytes().to_vec())
        })
    }

    /// Hi(str, salt, i) of RFC 5802, section 2.2, which is PBKDF2.
    fn stretch(self, password: &[u8], salt: &[u8], iterations: u32) -> Octets {
        let mut key = Zeroizing::new(vec![0; self.octets()]);
        with_digest!(self, D => pbkdf2::pbkdf2_hmac::<D>(password, salt, iterations, &mut key));
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(mechanism: Mechanism, nonce: &str) -> Client {
        let password = Zeroizing::new("pencil".to_owned());
        Client::new(mechanism, "user", password, Gs2::NotUsed, 4096..=1_000_000, nonce.into())
    }

    /// Mechanism, the client's nonce, server-first, client-final, server-final.
    const EXAMPLES: [(Mechanism, &str, &str, &str, &str); 3] = [
        // RFC 5802, section 5.
        (
            Mechanism::ScramSha1,
            "fyko+d2lbbFgONRv9qkxdawL",
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
        ),
        // RFC 7677, section 3.
        (
            Mechanism::ScramSha256,
            "rOprNGfwEbeRWgbNEkqO",
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        ),
        // No standard has one for SHA-512; computed with Python's hashlib and hmac.
        (
            Mechanism::ScramSha512,
            "rOprNGfwEbeRWgbNEkqO",
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
            "v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==",
        ),
    ];

    #[test]
    fn the_standards_examples_come_out_octet_for_octet() {
        for (mechanism, nonce, server_first, client_final, server_final) in EXAMPLES {
            let mut client = client(mechanism, nonce);
            assert_eq!(client.first(), format!("n,,n=user,r={nonce}"));
            assert_eq!(
                client.prove(server_first.as_bytes()).unwrap().as_slice(),
                client_final.as_bytes(),
                "{mechanism}"
            );
            assert_eq!(client.verify(server_final.as_bytes()), Ok(()), "{mechanism}");
        }
    }

    #[test]
    fn a_server_first_message_with_anything_wrong_is_refused_before_it_costs_anything() {
        let salt = "s=W22ZaJ0SNY7soEsUEjb6gQ==";
        for (message, bad) in [
            (String::new(), BadChallenge::Malformed),
            ("r".into(), BadChallenge::Malformed),
            ("r=a,".into(), BadChallenge::Malformed),
            ("r=".into(), BadChallenge::Malformed),
            (",,,".into(), BadChallenge::Malformed),
            (format!("r=noncex,{salt}"), BadChallenge::Malformed),
            (format!("r=noncex,{salt},"), BadChallenge::Malformed),
            (format!("r=noncex,{salt},i="), BadChallenge::Malformed),
            (format!("r=noncex,{salt},i=4096x"), BadChallenge::Malformed),
            (format!("r=noncex,{salt},i=+4096"), BadChallenge::Malformed),
            (format!("r=noncex,{salt},i=-4096"), BadChallenge::Malformed),
            (format!("r=noncex,{salt},i=04096"), BadChallenge::Malformed),
            (format!("{salt},r=noncex,i=4096"), BadChallenge::Malformed),
            (format!("m=x,r=noncex,{salt},i=4096"), BadChallenge::Malformed),
            ("r=noncex,s=,i=4096".into(), BadChallenge::Malformed),
            ("r=noncex,s=!,i=4096".into(), BadChallenge::Malformed),
            (format!("r=nonce x,{salt},i=4096"), BadChallenge::Malformed),
            (format!("r=nonce,{salt},i=4096"), BadChallenge::NotAuthentic),
            (format!("r=nonc,{salt},i=4096"), BadChallenge::NotAuthentic),
            (format!("r=xnonce,{salt},i=4096"), BadChallenge::NotAuthentic),
            (format!("r=noncex,{salt},i=1"), BadChallenge::TooFewIterations),
            (format!("r=noncex,{salt},i=4095"), BadChallenge::TooFewIterations),
            (format!("r=noncex,{salt},i=1000001"), BadChallenge::TooManyIterations),
            (format!("r=noncex,{salt},i=99999999999999999999999999"), BadChallenge::TooManyIterations),
        ] {
            let mut client = client(Mechanism::ScramSha256, "nonce");
            assert_eq!(client.prove(message.as_bytes()).err(), Some(bad), "{message:?}");
            assert!(client.proof.is_none());
        }
        let mut client = client(Mechanism::ScramSha256, "nonce");
        assert!(client.prove(format!("r=noncex,{salt},i=4096,x=an extension").as_bytes()).is_ok());
    }

    #[test]
    fn every_proof_but_the_right_one_is_refused() {
        for (mechanism, nonce, server_first, _, server_final) in EXAMPLES {
            let mut client = client(mechanism, nonce);
            assert_eq!(
                client.verify(server_final.as_bytes()),
                Err(BadChallenge::NotAuthentic),
                "before the client's own"
            );
            client.prove(server_first.as_bytes()).unwrap();
            let octets = STANDARD.decode(&server_final[2..]).unwrap();
            for at in 0..octets.len() * 8 {
                let mut forged = octets.clone();
                forged[at / 8] ^= 1 << (at % 8);
                let forged = format!("v={}", STANDARD.encode(forged));
                assert_eq!(client.verify(forged.as_bytes()), Err(BadChallenge::NotAuthentic));
            }
            for short in 0..octets.len() {
                let forged = format!("v={}", STANDARD.encode(&octets[..short]));
                assert_eq!(client.verify(forged.as_bytes()), Err(BadChallenge::NotAuthentic), "{short} octets");
            }
            for malformed in ["", "v", "v=!", "x", "e=other-error", "=", ","] {
                assert_eq!(client.verify(malformed.as_bytes()), Err(BadChallenge::Malformed), "{malformed:?}");
            }
        }
    }
}
