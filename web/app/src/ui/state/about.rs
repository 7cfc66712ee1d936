//! "About this page": its version, and how its files compare with the list of hashes that came with it.
//!
//! The list has the format of sha256sum: 64 hexadecimal digits, two spaces, a name relative to the page.

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// SHA-256 of the list itself, in hexadecimal: one number for the whole page.
    pub fingerprint: String,
    /// The files of the list, in its order.
    pub files: Vec<Checked>,
}

/// A file of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// How it compares.
    pub verdict: Verdict,
}

/// How a file compares with the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It has the hash that is listed.
    Same,
    /// It has another.
    Different,
    /// It could not be had.
    Missing,
}

impl About {
    /// How many files are as listed.
    pub fn same(&self) -> usize {
        self.files.iter().filter(|file| file.verdict == Verdict::Same).count()
    }
}

/// The lines of a list: hash in lower case, and name. `None` where it is no such list.
pub fn listed(list: &str) -> Option<Vec<(String, &str)>> {
    let lines = list.lines().map(|line| {
        let (hash, name) = line.split_once(' ')?;
        // A star before the name means that the file was read as bytes, which makes no difference here.
        let name = name.strip_prefix([' ', '*'])?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|c| c.is_ascii_hexdigit());
        let stays =
            !name.is_empty() && !name.starts_with('/') && !name.contains("..") && !name.contains([':', '\\', '?', '#']);
        (is_hash && stays).then(|| (hash.to_ascii_lowercase(), name))
    });
    lines.collect::<Option<Vec<_>>>().filter(|lines| !lines.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";

    #[test]
    fn a_list_is_read_as_sha256sum_writes_it() {
        let list = format!("{HASH}  index.html\n{HASH} *assets/app-1.js\n");
        let lines = listed(&list).unwrap();
        assert_eq!(lines.iter().map(|(_, name)| *name).collect::<Vec<_>>(), ["index.html", "assets/app-1.js"]);
        assert_eq!(lines[0].0, HASH.to_ascii_lowercase());
    }

    #[test]
    fn what_is_no_list_or_leads_elsewhere_is_refused() {
        let of = |name: &str| format!("{HASH}  {name}\n");
        for list in
            ["", "<!doctype html>", "abc  index.html", &of("../x"), &of("/x"), &of("https://evil.example/x"), &of("")]
        {
            assert_eq!(listed(list), None, "{list}");
        }
    }
}
