//! Mail as it should not be: broken structure, missing fields, raw bytes, endless lines. A reader shows what it can.

use crate::mime::{Clock, Draft, Letter, Part, crlf, multipart, plain};

pub(crate) fn letters(at: Clock) -> Vec<Letter> {
    vec![
        Draft::new("odd-broken", at.minutes(30), ("Faulty Gateway", "gateway@broken.example"), "Broken on the way")
            .field("Content-Type: multipart/mixed; boundary=\"never closed\"")
            .with_raw(crlf(BROKEN).as_bytes()),
        Draft::bare("odd-no-subject", at.days(1, 22, 4, 0))
            .field("From: Ines Marlow <ines@marlow.example>")
            .field("To: robin@postbox.example")
            .with(plain("Forgot to write a subject. Forgot what the subject was, too.\n")),
        Draft::bare("odd-no-from", at.days(2, 4, 44, 0))
            .field("To: robin@postbox.example")
            .field("Subject: Nobody sent this")
            .with(plain("There is no From in this message.\n")),
        Draft::undated("odd-no-date", at.days(6, 2, 2, 0))
            .field("From: The Clockmaker <clock@works.example>")
            .field("To: robin@postbox.example")
            .field("Subject: No date, appropriately")
            .with(plain("Your clock is mended. When, I could not say.\n")),
        Draft::new(
            "odd-long-subject",
            at.days(4, 13, 37, 0),
            ("Department of Long Titles", "titles@ministry.example"),
            &long_subject(),
        )
        .with(plain("The subject says it all.\n")),
        Draft::new("odd-empty", at.days(5, 23, 59, 0), ("Pocket", "pocket@telephone.example"), "(sent by accident)")
            .with_raw(b""),
        raw_latin(at),
        Draft::new(
            "odd-unknown-charset",
            at.days(16, 5, 5, 0),
            ("Old Terminal", "tty@terminal.example"),
            "A charset of the future",
        )
        .with(Part::raw(
            &["Content-Type: text/plain; charset=x-telegraph-9", "Content-Transfer-Encoding: 8bit"],
            "Readable all the same: stop. Even caf\u{e9}: stop.\r\n",
        )),
        Draft::new(
            "odd-endless-line",
            at.days(20, 1, 0, 0),
            ("Minifier", "build@scripts.example"),
            "One line, thirty thousand characters",
        )
        .with_raw(format!("{}\r\n", "around and around ".repeat(1_700)).as_bytes()),
        Draft::new(
            "odd-deep",
            at.days(25, 14, 0, 0),
            ("Matryoshka Works", "dolls@nest.example"),
            "Forty multiparts deep",
        )
        .with((0..40).fold(plain("You found the smallest one.\n"), |inner, _| multipart("mixed", &[inner]))),
        Draft::new(
            "odd-nul",
            at.days(28, 0, 0, 0),
            ("Serial Line", "uart@lab.example"),
            "Bytes that text should not have",
        )
        .with_raw(
            b"nul: \x00 bell: \x07 escape: \x1b[31mnot red\x1b[0m delete: \x7f\r\nand a stray CR:\r in the middle\r\n",
        ),
        Draft::new(
            "odd-header-injection",
            at.days(30, 6, 6, 0),
            ("=?utf-8?Q?Harbour_Savings_=3Calert=40harbour-savings=2Eexample=3E?=", "x@spam.example"),
            "=?utf-8?B?SGVsbG8NCkJjYzogZXZlcnlib2R5QGV4YW1wbGU=?=",
        )
        .with(plain("The sender's name pretends to be an address, and the subject has a line end in it.\n")),
    ]
}

/// Header and body in unlabelled Latin-1, as old programs wrote them.
fn raw_latin(at: Clock) -> Letter {
    let mut letter = Draft::bare("odd-raw-8-bit", at.days(12, 16, 16, 1))
        .field("From: J@rg M@ller <joerg@kiosk.example>")
        .field("To: robin@postbox.example")
        .field("Subject: Gr@@e vom Kiosk")
        .with_raw(b"Sch@ne Gr@@e. Kein MIME, keine Ahnung, was das ist.\r\n");
    let mut replacements = [0xf6, 0xfc, 0xfc, 0xdf, 0xf6, 0xfc, 0xdf].into_iter();
    let mailboxes: Vec<usize> = ["joerg@kiosk", "robin@postbox", "@mail.postbox"]
        .iter()
        .filter_map(|name| {
            let at = letter.bytes.windows(name.len()).position(|w| w == name.as_bytes())?;
            Some(at + name.find('@')?)
        })
        .collect();
    for (at, byte) in letter.bytes.iter_mut().enumerate() {
        if *byte == b'@' && !mailboxes.contains(&at) {
            *byte = replacements.next().unwrap_or(b'?');
        }
    }
    letter
}

fn long_subject() -> String {
    let clauses = [
        "concerning the renewal of the permission to keep a bench, a lamp and one (1) cat at the north pier",
        "with regard to the decision on the objection against the notice about the earlier decision",
        "including annexes A to F but without annex D, which was eaten (see above: cat)",
    ];
    format!("Third reminder {} and {}", clauses.join(", "), "so on ".repeat(30).trim_end())
}

const BROKEN: &str = "This text stands before the first part, where nobody looks.

--never closed
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The gateway broke this message. What can be read is read: caf=C3=A9, =ZZ, and a soft break at the very=

--never closed
Content-Type: image/png; name=\"half.png\"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename=\"half.png\"

iVBORw0KGgo!!!AAAA*not base64*ANSUhEUgAAAAEAAAAB
CAYAAAAfFcSJAAAADUlEQVR42mNk+
--never closed
Content-Type: multipart/alternative; boundary=\"inner\"

--inner
Content-Type: text/plain

An unclosed part
";
