//! Runs the tests that stand in the `fetch` example's delivery: Cargo runs none in examples.

#![allow(dead_code, unused_imports, reason = "the example uses all of it")]

#[path = "../examples/fetch/deliver/mod.rs"]
mod deliver;
#[path = "../examples/fetch/options.rs"]
mod options;
