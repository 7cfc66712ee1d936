//! `cargo fuzz run sasl`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| restante_fuzz_targets::sasl(data));
