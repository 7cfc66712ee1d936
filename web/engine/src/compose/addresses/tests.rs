use super::*;

fn read(typed: &str) -> Result<Vec<(String, String)>, String> {
    match addresses(typed) {
        Ok(found) => Ok(found.into_iter().map(|person| (person.name, person.mailbox.to_string())).collect()),
        Err(LetterFault::BadAddress(item)) => Err(item),
        Err(other) => panic!("{typed}: {other:?}"),
    }
}

#[test]
fn what_is_typed_is_read_as_it_is_meant() {
    let good: &[(&str, &[(&str, &str)])] = &[
        ("", &[]),
        (" \t\r\n", &[]),
        (",;,\n;", &[]),
        ("j@x", &[("", "j@x")]),
        (" j@x.example ", &[("", "j@x.example")]),
        ("<j@x>", &[("", "j@x")]),
        ("j@X.Example", &[("", "j@x.example")]),
        ("J.D+tag@x", &[("", "J.D+tag@x")]),
        ("a@x, b@y", &[("", "a@x"), ("", "b@y")]),
        ("a@x; b@y", &[("", "a@x"), ("", "b@y")]),
        ("a@x\nb@y\r\nc@z\rd@w", &[("", "a@x"), ("", "b@y"), ("", "c@z"), ("", "d@w")]),
        ("a@x,\n b@y;\n", &[("", "a@x"), ("", "b@y")]),
        ("a@x\u{2028}b@y", &[("", "a@x"), ("", "b@y")]),
        (",, a@x ,, b@y ;;", &[("", "a@x"), ("", "b@y")]),
        ("a@x, a@X, A@x", &[("", "a@x"), ("", "A@x")]),
        ("A <a@x>, B <a@X>", &[("A", "a@x")]),
        ("Jane Doe <j@x>", &[("Jane Doe", "j@x")]),
        ("Jane Doe<j@x>", &[("Jane Doe", "j@x")]),
        ("  Jane \t Doe   <j@x>", &[("Jane Doe", "j@x")]),
        ("Jane Doe\n<j@x>\nb@y", &[("Jane Doe", "j@x"), ("", "b@y")]),
        ("Jane\n\n\n  <j@x>", &[("Jane", "j@x")]),
        ("\"Doe, Jane\" <j@x>", &[("Doe, Jane", "j@x")]),
        ("\"Doe; Jane\" <j@x>; b@y", &[("Doe; Jane", "j@x"), ("", "b@y")]),
        ("\"a \\\"b\\\" c\\\\\" <j@x>", &[("a \"b\" c\\", "j@x")]),
        ("\"Jane\" Q. \"Doe\" <j@x>", &[("Jane Q. Doe", "j@x")]),
        ("J. R. Doe <j@x>", &[("J. R. Doe", "j@x")]),
        ("O'Neil <o@x>", &[("O'Neil", "o@x")]),
        ("José Núñez <j@x>", &[("José Núñez", "j@x")]),
        ("山田 太郎 <y@x>", &[("山田 太郎", "y@x")]),
        ("j@x <j@x>", &[("j@x", "j@x")]),
        ("\"<b@y>\" <j@x>", &[("<b@y>", "j@x")]),
        ("[External: x] Jane <j@x>", &[("[External: x] Jane", "j@x")]),
        ("=?utf-8?Q?=41?= <j@x>", &[("=?utf-8?Q?=41?=", "j@x")]),
        ("(Jane) j@x", &[("", "j@x")]),
        ("j@x (Jane, (the) Doe)", &[("", "j@x")]),
        ("Jane (at work; now) <j@x> (x), b@y", &[("Jane", "j@x"), ("", "b@y")]),
        ("j(a)@(b)x", &[("", "j@x")]),
        ("(a comment \\) alone)", &[]),
        ("j @ x", &[("", "j@x")]),
        ("Jane < j @ x >", &[("Jane", "j@x")]),
        ("\"j d\"@x", &[("", "\"j d\"@x")]),
        ("\"jd\"@x", &[("", "jd@x")]),
        ("\"j@d\"@x", &[("", "\"j@d\"@x")]),
        ("\"j,d\"@x, b@y", &[("", "\"j,d\"@x"), ("", "b@y")]),
        ("Jane <\"j>d\"@x>", &[("Jane", "\"j>d\"@x")]),
        ("a..b@x", &[("", "\"a..b\"@x")]),
        ("a.@docomo.example", &[("", "\"a.\"@docomo.example")]),
        ("team: a@x, b@y;", &[("", "a@x"), ("", "b@y")]),
        ("team: a@x, B <b@y>; c@z", &[("", "a@x"), ("B", "b@y"), ("", "c@z")]),
        ("\"our team\": a@x;", &[("", "a@x")]),
        ("undisclosed-recipients:;", &[]),
        ("mailto:j@x", &[("", "j@x")]),
        ("j@[192.0.2.1]", &[("", "j@[192.0.2.1]")]),
        ("j@[IPv6:2001:db8::1], b@y", &[("", "j@[IPv6:2001:db8::1]"), ("", "b@y")]),
        ("Jane <j@[IPv6:::1]>", &[("Jane", "j@[IPv6:::1]")]),
        ("j@bücher.example", &[("", "j@xn--bcher-kva.example")]),
        ("j@BÜCHER.example", &[("", "j@xn--bcher-kva.example")]),
        ("j@例え。テスト", &[("", "j@xn--r8jz45g.xn--zckzah")]),
        ("j@xn--bcher-kva.example", &[("", "j@xn--bcher-kva.example")]),
        ("j@bücher.example, j@xn--bcher-kva.example", &[("", "j@xn--bcher-kva.example")]),
        ("jörg@x", &[("", "jörg@x")]),
        ("jo\u{308}rg@x", &[("", "jörg@x")]),
        ("用户@例子.广告", &[("", "用户@xn--fsqu00a.xn--4rr70v")]),
        ("\u{feff}j@x\u{200b}", &[("", "j@x")]),
        ("\u{202a}Jane\u{202c} <j\u{200d}@x>", &[("Jane", "j@x")]),
        ("علی\u{200c}رضا <a@x>", &[("علی\u{200c}رضا", "a@x")]),
        ("j_d@my_host.example", &[("", "j_d@my_host.example")]),
        ("j@localhost", &[("", "j@localhost")]),
        ("Jane\tDoe <j@x>", &[("Jane Doe", "j@x")]),
    ];
    for (typed, expected) in good {
        let expected = expected.iter().map(|(name, mailbox)| (name.to_string(), mailbox.to_string())).collect();
        assert_eq!(read(typed), Ok(expected), "{typed:?}");
    }
}

