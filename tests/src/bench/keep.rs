//! Keeping a maildrop: the example `keep` beside mpop, natively; and the page in a real Chromium.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::stage::{Needs, Stage};
use crate::maildir::Crowd;

/// How long one run may take.
const LIMIT: Duration = Duration::from_secs(1800);

/// Where a browser keeps mail.
pub struct Scene {
    stage: Stage,
    messages: u32,
}

/// What a browser took, in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visit {
    /// From the click to the first row.
    pub first_row_ms: f64,
    /// From the click to the moment when all mail is committed, indexed and listed.
    pub kept_ms: f64,
    /// The longest task of the page's own thread meanwhile.
    pub longest_task_ms: f64,
    /// The most memory that a process of the browser had which draws pages, its workers included, in KiB.
    pub memory_kib: u64,
    /// How much more that was than before the click, in KiB.
    pub grown_kib: u64,
    /// From the start of the page to the first rows, with the mailbox on the device.
    pub open_ms: Option<f64>,
    /// From the page's first question to the first rows.
    pub first_screen_ms: Option<f64>,
    /// From the question for rows anywhere in the list to the rows, 95 of 100.
    pub rows_p95_ms: Option<f64>,
    /// Of 200 places, those where no rows were asked for.
    pub rows_missed: Option<u32>,
    /// A frame while one scrolls, 99 of 100.
    pub frame_p99_ms: Option<f64>,
    /// Frames that were drawn in five seconds.
    pub frames: Option<u32>,
    /// Frames with a row that was not there.
    pub empty_frames: Option<u32>,
    /// From a search to its first answer, 95 of 100.
    pub search_p95_ms: Option<f64>,
    /// Searches that were answered.
    pub searches: Option<u32>,
}

impl Scene {
    /// Starts Dovecot with so many messages of this crowd, and the bridge with that account filled in.
    ///
    /// # Errors
    /// Where one of them does not start.
    pub async fn start(needs: &Needs, crowd: Crowd) -> Result<Self> {
        Ok(Self { stage: Stage::start(needs, crowd).await?, messages: crowd.messages })
    }

    /// Keeps the mailbox in a new browser over so many milliseconds of round trip; then, with a number of queries, looks
    /// around in it.
    ///
    /// # Errors
    /// Where the browser fails, or the mail does not come.
    pub async fn visit(&self, round_trip_ms: u64, queries: Option<u32>) -> Result<Visit> {
        let way = self.stage.way(round_trip_ms, false).await?;
        // On a disk: what is committed is to be where a person has it.
        let disk = Path::new("/var/tmp");
        let profile = if disk.is_dir() { TempDir::new_in(disk)? } else { TempDir::new()? };
        let given = [profile.path().to_string_lossy().into_owned(), self.messages.to_string()];
        let arguments = given.into_iter().chain(queries.map(|queries| queries.to_string()));
        self.stage.play("keep.mjs", &way, arguments, LIMIT).await
    }
}
