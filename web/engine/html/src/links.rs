//! Links whose words name another host than the one they lead to. The words stay and lead nowhere; beside them stands where
//! the link leads, as the link.
//!
//! A host that belongs to the named one, or that the named one belongs to, is no other. Not for links that name no host.

use ammonia::Url;
use restante_api::Wording;
use restante_api::picture::percent_decoded;

use super::tags::Tag;

/// Bytes of a link's words that are looked at.
const MAX_WORDS: usize = 16 << 10;

/// What the sender's style sheets cannot take away from where a link leads: a declaration of the element's own that is
/// important wins over all of theirs (CSS Cascading 4, section 6.1).
const STYLE: &str = "all:initial!important;display:inline-block!important;padding:0 .4em!important;margin:0 .2em!important;\
border-radius:4px!important;background:#fbf0d9!important;color:#6b4600!important;\
font:600 13px/1.5 system-ui,sans-serif!important;text-decoration:underline!important;cursor:pointer!important;\
overflow-wrap:anywhere!important";

/// Endings of names that are files rather than hosts.
const FILES: [&str; 33] = [
    "avi", "bin", "bmp", "csv", "css", "doc", "docx", "eml", "exe", "gif", "gz", "heic", "htm", "html", "ics", "jpeg",
    "jpg", "js", "json", "mp3", "mp4", "msi", "odt", "pdf", "png", "ppt", "pptx", "svg", "txt", "vcf", "xls", "xlsx",
    "xml",
];

/// Links that are open while HTML is written.
pub(super) struct Links<'a> {
    wording: &'a Wording,
    open: Vec<Open<'a>>,
    /// Elements that are open within them, and whether each stands apart from the words around it.
    within: Vec<bool>,
}

struct Open<'a> {
    tag: Tag<'a>,
    /// Where the tag stands in what is written.
    at: std::ops::Range<usize>,
    /// What is in the link, with a blank where a browser begins a line or a cell.
    words: String,
    /// The same without: a style may set what stands in lines side by side.
    glued: String,
    is_glued: bool,
}

/// Elements without an end tag.
const VOID: [&str; 6] = ["area", "br", "col", "hr", "img", "wbr"];

/// Elements that break no word in two.
const INLINE: [&str; 27] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark",
    "nobr", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "u", "wbr",
];

impl<'a> Links<'a> {
    pub(super) fn new(wording: &'a Wording) -> Self {
        Self { wording, open: Vec::new(), within: Vec::new() }
    }

    /// A tag was written, and stands here in what is written.
    pub(super) fn start(&mut self, tag: Tag<'a>, at: std::ops::Range<usize>) {
        if tag.name() == "a" {
            self.open.push(Open { tag, at, words: String::new(), glued: String::new(), is_glued: false });
        }
        let display = tag.declared("display").unwrap_or_default();
        let is_inline = INLINE.contains(&tag.name()) && (display.is_empty() || display.starts_with("inline"));
        if tag.name() != "a" && !self.open.is_empty() && !VOID.contains(&tag.name()) {
            self.within.push(!is_inline);
        }
        for open in &mut self.open {
            for said in ["alt", "title"].into_iter().filter_map(|name| tag.attribute(name)) {
                add(&mut open.words, &format!(" {} ", unescaped(said)));
            }
            if !is_inline {
                add(&mut open.words, " ");
                open.is_glued |= display.starts_with("inline");
            }
        }
    }

    /// Text, or an end tag. Where it ends a link that deceives, what is written is changed.
    pub(super) fn other(&mut self, piece: &str, out: &mut String) {
        if !piece.starts_with('<') {
            for open in &mut self.open {
                let text = unescaped(piece);
                add(&mut open.words, &text);
                add(&mut open.glued, &text);
            }
        } else if piece == "</a>" {
            if let Some(open) = self.open.pop() {
                open.end(self.wording, out);
            }
        } else if self.within.pop().unwrap_or_default() {
            self.open.iter_mut().for_each(|open| add(&mut open.words, " "));
        }
    }
}

impl Open<'_> {
    fn end(&self, wording: &Wording, out: &mut String) {
        let Some(href) = self.tag.attribute("href") else { return };
        let Some(leads) = Url::parse(&unescaped(href)).ok().and_then(|url| Leads::of(&url)) else { return };
        if leads.deceives(&self.words) || self.is_glued && leads.deceives(&self.glued) {
            out.replace_range(self.at.clone(), "<a>");
            out.push_str(&format!(
                "<a href=\"{href}\" target=\"_blank\" rel=\"noopener noreferrer\" style=\"{STYLE}\">{}</a>",
                escaped(&leads.words(wording))
            ));
        }
    }
}

/// Where a link leads.
enum Leads {
    Host(String),
    Mail { address: String, host: String },
}