#[test]
fn what_is_no_address_is_named() {
    for (typed, item) in [
        ("jane", "jane"),
        ("Doe, Jane <j@x>", "Doe"),
        ("a@x, bob, c@z", "bob"),
        ("a@x b@y", "a@x b@y"),
        ("@x", "@x"),
        ("j@", "j@"),
        ("j", "j"),
        ("@", "@"),
        ("<>", "<>"),
        ("Jane <>", "Jane <>"),
        ("Jane <jane>", "Jane <jane>"),
        ("Jane <j@x", "Jane <j@x"),
        ("Jane <j@x, b@y", "Jane <j@x"),
        ("Jane j@x>", "Jane j@x>"),
        ("Jane <j@x> Doe", "Jane <j@x> Doe"),
        ("Jane <j@x> <b@y>", "Jane <j@x> <b@y>"),
        ("Jane <<j@x>>", "Jane <<j@x>>"),
        ("\"Jane <j@x>", "\"Jane <j@x>"),
        ("\"Jane\n<j@x>\"", "\"Jane"),
        ("Jane\" <j@x>", "Jane\" <j@x>"),
        ("Jane (work <j@x>", "Jane (work <j@x>"),
        ("Jane) <j@x>", "Jane) <j@x>"),
        ("Jane :-) <j@x>", "-) <j@x>"),
        ("j@x.", "j@x."),
        ("j@.x", "j@.x"),
        ("j@x..y", "j@x..y"),
        ("j@-x", "j@-x"),
        ("j@x/y", "j@x/y"),
        ("j@[192.0.2.256]", "j@[192.0.2.256]"),
        ("j@[x]", "j@[x]"),
        ("j@[192.0.2.1", "j@[192.0.2.1"),
        ("j k@x", "j k@x"),
        ("j@x y", "j@x y"),
        ("j@a@x", "j@a@x"),
        ("<@a:j@x>", "<@a:j@x>"),
        ("a@x: b@y", "a@x: b@y"),
        (": b@y", ": b@y"),
        ("j\u{0}@x", "j @x"),
        ("Jane\u{7} <j@x>", "Jane <j@x>"),
        ("j@x\u{1b}", "j@x"),
        ("j@x\u{b}b@y", "j@x b@y"),
        ("j@\u{ad}", "j@\u{ad}"),
        ("j@xn--\u{fffd}", "j@xn--\u{fffd}"),
        ("j@bücher .example", "j@bücher .example"),
        ("j@x\nBcc: jane", "jane"),
        ("j@x\r\n\r\nbody", "body"),
    ] {
        assert_eq!(read(typed), Err(item.to_owned()), "{typed:?}");
    }
    let long = format!("{}@x", "j".repeat(300));
    assert_eq!(read(&long), Err(long.clone()));
    assert!(read(&"(".repeat(100_000)).is_err());
}

#[test]
fn no_line_of_a_header_can_be_typed() {
    for typed in
        ["a@x\r\nSubject: b@y", "\"a\r\nb\" <c@x>", "a\r\n b <c@x>", "<a@x\n>", "\"a\\\n\"@x", "a@[\n192.0.2.1]"]
    {
        for person in addresses(typed).unwrap_or_default() {
            let all = format!("{}{}", person.name, person.mailbox);
            assert!(!all.contains(char::is_control), "{typed:?}: {all:?}");
        }
    }
}

#[test]
fn what_is_written_for_somebody_to_type_on_is_read_back() {
    let person = |name: &str, address: &str| Address { name: name.into(), address: address.into() };
    let people = [
        person("", "a@x"),
        person("Jane Doe", "b@x"),
        person("Doe, Jane \"J\" \\", "c@x"),
        person("a@b (c) [d]: <e>;", "d@x"),
        person("José", "josé@x"),
        person("", "\"a b\"@x"),
        person("Jörg", "j@bücher.example"),
        person("a\r\nBcc: z@z", "e@x"),
    ];
    let text = typed(&people);
    let found = read(&text).unwrap();
    assert_eq!(found.len(), people.len(), "{text}");
    for (person, (name, mailbox)) in people.iter().zip(&found) {
        assert_eq!(name, &person.name.replace("\r\n", " "));
        assert_eq!(mailbox, &person.address.replace("bücher", "xn--bcher-kva"));
    }
    assert!(text.contains("Jörg <j@bücher.example>"), "{text}");
    // No address: it stays to be seen, and makes no other one.
    for (person, expected) in [
        (person("", "MAILER-DAEMON"), "MAILER-DAEMON"),
        (person("Undisclosed", ""), "Undisclosed"),
        (person("", "x>, <y@z"), "x y@z"),
        (person("", ""), ""),
    ] {
        assert_eq!(typed([&person]), expected);
        assert_eq!(read(expected).is_err(), !expected.is_empty());
    }
}
