//! The figures of opening a mailbox as tables.

use std::fmt::Write;
use std::time::Duration;

use super::page::{File, Needed};
use super::path::{Before, COUNTING, Visit};
use super::table::{Table, median};

/// A figure of a visit, in milliseconds, and its name.
type Named = (&'static str, fn(&Visit) -> f64);

/// Medians of the visits at one distance with the same before the click, in milliseconds.
fn middle(visits: &[Visit], round_trip: u64, before: Before, figure: impl Fn(&Visit) -> f64) -> f64 {
    let times = of(visits, round_trip, before).map(|visit| Duration::from_secs_f64(figure(visit).max(0.0) / 1000.0));
    median(times.collect()).as_secs_f64() * 1000.0
}

fn of(visits: &[Visit], round_trip: u64, before: Before) -> impl Iterator<Item = &Visit> {
    visits.iter().filter(move |visit| visit.round_trip_ms == round_trip && visit.before == before)
}

/// Times at each distance.
pub fn times(visits: &[Visit], round_trips: &[u64]) -> String {
    let mut head = vec!["milliseconds, median".to_owned()];
    head.extend(round_trips.iter().map(|rtt| format!("{rtt} ms round trip")));
    let mut table = Table::new(head);
    let page: [Named; 2] = [
        ("page: asked for → first paint", |visit| visit.first_paint_ms),
        ("page: asked for → form can be filled in", |visit| visit.form_ms),
    ];
    let click: [Named; 2] = [
        ("click on Open mailbox → 50 rows in the document", |visit| visit.document_ms),
        ("click on Open mailbox → 50 rows drawn", |visit| visit.rows_ms),
    ];
    let plain = page.into_iter().map(|(name, figure)| (name.to_owned(), Before::Nothing, figure));
    let both = Before::ALL.into_iter().flat_map(|before| {
        click.into_iter().map(move |(name, figure)| (format!("{name}, {}", before.words()), before, figure))
    });
    for (name, before, figure) in plain.chain(both) {
        let mut cells = vec![name];
        cells.extend(round_trips.iter().map(|&rtt| format!("{:.0}", middle(visits, rtt, before, figure))));
        table.row(cells);
    }
    let mut text = table.to_string();
    for &rtt in round_trips {
        for before in Before::ALL {
            let runs: Vec<String> = of(visits, rtt, before).map(|visit| format!("{:.0}", visit.rows_ms)).collect();
            let _ = writeln!(text, "click → rows, each run at {rtt} ms, {}: {}", before.words(), runs.join(", "));
        }
    }
    text
}

/// Round trips: both counts at each distance, then one by one.
pub fn trips(visits: &[Visit]) -> String {
    let mut head = vec!["round trips from the click to 50 rows".to_owned()];
    head.extend(COUNTING.iter().map(|rtt| format!("at {rtt} ms")));
    head.push("aim".into());
    let mut counts = Table::new(head);
    for before in Before::ALL {
        let mut cells = vec![before.words().to_owned()];
        let mut most = 0;
        for rtt in COUNTING {
            let each: Vec<usize> = of(visits, rtt, before).map(|visit| visit.trips.len()).collect();
            most = each.iter().copied().max().unwrap_or_default().max(most);
            cells.push(each.iter().map(usize::to_string).collect::<Vec<_>>().join(", "));
        }
        let reached = if most <= before.aim() { "reached" } else { "MISSED" };
        cells.push(format!("{} or fewer: {reached}", before.aim()));
        counts.row(cells);
    }
    let mut text = counts.to_string();
    for before in Before::ALL {
        for rtt in COUNTING {
            if let Some(visit) = of(visits, rtt, before).last() {
                one_by_one(&mut text, visit);
            }
        }
    }
    text
}

/// The round trips of one visit, and what the page did meanwhile.
fn one_by_one(text: &mut String, visit: &Visit) {
    let mut table = Table::new(["trip", "page → bridge", "bridge → page"]);
    for trip in &visit.trips {
        table.row([trip.number.to_string(), trip.sent.clone(), trip.received.clone()]);
    }
    let _ = writeln!(text, "\n{} ms, {}:\n\n{table}", visit.round_trip_ms, visit.before.words());
    let _ = writeln!(text, "connections made after the click: {}", visit.connections_after_click);
    let filled: Vec<String> = visit.filled.iter().map(|(at, rows)| format!("{at:.0} ms {rows}")).collect();
    let _ = writeln!(text, "rows in the document: {}", filled.join("; "));
    let stages: Vec<String> = visit.stages.iter().map(|(at, words)| format!("{at:.0} ms {words:?}")).collect();
    let _ = writeln!(text, "what the status line said: {}", stages.join("; "));
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
