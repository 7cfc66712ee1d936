//! What the bridge counts, in Prometheus' text format.
//!
//! Atomics and no lock, because the relay counts every frame. No label ever holds an address, a destination or a token.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use restante_protocol::tunnel::CloseCode;

/// Upper bounds of the histograms' buckets, in seconds.
const CONNECT_BOUNDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];
const RELAY_BOUNDS: [f64; 10] = [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.01, 0.1, 1.0];

/// The bridge's counters.
#[derive(Debug)]
pub(crate) struct Metrics {
    upgrades_refused: [Counter; Refusal::ALL.len()],
    pub(crate) opened: Counter,
    closed: Counter,
    /// By close code, those of the tunnel in their order; the last one counts all others.
    failures: Vec<(u16, Counter)>,
    pub(crate) up: Counter,
    pub(crate) down: Counter,
    pub(crate) connect: Histogram,
    /// From the server's bytes being read to their having been taken by the system for the page.
    pub(crate) relay: Histogram,
    /// Lines of the log that were lost, where somebody counts them.
    lost_lines: OnceLock<Arc<AtomicU64>>,
}

/// Why an upgrade was refused, before there was a tunnel that could say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is no upgrade to the tunnel's protocol.
    Form,
    /// The host is not the bridge's.
    Host,
    /// Pages of that origin are not let in.
    Origin,
    /// There is no room to say even that.
    Full,
}

impl Refusal {
    const ALL: [(Self, &str); 4] =
        [(Self::Form, "form"), (Self::Host, "host"), (Self::Origin, "origin"), (Self::Full, "full")];
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

/// How many durations lie below each bound.
#[derive(Debug)]
pub(crate) struct Histogram {
    bounds: [f64; 10],
    counts: [AtomicU64; 11],
    microseconds: AtomicU64,
}

impl Counter {
    pub(crate) fn add(&self, number: u64) {
        self.0.fetch_add(number, Relaxed);
    }

