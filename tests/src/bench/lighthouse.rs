//! What Lighthouse says of the page: the real binary serves it, with an account filled in, and Lighthouse visits it in Chromium.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::process::Command;

use super::stage::{self, Needs};

/// The device that Lighthouse plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A computer on a good line.
    Desktop,
    /// A phone with a processor four times as slow, on a slow line (Lighthouse's default).
    Phone,
}

impl Device {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Desktop, Self::Phone];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
        }
    }
}

/// What is judged, as Lighthouse names it.
pub const CATEGORIES: [&str; 3] = ["performance", "accessibility", "best-practices"];

/// What is measured, as Lighthouse names it; in milliseconds.
pub const METRICS: [&str; 4] =
    ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "interactive"];

/// How long a visit takes at most.
const LIMIT: Duration = Duration::from_secs(180);

/// What was said of one visit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// For which device.
    pub device: Device,
    /// Points out of 100, in the order of [`CATEGORIES`].
    pub scores: [f64; CATEGORIES.len()],
    /// In the order of [`METRICS`].
    pub metrics: [f64; METRICS.len()],
    /// The audits for which points were lost, as Lighthouse names them.
    pub faults: Vec<String>,
}

/// Has the page judged so many times for each device. `lighthouse` is Lighthouse's command-line script.
///
/// # Errors
/// Where a program does not start, or Lighthouse does not come to an end.
pub async fn judge(needs: &Needs, lighthouse: &Path, runs: u8) -> Result<Vec<Judgement>> {
    let scratch = tempfile::tempdir()?;
    let preset = scratch.path().join("preset.json");
    fs::write(&preset, json!({"host": "pop.example.org", "port": 995, "security": "tls", "user": ""}).to_string())?;
    // Nobody listens there, and nobody is asked.
    let (_restante, bridge) = stage::serve(&needs.binary, 995, &preset).await?;
    let mut judgements = Vec::new();
    for device in Device::ALL {
        for _ in 0..runs {
            judgements.push(visit(needs, lighthouse, &format!("http://{bridge}/"), device).await?);
        }
    }
    Ok(judgements)
}

async fn visit(needs: &Needs, lighthouse: &Path, address: &str, device: Device) -> Result<Judgement> {
    let mut node = Command::new("node");
    node.arg(lighthouse)
        .args([address, "--quiet", "--output=json", "--output-path=stdout"])
        .arg(format!("--only-categories={}", CATEGORIES.join(",")))
        .arg("--chrome-flags=--headless=new --no-sandbox")
        .env("CHROME_PATH", &needs.chromium)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    if device == Device::Desktop {
        node.arg("--preset=desktop");
    }
    let output = tokio::time::timeout(LIMIT, node.output()).await.context("Lighthouse took too long")?;
    let output = output.context("cannot start node")?;
    ensure!(output.status.success(), "Lighthouse ended with {}", output.status);
    read(&serde_json::from_slice(&output.stdout).context("what Lighthouse said")?, device)
}

fn read(report: &Value, device: Device) -> Result<Judgement> {
    if let Some(error) = report["runtimeError"]["message"].as_str() {
        bail!("Lighthouse could not visit the page: {error}");
    }
    let (mut scores, mut metrics, mut faults) = ([0.0; CATEGORIES.len()], [0.0; METRICS.len()], Vec::new());
    for (score, name) in scores.iter_mut().zip(CATEGORIES) {
        let category = &report["categories"][name];
        *score = (category["score"].as_f64().with_context(|| format!("no score of {name}"))? * 100.0).round();
        for audit in category["auditRefs"].as_array().into_iter().flatten() {
            let id = audit["id"].as_str().unwrap_or_default();
            let counts = audit["weight"].as_f64().is_some_and(|weight| weight > 0.0);
            if counts && report["audits"][id]["score"].as_f64().is_some_and(|score| score < 0.995) {
                faults.push(id.to_owned());
            }
        }
    }
    for (metric, name) in metrics.iter_mut().zip(METRICS) {
        *metric = report["audits"][name]["numericValue"].as_f64().with_context(|| format!("no {name}"))?;
    }
    Ok(Judgement { device, scores, metrics, faults })
}

/// Where Lighthouse's script is in the packages of this folder.
pub fn script(packages: &Path) -> PathBuf {
    packages.join("node_modules/lighthouse/cli/index.js")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_metrics_and_what_cost_points_are_read_and_what_weighs_nothing_is_not() {
        let audit = |score: f64, value: f64| json!({"score": score, "numericValue": value});
        let refs =
            |ids: &[(&str, u8)]| ids.iter().map(|(id, weight)| json!({"id": id, "weight": weight})).collect::<Vec<_>>();
        let report = json!({
            "categories": {
                "performance": {"score": 0.93, "auditRefs": refs(&[("first-contentful-paint", 10), ("unused", 0)])},
                "accessibility": {"score": 1, "auditRefs": []},
                "best-practices": {"score": 1.0, "auditRefs": []},
            },
            "audits": {
                "first-contentful-paint": audit(0.9, 512.5), "largest-contentful-paint": audit(1.0, 600.0),
                "total-blocking-time": audit(1.0, 0.0), "interactive": audit(1.0, 700.0), "unused": audit(0.0, 1.0),
            },
        });
        let judgement = read(&report, Device::Phone).unwrap();
        assert_eq!((judgement.scores, judgement.metrics), ([93.0, 100.0, 100.0], [512.5, 600.0, 0.0, 700.0]));
        assert_eq!(judgement.faults, ["first-contentful-paint"]);
        let failed = json!({"runtimeError": {"message": "no page"}});
        assert!(read(&failed, Device::Phone).unwrap_err().to_string().ends_with("no page"));
    }
}
