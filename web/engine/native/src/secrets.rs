//! Secrets of a program that keeps none on this machine.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use restante_api::Failure;
use restante_engine::platform::Secrets;
use restante_protocol::tunnel::Secret;

/// Keeps secrets in memory: they go with the last clone.
#[derive(Debug, Clone, Default)]
pub struct InMemory(Rc<RefCell<HashMap<String, Secret>>>);

impl Secrets for InMemory {
    fn keep(&self, name: String, secret: Secret) -> LocalBoxFuture<'static, Result<(), Failure>> {
        self.0.borrow_mut().insert(name, secret);
        Box::pin(async { Ok(()) })
    }

    fn find(&self, name: String) -> LocalBoxFuture<'static, Option<Secret>> {
        let found = self.0.borrow().get(&name).cloned();
        Box::pin(async { found })
    }

    fn forget(&self, name: String) -> LocalBoxFuture<'static, ()> {
        self.0.borrow_mut().remove(&name);
        Box::pin(async {})
    }
}
