//! Whether what is drawn beyond the form is there: it is loaded beside the form, which does not wait for it.

use super::{Effect, Phase, State};

/// How far the loading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screens {
    /// It is under way.
    #[default]
    Waiting,
    /// They can be drawn.
    Ready,
    /// The host of the page did not send them.
    Failed,
}

/// What happens to the loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreensAction {
    /// They are here.
    Loaded,
    /// They could not be loaded, or did not come in time.
    Failed,
    /// Try once more.
    Again,
}

pub(super) fn act(state: &mut State, action: ScreensAction) -> Vec<Effect> {
    match action {
        ScreensAction::Loaded => state.screens = Screens::Ready,
        // What came after all is not taken away again.
        ScreensAction::Failed if state.screens == Screens::Ready => {}
        ScreensAction::Failed => state.screens = Screens::Failed,
        ScreensAction::Again => return again(state),
    }
    vec![]
}

/// Loads them where that failed once, for now they are needed.
pub(super) fn again(state: &mut State) -> Vec<Effect> {
    if state.screens != Screens::Failed {
        return vec![];
    }
    state.screens = Screens::Waiting;
    vec![Effect::LoadScreens]
}

/// Whether something is to be drawn that is not the form, or soon will be.
pub(super) fn are_needed(state: &State) -> bool {
    matches!(state.phase, Phase::Opening(_) | Phase::Open(_) | Phase::Kept)
        || state.overlay.is_some()
        || state.diagnosis.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::{Action, DiagnosisAction, reduce};

    fn after(actions: &[ScreensAction]) -> State {
        let mut state = State::default();
        for action in actions {
            reduce(&mut state, Action::Screens(*action));
        }
        state
    }

    #[test]
    fn what_failed_is_loaded_again_once_it_is_needed_and_not_before() {
        let mut state = after(&[ScreensAction::Failed]);
        assert_eq!(state.screens, Screens::Failed);
        let show = Action::Diagnosis(DiagnosisAction::Show);
        assert!(reduce(&mut state, show.clone()).contains(&Effect::LoadScreens));
        // It fails again, and it is up to the user.
        assert!(!reduce(&mut state, Action::Screens(ScreensAction::Failed)).contains(&Effect::LoadScreens));
        assert_eq!(state.screens, Screens::Failed);
        assert_eq!(reduce(&mut state, Action::Screens(ScreensAction::Again)), [Effect::LoadScreens]);
        assert_eq!(state.screens, Screens::Waiting);
    }

    #[test]
    fn what_is_there_stays_there() {
        let mut state = after(&[ScreensAction::Loaded, ScreensAction::Failed]);
        assert_eq!(state.screens, Screens::Ready);
        assert_eq!(reduce(&mut state, Action::Screens(ScreensAction::Again)), []);
    }
}
