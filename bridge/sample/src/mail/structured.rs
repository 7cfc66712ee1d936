//! Mail with a structure of its own: messages inside messages, invitations, reports, signatures.

use time::{Duration, OffsetDateTime};

use crate::files::{ics, pdf};
use crate::mime::{
    Clock, Draft, Letter, OWNER, Part, Transfer, attachment, crlf, html, multipart, plain, plain_in, rfc822,
};

const CHOIR: (&str, &str) = ("Choir of St. Brendan", "choir@brendan.example");
const POSTMASTER: (&str, &str) = ("Mail Delivery System", "postmaster@mail.postbox.example");

pub(crate) fn letters(at: Clock) -> Vec<Letter> {
    vec![
        invitation("invitation", at.minutes(180), "REQUEST", "Invitation: choir rehearsal", "Choir rehearsal"),
        invitation(
            "invitation-cancelled",
            at.days(4, 20, 0, 0),
            "CANCEL",
            "Cancelled: choir rehearsal",
            "Choir rehearsal (cancelled)",
        ),
        forwarded(at),
        nested(at),
        bounce(at),
        delayed(at),
        read_receipt(at),
        signed(at),
        Draft::new(
            "alternative-three",
            at.days(14, 9, 5, 0),
            ("Menu of the Week", "kitchen@canteen.example"),
            "Monday: lentils",
        )
        .with(multipart(
            "alternative",
            &[
                plain("Monday lentils, Tuesday soup, Wednesday lentil soup.\n"),
                crate::mime::text("enriched", "<bold>Monday</bold> lentils, <italic>Tuesday</italic> soup.\n"),
                html("<h2>This week</h2><ol><li>Lentils<li>Soup<li>Lentil soup</ol>"),
            ],
        )),
        Draft::new(
            "two-texts",
            at.days(17, 13, 0, 0),
            ("Jonas Okafor", "jonas@archive.example"),
            "Text, picture list, text",
        )
        .with(multipart(
            "mixed",
            &[
                plain("This text stands before the file,\n"),
                attachment("text/plain; charset=us-ascii", "list.txt", b"1 hall\r\n2 counter\r\n3 stove\r\n"),
                plain("and this one behind it. Mailing lists add their footers so.\n"),
            ],
        )),
    ]
}

/// A calendar invitation (RFC 6047): the event both as an alternative to the text and as a file.
fn invitation(slug: &'static str, when: OffsetDateTime, method: &str, subject: &str, summary: &str) -> Letter {
    let start = when + Duration::days(4);
    let stamp = |at: OffsetDateTime| {
        let at = at.to_offset(time::UtcOffset::UTC);
        format!("{:04}{:02}{:02}T{:02}{:02}00Z", at.year(), u8::from(at.month()), at.day(), at.hour(), at.minute())
    };
    let event = ics(
        method,
        "rehearsal-27",
        (&stamp(start), &stamp(start + Duration::hours(2))),
        summary,
        "Room 4\\, entrance from the courtyard",
    );
    let words = if method == "CANCEL" {
        "The room is full of scaffolding. We meet again next week.\n"
    } else {
        "Room 4, entrance from the courtyard. Please bring the Advent folder, and a pencil.\n"
    };
    let calendar = Part::raw(
        &[&format!("Content-Type: text/calendar; charset=utf-8; method={method}"), "Content-Transfer-Encoding: 8bit"],
        event.clone(),
    );
    Draft::new(slug, when, CHOIR, subject).with(multipart(
        "mixed",
        &[
            multipart("alternative", &[plain(words), html(&format!("<p>{words}</p>")), calendar]),
            attachment("application/ics", "invite.ics", event.as_bytes()),
        ],
    ))
}

/// A message that was forwarded whole, with the file that came with it.
fn forwarded(at: Clock) -> Letter {
    let inner = Draft::new("forwarded-inner", at.days(3, 7, 48, 0), ("Harbour Office", "berths@harbour.example"), "Berth 12: new terms")
        .replace("To", "Ines Marlow <ines@marlow.example>")
        .with(multipart("mixed", &[
            plain("Dear Ms Marlow,\n\nthe new terms for berth 12 are attached. Nothing changes but the price and the page numbers.\n"),
            attachment("application/pdf", "terms-berth-12.pdf", &pdf(&["Terms for berth 12", "1. It floats, or it is not ours."])),
        ]));
    Draft::new("forwarded", at.days(2, 8, 20, 0), ("Ines Marlow", "ines@marlow.example"), "Fwd: Berth 12: new terms")
        .with(multipart("mixed", &[plain("Can you read this before I sign it?\n\nI.\n"), rfc822(&inner.bytes)]))
}

