//! What is in the mailbox: lists, searches, and whether it is whole.

use std::process::ExitCode;

use restante_query::{BadQuery, Query};
use restante_store::{Extent, Filter, List, MessageId, Order, Policy, Role, Store};
use serde_json::json;

use crate::options::now;
use crate::report::{Report, Trouble};

pub(crate) fn list(store: &Store, limit: u32, report: &Report) -> Result<ExitCode, Trouble> {
    let mut ids = Vec::new();
    for account in store.accounts()? {
        ids.extend(store.list(List::Account(account.id), Filter::All, Order::Newest)?);
    }
    ids.truncate(limit as usize);
    rows(store, &ids, report)
}

pub(crate) fn search(store: &Store, query: &str, limit: u32, report: &Report) -> Result<ExitCode, Trouble> {
    let query: Query = query.parse().map_err(|error: BadQuery| Trouble::Usage(error.to_string()))?;
    let found = store.search(&query, List::All, Filter::All, limit)?;
    rows(store, &found, report)
}

pub(crate) fn rest(store: &mut Store, ids: &[i64], report: &Report) -> Result<ExitCode, Trouble> {
    let ids: Vec<_> = ids.iter().copied().map(MessageId).collect();
    let wanted = store.want_rest(&ids)?;
    report.event("wanted", json!({ "messages": wanted }), &format!("{wanted} messages come whole with the next sync"));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn delete(store: &mut Store, ids: &[i64], report: &Report) -> Result<ExitCode, Trouble> {
    let (ids, mut moved): (Vec<_>, _) = (ids.iter().copied().map(MessageId).collect(), 0);
    for account in store.accounts()? {
        let own = store.list(List::Account(account.id), Filter::All, Order::Newest)?;
        let own: Vec<_> = ids.iter().copied().filter(|id| own.contains(id)).collect();
        let deleted = store.folder_of(account.id, Role::Deleted)?;
        moved += store.move_to(&own, deleted)?.len();
    }
    report.event("deleted-here", json!({ "messages": moved }), &format!("{moved} messages are in the folder Deleted"));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn would_delete(store: &Store, policy: Policy, report: &Report) -> Result<ExitCode, Trouble> {
    let mut messages = 0;
    for account in store.accounts()? {
        messages += store.would_delete(account.id, policy, now())?;
    }
    let words = format!("{messages} messages on the server would be deleted now");
    report.event("would-delete", json!({ "messages": messages }), &words);
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn check(store: &Store, report: &Report) -> Result<ExitCode, Trouble> {
    let check = store.check()?;
    let words = match &check.faults[..] {
        [] => format!("{} messages, all whole", check.messages),
        faults => format!("{} messages; {}", check.messages, faults.join("; ")),
    };
    let missing: u32 = store.accounts()?.iter().map(|account| account.missing).sum();
    let words = if missing == 0 { words } else { format!("{words}; {missing} on the server have not come yet") };
    let fields = json!({ "messages": check.messages, "missing": missing, "faults": check.faults });
    report.event("checked", fields, &words);
    Ok(if check.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn rows(store: &Store, ids: &[MessageId], report: &Report) -> Result<ExitCode, Trouble> {
    for row in store.rows(ids)? {
        let from = if row.from_name.is_empty() { &row.from_address } else { &row.from_name };
        let fields = json!({
            "id": row.id.0, "date": row.date, "from_name": row.from_name, "from_address": row.from_address,
            "subject": row.subject, "snippet": row.snippet, "octets": row.octets, "whole": row.extent == Extent::Whole,
            "attachments": row.has_attachments,
        });
        report.event("message", fields, &format!("{}\t{from}\t{}", row.id.0, row.subject));
    }
    Ok(ExitCode::SUCCESS)
}
