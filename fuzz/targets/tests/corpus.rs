//! Replays the corpus of the fuzz targets, each file as it is and cut short at several places.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

#[test]
fn every_file_of_the_corpus_passes_its_target() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    for (name, target) in restante_fuzz_targets::ALL {
        let mut files = 0;
        for entry in std::fs::read_dir(fuzz.join(name)).unwrap() {
            let octets = std::fs::read(entry.unwrap().path()).unwrap();
            target(&octets);
            for end in (0..octets.len()).step_by(1 + octets.len() / 20) {
                target(&octets[..end]);
            }
            files += 1;
        }
        assert!(files >= 8, "{name} has {files} files only");
    }
}
