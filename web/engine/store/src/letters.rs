//! Letters that are written here: drafts and the outbox, with their files and recipients.
//!
//! ```text
//!  draft ──queue──► waiting ──begin──► sending ──┬─ accepted by all ──► gone; kept in the folder Sent
//!    ▲  ◄──recall──    ▲                         ├─ again later ──────► waiting
//!    │                 └────────────────────     ├─ refused ──────────► draft
//!    └───────────────── settle ◄─── in doubt ◄───┴─ nobody knows, or the end of the process
//! ```

use restante_api::Failure;
use restante_api::letter::{Draft, FileId, FileView, LetterId, LetterState, LetterView};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{AccountId, Store, StoreError};

/// Octets of a text that a list shows of a letter.
const SNIPPET: i64 = 200;

/// A letter in the outbox, to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its identity.
    pub id: LetterId,
    /// Whose it is.
    pub account: AccountId,
    /// How often it was tried, this time included.
    pub attempts: u32,
    /// The address of who writes it, as [`Draft::sender`].
    pub sender: String,
    /// Its writer wants to be told when it was delivered.
    pub wants_report: bool,
    /// The recipients that have no answer yet, in their order.
    pub recipients: Vec<String>,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// What a server said to a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted.
    Accepted,
    /// Refused for good, in these words.
    Refused(String),
}

impl Store {
    /// Writes a draft, in the place of what was there of it: it is this account's from now on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the letter is in the outbox.
    pub fn save_draft(&mut self, account: AccountId, id: LetterId, draft: &Draft, now: i64) -> Result<(), StoreError> {
        let rich = draft.rich.as_ref().map(serde_json::to_string).transpose();
        let rich = rich.map_err(|error| StoreError::Internal(error.to_string()))?.unwrap_or_default();
        self.together(|db| {
            let changed = db.execute(
                "INSERT INTO letter (id, account_id, state, recipients_to, recipients_cc, recipients_bcc, subject, body,
                                     in_reply_to, conversation, changed_at, redirects, rich,
                                     sender, wants_report)
                 VALUES (?1, ?2, 'draft', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                 ON CONFLICT (id) DO UPDATE SET
                     account_id = ?2, recipients_to = ?3, recipients_cc = ?4, recipients_bcc = ?5, subject = ?6, body = ?7,
                     in_reply_to = ?8, conversation = ?9, changed_at = ?10, redirects = ?11,
                     rich = ?12, sender = ?13, wants_report = ?14
                 WHERE state = 'draft'",
                params![
                    number(id.0),
                    account,
                    draft.to,
                    draft.cc,
                    draft.bcc,
                    draft.subject,
                    draft.text,
                    draft.in_reply_to.as_deref().unwrap_or_default(),
                    draft.references.join(" "),
                    now,
                    draft.redirects,
                    rich,
                    draft.sender,
                    draft.wants_report
                ],
            )?;
            found(changed)
        })
    }

    /// Adds a file to a draft, behind its others. One that is there already stays as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such draft.
    pub fn attach(&mut self, letter: LetterId, file: &FileView, octets: &[u8]) -> Result<(), StoreError> {
        self.together(|db| {
            is_draft(db, letter)?;
            db.execute(
                "INSERT INTO letter_file (id, letter_id, position, name, media_type, octets, is_inline)
                 VALUES (?1, ?2, (SELECT coalesce(max(position), 0) + 1 FROM letter_file WHERE letter_id = ?2), ?3, ?4, ?5, ?6)
                 ON CONFLICT (id) DO NOTHING",
                params![number(file.id.0), number(letter.0), file.name, file.media_type, octets, file.is_inline],
            )?;
            Ok(())
        })
    }

