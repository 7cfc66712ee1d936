//! The program of the engine's Web Worker.

use gloo_worker::Registrable;
use restante_web::contract::{Engine, Postcard};

fn main() {
    Engine::registrar().encoding::<Postcard>().register();
}
