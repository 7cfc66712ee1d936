//! The body decoder alone: natively, and as wasm in Chromium.
//!
//! The programs are the protocol's example `decode`, compiled before. What is not there is left out, and said.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use tokio::process::Command;

/// Octets that the wasm programs decode in one run.
const WASM_OCTETS: f64 = 256.0 * 1024.0 * 1024.0;

/// What the wasm programs are called, and what they decode.
const WASM: [(&str, &str); 3] =
    [("empty.wasm", ""), ("plain.wasm", "without leading dots"), ("dotted.wasm", "with a dot on every line")];

/// How fast one decoder is on one text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured, and where: `decoder, native`.
    pub place: String,
    /// What was decoded.
    pub text: String,
    /// Octets of wire in a second, divided by 10⁹.
    pub gigabytes_per_second: f64,
}

/// Runs what is there; `tell` hears of what is not.
///
/// The native program is `RESTANTE_DECODER`, or `examples/decode` beside this one; the wasm programs are in the folder
/// `RESTANTE_DECODER_WASM`.
///
/// # Errors
/// Where a program fails.
pub async fn measure(tell: impl Fn(&str)) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let native = path("RESTANTE_DECODER")
        .unwrap_or_else(|| std::env::current_exe().unwrap_or_default().with_file_name("examples").join("decode"));
    if native.is_file() {
        let output = Command::new(&native).stderr(Stdio::inherit()).output().await?;
        ensure!(output.status.success(), "{} ended with {}", native.display(), output.status);
        figures.extend(String::from_utf8_lossy(&output.stdout).lines().filter_map(native_figure));
    } else {
        tell(&format!("decoder: no native program at {}", native.display()));
    }
    match (path("RESTANTE_DECODER_WASM"), path("RESTANTE_CHROMIUM")) {
        (Some(folder), Some(chromium)) => figures.extend(in_chromium(folder, chromium).await?),
        _ => tell("decoder: no figure from a browser (RESTANTE_DECODER_WASM and RESTANTE_CHROMIUM name its needs)"),
    }
    Ok(figures)
}

fn path(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

/// Reads a line such as `decoder, without leading dots: 2.50 GB/s`.
fn native_figure(line: &str) -> Option<Figure> {
    let (what, speed) = line.strip_suffix(" GB/s")?.rsplit_once(": ")?;
    let (place, text) = what.split_once(", ")?;
    Some(Figure { place: format!("{place}, native"), text: text.to_owned(), gigabytes_per_second: speed.parse().ok()? })
}

async fn in_chromium(folder: PathBuf, chromium: PathBuf) -> Result<Vec<Figure>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bench/decode.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(chromium)
        .args(WASM.map(|(file, _)| folder.join(file)))
        .stderr(Stdio::inherit())
        .output()
        .await
        .context("cannot start node")?;
    ensure!(output.status.success(), "the decoder in Chromium ended with {}", output.status);
    let times: [f64; 3] = serde_json::from_slice(&output.stdout)?;
    let figures = WASM.iter().zip(times).skip(1).map(|((_, text), milliseconds)| Figure {
        place: "decoder, wasm in Chromium".to_owned(),
        text: (*text).to_owned(),
        gigabytes_per_second: WASM_OCTETS / ((milliseconds - times[0]) / 1000.0) / 1e9,
    });
    Ok(figures.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_native_program_is_a_figure() {
        let figure = native_figure("session, with a dot on every line: 5.61 GB/s").unwrap();
        assert_eq!((figure.place.as_str(), figure.text.as_str()), ("session, native", "with a dot on every line"));
        assert!((figure.gigabytes_per_second - 5.61).abs() < 1e-9);
        assert_eq!(native_figure("decoder"), None);
    }
}