    /// Takes a file off a draft. One that is not there is off already.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn detach(&mut self, letter: LetterId, file: FileId) -> Result<(), StoreError> {
        self.together(|db| {
            is_draft(db, letter)?;
            let sql = "DELETE FROM letter_file WHERE id = ?1 AND letter_id = ?2";
            db.execute(sql, params![number(file.0), number(letter.0)])?;
            Ok(())
        })
    }

    /// The account of a letter, and what was typed of it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such letter.
    pub fn draft(&self, id: LetterId) -> Result<(AccountId, Draft), StoreError> {
        let sql =
            "SELECT account_id, recipients_to, recipients_cc, recipients_bcc, subject, body, in_reply_to, conversation,
                    redirects, rich, sender, wants_report
                   FROM letter WHERE id = ?1";
        let read = |row: &Row<'_>| {
            let draft = Draft {
                to: row.get(1)?,
                cc: row.get(2)?,
                bcc: row.get(3)?,
                subject: row.get(4)?,
                text: row.get(5)?,
                in_reply_to: Some(row.get(6)?).filter(|id: &String| !id.is_empty()),
                references: row.get_ref(7)?.as_str()?.split_ascii_whitespace().map(str::to_owned).collect(),
                redirects: row.get(8)?,
                // One that a later version wrote is read without its formatting.
                rich: serde_json::from_str(row.get_ref(9)?.as_str()?).ok(),
                sender: row.get(10)?,
                wants_report: row.get(11)?,
            };
            Ok((row.get(0)?, draft))
        };
        let found = self.db.prepare_cached(sql)?.query_row([number(id.0)], read).optional()?;
        found.ok_or(StoreError::NotFound("letter"))
    }

    /// A letter's files, in their order.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    pub fn files(&self, letter: LetterId) -> Result<Vec<FileView>, StoreError> {
        let sql = "SELECT id, name, media_type, length(octets), is_inline FROM letter_file WHERE letter_id = ?1
                   ORDER BY position";
        let mut statement = self.db.prepare_cached(sql)?;
        let files = statement.query_map([number(letter.0)], |row| {
            Ok(FileView {
                id: FileId(row.get::<_, i64>(0)?.unsigned_abs()),
                name: row.get(1)?,
                media_type: row.get(2)?,
                octets: row.get::<_, i64>(3)?.unsigned_abs(),
                is_inline: row.get(4)?,
            })
        })?;
        Ok(files.collect::<Result<_, _>>()?)
    }

    /// The octets of a letter's file.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such file.
    pub fn file(&self, id: FileId) -> Result<Vec<u8>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT octets FROM letter_file WHERE id = ?1")?;
        statement.query_row([number(id.0)], |row| row.get(0)).optional()?.ok_or(StoreError::NotFound("file"))
    }

    /// An account's letters, the one that was changed last first.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    pub fn letters(&self, account: AccountId) -> Result<Vec<LetterView>, StoreError> {
        let sql =
            "SELECT id, recipients_to, recipients_cc, recipients_bcc, subject, substr(body, 1, ?2), changed_at, state,
                          due_at, failure
                   FROM letter WHERE account_id = ?1 ORDER BY changed_at DESC, id";
        let mut statement = self.db.prepare_cached(sql)?;
        let letters = statement.query_map(params![account, SNIPPET], |row| {
            let id: i64 = row.get(0)?;
            let to: [String; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
            let body: String = row.get(5)?;
            // One of a later version says nothing to this one.
            let failure = serde_json::from_str(row.get_ref(9)?.as_str()?).ok();
            Ok(LetterView {
                id: LetterId(id.unsigned_abs()),
                to: to.into_iter().find(|typed| !typed.trim().is_empty()).unwrap_or_default(),
                subject: row.get(4)?,
                snippet: body.split_whitespace().collect::<Vec<_>>().join(" "),
                changed_at: row.get(6)?,
                state: match row.get_ref(7)?.as_str()? {
                    "waiting" => LetterState::Waiting { due_at: row.get(8)?, failure },
                    "sending" => LetterState::Sending,
                    "in-doubt" => LetterState::InDoubt,
                    _ => LetterState::Draft { returned: failure },
                },
                refused: Vec::new(),
            })
        })?;
        let mut letters = letters.collect::<Result<Vec<_>, _>>()?;
        for letter in &mut letters {
            letter.refused = self.refused(letter.id)?;
        }
        Ok(letters)
    }

    fn refused(&self, letter: LetterId) -> Result<Vec<(String, String)>, StoreError> {
        let sql =
            "SELECT address, words FROM letter_recipient WHERE letter_id = ?1 AND state = 'refused' ORDER BY address";
        let mut statement = self.db.prepare_cached(sql)?;
        let refused = statement.query_map([number(letter.0)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(refused.collect::<Result<_, _>>()?)
    }

    /// Removes a letter that is not being sent, with its files. One that is not there is removed already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it is being sent.
    pub fn discard_letter(&mut self, id: LetterId) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute("DELETE FROM letter WHERE id = ?1 AND state <> 'sending'", [number(id.0)])?;
            let sql = "SELECT EXISTS (SELECT 1 FROM letter WHERE id = ?1)";
            let is_there: bool = db.query_row(sql, [number(id.0)], |row| row.get(0))?;
            if is_there { Err(StoreError::NotFound("letter that is not being sent")) } else { Ok(()) }
        })
    }

    /// Puts a draft into the outbox, with the octets that it has from now on, to these addresses, to be sent at `due_at`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such draft.
    pub fn queue_letter(
        &mut self,
        id: LetterId,
        octets: &[u8],
        recipients: &[String],
        due_at: i64,
    ) -> Result<(), StoreError> {
        self.together(|db| {
            let changed = db.execute(
                "UPDATE letter SET state = 'waiting', due_at = ?2, attempts = 0, is_filed = 0, failure = ''
                 WHERE id = ?1 AND state = 'draft'",
                params![number(id.0), due_at],
            )?;
            found(changed)?;
            let sql = "INSERT OR REPLACE INTO letter_content (letter_id, octets) VALUES (?1, ?2)";
            db.execute(sql, params![number(id.0), octets])?;
            db.execute("DELETE FROM letter_recipient WHERE letter_id = ?1", [number(id.0)])?;
            let sql = "INSERT OR IGNORE INTO letter_recipient (letter_id, address, state, words) VALUES (?1, ?2, 'waiting', '')";
            let mut statement = db.prepare_cached(sql)?;
            for address in recipients {
                statement.execute(params![number(id.0), address])?;
            }
            Ok(())
        })
    }

    /// Says when a letter in the outbox is to be sent.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it does not wait there.
    pub fn set_due(&mut self, id: LetterId, due_at: i64) -> Result<(), StoreError> {
        self.together(|db| {
            let sql = "UPDATE letter SET due_at = ?2 WHERE id = ?1 AND state = 'waiting'";
            found(db.execute(sql, params![number(id.0), due_at])?)
        })
    }

    /// A letter in the outbox that is not being sent is a draft again. Where some have had it, it is one to those who have
    /// not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it does not wait there.
    pub fn recall(&mut self, id: LetterId, now: i64) -> Result<(), StoreError> {
        self.together(|db| {
            let sql = "SELECT EXISTS (SELECT 1 FROM letter WHERE id = ?1 AND state = 'waiting')";
            let waits: bool = db.query_row(sql, [number(id.0)], |row| row.get(0))?;
            found(usize::from(waits))?;
            give_back(db, id, now, None)
        })
    }

    /// Letters of an account that wait for better times are to be sent at `due_at` at the latest.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn hasten_letters(&mut self, account: AccountId, due_at: i64) -> Result<(), StoreError> {
        self.together(|db| {
            let sql = "UPDATE letter SET due_at = min(due_at, ?2) WHERE account_id = ?1 AND state = 'waiting' AND failure <> ''";
            db.execute(sql, params![account, due_at])?;
            Ok(())
        })
    }

    /// When the next letter in the outbox is due.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    pub fn next_due(&self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT min(due_at) FROM letter WHERE state = 'waiting'";
        Ok(self.db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Takes a letter that is due at `now` out to be sent: from now on it counts as being sent, even after the process has
    /// ended.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read or written.
    pub fn begin_sending(&mut self, now: i64) -> Result<Option<Outgoing>, StoreError> {
        self.together(|db| {
            let sql =
                "SELECT id, account_id, attempts, sender, wants_report, octets FROM letter JOIN letter_content ON letter_id = id
                       WHERE state = 'waiting' AND due_at <= ?1 ORDER BY due_at, id LIMIT 1";
            let read = |row: &Row<'_>| {
                Ok(Outgoing {
                    id: LetterId(row.get::<_, i64>(0)?.unsigned_abs()),
                    account: row.get(1)?,
                    attempts: row.get::<_, u32>(2)? + 1,
                    sender: row.get(3)?,
                    wants_report: row.get(4)?,
                    recipients: Vec::new(),
                    octets: row.get(5)?,
                })
            };
            let Some(outgoing) = db.prepare_cached(sql)?.query_row([now], read).optional()? else { return Ok(None) };
            let sql = "UPDATE letter SET state = 'sending', attempts = attempts + 1 WHERE id = ?1";
            db.execute(sql, [number(outgoing.id.0)])?;
            let recipients = recipients(db, outgoing.id, "waiting")?;
            Ok(Some(Outgoing { recipients, ..outgoing }))
        })
    }

    /// Notes what the server said to a recipient of a letter that is being sent.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_verdict(&mut self, id: LetterId, address: &str, verdict: &Verdict) -> Result<(), StoreError> {
        let (state, words) = match verdict {
            Verdict::Accepted => ("accepted", ""),
            Verdict::Refused(words) => ("refused", words.as_str()),
        };
        self.together(|db| {
            db.execute(
                "UPDATE letter_recipient SET state = ?3, words = ?4 WHERE letter_id = ?1 AND address = ?2",
                params![number(id.0), address, state, words],
            )?;
            Ok(())
        })
    }

    /// Whether a letter is among what was sent already; it is from now on.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_filed(&mut self, id: LetterId) -> Result<bool, StoreError> {
        self.together(|db| {
            let sql = "UPDATE letter SET is_filed = 1 WHERE id = ?1 AND is_filed = 0";
            Ok(db.execute(sql, [number(id.0)])? == 0)
        })
    }

    /// Whom a letter waits for, and whom it was refused for.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    pub fn unreached(&self, id: LetterId) -> Result<(Vec<String>, Vec<String>), StoreError> {
        Ok((recipients(&self.db, id, "waiting")?, recipients(&self.db, id, "refused")?))
    }

    /// The octets of a letter in the outbox.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such letter.
    pub fn letter_octets(&self, id: LetterId) -> Result<Vec<u8>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT octets FROM letter_content WHERE letter_id = ?1")?;
        statement.query_row([number(id.0)], |row| row.get(0)).optional()?.ok_or(StoreError::NotFound("letter"))
    }

    /// A letter waits again, for this reason, until `due_at`.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn put_off(&mut self, id: LetterId, due_at: i64, failure: Option<&Failure>) -> Result<(), StoreError> {
        self.together(|db| set_state(db, id, "waiting", due_at, failure))
    }

    /// A letter is a draft again, for this reason. Where some have had it, it is one to those who have not.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn return_letter(&mut self, id: LetterId, now: i64, failure: Option<&Failure>) -> Result<(), StoreError> {
        self.together(|db| give_back(db, id, now, failure))
    }

    /// Nobody knows whether a letter was taken.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn doubt(&mut self, id: LetterId) -> Result<(), StoreError> {
        self.together(|db| set_state(db, id, "in-doubt", 0, None))
    }

    /// The account of a letter in doubt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such letter, or it is not in doubt.
    pub fn in_doubt(&self, id: LetterId) -> Result<AccountId, StoreError> {
        let sql = "SELECT account_id FROM letter WHERE id = ?1 AND state = 'in-doubt'";
        let mut statement = self.db.prepare_cached(sql)?;
        statement.query_row([number(id.0)], |row| row.get(0)).optional()?.ok_or(StoreError::NotFound("letter in doubt"))
    }

    /// A letter has gone where it was to go.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be removed.
    pub fn remove_letter(&mut self, id: LetterId) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute("DELETE FROM letter WHERE id = ?1", [number(id.0)])?;
            Ok(())
        })
    }
}

