//! The version that the service worker keeps: the hash of the list of the page's files, put into the worker.
//!
//! The worker is in that list itself, and no file can hold its own hash: there it stands as it was written, with its
//! placeholders. So another file, or another worker, is another version.

use anyhow::{Context as _, Result, ensure};

use super::bundle::Bundled;
use super::{hash, output};

/// The worker's name, by which hosts, browsers and the page know it.
pub(crate) const SERVICE_WORKER: &str = "service-worker.js";

/// What the worker writes where the version belongs.
const VERSION: &str = "{{version}}";
/// What it writes where the hash belongs that it has in the list that the version is the hash of.
const TEMPLATE: &str = "{{template}}";

/// Puts the version into the service worker. All other files are finished.
pub(crate) fn insert(files: &mut [Bundled]) -> Result<()> {
    let version = hash::hexadecimal(&output::sums(files).bytes);
    let worker = files.iter_mut().find(|file| file.path == SERVICE_WORKER);
    let worker = worker.with_context(|| format!("the page has no {SERVICE_WORKER}"))?;
    let template = hash::hexadecimal(&worker.bytes);
    let mut text = String::from_utf8(std::mem::take(&mut worker.bytes)).context(SERVICE_WORKER)?;
    for (placeholder, value) in [(VERSION, version), (TEMPLATE, template)] {
        ensure!(text.matches(placeholder).count() == 1, "{SERVICE_WORKER} does not have one {placeholder}");
        text = text.replace(placeholder, &value);
    }
    worker.bytes = text.into_bytes();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKER: &str = "keep('{{version}}', '{{template}}')";

    fn page(index: &str, worker: &str) -> Vec<Bundled> {
        let file = |path: &str, text: &str| Bundled { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
        vec![file("index.html", index), file(SERVICE_WORKER, worker)]
    }

    fn worker(index: &str, worker: &str) -> String {
        let mut files = page(index, worker);
        insert(&mut files).unwrap();
        String::from_utf8(files.pop().unwrap().bytes).unwrap()
    }

    #[test]
    fn another_file_or_another_worker_is_another_version() {
        let one = worker("1", WORKER);
        assert_eq!(worker("1", WORKER), one);
        assert_ne!(worker("2", WORKER), one);
        assert_ne!(worker("1", &format!("{WORKER};")).get(..72), one.get(..72));
    }

    #[test]
    fn the_version_is_the_hash_of_the_list_in_which_the_worker_stands_as_it_was_written() {
        let mut files = page("1", WORKER);
        insert(&mut files).unwrap();
        let list = String::from_utf8(output::sums(&files).bytes).unwrap();
        let own = hash::hexadecimal(&files[1].bytes);
        let listed = list.replace(&own, &hash::hexadecimal(WORKER.as_bytes()));
        assert_ne!(listed, list);
        let expected =
            format!("keep('{}', '{}')", hash::hexadecimal(listed.as_bytes()), hash::hexadecimal(WORKER.as_bytes()));
        assert_eq!(String::from_utf8(files[1].bytes.clone()).unwrap(), expected);
    }

    #[test]
    fn a_page_without_a_worker_or_a_worker_without_a_place_for_its_version_is_an_error() {
        assert!(insert(&mut page("1", WORKER)[..1]).is_err());
        assert!(insert(&mut page("1", "keep('{{version}}')")).is_err());
        assert!(insert(&mut page("1", &WORKER.repeat(2))).is_err());
    }
}
