//! The program of the engine's Web Worker.

mod platform;

fn main() {
    restante_link::worker::serve(platform::engine::run);
}
