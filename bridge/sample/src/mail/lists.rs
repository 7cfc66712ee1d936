//! Mailing lists and machines: digests, change notices, alarms.

use crate::mime::{Clock, Draft, Letter, Part, attachment, crlf, multipart, plain};

const LIST: (&str, &str) = ("Jun Abara via pier-watch", "pier-watch@lists.example");

pub(crate) fn letters(at: Clock) -> Vec<Letter> {
    vec![
        digest(at),
        on_list(Draft::new("list-post", at.minutes(400), LIST, "[pier-watch] Seals, two, sunning"))
            .with(plain("Two seals on the slip since seven. One of them is the one with the scar. Please keep dogs away.\n\n_______________________________________________\npier-watch mailing list\npier-watch@lists.example\n")),
        on_list(Draft::new("list-patch", at.days(5, 1, 14, 0), LIST, "[pier-watch] [PATCH] tide table: mind the clock change"))
            .with(multipart("mixed", &[
                plain("The table was an hour off for a week, twice a year, and nobody noticed but the ferry.\n"),
                attachment("text/x-patch; charset=us-ascii", "0001-tide-table.patch", crlf(PATCH).as_bytes()),
            ])),
        Draft::new("alarm", at.days(3, 3, 12, 0), ("Cellar sensor", "sensor@home.example"), "Water in the cellar: 2 cm")
            .field("X-Priority: 1")
            .field("Importance: high")
            .with(plain("level 2 cm\nrising  no\nbattery 71 %\n")),
        Draft::new("alarm-over", at.days(3, 7, 55, 0), ("Cellar sensor", "sensor@home.example"), "Water in the cellar: 0 cm")
            .with(plain("level 0 cm\nrising  no\nbattery 71 %\n")),
        Draft::new("backup-log", at.days(6, 4, 0, 0), ("Backup", "cron@home.example"), "Backup of the shelf: done, 3 warnings")
            .with(plain(&log())),
        Draft::new("out-of-office", at.days(19, 9, 1, 0), ("Marek, Spoke & Chain", "marek@spoke.example"), "Away until Monday")
            .field("Auto-Submitted: auto-replied")
            .with(plain("I am away on a bicycle. Monday.\n")),
        Draft::new("subscribe", at.days(40, 12, 0, 0), ("pier-watch", "pier-watch-request@lists.example"), "Welcome to the \"pier-watch\" list")
            .with(plain("You are on the list. To leave it, write \"leave\" to pier-watch-request@lists.example.\n")),
    ]
}

fn on_list(draft: Draft) -> Draft {
    draft
        .replace("To", "pier-watch@lists.example")
        .field("List-Id: What happens at the pier <pier-watch.lists.example>")
        .field("List-Post: <mailto:pier-watch@lists.example>")
        .field("Precedence: list")
}

/// Several posts in one message (RFC 2046, section 5.1.5: the parts of a digest are messages by default).
fn digest(at: Clock) -> Letter {
    let post = |slug, day, hour, from, subject, text| {
        let letter =
            Draft::new(slug, at.days(day, hour, 5, 0), (from, "pier-watch@lists.example"), subject).with(plain(text));
        // A blank line stands for the part's own, empty header.
        Part { fields: vec!["Content-Type: message/rfc822".into()], body: letter.bytes }
    };
    let contents = plain(
        "Today's topics:\n\n  1. Ice on the steps (Ines Marlow)\n  2. Re: Ice on the steps (Marek Sobol)\n  3. Found: a kite (Tove)\n",
    );
    let posts = multipart(
        "digest",
        &[
            post(
                "digest-1",
                9,
                7,
                "Ines Marlow",
                "Ice on the steps",
                "The third step from below is all ice. The handrail is, too.\n",
            ),
            post(
                "digest-2",
                9,
                9,
                "Marek Sobol",
                "Re: Ice on the steps",
                "> The third step from below is all ice.\n\nSalted. Mind the second.\n",
            ),
            post("digest-3", 9, 16, "Tove", "Found: a kite", "Red, with a tail. It is on our roof and seems happy.\n"),
        ],
    );
    on_list(Draft::new(
        "digest",
        at.days(8, 6, 0, 0),
        ("pier-watch", "pier-watch@lists.example"),
        "pier-watch digest, 3 posts",
    ))
    .with(multipart("mixed", &[contents, posts]))
}

fn log() -> String {
    let mut log = String::from("started\n");
    for shelf in 1..=90 {
        let state = if shelf % 31 == 0 { "WARNING: name with a blank at its end" } else { "ok" };
        log.push_str(&format!("shelf {shelf:>3}  {:>6} kB  {state}\n", shelf * 137 % 7919));
    }
    log + "done\n"
}

const PATCH: &str = "\
--- a/tides.c
+++ b/tides.c
@@ -41,7 +41,7 @@ static long tide_offset(const struct place *p, time_t when)
 \tif (!p->measured)
 \t\treturn p->guess;
 
-\treturn p->offset;
+\treturn p->offset + (summer_time(when) ? 3600 : 0);
 }
 
 /* The moon does not care. */
";
