//! `mutate [--seconds N] [--seed S] [TARGET…]`: mutates the corpus blindly and feeds it to the targets.
//!
//! Weaker than libFuzzer, which sees what its inputs reach, but it runs wherever Rust does. An input that fails a target
//! is written to `artifacts/TARGET-SEED`, and the program ends with status 1.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use restante_fuzz_targets::ALL;

/// Pieces of the protocol, of messages and of HTML that chance would take long to find.
const WORDS: [&[u8]; 38] = [
    b"+OK",
    b"-ERR",
    b"\r\n",
    b"\n",
    b".\r\n",
    b"\r\n.\r\n",
    b"..",
    b"+ ",
    b"[",
    b"]",
    b"1 2\r\n",
    b"4294967296",
    b"18446744073709551616",
    b"\0",
    b"\xff",
    b"pops://",
    b"r=%",
    b",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=64",
    b"v=",
    b"e=",
    b"Content-Type: ",
    b"message/rfc822",
    b"multipart/mixed; boundary=b\r\n",
    b"\r\n--b\r\n",
    b"--b--",
    b"=?utf-8?q?",
    b"=E9",
    b"<",
    b"</",
    b"-->",
    b"<!--",
    b"<style>",
    b"style=\"",
    b"url(",
    b"@import '",
    b"javascript:",
    b"http://e.example/",
    b"&#x",
];

struct Chance(u64);

impl Chance {
    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap_or_default()
    }
}

fn main() -> ExitCode {
    let (mut seconds, mut seed, mut names) = (10, 1, Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|number| number.parse::<u64>().ok());
        match word.as_str() {
            "--seconds" => seconds = number().unwrap_or(seconds),
            "--seed" => seed = number().unwrap_or(seed),
            _ => names.push(word),
        }
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chosen: Vec<_> =
        ALL.iter().filter(|(name, _)| names.is_empty() || names.iter().any(|word| word == name)).collect();
    let share = Duration::from_secs(seconds) / u32::try_from(chosen.len().max(1)).unwrap_or(1);
    for (name, target) in chosen {
        let corpus = corpus(&here.join("corpus").join(name));
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let start = Instant::now();
        let mut runs = 0_u64;
        while start.elapsed() < share {
            let input = mutate(&corpus, &mut chance);
            if catch_unwind(AssertUnwindSafe(|| target(&input))).is_err() {
                let file = here.join("artifacts").join(format!("{name}-{seed}-{runs}"));
                let kept = std::fs::create_dir_all(here.join("artifacts")).and_then(|()| std::fs::write(&file, &input));
                println!("{name}: failed after {runs} inputs; kept as {} ({kept:?})", file.display());
                return ExitCode::FAILURE;
            }
            runs += 1;
        }
        println!("{name}: {runs} inputs in {:.1} s, none failed", start.elapsed().as_secs_f32());
    }
    ExitCode::SUCCESS
}

fn corpus(folder: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().filter_map(|file| std::fs::read(file).ok()).collect()
}

fn mutate(corpus: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let pick = |chance: &mut Chance| corpus.get(chance.below(corpus.len().max(1))).cloned().unwrap_or_default();
    let mut input = pick(chance);
    for _ in 0..=chance.below(6) {
        let at = chance.below(input.len() + 1);
        match chance.below(6) {
            0 if at < input.len() => input[at] ^= 1 << chance.below(8),
            1 if at < input.len() => drop(input.remove(at)),
            2 => {
                let end = at + chance.below(input.len() - at + 1);
                drop(input.drain(at..end));
            }
            3 => drop(input.splice(at..at, WORDS[chance.below(WORDS.len())].iter().copied())),
            4 => {
                let other = pick(chance);
                let from = chance.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            _ => {
                let end = at + chance.below((input.len() - at).min(64) + 1);
                let again = input[at..end].to_vec();
                drop(input.splice(at..at, again));
            }
        }
    }
    input.truncate(8192);
    input
}
