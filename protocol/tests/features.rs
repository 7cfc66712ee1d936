//! What the package's users compile of it.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

/// The features of this package in a build of that one alone, by cargo's own account.
fn features_for(package: &str) -> String {
    let mut tree = Command::new(env!("CARGO"));
    tree.args([
        "tree",
        "--offline",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p} [{f}]",
        "--package",
        package,
    ]);
    let output = tree.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with("restante-protocol ")).expect("it is used");
    line.rsplit_once('[').unwrap().1.split(']').next().unwrap().to_owned()
}

#[test]
fn the_bridge_compiles_the_tunnels_contract_alone_and_the_engine_all_of_it() {
    assert_eq!(features_for("restante-bridge"), "");
    let engine = features_for("restante-engine");
    assert!(engine.contains("pop3") && engine.contains("sasl"), "{engine}");
}
