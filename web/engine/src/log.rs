//! Notes what is said with servers, so that it can be looked at when something does not work: the last few connections, and
//! of each the first lines and the last. It is in memory, and goes with the engine.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use restante_api::{Choice, Failure, Omission, SaidLine, SessionLog, Stage, TlsView, Update};
use restante_protocol::pop3::{LeftOut, Speaker, Spoken, Why};
use restante_protocol::tunnel::Service;

use crate::connection::Options;
use crate::platform::Platform;

/// Connections that are remembered.
const CONNECTIONS: usize = 8;
/// Lines of a connection that are remembered from its beginning, and from its end.
const FIRST: usize = 60;
const LAST: usize = 240;

/// The connections of an engine.
#[derive(Clone, Default)]
pub struct Log(Rc<RefCell<VecDeque<Entry>>>);

/// One of them.
#[derive(Clone)]
pub(crate) struct Entry(Rc<RefCell<Session>>);

struct Session {
    view: SessionLog,
    last: VecDeque<SaidLine>,
    left_out: u64,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").finish_non_exhaustive()
    }
}

impl Log {
    /// What is known of the last connections, the newest first.
    pub fn sessions(&self) -> Vec<SessionLog> {
        self.0.borrow().iter().rev().map(Entry::view).collect()
    }

    /// Another connection begins.
    pub(crate) fn begin(&self, host: &str, port: u16, service: Service, options: &Options, now: u64) -> Entry {
        let view = SessionLog {
            began: now,
            host: host.to_owned(),
            port,
            is_submission: service == Service::Submission,
            security: options.security,
            tls_end: options.tls_end,
            bridge: options.bridge.clone(),
            reached: Stage::Connecting,
            peer: String::new(),
            tls: None,
            lines: Vec::new(),
            gap: None,
            failure: None,
        };
        let entry = Entry(Rc::new(RefCell::new(Session { view, last: VecDeque::new(), left_out: 0 })));
        let mut entries = self.0.borrow_mut();
        if entries.len() >= CONNECTIONS {
            entries.pop_front();
        }
        entries.push_back(entry.clone());
        entry
    }
}

impl Entry {
    pub(crate) fn reached(&self, stage: Stage) {
        self.0.borrow_mut().view.reached = stage;
    }

    pub(crate) fn is_up(&self, peer: String, tls: Option<TlsView>) {
        let view = &mut self.0.borrow_mut().view;
        (view.peer, view.tls, view.reached) = (peer, tls.map(Box::new), Stage::Greeting);
    }

    pub(crate) fn said(&self, spoken: Spoken, at: u64) {
        let Session { view, last, left_out } = &mut *self.0.borrow_mut();
        let line = line(spoken, at);
        if view.lines.len() < FIRST {
            return view.lines.push(line);
        }
        if last.len() >= LAST {
            last.pop_front();
            *left_out += 1;
        }
        last.push_back(line);
    }

    /// It ended before anything secret was said.
    pub(crate) fn ended(&self, failure: &Failure) {
        self.0.borrow_mut().view.failure.get_or_insert_with(|| Box::new(failure.clone()));
    }

    /// It ended for this reason, which may quote the server: what that said is in the dialogue, without what is secret.
    pub(crate) fn ended_quietly(&self, failure: &Failure) {
        self.ended(&Failure { detail: String::new(), ..failure.clone() });
    }

    fn view(&self) -> SessionLog {
        let Session { view, last, left_out } = &*self.0.borrow();
        let mut shown = view.clone();
        if *left_out > 0 {
            shown.gap = Some((u32::try_from(shown.lines.len()).unwrap_or(u32::MAX), *left_out));
        }
        shown.lines.extend(last.iter().cloned());
        shown
    }
}

fn line(spoken: Spoken, at: u64) -> SaidLine {
    SaidLine {
        at,
        by_server: spoken.speaker == Speaker::Server,
        text: spoken.text,
        left_out: spoken.left_out.map(|left_out| match left_out {
            LeftOut::Secret => Omission::Secret,
            LeftOut::Lines(lines) => Omission::Lines(lines),
            LeftOut::Octets(octets) => Omission::Octets(octets),
        }),
        why: spoken.why.map(|why| match why {
            Why::AskedFor => Choice::AskedFor,
            Why::OneFlight => Choice::OneFlight,
            Why::Unbound => Choice::Unbound,
            Why::NothingAnnounced => Choice::NothingAnnounced,
            _ => Choice::Strongest,
        }),
    }
}

/// What was said on the host's connections.
pub(crate) fn diagnosis(platform: &dyn Platform) -> Update {
    Update::Diagnosis(platform.log().map(Log::sessions).unwrap_or_default())
}

/// Forgets what was said on the host's connections.
pub(crate) fn forget(platform: &dyn Platform) {
    if let Some(log) = platform.log() {
        log.0.borrow_mut().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(text: String) -> Spoken {
        Spoken { speaker: Speaker::Client, text, left_out: None, why: None }
    }

    #[test]
    fn of_a_long_dialogue_the_beginning_and_the_end_are_kept() {
        let log = Log::default();
        for port in 0..=CONNECTIONS {
            let port = u16::try_from(port).unwrap();
            let entry = log.begin("pop.example", port, Service::Pop3, &Options::default(), 1_800_000_000);
            for at in 0..1_000 {
                entry.said(spoken(format!("RETR {at}")), at);
            }
        }
        let sessions = log.sessions();
        assert_eq!(sessions.len(), CONNECTIONS, "the oldest is forgotten");
        let SessionLog { port, lines, gap, .. } = &sessions[0];
        assert_eq!((usize::from(*port), lines.len()), (CONNECTIONS, FIRST + LAST));
        assert_eq!((lines[0].text.as_str(), lines[FIRST + LAST - 1].text.as_str()), ("RETR 0", "RETR 999"));
        assert_eq!(*gap, Some((60, 700)));
        assert_eq!(lines[FIRST].text, "RETR 760");
    }
}
