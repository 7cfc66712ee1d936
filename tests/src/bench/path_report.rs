//! The figures of opening a mailbox as tables.

use std::fmt::Write;
use std::time::Duration;

use super::page::{File, Needed};
use super::path::{COUNTING, Visit};
use super::table::{Table, median};

/// A figure of a visit, in milliseconds, and its name.
type Named = (&'static str, fn(&Visit) -> f64);

/// Medians of the visits at one distance, in milliseconds.
fn middle(visits: &[Visit], round_trip: u64, figure: impl Fn(&Visit) -> f64) -> f64 {
    let times = visits.iter().filter(|visit| visit.round_trip_ms == round_trip);
    median(times.map(|visit| Duration::from_secs_f64(figure(visit).max(0.0) / 1000.0)).collect()).as_secs_f64() * 1000.0
}

/// Times at each distance.
pub fn times(visits: &[Visit], round_trips: &[u64]) -> String {
    let mut head = vec!["milliseconds, median".to_owned()];
    head.extend(round_trips.iter().map(|rtt| format!("{rtt} ms round trip")));
    let mut table = Table::new(head);
    let figures: [Named; 4] = [
        ("page: asked for → first paint", |visit| visit.first_paint_ms),
        ("page: asked for → form can be filled in", |visit| visit.form_ms),
        ("click on Open mailbox → 50 rows in the document", |visit| visit.document_ms),
        ("click on Open mailbox → 50 rows drawn", |visit| visit.rows_ms),
    ];
    for (name, figure) in figures {
        let mut cells = vec![name.to_owned()];
        cells.extend(round_trips.iter().map(|&rtt| format!("{:.0}", middle(visits, rtt, figure))));
        table.row(cells);
    }
    let mut text = table.to_string();
    for &rtt in round_trips {
        let runs: Vec<String> = visits
            .iter()
            .filter(|visit| visit.round_trip_ms == rtt)
            .map(|visit| format!("{:.0}", visit.rows_ms))
            .collect();
        let _ = writeln!(text, "click → rows, each run at {rtt} ms: {}", runs.join(", "));
    }
    text
}

/// Round trips one by one, and whether time agrees.
pub fn trips(visits: &[Visit]) -> String {
    let Some(visit) = visits.iter().rfind(|visit| visit.round_trip_ms == COUNTING) else { return String::new() };
    let mut table = Table::new(["trip", "page → bridge", "bridge → page"]);
    for trip in &visit.trips {
        table.row([trip.number.to_string(), trip.sent.clone(), trip.received.clone()]);
    }
    let counts: Vec<String> = visits
        .iter()
        .filter(|visit| visit.round_trip_ms == COUNTING)
        .map(|visit| visit.trips.len().to_string())
        .collect();
    let mut text = format!(
        "round trips from the click to 50 rows, TCP's and the WebSocket's included (aim: 7 or fewer), counted at \
         {COUNTING} ms: {}\n\n{table}",
        counts.join(", ")
    );
    let _ = writeln!(text, "connections made after the click: {}", visit.connections_after_click);
    let near = visits.iter().any(|visit| visit.round_trip_ms == 0);
    if near {
        let by_time = (middle(visits, COUNTING, |visit| visit.rows_ms) - middle(visits, 0, |visit| visit.rows_ms))
            / COUNTING as f64;
        let _ = writeln!(text, "by time ((at {COUNTING} ms − at 0 ms) / {COUNTING} ms): {by_time:.2}");
    }
    let filled: Vec<String> = visit.filled.iter().map(|(at, rows)| format!("{at:.0} ms {rows}")).collect();
    let _ = writeln!(text, "rows in the document at {COUNTING} ms: {}", filled.join("; "));
    let stages: Vec<String> = visit.stages.iter().map(|(at, words)| format!("{at:.0} ms {words:?}")).collect();
    let _ = writeln!(text, "what the status line said at {COUNTING} ms: {}", stages.join("; "));
    text
}

/// The page's files in the order they are needed.
pub fn files(files: &[File]) -> String {
    if files.is_empty() {
        return "The page's files: RESTANTE_DIST does not name them.\n".into();
    }
    let mut table = Table::new(["file", "needed", "bytes", "brotli"]);
    for file in files {
        table.row([file.path.clone(), file.needed.words().into(), file.bytes.to_string(), file.brotli.to_string()]);
    }
    let total = |until: Needed| files.iter().filter(|file| file.needed <= until).map(|file| file.brotli).sum::<u64>();
    let mut text = table.to_string();
    for until in [Needed::FirstPaint, Needed::Open, Needed::Rows, Needed::Later] {
        let name = match until {
            Needed::FirstPaint => "asked for before the first paint",
            Needed::Open => "asked for before the click",
            Needed::Rows => "asked for up to 50 rows",
            Needed::Later => "all files",
        };
        let _ = writeln!(text, "{name}: {:.1} KB brotli in all", total(until) as f64 / 1000.0);
    }
    text
}
