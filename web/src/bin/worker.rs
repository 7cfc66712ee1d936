//! The program of the engine's Web Worker.

fn main() {
    restante_web::contract::run_engine();
}