/// A letter is a draft again, to those who have not had it.
fn give_back(db: &Connection, id: LetterId, now: i64, failure: Option<&Failure>) -> Result<(), StoreError> {
    let others = [recipients(db, id, "waiting")?, recipients(db, id, "refused")?].concat().join(", ");
    db.execute(
        "UPDATE letter SET recipients_to = ?2, recipients_cc = '', recipients_bcc = '', changed_at = ?3
         WHERE id = ?1 AND is_filed = 1",
        params![number(id.0), others, now],
    )?;
    db.execute("DELETE FROM letter_content WHERE letter_id = ?1", [number(id.0)])?;
    set_state(db, id, "draft", 0, failure)
}

fn recipients(db: &Connection, id: LetterId, state: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT address FROM letter_recipient WHERE letter_id = ?1 AND state = ?2 ORDER BY address";
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_map(params![number(id.0), state], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn set_state(
    db: &Connection,
    id: LetterId,
    state: &str,
    due_at: i64,
    failure: Option<&Failure>,
) -> Result<(), StoreError> {
    let failure = failure.map(serde_json::to_string).transpose();
    let failure = failure.map_err(|error| StoreError::Internal(error.to_string()))?.unwrap_or_default();
    let sql = "UPDATE letter SET state = ?2, due_at = ?3, failure = ?4 WHERE id = ?1";
    db.execute(sql, params![number(id.0), state, due_at, failure])?;
    Ok(())
}

/// A process that ended while it sent a letter leaves it in doubt.
pub(crate) fn after_restart(db: &Connection) -> Result<(), StoreError> {
    db.execute("UPDATE letter SET state = 'in-doubt' WHERE state = 'sending'", [])?;
    Ok(())
}

fn is_draft(db: &Connection, letter: LetterId) -> Result<(), StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM letter WHERE id = ?1 AND state = 'draft')";
    let is_draft: bool = db.query_row(sql, [number(letter.0)], |row| row.get(0))?;
    found(usize::from(is_draft))
}

fn found(rows: usize) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::NotFound("letter")) } else { Ok(()) }
}

/// A page draws its numbers below 2^53.
fn number(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}
