use super::*;

fn parts(source: &str) -> Vec<(String, String)> {
    let octets = source.replace('\n', "\r\n").into_bytes();
    let structure = Structure::of(&octets);
    let text = |part: &Part| String::from_utf8(structure.encoded(part).to_vec()).unwrap();
    structure.parts.iter().filter(|part| !part.has_parts).map(|part| (part.media_type.clone(), text(part))).collect()
}

fn leaves(source: &str) -> Vec<String> {
    parts(source).into_iter().map(|(_, text)| text).collect()
}

#[test]
fn a_delimiter_is_a_whole_line_so_that_boundaries_may_begin_alike() {
    let source = "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\nContent-Type: multipart/mixed; boundary=bb\n\n\
        --bb\n\none --b\n --b\n--bbb\n--b-\n--bb--\n--b \t\n\ntwo\n--b--\n\nepilogue\n";
    assert_eq!(leaves(source), ["one --b\r\n --b\r\n--bbb\r\n--b-", "two"]);
}

#[test]
fn a_message_within_is_one_part_and_the_boundary_around_it_ends_it() {
    let inner = "Subject: in\nContent-Type: multipart/mixed; boundary=bi\n\n--bi\n\nx\n--bi--";
    let source = format!(
        "Content-Type: multipart/digest; boundary=b\n\n--b\n\n{inner}\n--b\nContent-type: message/ rfc822\n\n{inner}\n--b\n\
         Content-Type: text/plain\n\nlast\n--b--\n"
    );
    let inner = inner.replace('\n', "\r\n");
    let message = || ("message/rfc822".to_owned(), inner.clone());
    assert_eq!(parts(&source), [message(), message(), ("text/plain".into(), "last".into())]);
}

#[test]
fn where_a_boundary_is_used_twice_or_goes_on_behind_its_end_nothing_is_lost() {
    let twice = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\none\n\
        --b--\n--b\n\ntwo\n--b--\n--b\n\nthree\n";
    assert_eq!(leaves(twice), ["one", "two", "three\r\n"]);
}

#[test]
fn parts_without_an_empty_line_without_an_end_or_without_anything_are_parts() {
    let source = "Content-Type: multipart/mixed; boundary=\"b c\"\n\n--b c\nX: y\n--b c\n\n--b c\n--b c\n\nz";
    assert_eq!(leaves(source), ["", "", "", "z"]);
    assert_eq!(leaves("Content-Type: multipart/mixed; boundary=b\n\nno such"), ["no such"]);
    assert_eq!(leaves("Content-Type: multipart/mixed\n\n--\nx"), ["--\r\nx"]);
    assert_eq!(leaves(""), [""]);
    let octets = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n";
    assert!(Structure::of(octets).parts[0].is_open_ended);
    assert!(!Structure::of(&[octets.as_slice(), b"--b--"].concat()).parts[0].is_open_ended);
}

#[test]
fn parts_and_depth_are_bounded_and_what_is_beyond_stays_whole() {
    let many = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(MAX_PARTS * 3));
    let structure = Structure::of(many.as_bytes());
    assert!(structure.is_bounded && structure.parts.len() == MAX_PARTS);
    assert!(structure.encoded(structure.parts.last().unwrap()).len() > MAX_PARTS * 7);
    let deep: String = (0..1000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
    let structure = Structure::of(deep.as_bytes());
    assert!(structure.is_bounded && structure.parts.len() == MAX_OPEN + 1);
    assert!(structure.encoded(structure.parts.last().unwrap()).ends_with(b"--b999\n"));
}
