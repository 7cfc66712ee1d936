//! What the receiving server found out about a sender: the topmost Authentication-Results field (RFC 8601), as far as it
//! speaks of the domain in From.
//!
//! Anybody can write such a field. Whether the server that it names is to be believed is for whoever knows the account.

use restante_api::{Address, Authentication};

/// Statements of a field that are read at most.
const MAX: usize = 64;

/// What the field says of the only address in From; `None` where it says nothing of its domain.
pub(super) fn of(field: &[u8], from: &[Address]) -> Option<Authentication> {
    let [from] = from else { return None };
    let domain = from.address.rsplit_once('@')?.1.to_ascii_lowercase();
    let text = without_comments(std::str::from_utf8(field).ok()?);
    let mut statements = text.split(';').take(MAX);
    // A version may stand behind the name (RFC 8601, section 2.2).
    let by = statements.next()?.split_whitespace().next()?.to_ascii_lowercase();
    let is_name =
        by.len() <= 255 && by.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_' | b':'));
    let statements: Vec<Statement<'_>> = statements.filter_map(Statement::read).collect();
    let is_confirmed = verdict(&statements, &domain).filter(|_| is_name)?;
    Some(Authentication { by, domain, is_confirmed })
}

/// DMARC decides (RFC 7489, section 3.1); without it a signature or an envelope of that very domain confirms it.
fn verdict(statements: &[Statement<'_>], domain: &str) -> Option<bool> {
    let of = |method: &'static str| statements.iter().filter(move |statement| statement.method == method);
    if let Some(dmarc) = of("dmarc").find(|dmarc| dmarc.domain("header.from").is_none_or(|of| of == domain)) {
        match dmarc.result.as_str() {
            "pass" if dmarc.domain("header.from").is_some() => return Some(true),
            "fail" => return Some(false),
            _ => {}
        }
    }
    let signs =
        |dkim: &Statement<'_>| ["header.d", "header.i"].iter().any(|name| dkim.domain(name).as_deref() == Some(domain));
    let is_signed = of("dkim").any(|dkim| dkim.result == "pass" && signs(dkim));
    let is_sent = |spf: &Statement<'_>| spf.result == "pass" && spf.domain("smtp.mailfrom").as_deref() == Some(domain);
    (is_signed || of("spf").any(is_sent)).then_some(true)
}

/// `method=result property=value …` (RFC 8601, section 2.2).
struct Statement<'t> {
    method: String,
    result: String,
    properties: Vec<(&'t str, &'t str)>,
}

impl<'t> Statement<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let mut pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
        let (method, result) = pairs.next()?;
        let method = method.split('/').next()?.to_ascii_lowercase();
        let unquoted = |(name, value): (&'t str, &'t str)| (name, value.trim_matches('"'));
        Some(Self { method, result: result.to_ascii_lowercase(), properties: pairs.map(unquoted).collect() })
    }

    /// The domain that a property holds, or the one of the address that it holds.
    fn domain(&self, name: &str) -> Option<String> {
        let (_, value) = self.properties.iter().find(|(property, _)| property.eq_ignore_ascii_case(name))?;
        let domain = value.rsplit_once('@').map_or(*value, |(_, domain)| domain);
        Some(domain.trim_end_matches('.').to_ascii_lowercase())
    }
}

