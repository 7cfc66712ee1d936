//! Whether a message is encrypted or signed, and how: OpenPGP (RFC 3156, RFC 9580) or S/MIME (RFC 8551). It is told by media
//! types, or by the first line of a text; nothing is decrypted and no signature is checked.

use restante_api::{Protection, Scheme};

use super::structure::{Part, Structure};

/// Octets of a text in which armour has to begin (RFC 9580, section 6.2).
const BEGINNING: usize = 256;

/// How the message is protected. `texts` are the parts that are read.
pub(super) fn of(structure: &Structure<'_>, texts: &[u32]) -> Option<Protection> {
    let by_type = structure.parts.iter().find_map(|part| by_type(structure, part));
    by_type.or_else(|| texts.iter().find_map(|id| armoured(structure, structure.part(*id)?)))
}

fn by_type(structure: &Structure<'_>, part: &Part) -> Option<Protection> {
    let parent = part.parent.and_then(|parent| structure.part(parent)).map_or("", |parent| &parent.media_type);
    match (part.media_type.as_str(), parent) {
        ("application/pgp-encrypted", "multipart/encrypted") => Some(Protection::Encrypted(Scheme::OpenPgp)),
        ("application/pgp-signature", "multipart/signed") => Some(Protection::Signed(Scheme::OpenPgp)),
        ("application/pkcs7-signature" | "application/x-pkcs7-signature", "multipart/signed") => {
            Some(Protection::Signed(Scheme::SMime))
        }
        // RFC 8551, section 3.2.2. Encrypted is what it mostly is.
        ("application/pkcs7-mime" | "application/x-pkcs7-mime", _) => match part.smime_type.as_deref() {
            Some("signed-data") => Some(Protection::SignedWithin(Scheme::SMime)),
            Some("certs-only" | "compressed-data") => None,
            _ => Some(Protection::Encrypted(Scheme::SMime)),
        },
        _ => None,
    }
}

fn armoured(structure: &Structure<'_>, part: &Part) -> Option<Protection> {
    if part.is_html() {
        return None;
    }
    let text = structure.decoded(part, BEGINNING).octets;
    let line = text.trim_ascii_start().split(|c| matches!(c, b'\r' | b'\n')).next()?;
    match line.trim_ascii_end() {
        b"-----BEGIN PGP MESSAGE-----" => Some(Protection::Encrypted(Scheme::OpenPgp)),
        b"-----BEGIN PGP SIGNED MESSAGE-----" => Some(Protection::Signed(Scheme::OpenPgp)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use restante_api::MessageRef;

    use super::*;

    fn protection(source: &str) -> Option<Protection> {
        let source = format!("From: a@x\r\n{}", source.replace('\n', "\r\n"));
        super::super::view(&MessageRef::top(1), source.as_bytes()).unwrap().protection
    }

    fn multipart(kind: &str, parts: &[&str]) -> String {
        let parts: String = parts.iter().map(|part| format!("--b\n{part}\n")).collect();
        format!("Content-Type: multipart/{kind}; boundary=b\n\n{parts}--b--\n")
    }

    #[test]
    fn protection_is_told_by_media_types_and_by_armour() {
        let text = "Content-Type: text/plain\n\nHello\n";
        let pgp = "Content-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----\n";
        let mixed = multipart("mixed", &[text, pgp]);
        let armour = |kind: &str| format!("Content-Type: text/plain\n\n\n-----BEGIN PGP {kind}-----\n\nabc\n");
        for (source, expected) in [
            (multipart("signed", &[text, pgp]), Some(Protection::Signed(Scheme::OpenPgp))),
            // A signature that is sent as a file signs nothing here.
            (mixed, None),
            (
                multipart("signed", &[text, "Content-Type: application/x-pkcs7-signature\n\nabc\n"]),
                Some(Protection::Signed(Scheme::SMime)),
            ),
            (
                multipart("encrypted", &["Content-Type: application/pgp-encrypted\n\nVersion: 1\n", text]),
                Some(Protection::Encrypted(Scheme::OpenPgp)),
            ),
            (
                "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nabc\n".into(),
                Some(Protection::Encrypted(Scheme::SMime)),
            ),
            ("Content-Type: application/x-pkcs7-mime\n\nabc\n".into(), Some(Protection::Encrypted(Scheme::SMime))),
            (
                "Content-Type: Application/PKCS7-Mime; SMIME-Type=Signed-Data\n\nabc\n".into(),
                Some(Protection::SignedWithin(Scheme::SMime)),
            ),
            ("Content-Type: application/pkcs7-mime; smime-type=certs-only\n\nabc\n".into(), None),
            (armour("MESSAGE"), Some(Protection::Encrypted(Scheme::OpenPgp))),
            (armour("SIGNED MESSAGE"), Some(Protection::Signed(Scheme::OpenPgp))),
            (armour("PUBLIC KEY BLOCK"), None),
            ("Content-Type: text/plain\n\nHe wrote:\n-----BEGIN PGP MESSAGE-----\n".into(), None),
            (text.into(), None),
        ] {
            assert_eq!(protection(&source), expected, "{source}");
        }
    }
}
