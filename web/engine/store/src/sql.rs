//! A query in the languages of the database: FTS5's for its words, SQL for the rest.

use restante_query::{Field, Query, Term, What};
use rusqlite::types::Value;

use crate::folders::role_name;

/// The query's words in FTS5's own language, where it has any.
pub(crate) fn expression(query: &Query) -> Option<String> {
    let (within, without) = words(query)?;
    Some(format!("({within}){without}"))
}

/// The same, of the messages alone that have all of the words in the sender's name and the subject.
pub(crate) fn prominent(query: &Query) -> Option<String> {
    let (within, without) = words(query)?;
    Some(format!("({{sender subject}} : ({within})){without}"))
}

/// What a message must have, and what it must not.
fn words(query: &Query) -> Option<(String, String)> {
    let (out, within): (Vec<_>, Vec<_>) = query.terms().iter().partition(|term| term.is_excluded);
    if within.is_empty() {
        return None;
    }
    let within = within.into_iter().map(phrase).collect::<Vec<_>>().join(" AND ");
    let out = out.into_iter().map(|term| format!(" NOT ({})", phrase(term))).collect::<String>();
    Some((within, out))
}

fn phrase(term: &Term) -> String {
    let phrase = format!("\"{}\"{}", term.tokens.join(" "), if term.is_open { "*" } else { "" });
    let column = match term.field {
        None => return phrase,
        Some(Field::Sender) => "sender",
        Some(Field::Recipients) => "recipients",
        Some(Field::Subject) => "subject",
    };
    format!("{column} : {phrase}")
}

/// What else must hold, as SQL on `message m`, and the values in it.
pub(crate) fn conditions(query: &Query) -> (Vec<String>, Vec<Value>) {
    let (mut sql, mut values) = (Vec::new(), Vec::new());
    for condition in query.conditions() {
        let (holds, value) = match &condition.what {
            What::Before(at) => ("m.date < ?", Some(Value::Integer(*at))),
            What::After(at) => ("m.date >= ?", Some(Value::Integer(*at))),
            What::Larger(octets) => ("m.octets > ?", Some(Value::Integer(i64::try_from(*octets).unwrap_or(i64::MAX)))),
            What::InRole(role) => (
                "m.folder_id IN (SELECT id FROM folder WHERE role = ?)",
                Some(Value::Text(role_name(*role).to_owned())),
            ),
            What::InOwn(name) => (
                "m.folder_id IN (SELECT id FROM folder WHERE role = 'own' AND name = ? COLLATE NOCASE)",
                Some(Value::Text(name.clone())),
            ),
            What::Attachment => ("m.has_attachments", None),
            What::Read(true) => ("m.is_read", None),
            What::Read(false) => ("NOT m.is_read", None),
            What::Starred => ("m.is_starred", None),
        };
        sql.push(if condition.is_excluded { format!("NOT ({holds})") } else { holds.to_owned() });
        values.extend(value);
    }
    // Only exclusions: no expression takes them, so they are looked up by themselves.
    if expression(query).is_none() {
        for term in query.terms() {
            sql.push("m.id NOT IN (SELECT rowid FROM search WHERE search MATCH ?)".to_owned());
            values.push(Value::Text(phrase(term)));
        }
    }
    (sql, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_phrases_and_columns_become_one_expression() {
        let query: Query = "harbour \"old map\" from:ana -subject:spam wal".parse().unwrap();
        let expression = expression(&query).unwrap();
        assert_eq!(
            expression,
            "(\"harbour\" AND \"old map\" AND sender : \"ana\" AND \"wal\"*) NOT (subject : \"spam\")"
        );
    }

    #[test]
    fn what_is_typed_cannot_leave_its_quotes() {
        for text in ["\"", "a\"b OR c", "NEAR(a b)", "a* ^b", "'; DROP TABLE message; --", "from:\"", "{sender} : x"] {
            let query: Query = text.parse().unwrap();
            let expression = expression(&query).unwrap_or_default();
            let inside: String = expression.split('"').skip(1).step_by(2).collect();
            assert!(inside.chars().all(|c| c.is_alphanumeric() || c == ' '), "{text}: {expression}");
        }
    }
}
