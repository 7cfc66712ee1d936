//! Rebuilds the bridge when the page changes: the page's hashed file names are new ones each time, so nothing else
//! would notice.

fn main() {
    // Whoever builds the page says so here; it covers a page that was not there before.
    println!("cargo:rerun-if-env-changed=RESTANTE_PAGE");
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist");
    if std::path::Path::new(page).exists() {
        println!("cargo:rerun-if-changed={page}");
    }
}
