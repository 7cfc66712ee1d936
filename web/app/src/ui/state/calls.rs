//! What the engine is asked, and what is taken back.

use restante_api::{Call, CallId, Request};

use super::Effect;

/// Names the questions. No two have the same name as long as the page lives, whatever becomes of engines meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calls(u32);

impl Calls {
    /// Asks the engine.
    pub fn ask(&mut self, request: Request) -> (CallId, Effect) {
        self.0 += 1;
        let id = CallId(self.0);
        (id, Effect::Call(Call::Ask { id, request }))
    }
}

/// Takes questions back.
pub(super) fn cancel(calls: impl IntoIterator<Item = CallId>) -> impl Iterator<Item = Effect> {
    calls.into_iter().map(|id| Effect::Call(Call::Cancel { id }))
}
