use super::*;

fn wanted() -> Discover {
    Discover::of("ana@example.org").unwrap()
}

fn server(element: &str, kind: &str, host: &str, port: &str, security: &str, more: &str) -> String {
    format!(
        "<{element} type=\"{kind}\"><hostname>{host}</hostname><port>{port}</port>\
         <socketType>{security}</socketType>{more}</{element}>"
    )
}

fn pop3(host: &str, port: &str, security: &str, more: &str) -> String {
    server("incomingServer", "pop3", host, port, security, more)
}

fn smtp(host: &str, port: &str, security: &str, more: &str) -> String {
    server("outgoingServer", "smtp", host, port, security, more)
}

fn document(servers: &str) -> String {
    format!("<clientConfig version=\"1.1\"><emailProvider id=\"example.org\">{servers}</emailProvider></clientConfig>")
}

fn found(servers: &str) -> Option<Discovery> {
    read(document(servers).as_bytes(), &wanted())
}

/// Where mail is fetched, as which user, and where it is sent.
fn settings(servers: &str) -> (Place, String, Option<Place>) {
    match found(servers) {
        Some(Discovery::Settings(Settings { source: SettingsSource::Autoconfig, fetch, user, submission })) => {
            (fetch, user, submission)
        }
        other => panic!("{servers}: {other:?}"),
    }
}

fn place(host: &str, port: u16, security: Security) -> Place {
    Place { host: host.into(), port, security }
}

#[test]
fn a_document_as_providers_publish_it_is_read() {
    let text = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>
        <!-- Settings of Example -->
        <clientConfig version=\"1.1\" xmlns:x=\"urn:x\">
          <emailProvider id=\"example.org\">
            <domain>example.org</domain><domain purpose=\"mx\">mx.example.org</domain>
            <displayName>Example &amp; Co</displayName>
            <incomingServer type=\"imap\">
              <hostname>imap.example.org</hostname><port>993</port><socketType>SSL</socketType>
              <authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username>
            </incomingServer>
            <incomingServer type=\"pop3\">
              <hostname>plain.example.org</hostname><port>110</port><socketType>plain</socketType>
            </incomingServer>
            <incomingServer type=\"pop3\">
              <hostname>pop.example.org</hostname><port>110</port><socketType>STARTTLS</socketType>
            </incomingServer>
            <incomingServer type=\"pop3\">
              <hostname> POP.example.org </hostname><port>
                1995</port><socketType>SSL</socketType>
              <authentication>password-cleartext</authentication><username>%EMAILLOCALPART%</username>
              <pop3><leaveMessagesOnServer>true</leaveMessagesOnServer></pop3>
            </incomingServer>
            <outgoingServer type=\"smtp\">
              <hostname>smtp.example.org</hostname><port>587</port><socketType>STARTTLS</socketType>
              <username>%EMAILLOCALPART%</username>
            </outgoingServer>
            <documentation url=\"https://example.org/help\"><descr lang=\"en\">Help</descr></documentation>
          </emailProvider>
          <clientConfigUpdate url=\"https://example.org/update.xml\" />
        </clientConfig>";
    let Some(Discovery::Settings(found)) = read(text.as_bytes(), &wanted()) else { panic!("settings") };
    assert_eq!(found.fetch, place("pop.example.org", 1995, Security::Tls));
    assert_eq!((&*found.user, found.source), ("ana", SettingsSource::Autoconfig));
    assert_eq!(found.submission, Some(place("smtp.example.org", 587, Security::Starttls)));
}

#[test]
fn tls_from_the_first_byte_is_preferred_then_starttls_and_the_first_server_is_the_best() {
    let starttls = pop3("clear.example.org", "110", "STARTTLS", "");
    let (one, two) = (pop3("a.example.org", "995", "SSL", ""), pop3("b.example.org", "995", "SSL", ""));
    assert_eq!(settings(&[&*starttls, &*one, &*two].concat()).0, place("a.example.org", 995, Security::Tls));
    assert_eq!(settings(&starttls).0, place("clear.example.org", 110, Security::Starttls));
}

