//! The program of the worker that reads mail where it is, and keeps nothing.

mod engine;

fn main() {
    restante_link::worker::serve(engine::run);
}
