//! Links that write to somebody (`mailto:`, RFC 6068).

use percent_encoding::percent_decode_str;
use restante_api::letter::Draft;

/// Octets of a link that are read: more than any browser passes on.
const LONGEST: usize = 64 << 10;

/// How a letter begins that a link asks for, as it was clicked, or as a browser passes it on: the whole of it encoded once
/// more, in this page's address.
pub(crate) fn passed_on(link: &str) -> Option<Draft> {
    draft(link).or_else(|| draft(&decoded(link)))
}

/// How a letter begins that a link asks for; `None` where it is no such link. Of what a link may set, only what its reader sees
/// before anything is sent is taken (RFC 6068, section 7): recipients, subject, text, and what it answers.
fn draft(link: &str) -> Option<Draft> {
    let (scheme, rest) = link.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("mailto") || link.len() > LONGEST {
        return None;
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let (to, headers) = rest.split_once('?').unwrap_or((rest, ""));
    let mut draft = Draft { to: line(to), ..Draft::default() };
    for header in headers.split('&') {
        let (name, value) = header.split_once('=').unwrap_or((header, ""));
        match decoded(name).to_ascii_lowercase().as_str() {
            "to" => join(&mut draft.to, &line(value)),
            "cc" => join(&mut draft.cc, &line(value)),
            "bcc" => join(&mut draft.bcc, &line(value)),
            "subject" => draft.subject = line(value),
            "body" => draft.text = decoded(value).replace("\r\n", "\n").replace('\r', "\n"),
            "in-reply-to" => {
                let id = line(value).trim_matches(['<', '>']).to_owned();
                draft.references = vec![id.clone()];
                draft.in_reply_to = Some(id).filter(|id| !id.is_empty());
            }
            _ => {}
        }
    }
    Some(draft)
}

/// Addresses behind others.
fn join(addresses: &mut String, more: &str) {
    if !addresses.is_empty() && !more.is_empty() {
        addresses.push_str(", ");
    }
    addresses.push_str(more);
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A text of one line: what a link hides behind a line's end is in sight.
fn line(text: &str) -> String {
    decoded(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_fills_in_what_its_reader_sees() {
        let link = "mailto:ana@example.org,bert%40example.org?subject=Boats%20%26%20more&cc=cleo@example.org&cc=dora@example.org\
                    &bcc=eve@example.org&body=One%0D%0Atwo+three&In-Reply-To=%3Ca@b%3E";
        let draft = draft(link).unwrap();
        assert_eq!(draft.to, "ana@example.org,bert@example.org");
        assert_eq!((&*draft.cc, &*draft.bcc), ("cleo@example.org, dora@example.org", "eve@example.org"));
        assert_eq!((&*draft.subject, &*draft.text), ("Boats & more", "One\ntwo+three"));
        assert_eq!((draft.in_reply_to.as_deref(), &draft.references[..]), (Some("a@b"), &["a@b".to_owned()][..]));
    }

    #[test]
    fn no_link_makes_a_header_and_what_is_no_such_link_is_none() {
        let draft =
            draft("MAILTO:a@example.org%0D%0ABcc:eve@example.org?subject=x%0ABcc:y&attach=/etc/passwd").unwrap();
        assert_eq!((&*draft.to, &*draft.subject), ("a@example.org  Bcc:eve@example.org", "x Bcc:y"));
        assert_eq!((&*draft.bcc, &*draft.text), ("", ""));
        for link in ["", "mailto", "http://example.org/", "mailtoo:a@b"] {
            assert_eq!(super::draft(link), None, "{link}");
        }
        assert_eq!(super::draft("mailto:"), Some(Draft::default()));
        assert!(super::draft(&format!("mailto:{}", "a".repeat(LONGEST))).is_none());
    }
}
