//! What the other side says, as text for a person.

/// Octets as text: UTF-8 where they are, Latin-1 otherwise, so that nothing is lost.
pub(crate) fn readable(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => text.into(),
        Err(_) => octets.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The first octets of a line, printable, for a message about it.
#[cfg(any(feature = "pop3", feature = "smtp"))]
pub(crate) fn excerpt(line: &[u8]) -> String {
    line[..line.len().min(60)].escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_not_utf8_is_read_octet_by_octet() {
        assert_eq!(readable(b"contrase\xf1a"), "contraseña");
        assert_eq!(readable("contraseña".as_bytes()), "contraseña");
    }
}
