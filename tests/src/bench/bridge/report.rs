//! The figures as a table, a column a relay, and the aims beside what was reached.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::measure::{Bulk, Crowd, Deaf, Exchanges, MOST_MEMORY, MOST_TIME};
use super::relay::Relay;
use crate::bench::table::Table;

/// All that was measured of one relay.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// Which one.
    pub relay: Relay,
    /// Its version; nothing where it is not installed.
    pub version: Option<String>,
    /// Server to client, a run each.
    pub down: Vec<Bulk>,
    /// Client to server, a run each.
    pub up: Vec<Bulk>,
    /// By the number of tunnels, a run each.
    pub exchanges: BTreeMap<usize, Vec<Exchanges>>,
    /// Idle tunnels, a run each.
    pub crowd: Vec<Crowd>,
    /// Clients that do not read.
    pub deaf: Vec<Deaf>,
    /// What failed, and why.
    pub faults: Vec<String>,
}

/// Takes a relay's figure for a line out of all its figures.
type Value = Box<dyn Fn(&Figures) -> Option<f64>>;

/// A line of the table.
struct Row {
    name: String,
    more_is_better: bool,
    decimals: usize,
    value: Value,
}

impl Figures {
    /// No figure yet.
    pub fn of(relay: Relay) -> Self {
        Self {
            relay,
            version: relay.version(),
            down: Vec::new(),
            up: Vec::new(),
            exchanges: BTreeMap::new(),
            crowd: Vec::new(),
            deaf: Vec::new(),
            faults: Vec::new(),
        }
    }
}

/// The whole as text: how each was started, the table, the aims.
pub fn tell(all: &[Figures], tunnels: usize) -> String {
    let mut text = String::new();
    for figures in all {
        let version = figures.version.as_deref().unwrap_or("NOT INSTALLED: its column is empty");
        let words = figures.relay.words(8110, 110).join(" ");
        let _ = writeln!(
            text,
            "{}: {version}{}",
            figures.relay.name(),
            if words.is_empty() { String::new() } else { format!(": {words}") }
        );
        for fault in &figures.faults {
            let _ = writeln!(text, "  failed: {fault}");
        }
    }
    let rows = rows(all, tunnels);
    let mut table =
        Table::new(["median of the runs".to_owned()].into_iter().chain(all.iter().map(|f| f.relay.name().to_owned())));
    for row in &rows {
        let cells = all.iter().map(|figures| match (row.value)(figures) {
            Some(value) => format!("{value:.*}{}", row.decimals, mark(row, figures, tunnels)),
            None if figures.version.is_none() => "not installed".to_owned(),
            None => "–".to_owned(),
        });
        table.row([row.name.clone()].into_iter().chain(cells));
    }
    let _ = writeln!(text, "\n{table}");
    let _ = writeln!(
        text,
        "* fewer tunnels: stopped after {} s or {} GiB; a tunnel's cost is that of those opened.  > stopped at {} GiB.\n",
        MOST_TIME.as_secs(),
        MOST_MEMORY >> 30,
        MOST_MEMORY >> 30
    );
    text.push_str(&aims(all, &rows).to_string());
    text
}

fn mark(row: &Row, figures: &Figures, tunnels: usize) -> &'static str {
    let few = figures.crowd.iter().any(|crowd| crowd.tunnels < tunnels);
    let stopped = figures.deaf.iter().any(|deaf| deaf.stopped);
    if (row.name.contains("idle") || row.name.contains("open")) && few {
        "*"
    } else if row.name.contains("that never read") && stopped {
        " >"
    } else {
        ""
    }
}

