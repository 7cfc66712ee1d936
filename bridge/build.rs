//! Rebuilds the bridge when the page changes: the page's hashed file names are new ones each time, so nothing else
//! would notice.

fn main() {
    // Whoever builds the page says so here; it covers a page that was not there before.
    println!("cargo:rerun-if-env-changed=RESTANTE_PAGE");
    // Where there is no page yet this runs each time: a binary that was built before the page would never find it.
    println!("cargo:rerun-if-changed={}", concat!(env!("CARGO_MANIFEST_DIR"), "/../dist"));
}
