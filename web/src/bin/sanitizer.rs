//! The program of the sanitiser's Web Worker, loaded with the first HTML message.

fn main() {
    restante_web::contract::run_sanitiser();
}
