//! Compressed copies: what a server sends instead, without compressing anything itself.

use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Result, anyhow};

use super::bundle::Bundled;
use super::cache::{Cache, Key};

/// A compression, by the extension that its copies have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Brotli, at its highest quality.
    Brotli,
    /// Gzip, for what speaks no Brotli (plain HTTP in browsers).
    Gzip,
}

impl Format {
    /// What is added to the file's name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Format::Brotli => "br",
            Format::Gzip => "gz",
        }
    }

    fn key(self) -> Key {
        Key::new(&[self.extension().as_bytes(), b"1"])
    }

    fn compress(self, bytes: &[u8]) -> Result<Vec<u8>> {
        match self {
            Format::Brotli => {
                let parameters = brotli::enc::BrotliEncoderParams {
                    quality: 11,
                    // The largest that RFC 7932, section 9.1, has and browsers take.
                    lgwin: 24,
                    size_hint: bytes.len(),
                    ..Default::default()
                };
                let mut compressed = Vec::new();
                brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)?;
                Ok(compressed)
            }
            Format::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
                encoder.write_all(bytes)?;
                Ok(encoder.finish()?)
            }
        }
    }
}

/// A compressed copy of a bundled file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copy {
    /// The original's path in dist/.
    pub(crate) path: String,
    /// How it is compressed.
    pub(crate) format: Format,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
}

/// Makes the copies that are smaller than their originals.
pub(crate) fn run(files: &[Bundled], cache: &mut Cache) -> Result<Vec<Copy>> {
    let work: Vec<(&Bundled, Format)> = files
        .iter()
        .filter(|file| !is_compressed_already(&file.path))
        .flat_map(|file| [(file, Format::Brotli), (file, Format::Gzip)])
        .collect();
    let (next, cache) = (AtomicUsize::new(0), Mutex::new(cache));
    let worker = || -> Result<Vec<Copy>> {
        let mut copies = Vec::new();
        while let Some((file, format)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            let key = format.key().of(&file.bytes);
            let poisoned = |_| anyhow!("another thread of the compression panicked");
            let kept = cache.lock().map_err(poisoned)?.get(key);
            let bytes = match kept {
                Some(bytes) => bytes,
                None => {
                    let bytes = format.compress(&file.bytes)?;
                    cache.lock().map_err(poisoned)?.put(key, &bytes)?;
                    bytes
                }
            };
            if bytes.len() < file.bytes.len() {
                copies.push(Copy { path: file.path.clone(), format: *format, bytes });
            }
        }
        Ok(copies)
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let mut copies = Vec::new();
        for thread in running {
            copies.extend(thread.join().map_err(|_| anyhow!("a thread of the compression panicked"))??);
        }
        Ok(copies)
    })
}

fn is_compressed_already(path: &str) -> bool {
    const EXTENSIONS: [&str; 8] = ["avif", "gif", "jpeg", "jpg", "png", "webp", "woff", "woff2"];
    path.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn copies_hold_the_same_bytes_and_exist_only_where_they_are_smaller() {
        let target = std::env::temp_dir().join(format!("restante-xtask-compress-{}", std::process::id()));
        let text = "the same words again and again. ".repeat(100).into_bytes();
        let file = |path: &str, bytes: &[u8]| Bundled { path: path.to_owned(), bytes: bytes.to_vec() };
        let files = [file("a.js", &text), file("tiny.js", b"1"), file("a.png", &text)];
        let mut cache = Cache::open(&target).unwrap();
        let copies = run(&files, &mut cache).unwrap();
        assert_eq!(copies.len(), 2);
        for copy in &copies {
            assert_eq!(copy.path, "a.js");
            let mut original = Vec::new();
            match copy.format {
                Format::Brotli => brotli::BrotliDecompress(&mut &copy.bytes[..], &mut original).unwrap(),
                Format::Gzip => drop(flate2::read::GzDecoder::new(&copy.bytes[..]).read_to_end(&mut original).unwrap()),
            }
            assert_eq!(original, text);
        }
        std::fs::remove_dir_all(target).unwrap();
    }
}