fn rows(all: &[Figures], tunnels: usize) -> Vec<Row> {
    let row = |name: String, more_is_better, decimals, value: Value| Row { name, more_is_better, decimals, value };
    let mut rows = vec![
        row("MiB/s server → client".into(), true, 0, Box::new(|f| middle(f.down.iter().map(|run| run.rate)))),
        row("MiB/s client → server".into(), true, 0, Box::new(|f| middle(f.up.iter().map(|run| run.rate)))),
    ];
    let mut counts: Vec<usize> = all.iter().flat_map(|figures| figures.exchanges.keys().copied()).collect();
    counts.sort_unstable();
    counts.dedup();
    for count in counts {
        let direct = all.iter().find(|figures| figures.relay == Relay::Direct);
        for (name, pick) in [("p50", (|run| run.p50) as fn(&Exchanges) -> f64), ("p99", |run| run.p99)] {
            let least = direct.and_then(|direct| of_exchanges(direct, count, pick)).unwrap_or(0.0);
            rows.push(row(
                format!("{name} added, µs, {count} tunnel{}", if count == 1 { "" } else { "s" }),
                false,
                0,
                Box::new(move |f| {
                    of_exchanges(f, count, pick).map(|value| value - least).filter(|_| f.relay != Relay::Direct)
                }),
            ));
        }
    }
    let relayed = |f: &Figures| f.relay != Relay::Direct;
    rows.extend([
        row(
            "KiB an idle tunnel".into(),
            false,
            1,
            Box::new(move |f| middle(f.crowd.iter().map(|run| run.kib)).filter(|_| relayed(f))),
        ),
        row(
            format!("seconds to open {tunnels}"),
            false,
            1,
            Box::new(|f| middle(f.crowd.iter().map(|run| run.seconds))),
        ),
        row(
            "KiB a client that never reads".into(),
            false,
            0,
            Box::new(move |f| middle(f.deaf.iter().map(|run| run.kib)).filter(|_| relayed(f))),
        ),
    ]);
    // What the machine spends, without a winner: capacity is counted with it.
    rows.extend([
        row("ms of relay a MiB down".into(), false, 2, Box::new(|f| middle(f.down.iter().map(|run| run.processor[1])))),
        row(
            "ms of client a MiB down".into(),
            false,
            2,
            Box::new(|f| middle(f.down.iter().map(|run| run.processor[0]))),
        ),
        row(
            "ms of server a MiB down".into(),
            false,
            2,
            Box::new(|f| middle(f.down.iter().map(|run| run.processor[2]))),
        ),
        row("ms of relay a MiB up".into(), false, 2, Box::new(|f| middle(f.up.iter().map(|run| run.processor[1])))),
        row("ms of client a MiB up".into(), false, 2, Box::new(|f| middle(f.up.iter().map(|run| run.processor[0])))),
        row(
            "µs of relay a tunnel opened".into(),
            false,
            0,
            Box::new(|f| middle(f.crowd.iter().map(|run| run.processor))),
        ),
        row("tunnels opened".into(), true, 0, Box::new(|f| middle(f.crowd.iter().map(|run| run.tunnels as f64)))),
        row(
            "MiB taken for a client that never read".into(),
            false,
            1,
            Box::new(|f| middle(f.deaf.iter().map(|run| run.pushed))),
        ),
    ]);
    rows
}

/// How many of the rows are a race.
fn is_race(row: &Row) -> bool {
    !row.name.contains(" of ") && !row.name.starts_with("tunnels") && !row.name.starts_with("MiB taken")
}

fn aims(all: &[Figures], rows: &[Row]) -> Table {
    let mut table = Table::new(["aim", "measured", "outcome"]);
    let Some(ours) = all.iter().find(|figures| figures.relay == Relay::Ours) else { return table };
    let outcome = |reached: bool| if reached { "reached" } else { "MISSED" }.to_owned();
    for rival in all.iter().filter(|figures| figures.relay.is_rival()) {
        let aim = format!("better than {} in every row", rival.relay.name());
        let (mut lost, mut run) = (Vec::new(), 0);
        for row in rows.iter().filter(|row| is_race(row)) {
            let (Some(mine), Some(theirs)) = ((row.value)(ours), (row.value)(rival)) else { continue };
            run += 1;
            if if row.more_is_better { mine <= theirs } else { mine >= theirs } {
                lost.push(row.name.clone());
            }
        }
        if run == 0 {
            table.row([aim, "it is missing".to_owned(), "not measured".to_owned()]);
            continue;
        }
        let measured =
            if lost.is_empty() { format!("in all {run}") } else { format!("behind in: {}", lost.join(", ")) };
        table.row([aim, measured, outcome(lost.is_empty())]);
    }
    table.row(library(all, ours, rows));
    for (row, better) in rows.iter().take(2).flat_map(|row| [(row, Relay::Socat), (row, Relay::SocatLarge)]) {
        let limit = all.iter().find(|figures| figures.relay == better).and_then(|figures| (row.value)(figures));
        let aim = format!("{}: 0.7 or more of {}", row.name, better.name());
        match (limit, (row.value)(ours)) {
            (Some(limit), Some(mine)) => table.row([aim, format!("{:.2}", mine / limit), outcome(mine >= 0.7 * limit)]),
            _ => table.row([aim, "–".into(), "not measured".into()]),
        }
    }
    let most = |name: &str, most: f64, aim: &str, table: &mut Table| {
        let value = rows.iter().find(|row| row.name.starts_with(name)).and_then(|row| (row.value)(ours));
        match value {
            Some(value) => table.row([aim.to_owned(), format!("{value:.1}"), outcome(value <= most)]),
            None => table.row([aim.to_owned(), "–".to_owned(), "not measured".to_owned()]),
        }
    };
    most("KiB an idle tunnel", 16.0, "16 KiB or less an idle tunnel", &mut table);
    most("KiB a client that never reads", 256.0, "256 KiB or less a client that never reads", &mut table);
    most("p99 added, µs, 1000 tunnels", 1000.0, "p99 added at 1,000 tunnels: under 1,000 µs", &mut table);
    table
}

