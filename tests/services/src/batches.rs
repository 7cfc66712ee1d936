//! A program that writes until it is killed, and what has to be there then.

use restante_engine::platform::Storage;
use restante_store::{Digest, Location, NewAccount, NewMessage, Role, Source, Store, Summary, Way};

/// Messages of a batch: all of them are kept, or none.
pub const BATCH: u64 = 20;

/// Writes batch after batch, and never ends. `committed` is called with the number of batches that are there, after each.
pub async fn write_batches<S: Storage>(storage: S, mut committed: impl AsyncFnMut(u64)) -> ! {
    let mut store = Store::open(&storage.open().await.unwrap()).unwrap();
    loop {
        write(&mut store);
        committed(count(&store)).await;
    }
}

/// The number of batches that are there, once the whole database has been found whole.
pub async fn count_batches<S: Storage>(storage: S) -> u64 {
    let at: Location = storage.open().await.unwrap();
    let store = Store::open(&at).unwrap();
    let check = store.check().unwrap();
    assert!(check.faults.is_empty(), "{check:?}");
    count(&store)
}

/// Writes one batch.
pub(crate) fn write(store: &mut Store) {
    let new = NewAccount {
        name: "Ana".into(),
        host: "pop.example.org".into(),
        port: 995,
        user: "ana".into(),
        way: Way::default(),
    };
    let account = store.add_account(&new).unwrap();
    let folder = store.folder_of(account, Role::Inbox).unwrap();
    store.begin().unwrap();
    for number in 0..BATCH {
        // From short ones to some of several pages.
        let text: String = (0..number * 300).map(|at| char::from(b'a' + (at * at % 251 % 26) as u8)).collect();
        let source = format!("Subject: message {number}\r\n\r\n{text}\r\n");
        let summary = Summary { subject: format!("message {number}"), text, ..Summary::default() };
        let source = Source::Whole { source: source.as_bytes(), digest: Digest::of(source.as_bytes()) };
        store
            .insert(&NewMessage { folder, summary: &summary, source, arrived_at: 1_795_824_000, serial: None })
            .unwrap();
    }
    store.commit().unwrap();
}

/// The number of batches. There are no parts of one.
pub(crate) fn count(store: &Store) -> u64 {
    let messages: u64 = store.accounts().unwrap().iter().map(|account| store.count(account.id).unwrap()).sum();
    assert_eq!(messages % BATCH, 0, "a part of a batch is there");
    messages / BATCH
}
