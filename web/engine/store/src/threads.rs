//! Conversations: by References and In-Reply-To (RFC 5322, section 3.6.4) in whatever order messages come, and by subject
//! where a reply has neither.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use crate::{MessageId, StoreError, Summary, ThreadId};

/// Message-IDs of a References header that count, from its end: some grow without bound.
const REFERENCES: usize = 100;

/// How far apart a reply without References and what it replies to may be.
const SUBJECT_DAYS: i64 = 30;

/// The message of a subject (1), loose replies or others (2), that is nearest to a date (4) from another (3) on, but for
/// one (5). A bound value does not show that it is not empty: the index is of subjects that are not.
const BEFORE: &str = "SELECT date, thread_id FROM message
    WHERE base_subject = ?1 AND base_subject <> '' AND is_loose_reply = ?2 AND date BETWEEN ?3 AND ?4 AND id <> ?5
    ORDER BY date DESC LIMIT 1";
const AFTER: &str = "SELECT date, thread_id FROM message
    WHERE base_subject = ?1 AND base_subject <> '' AND is_loose_reply = ?2 AND date BETWEEN ?4 AND ?3 AND id <> ?5
    ORDER BY date LIMIT 1";

/// Where a message belongs.
pub(crate) struct Place {
    pub(crate) thread: ThreadId,
    pub(crate) base_subject: String,
    /// A reply by its subject that names no message.
    pub(crate) is_loose_reply: bool,
}

/// Finds the message's thread, or makes it the first of one. Threads that it joins become one.
pub(crate) fn place(db: &Connection, id: MessageId, summary: &Summary, date: i64) -> Result<Place, StoreError> {
    let (base_subject, is_reply) = base_subject(&summary.subject);
    let is_loose_reply = is_reply && summary.references.is_empty();
    let from = summary.references.len().saturating_sub(REFERENCES);
    let named = summary.references[from..].iter().chain([&summary.message_id]);
    let keys: Vec<i64> = named.filter(|id| !id.is_empty()).map(|id| key(id)).collect();

    let mut found: Vec<ThreadId> = Vec::new();
    let mut find = db.prepare_cached("SELECT thread_id FROM thread_key WHERE key = ?1")?;
    for key in &keys {
        found.extend(find.query_row([key], |row| row.get::<_, ThreadId>(0)).optional()?);
    }
    if found.is_empty() {
        found.extend(by_subject(db, id, &base_subject, is_loose_reply, date)?);
    }
    found.sort_unstable();
    found.dedup();
    let thread = found.first().copied().unwrap_or(ThreadId(id.0));
    for other in found.iter().skip(1) {
        db.prepare_cached("UPDATE message SET thread_id = ?2 WHERE thread_id = ?1")?.execute(params![other, thread])?;
        db.prepare_cached("UPDATE thread_key SET thread_id = ?2 WHERE thread_id = ?1")?
            .execute(params![other, thread])?;
    }
    let mut add =
        db.prepare_cached("INSERT INTO thread_key (key, thread_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    for key in keys {
        add.execute(params![key, thread])?;
    }
    Ok(Place { thread, base_subject, is_loose_reply })
}

/// The thread of the nearest message of the same subject, where one of the two is a reply that names no message.
fn by_subject(
    db: &Connection,
    id: MessageId,
    base_subject: &str,
    is_loose_reply: bool,
    date: i64,
) -> Result<Option<ThreadId>, StoreError> {
    if base_subject.is_empty() {
        return Ok(None);
    }
    let days = SUBJECT_DAYS * 86_400;
    let [mut before, mut after] = [db.prepare_cached(BEFORE)?, db.prepare_cached(AFTER)?];
    // A message that is no such reply itself is joined by one only.
    let kinds = if is_loose_reply { &[true, false][..] } else { &[true] };
    let mut found: Option<(u64, ThreadId)> = None;
    for is_loose in kinds {
        for (statement, end) in [(&mut before, date.saturating_sub(days)), (&mut after, date.saturating_add(days))] {
            let row = params![base_subject, is_loose, end, date, id];
            let near = statement.query_row(row, |row| Ok((row.get::<_, i64>(0)?, row.get(1)?))).optional()?;
            let near = near.map(|(at, thread)| (at.abs_diff(date), thread));
            found = [found, near].into_iter().flatten().min_by_key(|(distance, _)| *distance);
        }
    }
    Ok(found.map(|(_, thread)| thread))
}

fn key(message_id: &str) -> i64 {
    let hash: [u8; 32] = Sha256::digest(message_id.as_bytes()).into();
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first)
}

/// The subject without `Re:` and the like, in lower case, and whether it is a reply's.
fn base_subject(subject: &str) -> (String, bool) {
    let base = without_reply_prefixes(subject);
    (base.to_lowercase(), base.len() < subject.trim().len())
}

/// The subject without `Re:` and the like in the languages in use, however many there are.
pub fn without_reply_prefixes(subject: &str) -> &str {
    const REPLIES: [&str; 10] = ["re", "aw", "sv", "antw", "res", "rv", "odp", "vs", "回复", "返信"];
    let mut rest = subject.trim();
    while let Some((prefix, behind)) = rest.split_once([':', '：']) {
        // A count, as in `Re[2]:`, is part of the prefix.
        let word = prefix.trim().split(['[', '(']).next().unwrap_or_default().to_lowercase();
        if !REPLIES.contains(&word.as_str()) {
            break;
        }
        rest = behind.trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Location, Store};

    #[test]
    fn a_message_of_a_subject_is_found_by_the_index_alone() {
        let store = Store::open(&Location::Memory).unwrap();
        for sql in [BEFORE, AFTER] {
            let mut plan = store.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps: Vec<String> = plan
                .query_map(params!["a", true, 1, 2, 3], |row| row.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let index = "message_by_subject (base_subject=? AND is_loose_reply=? AND date>? AND date<?)";
            assert_eq!(steps, [format!("SEARCH message USING INDEX {index}")]);
        }
    }

    #[test]
    fn a_subject_is_told_from_the_prefixes_of_replies() {
        assert_eq!(base_subject("Re: AW: Re[2]:  The Harbour"), ("the harbour".into(), true));
        assert_eq!(base_subject("The Harbour: a walk"), ("the harbour: a walk".into(), false));
        assert_eq!(base_subject("返信：港"), ("港".into(), true));
        assert_eq!(base_subject("Re:"), (String::new(), true));
        assert_eq!(without_reply_prefixes(" SV: Re: The Harbour: a walk "), "The Harbour: a walk");
    }
}
