//! `cargo fuzz run html`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| restante_fuzz_targets::html(data));