    fn value(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl Histogram {
    fn new(bounds: [f64; 10]) -> Self {
        Self { bounds, counts: Default::default(), microseconds: AtomicU64::new(0) }
    }

    pub(crate) fn note(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = self.bounds.iter().position(|bound| seconds <= *bound).unwrap_or(self.bounds.len());
        self.counts[bucket].fetch_add(1, Relaxed);
        self.microseconds.fetch_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let codes = CloseCode::all().map(u16::from).chain([0]);
        Self {
            upgrades_refused: Default::default(),
            opened: Counter::default(),
            closed: Counter::default(),
            failures: codes.map(|code| (code, Counter::default())).collect(),
            up: Counter::default(),
            down: Counter::default(),
            connect: Histogram::new(CONNECT_BOUNDS),
            relay: Histogram::new(RELAY_BOUNDS),
            lost_lines: OnceLock::new(),
        }
    }
}

impl Metrics {
    /// An upgrade was refused.
    pub(crate) fn note_refusal(&self, refusal: Refusal) {
        self.upgrades_refused[refusal as usize].add(1);
    }

    /// Exposes what is counted elsewhere; the first to say so is listened to.
    pub(crate) fn count_lost_lines(&self, lost: Arc<AtomicU64>) {
        let _ = self.lost_lines.set(lost);
    }

    /// A tunnel that had been opened is over.
    pub(crate) fn note_closed(&self) {
        self.closed.add(1);
    }

    /// A tunnel failed, before it was open or after.
    pub(crate) fn note_failure(&self, code: u16) {
        if let Some((_, counter)) = self.failures.iter().find(|(known, _)| *known == code || *known == 0) {
            counter.add(1);
        }
    }

    /// The exposition, of which `pages` is the number of tunnels in whatever state.
    pub(crate) fn render(&self, pages: usize, draining: bool) -> String {
        let mut text = String::new();
        let opened = self.opened.value();
        let open = opened.saturating_sub(self.closed.value());
        one(&mut text, "restante_tunnels_open", "gauge", "Tunnels that reach a mail server now.", open);
        one(&mut text, "restante_pages_connected", "gauge", "WebSockets of pages, open tunnels or not.", pages as u64);
        one(
            &mut text,
            "restante_draining",
            "gauge",
            "1 while the bridge waits for its tunnels to end.",
            draining.into(),
        );
        one(&mut text, "restante_tunnels_opened_total", "counter", "Tunnels that reached a mail server.", opened);
        head(&mut text, "restante_upgrades_refused_total", "counter", "Upgrades refused, by reason.");
        for ((_, reason), counter) in Refusal::ALL.iter().zip(&self.upgrades_refused) {
            put(&mut text, format_args!("restante_upgrades_refused_total{{reason=\"{reason}\"}} {}", counter.value()));
        }
        head(&mut text, "restante_failures_total", "counter", "Tunnels refused or ended for a fault, by close code.");
        for (code, counter) in &self.failures {
            let label = if *code == 0 { "other".to_owned() } else { code.to_string() };
            put(&mut text, format_args!("restante_failures_total{{code=\"{label}\"}} {}", counter.value()));
        }
        head(&mut text, "restante_relayed_bytes_total", "counter", "Bytes relayed.");
        for (direction, counter) in [("to_server", &self.up), ("to_page", &self.down)] {
            put(
                &mut text,
                format_args!("restante_relayed_bytes_total{{direction=\"{direction}\"}} {}", counter.value()),
            );
        }
        let lost = self.lost_lines.get().map_or(0, |lost| lost.load(Relaxed));
        one(&mut text, "restante_log_lines_lost_total", "counter", "Lines of the log that nobody took in time.", lost);
        self.connect.render(&mut text, "restante_connect_seconds", "From the open message to the mail server.");
        self.relay.render(&mut text, "restante_relay_seconds", "From bytes read to bytes sent, towards the page.");
        text
    }
}

impl Histogram {
    fn render(&self, text: &mut String, name: &str, help: &str) {
        head(text, name, "histogram", help);
        let mut below = 0;
        for (bound, count) in self.bounds.iter().zip(&self.counts) {
            below += count.load(Relaxed);
            put(text, format_args!("{name}_bucket{{le=\"{bound}\"}} {below}"));
        }
        below += self.counts[10].load(Relaxed);
        put(text, format_args!("{name}_bucket{{le=\"+Inf\"}} {below}"));
        put(text, format_args!("{name}_sum {}", Duration::from_micros(self.microseconds.load(Relaxed)).as_secs_f64()));
        put(text, format_args!("{name}_count {below}"));
    }
}

fn one(text: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    head(text, name, kind, help);
    put(text, format_args!("{name} {value}"));
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    put(text, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The metric names in a text, without what a histogram appends to them.
    fn names(text: &str) -> std::collections::BTreeSet<String> {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let names = words.filter(|word| word.starts_with("restante_"));
        let of_histogram = |name: &str| {
            ["_bucket", "_sum", "_count"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).to_owned()
        };
        names.map(of_histogram).collect()
    }

    #[test]
    fn the_dashboard_shows_every_metric_and_no_other() {
        let dashboard = include_str!("../../deploy/grafana-dashboard.json");
        let panels: serde_json::Value = serde_json::from_str(dashboard).unwrap();
        let mut expressions = Vec::new();
        let mut left = vec![&panels];
        while let Some(value) = left.pop() {
            match value {
                serde_json::Value::Array(values) => left.extend(values),
                serde_json::Value::Object(fields) => {
                    expressions.extend(fields.get("expr").and_then(serde_json::Value::as_str));
                    left.extend(fields.values());
                }
                _ => {}
            }
        }
        let text = Metrics::default().render(0, false);
        assert_eq!(names(&expressions.join(" ")), names(&text));
        // The labels that the expressions choose or sum by: the bridge's own, or those that Prometheus adds.
        for label in
            expressions.iter().flat_map(|e| e.split(['{', '(', ',', ' '])).filter_map(|word| word.split_once('='))
        {
            let name = label.0;
            assert!(text.contains(&format!("{name}=\"")) || ["job", "instance"].contains(&name), "{name}");
        }
    }

    #[test]
    fn what_happened_is_exposed() {
        let metrics = Metrics::default();
        metrics.opened.add(3);
        metrics.note_closed();
        metrics.note_refusal(Refusal::Origin);
        metrics.note_failure(4403);
        metrics.note_failure(1009);
        metrics.down.add(42);
        metrics.connect.note(Duration::from_millis(3));
        metrics.connect.note(Duration::from_secs(60));
        let text = metrics.render(5, true);
        for line in [
            "restante_tunnels_open 2",
            "restante_pages_connected 5",
            "restante_draining 1",
            "restante_tunnels_opened_total 3",
            "restante_upgrades_refused_total{reason=\"form\"} 0",
            "restante_upgrades_refused_total{reason=\"origin\"} 1",
            "restante_failures_total{code=\"4403\"} 1",
            "restante_failures_total{code=\"other\"} 1",
            "restante_failures_total{code=\"4404\"} 0",
            "restante_relayed_bytes_total{direction=\"to_page\"} 42",
            "restante_connect_seconds_bucket{le=\"0.0025\"} 0",
            "restante_connect_seconds_bucket{le=\"0.005\"} 1",
            "restante_connect_seconds_bucket{le=\"+Inf\"} 2",
            "restante_connect_seconds_sum 60.003",
            "restante_connect_seconds_count 2",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} in\n{text}");
        }
    }
}