#[test]
fn parts_of_the_address_are_filled_in_once_and_what_is_not_understood_is_the_whole_address() {
    for (written, user) in [
        ("<username>%EMAILADDRESS%</username>", "ana@example.org"),
        ("<username>x-%EMAILLOCALPART%.%EMAILDOMAIN%</username>", "x-ana.example.org"),
        ("<username>fixed</username>", "fixed"),
        ("", "ana@example.org"),
        ("<username/>", "ana@example.org"),
        ("<username>%REALNAME%</username>", "ana@example.org"),
        ("<username>100%</username>", "ana@example.org"),
        ("<username>a b</username>", "ana@example.org"),
        ("<username>a&#10;b</username>", "ana@example.org"),
    ] {
        assert_eq!(settings(&pop3("pop.example.org", "995", "SSL", written)).1, user, "{written}");
    }
    let host = settings(&pop3("pop.%EMAILDOMAIN%", "995", "SSL", "")).0.host;
    assert_eq!(host, "pop.example.org");
    let odd = Discover { local: "%EMAILDOMAIN%".into(), ..wanted() };
    let text = document(&pop3("pop.example.org", "995", "SSL", "<username>%EMAILLOCALPART%</username>"));
    let Some(Discovery::Settings(found)) = read(text.as_bytes(), &odd) else { panic!("settings") };
    assert_eq!(found.user, "%EMAILDOMAIN%");
}

#[test]
fn letters_go_by_a_server_for_the_same_user_under_tls_and_never_by_port_25() {
    let fetch = pop3("pop.example.org", "995", "SSL", "<username>%EMAILADDRESS%</username>");
    let sent = |servers: &[String]| settings(&(fetch.clone() + &servers.concat())).2;
    let own = "<username>%EMAILADDRESS%</username>";
    let smtps = || smtp("smtps.example.org", "465", "SSL", own);
    assert_eq!(sent(&[]), None);
    let starttls = smtp("smtp.example.org", "587", "STARTTLS", own);
    assert_eq!(sent(&[starttls, smtps()]), Some(place("smtps.example.org", 465, Security::Tls)));
    for other in [
        smtp("smtp.example.org", "587", "plain", own),
        smtp("smtp.example.org", "25", "STARTTLS", own),
        smtp("smtp.example.org", "465", "SSL", "<username>%EMAILLOCALPART%</username>"),
        server("outgoingServer", "exchange", "smtp.example.org", "465", "SSL", own),
    ] {
        assert_eq!(sent(std::slice::from_ref(&other)), None, "{other}");
        assert_eq!(sent(&[other, smtps()]), Some(place("smtps.example.org", 465, Security::Tls)));
    }
    let nameless = smtp("smtp.example.org", "465", "SSL", "");
    assert_eq!(sent(&[nameless]), Some(place("smtp.example.org", 465, Security::Tls)));
}

#[test]
fn a_document_without_pop3_under_tls_is_told_from_none() {
    let imap = server("incomingServer", "imap", "imap.example.org", "993", "SSL", "");
    let exchange = server("incomingServer", "exchange", "e.example.org", "443", "SSL", "");
    let plain = pop3("pop.example.org", "110", "plain", "");
    for servers in [imap.clone(), exchange, plain.clone(), imap.clone() + &plain] {
        assert_eq!(found(&servers), Some(Discovery::Unlisted), "{servers}");
    }
    for servers in ["", "<incomingServers/>", &smtp("smtp.example.org", "465", "SSL", "")] {
        assert_eq!(found(servers), None, "{servers}");
    }
    // A server is one within the provider alone.
    assert_eq!(read(format!("<clientConfig>{imap}</clientConfig>").as_bytes(), &wanted()), None);
}

