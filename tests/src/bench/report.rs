//! The figures of fetching as tables.

use std::fmt::Write;

use super::decoder::Figure;
use super::fetch::{Plan, Row};
use super::measure::Usage;
use super::peers::{Output, Peer};
use super::table::Table;

/// Tables of times, without and with TLS, and how ours stands to mpop and to the limit.
pub fn speed(rows: &[Row], plan: &Plan) -> String {
    let mut text = String::new();
    for &tls in &plan.tls {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.tls == tls).collect();
        let security = if tls { "TLS" } else { "plain" };
        let _ = writeln!(text, "{} messages, {security}: seconds (and how many times ours)\n", plan.messages);
        text.push_str(&times(&rows, plan).to_string());
        let _ = writeln!(text, "\n{security}: ratios\n");
        text.push_str(&ratios(&rows, plan).to_string());
        text.push('\n');
    }
    if rows.iter().any(|row| row.measured_messages < plan.messages) {
        text.push_str("* measured on the first N messages (N in brackets) and scaled to all.\n");
    }
    let _ = writeln!(text, "raw: reads and counts only, {} octets of answers under way.", plan.window);
    text
}

/// Keeping beside mpop into a Maildir.
pub fn kept(rows: &[Row], plan: &Plan) -> String {
    let mut table = Table::new(["round trip", "keep", "mpop into a Maildir", "mpop ÷ keep", "keep's peak"]);
    for &rtt in &plan.round_trips {
        let of = |peer| rows.iter().find(|row| row.peer == peer && row.round_trip_ms == rtt);
        let (Some(keep), mpop) = (of(Peer::Keep), of(Peer::Mpop)) else { continue };
        table.row([
            format!("{rtt} ms"),
            format!("{:.2} s", keep.seconds),
            mpop.map_or_else(|| "–".into(), |mpop| format!("{:.2} s", mpop.seconds)),
            mpop.map_or_else(|| "–".into(), |mpop| format!("{:.1}", mpop.seconds / keep.seconds)),
            format!("{:.1} MiB", mebibytes(keep.peak_kib)),
        ]);
    }
    format!("{} messages kept natively, over TLS\n\n{table}", plan.messages)
}

/// One line on the big message.
pub fn big_message(tls: bool, usage: &Usage) -> String {
    format!(
        "one message of 500 MB to a Maildir, {}: {:.2} s, {:.1} MiB at most",
        if tls { "TLS" } else { "plain" },
        usage.wall.as_secs_f64(),
        mebibytes(usage.peak_kib)
    )
}

/// The decoder's figures.
pub fn decoder(figures: &[Figure]) -> String {
    let mut table = Table::new(["body decoder", "text", "GB/s"]);
    for figure in figures {
        table.row([figure.place.clone(), figure.text.clone(), format!("{:.2}", figure.gigabytes_per_second)]);
    }
    table.to_string()
}

fn times(rows: &[&Row], plan: &Plan) -> Table {
    let mut head = vec!["program".to_owned(), "output".into(), "how".into()];
    head.extend(plan.round_trips.iter().map(|rtt| format!("{rtt} ms")));
    head.push("peak MiB".into());
    let mut table = Table::new(head);
    for output in Output::ALL {
        for peer in Peer::ALL {
            let mine: Vec<&&Row> = rows.iter().filter(|row| row.peer == peer && row.output == output).collect();
            if mine.is_empty() {
                continue;
            }
            let mut cells = vec![peer.name().to_owned(), output.name().into(), peer.method(output).into()];
            for &rtt in &plan.round_trips {
                let row = mine.iter().find(|row| row.round_trip_ms == rtt);
                cells.push(row.map_or_else(|| "–".into(), |row| cell(row, find(rows, Peer::Ours, output, rtt), plan)));
            }
            let peak = mine.iter().map(|row| row.peak_kib).max().unwrap_or_default();
            cells.push(format!("{:.1}", mebibytes(peak)));
            table.row(cells);
        }
    }
    table
}

fn cell(row: &Row, ours: Option<&Row>, plan: &Plan) -> String {
    let mut text = format!("{:.2}", row.seconds);
    if row.measured_messages < plan.messages {
        let _ = write!(text, "* [{}]", row.measured_messages);
    }
    if let Some(ours) = ours.filter(|_| row.peer != Peer::Ours) {
        let _ = write!(text, " ({:.1}×)", row.seconds / ours.seconds);
    }
    text
}

fn ratios(rows: &[&Row], plan: &Plan) -> Table {
    let mut head = vec!["ratio".to_owned(), "aim".into()];
    head.extend(plan.round_trips.iter().map(|rtt| format!("{rtt} ms")));
    let mut table = Table::new(head);
    let (mpop, limit) = ("≥ 5 (≥ 1 at 0 ms)", "≤ 1.3");
    let lines: [(&str, &str, Side, Side); 4] = [
        ("mpop / ours, to memory", mpop, (Peer::Mpop, &[Output::Memory]), (Peer::Ours, &[Output::Memory])),
        ("mpop / ours, durable, each the cheaper way", mpop, (Peer::Mpop, &DURABLE), (Peer::Ours, &DURABLE)),
        ("mpop / ours, Maildir", mpop, (Peer::Mpop, &[Output::Maildir]), (Peer::Ours, &[Output::Maildir])),
        ("ours, dropped / raw reader", limit, (Peer::Ours, &[Output::Discard]), (Peer::Raw, &[Output::Discard])),
    ];
    for (name, aim, over, under) in lines {
        let mut cells = vec![name.to_owned(), aim.into()];
        for &rtt in &plan.round_trips {
            let pair = (cheapest(rows, over, rtt), cheapest(rows, under, rtt));
            cells.push(match pair {
                (Some(over), Some(under)) => format!("{:.2}", over.seconds / under.seconds),
                _ => "–".into(),
            });
        }
        table.row(cells);
    }
    table
}

/// A program, and the outputs of which the cheapest counts.
type Side = (Peer, &'static [Output]);

const DURABLE: [Output; 2] = [Output::Durable, Output::Maildir];

fn cheapest<'a>(rows: &[&'a Row], (peer, outputs): Side, round_trip: u64) -> Option<&'a Row> {
    let found = outputs.iter().filter_map(|output| find(rows, peer, *output, round_trip));
    found.min_by(|one, other| one.seconds.total_cmp(&other.seconds))
}

fn find<'a>(rows: &[&'a Row], peer: Peer, output: Output, round_trip: u64) -> Option<&'a Row> {
    rows.iter().find(|row| (row.peer, row.output, row.round_trip_ms) == (peer, output, round_trip)).copied()
}

fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
