//! Files: documents, pictures, archives, tables, calendars, and names in every form.

use crate::files::{chart, harbour, jpeg, paint, pdf, png, wav, zip};
use crate::mime::{Clock, Draft, Letter, Part, attachment, base64_lines, crlf, multipart, plain};

pub(crate) fn letters(at: Clock) -> Vec<Letter> {
    vec![
        Draft::new("attachment-pdf", at.minutes(95), ("Ana Beltrán", "ana@vidriera.example"), "Invoice for the windows")
            .with(multipart("mixed", &[
                plain("Dear Robin,\n\nthe invoice for the two windows is attached. The putty needs another week before you paint it.\n\nAna\n"),
                attachment("application/pdf; name=\"invoice-0311.pdf\"", "invoice-0311.pdf", &invoice()),
            ])),
        Draft::new("attachment-photo", at.days(1, 17, 22, 0), ("Ines Marlow", "ines@marlow.example"), "The light just now")
            .with(multipart("mixed", &[
                plain("From the upper deck.\n"),
                attachment("image/jpeg", "IMG_2047.jpg", &jpeg(960, 600, &paint(960, 600, harbour(0.45)))),
            ])),
        Draft::new("attachment-png", at.days(3, 14, 2, 0), ("Jun Abara", "jun@dotfiles.example"), "Screenshot of the chart")
            .with(multipart("mixed", &[
                plain("Why is March so low? Did the counter stop?\n"),
                attachment("image/png", "chart.png", &png(480, 200, &paint(480, 200, chart(&[0.8, 0.75, 0.05, 0.7, 0.66])))),
            ])),
        Draft::new("attachment-zip", at.days(4, 18, 26, 0), ("Jonas Okafor", "jonas@archive.example"), "Floor plans, small copies")
            .with(multipart("mixed", &[
                plain("Small copies of sheets 1 to 3, for the captions. The large ones are too large for mail.\n\nJonas\n"),
                attachment("application/zip", "floor-plans.zip", &plans()),
            ])),
        Draft::new("attachment-csv", at.days(6, 8, 15, 0), ("Allotment Association", "treasurer@allotments.example"), "Water meter, plots 1 to 24")
            .with(multipart("mixed", &[
                plain("As decided, everybody sees everybody's meter. Plot 9: we should talk.\n"),
                Part::raw(&["Content-Type: text/csv; charset=utf-8; header=present", "Content-Disposition: attachment; filename=\"meters.csv\""], meters()),
            ])),
        Draft::new("attachment-odd-name", at.days(9, 10, 41, 1), ("Büro Weiß", "mail@buero-weiss.example"), "Der Entwurf")
            .with(multipart("mixed", &[
                plain("Anbei der Entwurf. Der Dateiname ist nicht meine Idee.\n\nGrüße\nUlla Weiß\n"),
                attachment("text/plain; charset=utf-8", "Größen & Maße – Entwurf (neu) 'b'.txt", "Breite 210 cm\r\nHöhe 84½ cm\r\n".as_bytes()),
            ])),
        Draft::new("attachment-japanese-name", at.days(8, 17, 40, 9), ("田中 美咲", "misaki@tanaka.example"), "議事録をお送りします")
            .with(multipart("mixed", &[
                plain("ヘイル様\n\n議事録を添付いたしました。ご確認をお願いいたします。\n\n田中\n"),
                attachment("application/pdf", "議事録 十一月.pdf", &pdf(&["Minutes", "Present: four. Absent: the key to the meeting room."])),
            ])),
        Draft::new("attachment-encoded-word-name", at.days(12, 9, 9, 0), ("Old Office Mailer", "scanner@office.example"), "Scan from the corridor")
            .with(multipart("mixed", &[
                plain("Scanned by the machine in the corridor.\n"),
                // Many programs put an encoded word where RFC 2231's form belongs; readers have to take it.
                Part::raw(&["Content-Type: application/pdf;\r\n name=\"=?utf-8?B?UsOpc3Vtw6kucGRm?=\"", "Content-Transfer-Encoding: base64",
                    "Content-Disposition: attachment;\r\n filename=\"=?utf-8?B?UsOpc3Vtw6kucGRm?=\""], base64_lines(&pdf(&["One page, slightly crooked."]))),
            ])),
        Draft::new("attachment-calendar-file", at.days(5, 12, 12, 0), ("Northern Crossing", "timetable@crossing.example"), "Winter crossings for your calendar")
            .with(multipart("mixed", &[
                plain("Open the file in your calendar. Boats wait for nobody, calendars do.\n"),
                attachment("text/calendar; charset=utf-8", "crossings.ics", crossings().as_bytes()),
            ])),
        Draft::new("attachment-card", at.days(16, 19, 0, 0), ("Marek, Spoke & Chain", "marek@spoke.example"), "My new number")
            .with(multipart("mixed", &[
                plain("New telephone, old number lost with it.\n"),
                attachment("text/vcard; charset=utf-8", "marek.vcf", b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Marek Sobol\r\nORG:Spoke & Chain\r\nTEL:tel:+000-555-0142\r\nEND:VCARD\r\n"),
            ])),
        Draft::new("attachment-many", at.days(18, 21, 10, 0), ("Pavel Novák", "pavel@accordion.example"), "All the sheet music")
            .with(multipart("mixed", &scores())),
        Draft::new("attachment-alone", at.days(22, 7, 7, 0), ("Scanner", "scanner@archive.example"), "Sheet 4")
            .with(attachment("image/png; name=\"sheet-4.png\"", "sheet-4.png", &png(360, 240, &paint(360, 240, |x, y| {
                if (x * 12.0).fract() < 0.05 || (y * 8.0).fract() < 0.06 { [92, 78, 60] } else { [244, 236, 220] }
            })))),
        Draft::new("attachment-hostile-name", at.days(24, 3, 33, 0), ("Unknown Sender", "x@spam.example"), "your document")
            .with(multipart("mixed", &[
                plain("see attached\n"),
                attachment("application/octet-stream", "../../../etc/passwd", b"not really\r\n"),
                attachment("application/octet-stream", "C:\\Windows\\invoice\u{202e}fdp.exe", b"MZ, but not really\r\n"),
            ])),
        Draft::new("recording-20-mb", at.days(10, 22, 48, 0), ("Tove", "tove@fjordpost.example"), "The recording (careful, 20 MB)")
            .with(multipart("mixed", &[
                plain("The tuning before the rehearsal, all of it. Pavel insists that it is the best part.\n\nTove\n"),
                attachment("audio/wav", "tuning.wav", &wav(167, &[220, 277, 330, 440])),
            ])),
    ]
}

fn invoice() -> Vec<u8> {
    pdf(&[
        "Vidriera Beltran",
        "Invoice 0311",
        "",
        "2 windows, oak, double glazed        640.00",
        "Fitting, one and a half days         270.00",
        "Putty                                  4.20",
        "",
        "Total                                914.20",
    ])
}

fn plans() -> Vec<u8> {
    let sheet = |lines: f32| {
        png(
            120,
            90,
            &paint(120, 90, |x, y| {
                if (x * lines).fract() < 0.08 || (y * lines).fract() < 0.08 { [40, 60, 120] } else { [238, 240, 250] }
            }),
        )
    };
    zip(&[
        ("plans/sheet-1.png", &sheet(4.0)),
        ("plans/sheet-2.png", &sheet(6.0)),
        ("plans/sheet-3.png", &sheet(9.0)),
        ("plans/READ ME.txt", b"Small copies. Scale is approximate.\r\n"),
    ])
}

fn meters() -> String {
    let rows: String = (1..=24)
        .map(|plot| {
            format!("{plot},{},{}\r\n", 100 + plot * 7 % 31, if plot == 9 { 9041 } else { 120 + plot * 13 % 47 })
        })
        .collect();
    format!("plot,spring,autumn\r\n{rows}")
}

fn crossings() -> String {
    let mut calendar = crlf("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Northern Crossing//Winter//EN\n");
    for (number, harbour) in ["Saltby", "Crane", "Little Ness", "Westmere"].iter().enumerate() {
        calendar.push_str(&crlf(&format!(
            "BEGIN:VEVENT\nUID:winter-{number}@crossing.example\nDTSTAMP:20261101T000000Z\nDTSTART:20261201T0{hour}1000Z\n\
             SUMMARY:Boat from {harbour}\nRRULE:FREQ=DAILY;COUNT=90\nEND:VEVENT\n",
            hour = number + 6
        )));
    }
    calendar + "END:VCALENDAR\r\n"
}

fn scores() -> Vec<Part> {
    let mut parts =
        vec![plain("Twelve pieces, one file each, in the order in which we shall certainly not play them.\n")];
    for number in 1..=12 {
        let title = format!("Piece number {number}");
        parts.push(attachment(
            "application/pdf",
            &format!("{number:02} piece.pdf"),
            &pdf(&[&title, "for accordion and whoever is there"]),
        ));
    }
    parts
}
