//! The program of the worker that keeps mail. It is one in a browser only: SQLite's files are a browser's here.

fn main() {
    #[cfg(target_arch = "wasm32")]
    restante_link::worker::serve(restante_keeper::program::run);
}
