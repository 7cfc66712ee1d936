//! "Diagnosis": what was said with mail servers, to be looked at and handed on.

use restante_api::{CallId, Request, SessionLog};

use super::{Effect, Load, State};
use crate::ui::shared::Shared;
use crate::ui::words;

/// The dialog, while it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    asked: CallId,
    /// The last connections, the newest first.
    pub sessions: Load<Shared<Vec<SessionLog>>>,
    /// Whether the report could be copied, once somebody wanted that.
    pub copied: Option<bool>,
}

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiagnosisAction {
    /// Open it, or read it again.
    Show,
    /// Close it.
    Hide,
    /// Copy the report.
    Copy,
    /// The browser has copied it, or would not.
    Copied(bool),
    /// Save the report as a file.
    Save,
}

pub(super) fn act(state: &mut State, action: DiagnosisAction) -> Vec<Effect> {
    match action {
        DiagnosisAction::Show => show(state),
        DiagnosisAction::Hide => {
            state.diagnosis = None;
            vec![]
        }
        DiagnosisAction::Copy => report(state).map(Effect::Copy).into_iter().collect(),
        DiagnosisAction::Copied(copied) => {
            if let Some(diagnosis) = &mut state.diagnosis {
                diagnosis.copied = Some(copied);
            }
            vec![]
        }
        DiagnosisAction::Save => {
            let save = |report: String| Effect::Save { name: "restante.txt".into(), bytes: report.into_bytes() };
            report(state).map(save).into_iter().collect()
        }
    }
}

fn show(state: &mut State) -> Vec<Effect> {
    if let Some(mailbox) = &mut state.mailbox {
        mailbox.shows_path = false;
    }
    let (asked, ask) = state.calls.ask(Request::Diagnose);
    // With an engine goes what it remembers.
    let sessions = if state.engine_died { Load::Ready(Shared::new(Vec::new())) } else { Load::Waiting };
    let effects = if state.engine_died { vec![] } else { vec![ask] };
    state.diagnosis = Some(Diagnosis { asked, sessions, copied: None });
    effects
}

/// The engine's answer.
pub(super) fn heard(state: &mut State, to: CallId, sessions: Vec<SessionLog>) -> Vec<Effect> {
    if let Some(diagnosis) = state.diagnosis.as_mut().filter(|diagnosis| diagnosis.asked == to) {
        diagnosis.sessions = Load::Ready(Shared::new(sessions));
    }
    vec![]
}

/// The engine is no more: there will be no answer.
pub(super) fn death(state: &mut State) {
    if let Some(diagnosis) = state.diagnosis.as_mut().filter(|diagnosis| diagnosis.sessions == Load::Waiting) {
        diagnosis.sessions = Load::Ready(Shared::new(Vec::new()));
    }
}

fn report(state: &State) -> Option<String> {
    match &state.diagnosis.as_ref()?.sessions {
        Load::Ready(sessions) => Some(words::diagnosis::report(sessions)),
        _ => None,
    }
}