#[test]
fn a_server_that_is_odd_is_passed_over() {
    let long = format!("{}example.org", "a.".repeat(200));
    let good = pop3("pop.example.org", "995", "SSL", "");
    for odd in [
        pop3("", "995", "SSL", ""),
        pop3("pop", "995", "SSL", ""),
        pop3("pop.example.org.", "995", "SSL", ""),
        pop3("pop example.org", "995", "SSL", ""),
        pop3("pop.example.org/x", "995", "SSL", ""),
        pop3("pop.example.org:995", "995", "SSL", ""),
        pop3("-pop.example.org", "995", "SSL", ""),
        pop3("pöp.example.org", "995", "SSL", ""),
        pop3("a@pop.example.org", "995", "SSL", ""),
        pop3("%HOST%.example.org", "995", "SSL", ""),
        pop3("192.0.2.1", "995", "SSL", ""),
        pop3("2001:db8::1", "995", "SSL", ""),
        pop3(&long, "995", "SSL", ""),
        pop3("<b>in.example.org</b>", "995", "SSL", ""),
        pop3("in.example.org", "0", "SSL", ""),
        pop3("in.example.org", "65536", "SSL", ""),
        pop3("in.example.org", "-1", "SSL", ""),
        pop3("in.example.org", "pop3s", "SSL", ""),
        pop3("in.example.org", "", "SSL", ""),
        pop3("in.example.org", "995", "", ""),
        pop3("in.example.org", "995", "TLSv1", ""),
        "<incomingServer type=\"pop3\"/>".into(),
        "<incomingServer><hostname>in.example.org</hostname></incomingServer>".into(),
    ] {
        assert_eq!(settings(&(odd.clone() + &good)).0.host, "pop.example.org", "{odd}");
        assert_eq!(found(&odd), Some(Discovery::Unlisted), "{odd}");
    }
}

#[test]
fn what_is_no_such_document_is_none() {
    let good = document(&pop3("pop.example.org", "995", "SSL", ""));
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin1 = [good.as_bytes(), b"<!-- \xE9 -->"].concat();
    assert!(read(good.as_bytes(), &wanted()).is_some());
    for octets in [b"".as_slice(), b"\0", b"\xff\xfe", &utf16, &latin1] {
        assert_eq!(read(octets, &wanted()), None);
    }
    for text in [
        "<!DOCTYPE html><html><body>Not found</body></html>",
        "<html><emailProvider/></html>",
        "{\"emailProvider\":{}}",
        "<clientConfig>",
        "<clientConfig/>",
        "<clientConfig><emailProvider/></clientConfig>",
        &good.replace("</emailProvider>", ""),
        &good.replace("pop.", "&pop;"),
        &good.replace("pop.", "&#0;"),
        &(good.clone() + "<more/>"),
    ] {
        assert_eq!(read(text.as_bytes(), &wanted()), None, "{text}");
    }
}

#[test]
fn a_document_that_is_made_to_grow_or_to_nest_is_none() {
    let good = document(&pop3("pop.example.org", "995", "SSL", ""));
    let laughs: String = (1..9).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let laughs = format!("<!DOCTYPE clientConfig [<!ENTITY l0 \"l\">{laughs}]>{}", good.replace("pop.", "&l8;."));
    let outside = format!("<!DOCTYPE c [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{}", good.replace("pop.", "&e;."));
    for text in [laughs, outside, document(&"<a>".repeat(20_000)), document(&"<a/>".repeat(15_000))] {
        assert_eq!(read(text.as_bytes(), &wanted()), None);
    }
    // Deep, and closed again: the nodes are too many, and no stack is used for them.
    let deep = document(&("<a>".repeat(9000) + &"</a>".repeat(9000)));
    assert_eq!(read(deep.as_bytes(), &wanted()), None);
    let attributes: String = (0..5000).map(|n| format!(" a{n}=\"\"")).collect();
    let wide = good.replacen("<emailProvider", &format!("<emailProvider{attributes}"), 1);
    assert!(read(wide.as_bytes(), &wanted()).is_some());
}

proptest::proptest! {
    #[test]
    fn whatever_comes_nothing_panics(
        at in 0..1000_usize,
        octets in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
    ) {
        let mut text = document(&pop3("pop.example.org", "995", "SSL", "<username>%EMAILADDRESS%</username>")).into_bytes();
        let at = at.min(text.len());
        let end = (at + octets.len()).min(text.len());
        text.splice(at..end, octets);
        let _ = read(&text, &wanted());
    }
}

#[test]
fn a_server_that_takes_no_passwords_is_passed_over() {
    let takes = |ways: &[&str]| {
        let ways = ways.iter().map(|way| format!("<authentication>{way}</authentication>")).collect::<String>();
        let wanted = pop3("a.example.org", "995", "SSL", &ways);
        settings(&(wanted + &pop3("b.example.org", "110", "STARTTLS", ""))).0.host == "a.example.org"
    };
    assert!(takes(&[]) && takes(&["password-encrypted"]) && takes(&["OAuth2", " password-cleartext "]));
    assert!(!takes(&["OAuth2"]) && !takes(&["GSSAPI", "TLS-client-cert"]) && !takes(&[""]));
}