impl Leads {
    fn of(url: &Url) -> Option<Self> {
        if url.scheme() == "mailto" {
            let address = percent_decoded(url.path()).to_lowercase();
            let host = ascii(address.rsplit_once('@').map_or("", |(_, host)| host)).unwrap_or_default();
            return Some(Self::Mail { address, host });
        }
        Some(Self::Host(url.host_str()?.to_owned()))
    }

    fn words(&self, wording: &Wording) -> String {
        match self {
            Self::Host(host) => wording.opens.replace(Wording::PLACE, host),
            Self::Mail { address, .. } => wording.writes.replace(Wording::PLACE, address),
        }
    }

    fn deceives(&self, words: &str) -> bool {
        let backwards: String;
        // What is turned around is read turned around.
        let turned = if words.contains(['\u{202e}', '\u{202d}', '\u{2067}', '\u{2066}']) {
            backwards = words.chars().rev().collect();
            &backwards
        } else {
            ""
        };
        named(words).chain(named(turned)).any(|named| match self {
            Self::Host(host) => !is_same(&named.host, host) || is_lookalike(&named, host),
            Self::Mail { address, host } => {
                named.address.as_ref().is_some_and(|named| named != address) || !is_same(&named.host, host)
            }
        })
    }
}

/// A host that words name.
struct Named {
    /// As the network knows it.
    host: String,
    /// As it is written.
    written: String,
    /// The mail address that it is part of, lower case.
    address: Option<String>,
}

/// The hosts that words name.
fn named(words: &str) -> impl Iterator<Item = Named> {
    let ends = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '<' | '>'
                    | '"'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '{'
                    | '}'
                    | ','
                    | ';'
                    | '|'
                    | '«'
                    | '»'
                    | '“'
                    | '”'
                    | '‘'
                    | '’'
                    | '„'
            )
    };
    words.split(ends).flat_map(|word| {
        // To a browser, either stroke parts an address (WHATWG URL, section 4.4).
        let word: String = word.chars().filter(|c| !is_unseen(*c)).map(plain).collect::<String>().replace('\\', "/");
        let word = word.trim_matches(|c: char| matches!(c, '.' | ':' | '!' | '?' | '\'' | '*' | '…'));
        let (is_address, rest) = match word.split_once("//") {
            Some((scheme, rest)) if scheme.is_empty() || scheme.ends_with(':') => (true, rest),
            _ => (false, word),
        };
        let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        let (before, host) =
            authority.rsplit_once('@').map_or((None, authority), |(before, host)| (Some(before), host));
        let address = before.filter(|before| !is_address && !before.is_empty());
        let named = |host: &str, is_sure: bool, address: Option<String>| {
            let host = host.split(':').next().unwrap_or_default();
            let ascii = ascii(host).filter(|_| is_host(host, is_sure))?;
            Some(Named { host: ascii, written: host.to_owned(), address })
        };
        // `https://bank.example@other.example` is read as the bank's.
        let user = before.filter(|_| is_address).and_then(|user| named(user, true, None));
        let address = address.map(|local| format!("{local}@{host}").to_lowercase());
        let is_sure =
            is_address || address.is_some() || host.get(..4).is_some_and(|www| www.eq_ignore_ascii_case("www."));
        user.into_iter().chain(named(host, is_sure, address)).collect::<Vec<_>>()
    })
}

/// Whether a word is a host's name. `is_sure`: what stands around it says that it is one.
fn is_host(host: &str, is_sure: bool) -> bool {
    let labels: Vec<_> = host.trim_end_matches('.').split('.').collect();
    let fits = |label: &&str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii())
    };
    let last = labels.last().copied().unwrap_or_default();
    let is_top = last.starts_with("xn--") || last.chars().count() > 1 && last.chars().all(char::is_alphabetic);
    labels.len() > 1
        && labels.iter().all(fits)
        && (is_sure || is_top && !FILES.contains(&last.to_ascii_lowercase().as_str()))
}

/// Whether one host belongs to the other.
fn is_same(named: &str, leads: &str) -> bool {
    let bare = |host: &str| host.trim_end_matches('.').trim_start_matches("www.").to_owned();
    let (named, leads) = (bare(named), bare(leads));
    let within = |inner: &str, outer: &str| inner.strip_suffix(outer).is_some_and(|rest| rest.ends_with('.'));
    named == leads || within(&leads, &named) || (leads.contains('.') && within(&named, &leads))
}

/// Whether the name is written with letters beyond ASCII: they may look like others. The network's form of it does not.
fn is_lookalike(named: &Named, host: &str) -> bool {
    !named.written.is_ascii() && host.split('.').any(|label| label.starts_with("xn--"))
}

fn ascii(host: &str) -> Option<String> {
    Url::parse(&format!("http://{host}/")).ok()?.host_str().map(str::to_owned)
}