/// The text without comments, which may nest (RFC 5322, section 3.2.2). What stands in quotes stays.
fn without_comments(text: &str) -> String {
    let (mut out, mut depth, mut in_quotes, mut is_escaped) =
        (String::with_capacity(text.len()), 0_usize, false, false);
    for c in text.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => {
                is_escaped = true;
                continue;
            }
            '"' if depth == 0 => in_quotes = !in_quotes,
            '(' if !in_quotes => {
                depth += 1;
                continue;
            }
            ')' if !in_quotes => {
                depth = depth.saturating_sub(1);
                out.push(' ');
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            // What is quoted is one word.
            out.push(if in_quotes && matches!(c, ';' | ' ' | '=') { '_' } else { c });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(field: &str) -> Option<(String, bool)> {
        let from = [Address { name: String::new(), address: "ann@Example.org".into() }];
        of(field.as_bytes(), &from).map(|found| (found.by, found.is_confirmed))
    }

    #[test]
    fn a_domain_is_confirmed_by_dmarc_or_by_a_signature_or_an_envelope_of_its_own() {
        for (field, confirmed) in [
            ("mx.a.example; dmarc=pass (p=reject) header.from=example.org", Some(true)),
            (
                "mx.a.example 1;\r\n spf=fail smtp.mailfrom=b.example;\r\n DMARC=Pass header.from=EXAMPLE.org",
                Some(true),
            ),
            ("mx.a.example; dmarc=fail (p=none dis=none) header.from=example.org", Some(false)),
            ("mx.a.example; dkim=pass header.d=example.org; dmarc=fail header.from=example.org", Some(false)),
            ("mx.a.example; dkim=fail header.d=b.example; dkim=pass header.i=@example.org header.s=k", Some(true)),
            ("mx.a.example; spf=pass smtp.mailfrom=bounce@example.org", Some(true)),
            // They speak of others.
            ("mx.a.example; dkim=pass header.d=evil.example", None),
            ("mx.a.example; dkim=pass header.d=notexample.org", None),
            ("mx.a.example; dmarc=pass header.from=evil.example", None),
            ("mx.a.example; dmarc=pass", None),
            ("mx.a.example; spf=softfail smtp.mailfrom=example.org", None),
            ("mx.a.example; none", None),
            // What stands in comments and in quotes is not said.
            ("mx.a.example; spf=none (dmarc=pass; dkim=pass header.d=example.org)", None),
            ("mx.a.example; spf=none reason=\"; dmarc=pass header.from=example.org\"", None),
            ("mx.a.example; spf=none (a (nested) comment; dkim=pass header.d=example.org)", None),
            ("", None),
            ("; dmarc=pass header.from=example.org", None),
            ("<b>; dmarc=pass header.from=example.org", None),
        ] {
            assert_eq!(found(field), confirmed.map(|confirmed| ("mx.a.example".into(), confirmed)), "{field}");
        }
    }

    #[test]
    fn the_topmost_field_counts_and_one_author() {
        let message = |from: &str| {
            let fields = [
                "mx.a.example; dmarc=fail header.from=example.org",
                "mx.a.example; dmarc=pass header.from=example.org",
            ];
            let fields: String = fields.map(|field| format!("Authentication-Results: {field}\r\n")).concat();
            let source = format!("Received: by mx\r\n{fields}From: {from}\r\n\r\nHello\r\n");
            super::super::view(&restante_api::MessageRef::top(1), source.as_bytes()).unwrap().authentication
        };
        let found = message("ann@example.org").unwrap();
        assert_eq!((found.domain.as_str(), found.is_confirmed), ("example.org", false));
        assert_eq!(message("ann@example.org, bob@example.org"), None);
    }

    #[test]
    fn of_a_message_within_a_message_nothing_is_believed() {
        let within = "Authentication-Results: mx.a.example; dmarc=pass header.from=example.org\r\nFrom: ann@example.org\r\n\r\nHello\r\n";
        let source = format!("From: eve@evil.example\r\nContent-Type: message/rfc822\r\n\r\n{within}");
        let found = |path: Vec<restante_api::PartId>| {
            let message = restante_api::MessageRef { path, ..restante_api::MessageRef::top(1) };
            super::super::view(&message, source.as_bytes()).unwrap()
        };
        let nested = found(vec![restante_api::PartId(0)]);
        assert_eq!((nested.from[0].address.as_str(), nested.authentication), ("ann@example.org", None));
        assert_eq!(found(vec![]).authentication, None);
    }
}
