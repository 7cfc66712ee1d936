//! Mail out of the mailbox into a file, and in from one, message by message.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use restante_engine::mbox::{self, Piece, Reader};
use restante_engine::mime;
use restante_store::{
    Digest, Filter, List, Location, NewAccount, NewMessage, Order, Rescued, Role, Source, Store, StoreError, Way,
};
use serde_json::json;

use crate::options::now;
use crate::report::{Report, Trouble};

/// Messages after which is committed.
const BATCH: u32 = 512;

pub(crate) fn export(store: &Store, to: &Path, report: &Report) -> Result<ExitCode, Trouble> {
    let trouble = |error: std::io::Error| Trouble::file(to, &error);
    let mut out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(to).map_err(trouble)?);
    let mut count = 0;
    for account in store.accounts()? {
        for id in store.list(List::Account(account.id), Filter::All, Order::Oldest)? {
            let date = store.rows(&[id])?.first().map_or(0, |row| row.date);
            mbox::write(date, &mut out, |take| store.read_content(id, take))?.map_err(trouble)?;
            count += 1;
        }
    }
    out.flush().and_then(|()| out.get_ref().sync_all()).map_err(trouble)?;
    report.event("exported", json!({ "messages": count }), &format!("{count} messages written"));
    Ok(ExitCode::SUCCESS)
}

/// Works on the file: a damaged one may not open as a mailbox.
pub(crate) fn rescue(mailbox: &Path, to: &Path, report: &Report) -> Result<ExitCode, Trouble> {
    let trouble = |error: std::io::Error| Trouble::file(to, &error);
    let mut out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(to).map_err(trouble)?);
    let mut written = Ok(());
    let done = Store::rescue(&Location::File(mailbox.to_owned()), &mut |octets| {
        if written.is_ok() {
            let date = mime::summary(octets).date.unwrap_or(0);
            let whole = |take: &mut dyn FnMut(&[u8])| {
                take(octets);
                Ok::<(), std::convert::Infallible>(())
            };
            written = mbox::write(date, &mut out, whole).unwrap_or_else(|never| match never {});
        }
    })?;
    written.and_then(|()| out.flush()).and_then(|()| out.get_ref().sync_all()).map_err(trouble)?;
    let Rescued { whole, doubtful, lost } = done;
    report.event(
        "rescued",
        json!({ "whole": whole, "doubtful": doubtful, "lost": lost }),
        &format!("{whole} messages written as they were, {doubtful} that may be damaged; {lost} could not be read"),
    );
    Ok(if doubtful + lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(crate) fn import(store: &mut Store, from: &Path, report: &Report) -> Result<ExitCode, Trouble> {
    let trouble = |error: std::io::Error| Trouble::file(from, &error);
    let mut file = File::open(from).map_err(trouble)?;
    let account = match store.accounts()?.first() {
        Some(account) => account.id,
        None => store.add_account(&NewAccount {
            name: "Imported".into(),
            host: "localhost".into(),
            port: 995,
            user: "imported".into(),
            way: Way::default(),
        })?,
    };
    let folder = store.folder_of(account, Role::Archive)?;
    let (mut reader, mut buffer, mut message, mut count) = (Reader::default(), vec![0; 256 << 10], Vec::new(), 0);
    let mut kept: Result<(), StoreError> = store.begin();
    {
        let mut take = |piece: Piece<'_>| match piece {
            Piece::Octets(octets) => message.extend_from_slice(octets),
            Piece::End if kept.is_ok() => {
                kept = keep(store, folder, &message);
                message.clear();
                count += 1;
                if count % BATCH == 0 && kept.is_ok() {
                    kept = store.commit().and_then(|()| store.begin());
                }
            }
            Piece::End => message.clear(),
        };
        loop {
            let octets = file.read(&mut buffer).map_err(trouble)?;
            let read = if octets == 0 { None } else { Some(&buffer[..octets]) };
            match read {
                Some(octets) => reader.read(octets, &mut take).map_err(|error| Trouble::File(error.to_string()))?,
                None => break reader.end(&mut take).map_err(|error| Trouble::File(error.to_string()))?,
            }
        }
    }
    kept?;
    store.commit()?;
    report.event("imported", json!({ "messages": count }), &format!("{count} messages taken in"));
    Ok(ExitCode::SUCCESS)
}

fn keep(store: &mut Store, folder: restante_store::FolderId, message: &[u8]) -> Result<(), StoreError> {
    let summary = mime::summary(message);
    let source = Source::Whole { source: message, digest: Digest::of(message) };
    store.insert(&NewMessage { folder, summary: &summary, source, arrived_at: now(), serial: None }).map(drop)
}
