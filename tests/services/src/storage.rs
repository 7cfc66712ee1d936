//! A place for the database.

use futures::future::{Either, select};
use restante_engine::platform::{Clock, Storage};
use restante_store::Store;
use std::time::Duration;

use crate::batches;

/// How long somebody is watched who should wait.
const WATCHED: Duration = Duration::from_millis(500);

/// What was written is there after the next start, and room is told.
pub async fn keeps_what_is_written<S: Storage>(start: impl Fn() -> S) {
    let before = {
        let storage = start();
        let mut store = Store::open(&storage.open().await.unwrap()).unwrap();
        batches::write(&mut store);
        batches::count(&store)
    };
    let storage = start();
    let store = Store::open(&storage.open().await.unwrap()).unwrap();
    assert_eq!(batches::count(&store), before);
    let room = storage.room().await;
    assert!(room.used > 0, "{room:?}");
    assert!(room.granted.is_none_or(|granted| granted > room.used), "{room:?}");
}

/// Who comes second waits, while the first one works, and comes in when it has let go.
pub async fn lets_one_in_at_a_time<S: Storage>(start: impl Fn() -> S, clock: &dyn Clock) {
    let first = start();
    let mut store = Store::open(&first.open().await.unwrap()).unwrap();
    let second = start();
    let Either::Right((_, opening)) = select(second.open(), clock.sleep(WATCHED)).await else {
        panic!("two have it open at a time");
    };
    batches::write(&mut store);
    let written = batches::count(&store);
    let Either::Right((_, opening)) = select(opening, clock.sleep(WATCHED)).await else {
        panic!("two have it open at a time");
    };
    drop(store);
    drop(first);
    let store = Store::open(&opening.await.unwrap()).unwrap();
    assert_eq!(batches::count(&store), written);
}
