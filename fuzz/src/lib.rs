//! Fuzz targets of `restante-protocol`.
//!
//! - `cargo fuzz run TARGET` (nightly, libFuzzer): the thorough way.
//! - `cargo run --release --no-default-features --bin mutate -- --seconds N` (any compiler): mutates the corpus blindly.
//! - `cargo test -p restante-protocol --test fuzz_corpus` replays the corpus.

pub mod targets;
