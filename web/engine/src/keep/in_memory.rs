//! A place for what is not to outlive the engine.

use std::future::ready;

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use restante_api::keep::Room;
use restante_api::{Failure, FailureKind};
use restante_protocol::tunnel::Secret;
use restante_store::Location;

use crate::platform::{Secrets, Storage};

/// A mailbox in memory, and no secrets: what letters are written in beside a mailbox that is not kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct InMemory;

impl Storage for InMemory {
    fn open(&self) -> LocalBoxFuture<'static, Result<Location, Failure>> {
        ready(Ok(Location::Memory)).boxed_local()
    }

    fn room(&self) -> LocalBoxFuture<'static, Room> {
        ready(Room::default()).boxed_local()
    }
}

impl Secrets for InMemory {
    fn keep(&self, _: String, _: Secret) -> LocalBoxFuture<'static, Result<(), Failure>> {
        ready(Err(Failure::new(FailureKind::NoStorage, "nothing is kept here"))).boxed_local()
    }

    fn find(&self, _: String) -> LocalBoxFuture<'static, Option<Secret>> {
        ready(None).boxed_local()
    }

    fn forget(&self, _: String) -> LocalBoxFuture<'static, ()> {
        ready(()).boxed_local()
    }
}
