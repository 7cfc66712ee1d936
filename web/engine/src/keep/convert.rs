//! The store's types as the page knows them, and back.

use restante_api::keep as api;
use restante_api::{Failure, FailureKind, Fingerprint, OpenMailbox};
use restante_store as store;
use restante_store::StoreError;

/// What went wrong in the store, for a person.
pub(super) fn failure(error: &StoreError) -> Failure {
    let kind = match error {
        StoreError::Full => FailureKind::DeviceFull,
        StoreError::Corrupt(_) => FailureKind::Damaged,
        StoreError::TooNew { .. } => FailureKind::StoreTooNew,
        StoreError::InUse | StoreError::Access(_) => FailureKind::NoStorage,
        StoreError::NotFound(_) => FailureKind::NoSuchMessage,
        StoreError::NameTaken => FailureKind::NameTaken,
        StoreError::Internal(_) => FailureKind::Internal,
    };
    Failure::new(kind, error.to_string())
}

/// An identity as the page has it. No database here grows to four thousand million rows.
pub(super) fn id(row: i64) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

pub(super) fn account(id: api::AccountId) -> store::AccountId {
    store::AccountId(id.0.into())
}

pub(super) fn folder(id: api::FolderId) -> store::FolderId {
    store::FolderId(id.0.into())
}

pub(super) fn messages(ids: &[api::KeptId]) -> Vec<store::MessageId> {
    ids.iter().map(|id| store::MessageId(id.0.into())).collect()
}

pub(super) fn within(within: api::Within) -> store::List {
    match within {
        api::Within::Role(of) => store::List::Role(of),
        api::Within::Folder(id) => store::List::Folder(folder(id)),
        api::Within::Thread(id) => store::List::Thread(store::ThreadId(id.0.into())),
        api::Within::Everywhere => store::List::All,
    }
}

/// How a mailbox is reached, as the store keeps it. Secrets are no part of it.
pub(super) fn way(open: &OpenMailbox) -> store::Way {
    store::Way {
        security: open.security,
        tls_end: open.tls_end,
        trusted: open.trusted.map(|Fingerprint(hash)| hash),
        bridge: open.bridge.clone().unwrap_or_default(),
        cleartext_agreed: open.cleartext_agreed,
    }
}

pub(super) fn bridge(way: &store::Way) -> Option<String> {
    Some(way.bridge.clone()).filter(|bridge| !bridge.is_empty())
}
