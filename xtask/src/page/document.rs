//! HTML documents that carry their own policy: the hash of an inline script, put into it.

use anyhow::{Result, bail};

use super::hash;

/// What a document writes where the hash of its inline script belongs: `'sha256-{{script-sha256}}'`.
const PLACEHOLDER: &str = "{{script-sha256}}";

/// Replaces the placeholder, where there is one, by the hash of the document's one inline script.
pub(crate) fn insert_script_hash(html: &str) -> Result<String> {
    if !html.contains(PLACEHOLDER) {
        return Ok(html.to_owned());
    }
    match inline_scripts(html)[..] {
        [script] if script.contains(PLACEHOLDER) => bail!("{PLACEHOLDER} stands in the script that it is the hash of"),
        [script] => Ok(html.replace(PLACEHOLDER, &hash::base64(script.as_bytes()))),
        [] => bail!("{PLACEHOLDER} needs an inline script, and there is none"),
        _ => bail!("{PLACEHOLDER} needs exactly one inline script, and there are several"),
    }
}

/// The texts of the scripts without `src`. For the project's own documents: lower-case tags, no `>` in an attribute.
fn inline_scripts(html: &str) -> Vec<&str> {
    let mut scripts = Vec::new();
    let mut rest = html;
    while let Some((_, tail)) = rest.split_once("<script") {
        let Some((attributes, tail)) = tail.split_once('>') else { break };
        let Some((text, tail)) = tail.split_once("</script>") else { break };
        if !attributes.split_whitespace().any(|attribute| attribute.starts_with("src=")) {
            scripts.push(text);
        }
        rest = tail;
    }
    scripts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_scripts_text_alone() {
        let html = "<meta content=\"script-src 'sha256-{{script-sha256}}'\"><script src=\"a.js\"></script><script>abc</script>";
        let done = insert_script_hash(html).unwrap();
        assert!(done.contains("'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='"), "{done}");
        assert!(done.ends_with("<script>abc</script>"));
    }

    #[test]
    fn a_document_without_the_placeholder_stays_as_it_is() {
        let html = "<script>a</script><script>b</script>";
        assert_eq!(insert_script_hash(html).unwrap(), html);
    }

    #[test]
    fn a_placeholder_without_exactly_one_inline_script_is_an_error() {
        assert!(insert_script_hash("{{script-sha256}}<script src=\"a.js\"></script>").is_err());
        assert!(insert_script_hash("{{script-sha256}}<script>a</script><script>b</script>").is_err());
        assert!(insert_script_hash("<script>'{{script-sha256}}'</script>").is_err());
    }
}
