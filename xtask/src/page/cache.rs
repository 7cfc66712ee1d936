//! Results of slow steps, kept under the hash of what they were made from. Nothing here knows what the steps do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::hash;

/// A directory of results.
#[derive(Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
    used: BTreeSet<String>,
}

/// What a result was made by, and from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key([u8; 64]);

impl Key {
    /// The key of a step, told by its name and settings.
    pub(crate) fn new(step: &[&[u8]]) -> Self {
        Self::hashed(&step.join(&0))
    }

    /// The key of this step's result for an input.
    pub(crate) fn of(self, input: &[u8]) -> Self {
        Self::hashed(&[&self.0, input].concat())
    }

    fn hashed(bytes: &[u8]) -> Self {
        let mut key = [0; 64];
        key.copy_from_slice(hash::hexadecimal(bytes).as_bytes());
        Self(key)
    }

    fn file_name(self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

impl Cache {
    /// The cache in cargo's target directory.
    pub(crate) fn open(target: &Path) -> Result<Self> {
        let directory = target.join("xtask").join("cache");
        fs::create_dir_all(&directory)?;
        Ok(Self { directory, used: BTreeSet::new() })
    }

    /// The result that is kept for a key.
    pub(crate) fn get(&mut self, key: Key) -> Option<Vec<u8>> {
        let name = key.file_name();
        let bytes = fs::read(self.directory.join(&name)).ok()?;
        self.used.insert(name);
        Some(bytes)
    }

    /// Keeps a result. It is there whole or not at all, even if the process is ended meanwhile.
    pub(crate) fn put(&mut self, key: Key, bytes: &[u8]) -> Result<()> {
        let name = key.file_name();
        let unfinished = self.directory.join(format!("{name}.part"));
        fs::write(&unfinished, bytes)?;
        fs::rename(&unfinished, self.directory.join(&name))?;
        self.used.insert(name);
        Ok(())
    }

    /// A directory for a step's intermediate files.
    pub(crate) fn scratch(&self, step: &str) -> Result<PathBuf> {
        let directory = self.directory.with_file_name(step);
        fs::create_dir_all(&directory)?;
        Ok(directory)
    }

    /// Removes what this run neither made nor used.
    pub(crate) fn prune(&self) -> Result<()> {
        for file in self.directory.read_dir()? {
            let file = file?;
            if !file.file_name().to_str().is_some_and(|name| self.used.contains(name)) {
                fs::remove_file(file.path())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_found_by_its_step_and_input_and_pruned_when_unused() {
        let target = std::env::temp_dir().join(format!("restante-xtask-cache-{}", std::process::id()));
        let (one, other) = (Key::new(&[b"step", b"1"]).of(b"input"), Key::new(&[b"step", b"2"]).of(b"input"));
        let mut cache = Cache::open(&target).unwrap();
        assert_eq!(cache.get(one), None);
        cache.put(one, b"result").unwrap();
        assert_eq!(cache.get(one).as_deref(), Some(&b"result"[..]));
        assert_eq!(cache.get(other), None);
        cache.prune().unwrap();
        assert!(cache.get(one).is_some());
        Cache::open(&target).unwrap().prune().unwrap();
        assert_eq!(cache.get(one), None);
        fs::remove_dir_all(target).unwrap();
    }
}
