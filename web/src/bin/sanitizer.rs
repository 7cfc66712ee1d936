//! The program of the sanitiser's Web Worker, loaded with the first HTML message.

use gloo_worker::Registrable;
use restante_web::contract::{Postcard, Sanitiser};

fn main() {
    Sanitiser::registrar().encoding::<Postcard>().register();
}
