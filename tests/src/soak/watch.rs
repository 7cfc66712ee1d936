//! What the bridge takes while it runs, and whether that is flat.

use std::fmt;

/// How much more memory than before is no leak: what an allocator keeps varies by some MiB between two moments of rest,
/// however many sessions lie between them. After 200,000 sessions this is 42 bytes a session.
const SLACK: u64 = 8 << 20;
/// The same as a share, for a bridge that takes much.
const SHARE: f64 = 0.15;

/// One look at the bridge's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Resident memory and page tables, in bytes.
    pub memory: u64,
    /// Open descriptors.
    pub descriptors: usize,
}

/// What was seen of a soak.
#[derive(Debug, Clone)]
pub struct Watched {
    /// With nothing to do, after the warm-up.
    pub before: Sample,
    /// Under load, one after another.
    pub samples: Vec<Sample>,
    /// With nothing to do, at the end.
    pub after: Sample,
}

impl Watched {
    /// What is not flat: descriptors or memory that are not given back, or memory that grows under a load that does not.
    pub fn faults(&self) -> Vec<String> {
        let Self { before, samples, after } = self;
        let mut faults = Vec::new();
        if after.descriptors > before.descriptors {
            faults.push(format!("{} descriptors at rest before, {} after", before.descriptors, after.descriptors));
        }
        if after.memory > allowed(before.memory) {
            faults.push(format!("{} KiB at rest before, {} KiB after", before.memory / 1024, after.memory / 1024));
        }
        // Thirds rather than a line through all: it is the level that counts, and one high sample is no slope.
        let third = samples.len() / 3;
        if third > 0 {
            let mean = |part: &[Sample]| part.iter().map(|sample| sample.memory).sum::<u64>() / part.len() as u64;
            let (first, last) = (mean(&samples[..third]), mean(&samples[samples.len() - third..]));
            if last > allowed(first) {
                let words = "KiB on average in the first third of the time under load";
                faults.push(format!("{} {words}, {} KiB in the last", first / 1024, last / 1024));
            }
        }
        faults
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} MiB, {} descriptors", self.memory as f64 / f64::from(1 << 20), self.descriptors)
    }
}

fn allowed(before: u64) -> u64 {
    before + ((before as f64 * SHARE) as u64).max(SLACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn watched(memory: impl Fn(u64) -> u64, after: Sample) -> Watched {
        let samples = (0..90).map(|at| Sample { memory: memory(at), descriptors: 4000 }).collect();
        Watched { before: Sample { memory: 20 * MIB, descriptors: 14 }, samples, after }
    }

    #[test]
    fn a_load_that_ends_where_it_began_is_flat() {
        let after = Sample { memory: 22 * MIB, descriptors: 14 };
        let faults = watched(|at| 60 * MIB + (at % 7) * MIB, after).faults();
        assert!(faults.is_empty(), "{faults:?}");
    }

    #[test]
    fn one_descriptor_that_is_kept_is_a_fault() {
        let faults = watched(|_| 60 * MIB, Sample { memory: 20 * MIB, descriptors: 15 }).faults();
        assert!(faults.len() == 1 && faults[0].contains("14 descriptors"), "{faults:?}");
    }

    #[test]
    fn memory_that_grows_is_a_fault_under_load_and_at_rest() {
        let after = Sample { memory: 29 * MIB, descriptors: 14 };
        let faults = watched(|at| 60 * MIB + at * MIB / 4, after).faults();
        assert!(faults.len() == 2, "{faults:?}");
    }
}
