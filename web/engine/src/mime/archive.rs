//! All attachments of a message in one archive.

use std::collections::HashSet;
use std::io::{Cursor, Write};

use restante_api::MessageRef;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::structure::Structure;
use super::{names, view};

/// A file name and the archive (ZIP, nothing compressed), with every file under a name of its own. `None` where the path leads
/// nowhere.
pub fn archive(reference: &MessageRef, raw: &[u8]) -> Option<(String, Vec<u8>)> {
    let found = view::view(reference, raw)?;
    let octets = view::opened(raw, &reference.path)?;
    let structure = Structure::of(&octets);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut taken = HashSet::new();
    for attachment in &found.attachments {
        let part = structure.part(attachment.part.0)?;
        // Some file systems know no upper and lower case.
        let name = std::iter::once(attachment.name.clone())
            .chain((2..).map(|number| names::numbered(&attachment.name, number)))
            .find(|name| taken.insert(name.to_lowercase()))?;
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        // A vector takes whatever it is given, and a message is too small for what ZIP cannot hold.
        archive.start_file(name, options).ok()?;
        archive.write_all(&structure.decoded(part, usize::MAX).octets).ok()?;
    }
    Some((names::archive_name(&found.subject), archive.finish().ok()?.into_inner()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attachment_is_in_the_archive_under_a_name_of_its_own() {
        let part = |name: &str, text: &str| {
            format!(
                "--b\r\nContent-Type: application/pdf; name=\"{name}\"\r\nContent-Disposition: attachment\r\n\r\n{text}\r\n"
            )
        };
        let source = format!(
            "From: a@x\r\nSubject: Re: plans/1911\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n{}{}{}--b--\r\n",
            part("plan.pdf", "one"),
            part("Plan.PDF", "two"),
            part("../notes", "three")
        );
        let (name, octets) = archive(&MessageRef::top(1), source.as_bytes()).unwrap();
        assert_eq!(name, "1911.zip");
        let mut read = zip::ZipArchive::new(Cursor::new(octets)).unwrap();
        let mut files = Vec::new();
        for at in 0..read.len() {
            let mut file = read.by_index(at).unwrap();
            let mut text = String::new();
            std::io::Read::read_to_string(&mut file, &mut text).unwrap();
            files.push((file.name().unwrap().into_owned(), text));
        }
        let expected = [("plan.pdf", "one"), ("Plan (2).PDF", "two"), ("notes", "three")];
        assert_eq!(files, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
        assert!(archive(&MessageRef::top(1).nested(restante_api::PartId(9)), source.as_bytes()).is_none());
    }
}
