//! What is to be deleted on the server: proven to be what is kept here, then deleted.

use std::collections::HashMap;

use restante_protocol::pop3::Command;
use restante_store::{Due, Extent};

use super::{Entry, Job, Session};
use crate::connection::Connection;
use crate::sync::SyncError;

impl Session<'_> {
    /// Asks for the headers of what is to be deleted, where this session has not seen them; for all of it, where its
    /// header is like others'.
    pub(super) fn prove(&mut self, connection: &mut Connection) -> Result<(), SyncError> {
        for (at, _) in self.due()? {
            let Entry { number, header, is_withheld, .. } = self.entries[at];
            let octets = Some(self.entries[at].listed.octets).filter(|octets| *octets > 0);
            match header {
                _ if is_withheld => {}
                Some(header) if header.is_telling => {}
                None if self.has_top() => {
                    self.submit(connection, Command::Top { number, lines: 0 }, Job::Prove(at, Extent::Header));
                }
                None | Some(_) => {
                    self.submit(connection, Command::Retr { number, octets }, Job::Prove(at, Extent::Whole));
                }
            }
        }
        Ok(())
    }

    /// Deletes what is due and is, by its header or its octets, what it was when it was kept.
    pub(super) fn delete(&mut self, connection: &mut Connection) -> Result<(), SyncError> {
        for (at, due) in self.due()? {
            let Entry { number, header, .. } = self.entries[at];
            let item = due.item;
            match header {
                Some(header) if header.is_telling && header.hash == due.header => {
                    self.submit(connection, Command::Dele(number), Job::Dele(item));
                }
                // Another message goes by the name: it is fetched as a new one the next time.
                Some(header) if header.is_telling => self.store().disown(item)?,
                // It could not be looked at: later.
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    /// The messages that are to be deleted, and where in the listing they are.
    fn due(&self) -> Result<Vec<(usize, Due)>, SyncError> {
        let due: HashMap<_, _> = self.store().due(self.account)?.into_iter().map(|due| (due.item, due)).collect();
        let listed = self.entries.iter().enumerate();
        Ok(listed.filter_map(|(at, entry)| Some((at, *due.get(&entry.item?)?))).collect())
    }
}
