//! From the click on `Open mailbox` to fifty rows: real Chromium, the real binary, a real Dovecot with 10,000 messages
//! over TLS, and distance between browser and bridge.
//!
//! Every run is a browser that has never seen the page. Time is taken by the page itself; round trips are counted by
//! the proxy, from the click up to the moment the rows are in the document (what comes while they are painted was not
//! waited for): after the password field had the focus for a second, and without that.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::page::{self, File, Needed};
use super::stage::{Needs, Stage};
use super::trace::{self, Item, Trip, What};
use crate::maildir::Crowd;

/// The round trips at which trips are counted, in milliseconds.
pub const COUNTING: [u64; 2] = [50, 200];

/// What happens before the click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    /// Nothing: the form is filled in, and the page has been there for a moment.
    Nothing,
    /// The password field has had the focus for a second.
    Focus,
}

impl Before {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Focus, Self::Nothing];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "without a focus before",
            Self::Focus => "a second after the password's focus",
        }
    }

    /// Round trips from the click to the rows that are aimed at.
    pub fn aim(self) -> usize {
        match self {
            Self::Nothing => 5,
            Self::Focus => 3,
        }
    }
}

/// How long a visit may take.
const LIMIT: Duration = Duration::from_secs(180);

/// Where it happens.
pub struct Scene {
    stage: Stage,
    dist: Option<PathBuf>,
    rows: u32,
}

/// One visit, in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Visit {
    /// The round trip it was made at.
    pub round_trip_ms: u64,
    /// What happened before the click.
    pub before: Before,
    /// From asking for the page to its first paint.
    pub first_paint_ms: f64,
    /// From asking for the page to its form.
    pub form_ms: f64,
    /// From the click to the rows in the document.
    pub document_ms: f64,
    /// From the click to the rows drawn.
    pub rows_ms: f64,
    /// What the status line said, and how long after the click.
    pub stages: Vec<(f64, String)>,
    /// How many rows there were in the document, and how long after the click.
    pub filled: Vec<(f64, u32)>,
    /// The round trips of the tunnel from the click up to the rows.
    pub trips: Vec<Trip>,
    /// Connections to the bridge that were made after the click.
    pub connections_after_click: usize,
    /// Files that were asked for, and what for.
    pub files: BTreeMap<String, Needed>,
}

/// What the script says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    start: f64,
    paints: BTreeMap<String, f64>,
    complaints: Vec<String>,
    click: f64,
    in_document: f64,
    drawn: f64,
    ready: f64,
    statuses: Vec<Status>,
    filled: Vec<Filled>,
    alert: String,
    options: u32,
}

#[derive(Debug, Deserialize)]
struct Filled {
    at: f64,
    rows: u32,
}

#[derive(Debug, Deserialize)]
struct Status {
    at: f64,
    text: String,
}

impl Scene {
    /// Starts Dovecot with so many messages, and the bridge with that account filled in. `dist`: the page's files with their
    /// compressed copies; without it, no figures of bytes.
    ///
    /// # Errors
    /// Where one of them does not start.
    pub async fn start(needs: &Needs, dist: Option<PathBuf>, messages: u32, rows: u32) -> Result<Self> {
        let stage = Stage::start(needs, Crowd { messages, ..Crowd::PATH }).await?;
        Ok(Self { stage, dist, rows })
    }

    /// Makes one visit over so many milliseconds of round trip, with this before the click.
    ///
    /// # Errors
    /// Where the browser fails, or the rows do not come; the message has what the page said.
    pub async fn visit(&self, round_trip_ms: u64, before: Before) -> Result<Visit> {
        let way = self.stage.way(round_trip_ms, true).await?;
        let focus = (before == Before::Focus).then(|| "1000".to_owned());
        let arguments = [self.rows.to_string()].into_iter().chain(focus);
        let told: Told = self.stage.play("path.mjs", &way, arguments, LIMIT).await?;
        ensure!(
            told.drawn > 0.0,
            "{} of {} rows were drawn; the page said: {} {:?} {:?}",
            told.options,
            self.rows,
            told.alert,
            told.statuses.last(),
            told.complaints
        );
        Ok(visit(round_trip_ms, before, &told, &trace::items(&way.pieces())))
    }

    /// The page's files, by what `visit` needed them for; none where the folder is not known.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn files(&self, visit: &Visit) -> Result<Vec<File>> {
        let Some(dist) = &self.dist else { return Ok(Vec::new()) };
        page::files(dist, |path| visit.files.get(path).copied().unwrap_or(Needed::Later))
    }
}

fn visit(round_trip_ms: u64, before: Before, told: &Told, items: &[Item]) -> Visit {
    let painted = told.paints.get("first-contentful-paint").or_else(|| told.paints.get("first-paint")).copied();
    let painted = painted.unwrap_or(told.start);
    let (click, drawn) = (moment(told.click), moment(told.drawn));
    // The tunnel is the last WebSocket that was asked for before the rows came.
    let tunnel = items.iter().rfind(|item| item.to_bridge && item.what == What::Upgrade && item.arrived <= drawn);
    let after_click: std::collections::BTreeSet<u32> = items
        .iter()
        .filter(|item| item.arrived > click && item.arrived <= drawn)
        .map(|item| item.connection)
        .filter(|connection| !items.iter().any(|item| item.connection == *connection && item.arrived <= click))
        .collect();
    let one_way = Duration::from_millis(round_trip_ms / 2);
    let mut files = BTreeMap::new();
    for item in items {
        let What::Get(path) = &item.what else { continue };
        let path = path.trim_start_matches('/').split('?').next().unwrap_or_default();
        let path = if path.is_empty() { "index.html" } else { path };
        let sent = item.arrived - one_way;
        let needed = if sent < moment(painted) - one_way {
            Needed::FirstPaint
        } else if sent <= click {
            Needed::Open
        } else if sent <= drawn {
            Needed::Rows
        } else {
            Needed::Later
        };
        files.entry(path.to_owned()).or_insert(needed);
    }
    Visit {
        round_trip_ms,
        before,
        first_paint_ms: painted - told.start,
        form_ms: told.ready - told.start,
        document_ms: told.in_document - told.click,
        rows_ms: told.drawn - told.click,
        stages: told
            .statuses
            .iter()
            .filter(|status| status.at >= told.click && status.at <= told.drawn)
            .map(|status| (status.at - told.click, status.text.clone()))
            .collect(),
        filled: told.filled.iter().map(|filled| (filled.at - told.click, filled.rows)).collect(),
        trips: tunnel
            .map(|tunnel| trace::trips(items, tunnel.connection, click + one_way, moment(told.in_document)))
            .unwrap_or_default(),
        connections_after_click: after_click.len(),
        files,
    }
}

/// A time of the script's.
fn moment(milliseconds: f64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs_f64((milliseconds / 1000.0).max(0.0))
}
