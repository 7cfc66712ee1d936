//! The store's types as the page knows them, and back.

use restante_api::keep as api;
use restante_api::{Failure, FailureKind, Fingerprint, OpenMailbox, Security, TlsEnd};
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

pub(super) fn policy(policy: api::Policy) -> store::Policy {
    match policy {
        api::Policy::Leave => store::Policy::Leave,
        api::Policy::DeleteAfter { days } => store::Policy::DeleteAfter { days },
        api::Policy::DeleteWhenDeletedHere => store::Policy::DeleteWhenDeletedHere,
        api::Policy::DeleteOnceKept => store::Policy::DeleteOnceKept,
        api::Policy::HeadersOnly => store::Policy::HeadersOnly,
    }
}

pub(super) fn policy_view(policy: store::Policy) -> api::Policy {
    match policy {
        store::Policy::Leave => api::Policy::Leave,
        store::Policy::DeleteAfter { days } => api::Policy::DeleteAfter { days },
        store::Policy::DeleteWhenDeletedHere => api::Policy::DeleteWhenDeletedHere,
        store::Policy::DeleteOnceKept => api::Policy::DeleteOnceKept,
        store::Policy::HeadersOnly => api::Policy::HeadersOnly,
    }
}

pub(super) fn role(role: api::Role) -> store::Role {
    match role {
        api::Role::Inbox => store::Role::Inbox,
        api::Role::Archive => store::Role::Archive,
        api::Role::Deleted => store::Role::Deleted,
        api::Role::Own => store::Role::Own,
    }
}

pub(super) fn role_view(role: store::Role) -> api::Role {
    match role {
        store::Role::Inbox => api::Role::Inbox,
        store::Role::Archive => api::Role::Archive,
        store::Role::Deleted => api::Role::Deleted,
        store::Role::Own => api::Role::Own,
    }
}

pub(super) fn within(within: api::Within) -> store::List {
    match within {
        api::Within::Role(of) => store::List::Role(role(of)),
        api::Within::Folder(id) => store::List::Folder(folder(id)),
        api::Within::Thread(id) => store::List::Thread(store::ThreadId(id.0.into())),
        api::Within::Everywhere => store::List::All,
    }
}

pub(super) fn filter(filter: api::Filter) -> store::Filter {
    match filter {
        api::Filter::All => store::Filter::All,
        api::Filter::Unread => store::Filter::Unread,
        api::Filter::Starred => store::Filter::Starred,
        api::Filter::Attachments => store::Filter::Attachments,
    }
}

pub(super) fn order(order: api::Order) -> store::Order {
    match order {
        api::Order::Newest => store::Order::Newest,
        api::Order::Oldest => store::Order::Oldest,
        api::Order::Sender => store::Order::Sender,
        api::Order::Subject => store::Order::Subject,
        api::Order::Largest => store::Order::Largest,
    }
}

/// How a mailbox is reached, as the store keeps it. Secrets are no part of it.
pub(super) fn way(open: &OpenMailbox) -> store::Way {
    let security = match open.security {
        Security::Tls => "tls",
        Security::Starttls => "starttls",
        Security::None => "none",
    };
    let tls_end = match open.tls_end {
        TlsEnd::Browser => "browser",
        TlsEnd::Bridge => "bridge",
    };
    store::Way {
        security: security.into(),
        tls_end: tls_end.into(),
        trusted: open.trusted.map(|Fingerprint(hash)| hash),
        bridge: open.bridge.clone().unwrap_or_default(),
        cleartext_agreed: open.cleartext_agreed,
    }
}

pub(super) fn security(way: &store::Way) -> Security {
    match way.security.as_str() {
        "starttls" => Security::Starttls,
        "none" => Security::None,
        // The schema admits no other.
        _ => Security::Tls,
    }
}

pub(super) fn tls_end(way: &store::Way) -> TlsEnd {
    if way.tls_end == "bridge" { TlsEnd::Bridge } else { TlsEnd::Browser }
}

pub(super) fn bridge(way: &store::Way) -> Option<String> {
    Some(way.bridge.clone()).filter(|bridge| !bridge.is_empty())
}
