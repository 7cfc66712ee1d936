//! The lines of answers that have several: CAPA's, LIST's, UIDL's, LANG's.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::mem;

use super::{Items, Reading};
use crate::pop3::listing::{self, About};
use crate::pop3::reply::{Status, readable};
use crate::pop3::session::{Phase, Session};
use crate::pop3::{Capabilities, Event, Fault, Quirk, Reply, ReplyData, Ticket, Uid};

impl Session {
    /// Reads a line of such an answer, without its line end.
    pub(super) fn read_listed(&mut self, line: &[u8]) -> Result<(), Fault> {
        let Some(ticket) = self.outstanding.front().map(|head| head.ticket) else { return Ok(()) };
        let line = match line {
            b"." => return self.end_listing(ticket),
            // A doubled dot (RFC 1939, section 3).
            [b'.', rest @ ..] => rest,
            line => line,
        };
        if let Some((Status::Err(rest), _)) = Status::read(line) {
            // The server gives up in the middle: better an answer than a malformed line.
            self.reading = Reading::Status;
            self.refused(rest);
            return Ok(());
        }
        let is_first = match &mut self.reading {
            Reading::Capabilities { lines, .. } | Reading::Languages { lines, .. } => {
                *lines += 1;
                let limit = self.config.limits.capabilities;
                if *lines as usize > limit {
                    return Err(Fault::ListingTooLong { limit: limit as u64 });
                }
                *lines == 1
            }
            Reading::Items(items) => {
                items.lines += 1;
                let limit = self.config.limits.listing;
                if items.lines > limit {
                    return Err(Fault::ListingTooLong { limit: limit.into() });
                }
                items.lines == 1
            }
            Reading::Status | Reading::Body(_) => false,
        };
        let is_second_ok = is_first && self.doubled && matches!(Status::read(line), Some((Status::Ok(_), _)));
        if is_second_ok || (line.is_empty() && matches!(self.reading, Reading::Items(_))) {
            self.uncount();
            let quirk = if is_second_ok { Quirk::SecondOk } else { Quirk::EmptyLine };
            return self.stray(quirk, line);
        }
        match &mut self.reading {
            Reading::Capabilities { found, .. } => found.take(&readable(line)),
            Reading::Languages { .. } => {
                let line = readable(line);
                let (tag, description) = line.split_once(' ').unwrap_or((&line, ""));
                let (tag, description) = (tag.into(), description.trim().into());
                self.events.push_back(Event::LanguageItem { ticket, tag, description });
            }
            Reading::Items(items) if items.uidl => self.read_uidl_item(ticket, line)?,
            Reading::Items(_) => self.read_list_item(ticket, line)?,
            Reading::Status | Reading::Body(_) => {}
        }
        Ok(())
    }

    fn uncount(&mut self) {
        match &mut self.reading {
            Reading::Capabilities { lines, .. } | Reading::Languages { lines, .. } => *lines -= 1,
            Reading::Items(items) => items.lines -= 1,
            Reading::Status | Reading::Body(_) => {}
        }
    }

    fn read_list_item(&mut self, ticket: Ticket, line: &[u8]) -> Result<(), Fault> {
        let (item, _) = listing::list(line, About::Any)?;
        self.spaced(item.extra_spaces, false);
        self.negative(line);
        self.order(item.number.value());
        self.events.push_back(Event::ListItem { ticket, number: item.number, octets: item.value });
        Ok(())
    }

    fn read_uidl_item(&mut self, ticket: Ticket, line: &[u8]) -> Result<(), Fault> {
        let (item, _) = listing::uidl(line, About::Any)?;
        self.spaced(item.extra_spaces, false);
        self.order(item.number.value());
        self.unusual_uid(item.value.as_ref());
        if let (Reading::Items(items), Some(uid)) = (&mut self.reading, &item.value)
            && items.seen.len() < Items::REMEMBERED
        {
            let mut hasher = DefaultHasher::new();
            uid.hash(&mut hasher);
            if !items.seen.insert(hasher.finish()) {
                self.quirk(Quirk::DuplicateUid);
            }
        }
        self.events.push_back(Event::UidlItem { ticket, number: item.number, uid: item.value });
        Ok(())
    }

    fn order(&mut self, number: u32) {
        let Reading::Items(items) = &mut self.reading else { return };
        let previous = mem::replace(&mut items.previous, number);
        if number <= previous {
            self.quirk(Quirk::ListingOrder);
        } else if number - previous > 1 && !self.deleted {
            self.quirk(Quirk::ListingGap);
        }
    }

    pub(super) fn negative(&mut self, text: &[u8]) {
        if text.contains(&b'-') && text.split(u8::is_ascii_whitespace).take(3).any(|word| word.starts_with(b"-")) {
            self.quirk(Quirk::NegativeSize);
        }
    }

    pub(super) fn unusual_uid(&mut self, uid: Option<&Uid>) {
        let Some(uid) = uid.map(Uid::as_bytes) else { return self.quirk(Quirk::EmptyUid) };
        // RFC 1939, section 7: one to 70 characters in the range 0x21 to 0x7E.
        if uid.len() > 70 {
            self.quirk(Quirk::LongUid);
        }
        if uid.iter().any(u8::is_ascii_whitespace) {
            self.quirk(Quirk::SpacedUid);
        }
        if uid.iter().any(|byte| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace()) {
            self.quirk(Quirk::NonAsciiUid);
        }
    }

    fn end_listing(&mut self, ticket: Ticket) -> Result<(), Fault> {
        match mem::replace(&mut self.reading, Reading::Status) {
            Reading::Capabilities { said: (code, text), found, lines } => {
                self.learn(&found);
                self.events.push_back(Event::Capabilities { ticket, capabilities: found });
                self.finish_with(Reply { code, text, data: ReplyData::Items(lines) });
            }
            Reading::Languages { said: (code, text), lines } => {
                self.finish_with(Reply { code, text, data: ReplyData::Items(lines) });
            }
            Reading::Items(items) => {
                let Items { said: (code, text), lines, .. } = *items;
                if self.extent.is_some_and(|(messages, _)| messages != lines) && !self.deleted {
                    self.quirk(Quirk::ListingCount);
                }
                self.finish_with(Reply { code, text, data: ReplyData::Items(lines) });
            }
            Reading::Status | Reading::Body(_) => {}
        }
        Ok(())
    }

    fn learn(&mut self, found: &Capabilities) {
        if let (Some(before), Phase::Transaction) = (&self.capabilities, self.phase)
            && ((found.top && !before.top) || (found.uidl && !before.uidl) || (found.pipelining && !before.pipelining))
        {
            self.quirk(Quirk::LateCapabilities);
        }
        self.capabilities = Some(found.clone());
    }
}