/// Whether the library would do: at least 0.9 of the bridge in every row.
fn library(all: &[Figures], ours: &Figures, rows: &[Row]) -> [String; 3] {
    let aim = "our own frames: the library is below 0.9 in a row".to_owned();
    let library = all.iter().find(|figures| figures.relay == Relay::Library);
    let below: Vec<String> = rows
        .iter()
        .filter(|row| is_race(row) || row.name.starts_with("ms of relay"))
        .filter_map(|row| {
            let (mine, theirs) = ((row.value)(ours)?, (row.value)(library?)?);
            let ratio = if row.more_is_better { theirs / mine } else { mine / theirs };
            (ratio < 0.9).then(|| format!("{} {ratio:.2}", row.name))
        })
        .collect();
    match library.is_some_and(|library| library.version.is_some()) {
        false => [aim, "it is missing".to_owned(), "not measured".to_owned()],
        true if below.is_empty() => [aim, "in none".to_owned(), "MISSED".to_owned()],
        true => [aim, below.join(", "), "reached".to_owned()],
    }
}

fn of_exchanges(figures: &Figures, tunnels: usize, pick: fn(&Exchanges) -> f64) -> Option<f64> {
    middle(figures.exchanges.get(&tunnels)?.iter().map(pick))
}

/// The middle one, of an even number the lower of the two in the middle.
fn middle(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(relay: Relay, rate: f64, kib: f64) -> Figures {
        let run = Bulk { rate, processor: [1.0; 3] };
        let crowd = Crowd { tunnels: 9, seconds: 1.0 / rate, kib, processor: 1.0, processes: 1 };
        let version = Some("1".to_owned());
        Figures { version, down: vec![run], up: vec![run], crowd: vec![crowd], ..Figures::of(relay) }
    }

    #[test]
    fn an_aim_that_is_missed_is_said_with_the_rows_that_were_lost() {
        let all =
            [figures(Relay::Ours, 70.0, 17.0), figures(Relay::Socat, 101.0, 1.0), figures(Relay::Websocat, 60.0, 16.0)];
        let told = tell(&all, 9);
        let line = |start: &str| told.lines().find(|line| line.contains(start)).unwrap().to_owned();
        assert!(line("better than websocat").contains("behind in: KiB an idle tunnel"), "{told}");
        assert!(line("server → client: 0.7 or more of socat ").contains("MISSED"), "{told}");
        assert!(line("16 KiB or less an idle").contains("MISSED"), "{told}");
        assert!(line("p99 added at 1,000").contains("not measured"), "{told}");
        let told = tell(
            &[figures(Relay::Ours, 71.0, 4.0), figures(Relay::Socat, 101.0, 1.0), figures(Relay::Websocat, 60.0, 16.0)],
            9,
        );
        assert!(!told.contains("MISSED"), "{told}");
    }

    #[test]
    fn a_relay_that_is_not_there_keeps_its_column() {
        let missing = Figures { version: None, ..Figures::of(Relay::Websockify) };
        let told = tell(&[figures(Relay::Ours, 70.0, 4.0), missing], 9);
        assert!(told.contains("websockify: NOT INSTALLED") && told.contains("not installed |"), "{told}");
    }
}
