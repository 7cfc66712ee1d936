//! The engine's worker, from the page's side.

use restante_api::keep::IN_MEMORY;
use restante_api::{Call, Reply};
use restante_link::page::{Heard, Link};
use yew::Callback;

use super::page;
use crate::ui::state::Program;

/// A running engine. Dropping it ends the session (QUIT) and the worker, and with it all that it knew.
#[derive(Debug)]
pub struct Engine(Option<Link<Call, Reply>>);

impl Engine {
    /// Starts an engine. `heard` is called with what it says, its death included.
    pub fn start(program: Program, heard: Callback<Heard<Reply>>) -> Self {
        Self::load(
            match program {
                Program::Preview => "restante-worker",
                Program::Keeper => "restante-keeper",
            },
            "",
            heard,
        )
    }

    /// Starts an engine for letters that are gone with it.
    pub fn start_in_memory(heard: Callback<Heard<Reply>>) -> Self {
        Self::load("restante-keeper", IN_MEMORY, heard)
    }

    fn load(program: &str, name: &str, heard: Callback<Heard<Reply>>) -> Self {
        let told = heard.clone();
        let link = Link::start(&page::meta(program).unwrap_or_default(), name, move |said| told.emit(said));
        Self(link.map_err(|death| heard.emit(Heard::Died(death))).ok())
    }

    /// Calls the engine. One that is dead does not hear it; its death has been told.
    pub fn call(&self, call: Call) {
        if let Some(link) = &self.0 {
            link.say(call);
        }
    }
}
