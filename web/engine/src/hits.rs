//! Where the words of a query stand in a row, and why a query is none.

use restante_api::keep::Hits;
use restante_api::{Address, SearchFault};
use restante_query::{BadQuery, Query};

/// Where they stand in what a row shows: the sender's name, or the address where there is none, the subject and the snippet.
pub(crate) fn of(query: &Query, from: Option<&Address>, subject: &str, snippet: &str) -> Hits {
    let sender = from.map_or("", |from| if from.name.is_empty() { &from.address } else { &from.name });
    Hits { from: marks(query, sender), subject: marks(query, subject), snippet: marks(query, snippet) }
}

fn marks(query: &Query, text: &str) -> Vec<(u32, u32)> {
    let octet = |at| u32::try_from(at).unwrap_or(u32::MAX);
    query.marks(text).into_iter().map(|range| (octet(range.start), octet(range.end))).collect()
}

/// Why a query is none, as the page is told.
pub(crate) fn unfit(query: BadQuery) -> SearchFault {
    match query {
        BadQuery::Day(what) => SearchFault::Day(what),
        BadQuery::Size(what) => SearchFault::Size(what),
        BadQuery::Mark(what) => SearchFault::Mark(what),
    }
}