/// Dots that are no full stops, and look or work like them (UTS 46, section 2.3).
fn plain(c: char) -> char {
    if matches!(c, '。' | '．' | '｡' | '․') { '.' } else { c }
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Text of HTML that ammonia wrote, as it reads.
fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", "\u{a0}");
    text.replace("&amp;", "&")
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn add(words: &mut String, more: &str) {
    if words.len() + more.len() <= MAX_WORDS {
        words.push_str(more);
    }
}

#[cfg(test)]
mod tests {
    use crate::RemoteContent;
    use crate::tests::sanitise;

    /// What is said of where a link leads; empty where nothing is.
    fn said(words: &str, href: &str) -> String {
        let html =
            sanitise(&format!("<div><a href=\"{href}\">{words}</a> end</div>"), &[], RemoteContent::Blocked).html;
        let links = html.matches("href=").count();
        assert_eq!(links, 1, "one way to open it: {html}");
        match html.split_once("<a>") {
            Some((_, deceives)) => {
                let (_, badge) = deceives.split_once("</a><a href=").unwrap();
                badge.split_once("important\">").unwrap().1.split_once("</a>").unwrap().0.to_owned()
            }
            None => String::new(),
        }
    }

    #[test]
    fn words_that_name_another_host_lead_nowhere_and_where_the_link_leads_is_said() {
        for words in [
            "https://bank.example/login",
            "bank.example",
            "www.bank.example",
            "Go to <b>bank</b>.example now",
            "bank&#46;example",
            "BANK.EXAMPLE",
            "ba\u{200b}nk\u{ad}.example",
            "bank。example",
            "ｂａｎｋ．ｅｘａｍｐｌｅ",
            "(bank.example)",
            "“bank.example”.",
            "http://bank.example:443?x",
            "https://bank.example@other.example/",
            "https:\\\\bank.example",
            "help@bank.example",
            "\u{202e}elpmaxe.knab",
            "<img alt='bank.example' src='https://x.example/y.png'>",
            "<span title='bank.example'>here</span>",
            "<div>Sign in</div><div>bank.example</div>",
            "<div style='display:inline'>bank</div><div style='display: inline-block'>.example</div>",
            "bank.example.",
            "other.example is bank.example",
            "http://10.0.0.1/",
        ] {
            assert_eq!(
                said(words, "https://login.other.example/x?a=1&amp;b=2"),
                "opens login.other.example",
                "{words}"
            );
        }
        assert_eq!(said("other.co.uk", "https://bank.co.uk/"), "opens bank.co.uk");
        assert_eq!(said("bank.example", "https://bank.example.other.example/"), "opens bank.example.other.example");
        assert_eq!(said("bank.example", "https://bank.example@other.example/"), "opens other.example");
        assert_eq!(said("bank.example", "https://notbank.example/"), "opens notbank.example");
    }

    #[test]
    fn a_name_in_letters_that_may_look_like_others_is_said_as_the_network_knows_it() {
        assert_eq!(said("аррӏе.example", "https://аррӏе.example/"), "opens xn--80ak6aa92e.example");
        assert_eq!(said("apple.example", "https://аррӏе.example/"), "opens xn--80ak6aa92e.example");
        assert_eq!(said("here", "https://аррӏе.example/"), "");
    }

    #[test]
    fn a_mail_address_that_is_another_is_said() {
        assert_eq!(said("ana@mail.example", "mailto:eve@other.example?subject=x"), "writes to eve@other.example");
        assert_eq!(said("ana@mail.example", "mailto:eve@mail.example"), "writes to eve@mail.example");
        assert_eq!(said("Ana@Mail.example", "mailto:ana@mail.example"), "");
        assert_eq!(said("write to us", "mailto:ana@mail.example"), "");
    }

    #[test]
    fn words_that_name_the_host_or_none_stay_a_link() {
        for words in [
            "here",
            "bank.example",
            "https://www.bank.example/a",
            "login.bank.example",
            "report.pdf",
            "e.g. this",
            "v1.2",
            "Read it... now",
            "12.5 %",
            "ana@bank.example",
            "",
            "a.b@",
            "Read more: bank.example/offers",
            "10.30",
        ] {
            assert_eq!(said(words, "https://www.bank.example/x"), "", "{words}");
        }
        assert_eq!(said("bank.example", "https://click.bank.example/"), "");
        assert_eq!(said("<div>Sign in</div>my<b>bank.example</b>", "https://mybank.example/"), "");
        assert_eq!(said("<span style='display:block'>Sign in</span>bank.example", "https://bank.example/"), "");
        let own = sanitise("<a>bank.example</a><a title='bank.example'>x</a>", &[], RemoteContent::Blocked).html;
        assert!(!own.contains("opens"), "{own}");
    }

    #[test]
    fn no_style_sheet_takes_away_where_a_link_leads() {
        let html = sanitise(
            "<style>a{display:none!important}</style><a href='https://other.example/' style='color:red'>bank.example</a>",
            &[],
            RemoteContent::Blocked,
        )
        .html;
        assert!(html.contains("style=\"all:initial!important;display:inline-block!important"), "{html}");
    }
}
