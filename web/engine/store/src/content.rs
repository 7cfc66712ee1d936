//! The octets of messages, in pieces: compressed where that pays, and never whole in memory unless somebody asks.

use std::borrow::Cow;

use rusqlite::{Connection, params};

use crate::{MessageId, Store, StoreError};

/// Octets of a piece at most.
pub const PIECE: usize = 1 << 20;

/// Writes a piece. It is compressed where that saves at least an eighth: base64 and text do, archives do not.
pub(crate) fn put(db: &Connection, message: MessageId, piece: u32, octets: &[u8]) -> Result<(), StoreError> {
    let packed = lz4_flex::block::compress(octets);
    let (codec, data) = if packed.len() <= octets.len() - octets.len() / 8 { (1, &packed[..]) } else { (0, octets) };
    let mut statement =
        db.prepare_cached("INSERT INTO content (message_id, piece, codec, octets, data) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    statement.execute(params![message, piece, codec, octets.len() as i64, data])?;
    Ok(())
}

/// Writes a message's octets, from the given piece on.
pub(crate) fn put_all(db: &Connection, message: MessageId, octets: &[u8]) -> Result<(), StoreError> {
    for (piece, octets) in (0..).zip(octets.chunks(PIECE)) {
        put(db, message, piece, octets)?;
    }
    Ok(())
}

/// The octets of a piece as it was written. `octets`: how many they are.
pub(crate) fn unpacked(codec: u8, octets: i64, data: &[u8]) -> Result<Cow<'_, [u8]>, StoreError> {
    if codec == 0 {
        return Ok(Cow::Borrowed(data));
    }
    let octets = usize::try_from(octets).ok().filter(|octets| *octets <= PIECE);
    let octets = octets.ok_or_else(|| StoreError::Corrupt("a piece is larger than pieces are".into()))?;
    let piece = lz4_flex::block::decompress(data, octets).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(Cow::Owned(piece))
}

/// Octets of a message for which memory is set aside at once.
const WHOLE: usize = 256 << 20;

impl Store {
    /// A message's octets, as they came; of one of which only the header is kept, those.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where they are not as they were written.
    pub fn content(&self, message: MessageId) -> Result<Vec<u8>, StoreError> {
        let sql = "SELECT coalesce(sum(octets), 0) FROM content WHERE message_id = ?1";
        let octets: i64 = self.db.prepare_cached(sql)?.query_row([message], |row| row.get(0))?;
        // What the database says of itself is not believed beyond what a message may hold in memory anyway.
        let mut whole = Vec::with_capacity(usize::try_from(octets).unwrap_or(0).min(WHOLE));
        self.read_content(message, &mut |piece| whole.extend_from_slice(piece))?;
        Ok(whole)
    }

    /// Reads a message's octets piece by piece.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where they are not as they were written.
    pub fn read_content(&self, message: MessageId, take: &mut dyn FnMut(&[u8])) -> Result<(), StoreError> {
        let mut statement =
            self.db.prepare_cached("SELECT codec, octets, data FROM content WHERE message_id = ?1 ORDER BY piece")?;
        let mut rows = statement.query([message])?;
        while let Some(row) = rows.next()? {
            let (codec, octets): (u8, i64) = (row.get(0)?, row.get(1)?);
            let data = row.get_ref(2)?.as_blob().map_err(|error| StoreError::Corrupt(error.to_string()))?;
            if octets > PIECE as i64 {
                return Err(StoreError::Corrupt("a piece is larger than pieces are".into()));
            }
            take(&unpacked(codec, octets, data)?);
        }
        Ok(())
    }
}
