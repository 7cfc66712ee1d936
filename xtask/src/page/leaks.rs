//! Paths of the machine that built the page must not be in the page: they tell about its builder, and nobody else would
//! get the same bytes.

use anyhow::{Result, bail};

use super::bundle::Bundled;

/// Looks for the given directories, those that the compilers were told to rename, in every file.
pub(crate) fn check(files: &[Bundled], directories: &[(String, String)]) -> Result<()> {
    for file in files {
        for (directory, _) in directories {
            if let Some(at) = file.bytes.windows(directory.len()).position(|window| window == directory.as_bytes()) {
                let tail: Vec<u8> =
                    file.bytes[at..].iter().copied().take_while(|byte| byte.is_ascii_graphic()).collect();
                let tail = String::from_utf8_lossy(&tail);
                bail!(
                    "{} holds a path of this machine, so that nobody else can build the same page: {tail}",
                    file.path
                );
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_machine_is_found_wherever_it_stands() {
        let directories = [("/home/ada/restante".to_owned(), "/restante".to_owned())];
        let file = |text: &[u8]| [Bundled { path: "assets/app_bg.wasm".to_owned(), bytes: text.to_vec() }];
        assert!(check(&file(b"\0asm /restante/web/src/app.rs"), &directories).is_ok());
        let found =
            check(&file(b"\0asm\xFF/home/ada/restante/web/src/app.rs\0"), &directories).unwrap_err().to_string();
        assert!(
            found.starts_with("assets/app_bg.wasm") && found.ends_with("/home/ada/restante/web/src/app.rs"),
            "{found}"
        );
    }
}