/// A message in a message in a message.
fn nested(at: Clock) -> Letter {
    let innermost = Draft::new("nested-3", at.days(15, 6, 0, 0), ("Lighthouse", "keeper@skerry.example"), "Lamp out")
        .with(plain("The lamp is out since four. Ships are using the moon.\n"));
    let middle = Draft::new("nested-2", at.days(14, 6, 30, 0), ("Coast Radio", "watch@coast.example"), "Fwd: Lamp out")
        .with(multipart("mixed", &[plain("For your information.\n"), rfc822(&innermost.bytes)]));
    Draft::new("nested", at.days(13, 7, 0, 0), ("Harbour Office", "berths@harbour.example"), "Fwd: Fwd: Lamp out")
        .with(multipart("mixed", &[plain("The lamp is on again. This is how it went.\n"), rfc822(&middle.bytes)]))
}

/// A delivery status notification (RFC 3464).
fn bounce(at: Clock) -> Letter {
    let returned = Draft::new("bounce-original", at.days(1, 15, 59, 0), OWNER, "Are you still at this address?")
        .replace("To", "old.friend@moved.example")
        .with(plain("Just trying.\n\nRobin\n"));
    let status = Part::raw(
        &["Content-Type: message/delivery-status"],
        crlf(
            "Reporting-MTA: dns; mail.postbox.example\n\nFinal-Recipient: rfc822; old.friend@moved.example\nAction: failed\n\
         Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 Nobody of that name here any more\n",
        ),
    );
    Draft::new("bounce", at.days(1, 16, 0, 0), POSTMASTER, "Undelivered: Are you still at this address?")
        .field("Auto-Submitted: auto-replied")
        .with(multipart("report; report-type=delivery-status", &[
            plain("Your message could not be delivered to one recipient:\n\n  old.friend@moved.example\n  Nobody of that name here any more\n\nIt is attached below. There will be no other attempt.\n"),
            status,
            rfc822(&returned.bytes),
        ]))
}

fn delayed(at: Clock) -> Letter {
    let status = Part::raw(
        &["Content-Type: message/delivery-status"],
        crlf(
            "Reporting-MTA: dns; mail.postbox.example\n\nFinal-Recipient: rfc822; keeper@skerry.example\nAction: delayed\n\
         Status: 4.4.1\nDiagnostic-Code: smtp; connect to skerry.example: no answer\n",
        ),
    );
    let headers = Part::raw(
        &["Content-Type: text/rfc822-headers"],
        crlf("From: Robin Hale <robin@postbox.example>\nTo: keeper@skerry.example\nSubject: Visiting hours?\n"),
    );
    Draft::new("bounce-delayed", at.days(12, 4, 0, 0), POSTMASTER, "Delayed: Visiting hours?")
        .with(multipart("report; report-type=delivery-status", &[
            plain("A message of yours has been waiting for four hours. We keep trying for three days; you need not do anything.\n"),
            status,
            headers,
        ]))
}

/// A message disposition notification (RFC 8098).
fn read_receipt(at: Clock) -> Letter {
    let disposition = Part::raw(
        &["Content-Type: message/disposition-notification"],
        crlf(
            "Reporting-UA: office.example; Desk Mailer\nFinal-Recipient: rfc822; mail@buero-weiss.example\n\
         Original-Message-ID: <draft-question@mail.postbox.example>\nDisposition: manual-action/MDN-sent-manually; displayed\n",
        ),
    );
    Draft::new(
        "read-receipt",
        at.days(8, 14, 2, 1),
        ("Büro Weiß", "mail@buero-weiss.example"),
        "Gelesen: Frage zum Entwurf",
    )
    .with(multipart(
        "report; report-type=disposition-notification",
        &[plain("Your message was shown on a screen. Whether it was read, only its reader knows.\n"), disposition],
    ))
}

/// A signed message (RFC 1847). The signature has the form of one; nobody made it with a key.
fn signed(at: Clock) -> Letter {
    let text = plain_in(
        encoding_rs::UTF_8,
        "utf-8",
        Transfer::QuotedPrintable,
        "I, Jun, wrote this, and the file beside it is meant to prove it – if you have my key.\n",
    );
    let signature = Part::raw(
        &["Content-Type: application/pgp-signature; name=\"signature.asc\"", "Content-Description: Signature"],
        crlf(
            "-----BEGIN PGP SIGNATURE-----\n\nVGhpcyBpcyBhIHNhbXBsZSwgbm90IGEgc2lnbmF0dXJlLg==\n=aBcD\n-----END PGP SIGNATURE-----\n",
        ),
    );
    Draft::new("signed", at.days(11, 23, 23, 0), ("Jun Abara", "jun@dotfiles.example"), "Key signing at the boathouse")
        .with(multipart("signed; micalg=pgp-sha256;\r\n protocol=\"application/pgp-signature\"", &[text, signature]))
}
