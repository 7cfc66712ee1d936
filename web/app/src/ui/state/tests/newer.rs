//! A newer version of the page.

use super::*;

#[test]
fn a_newer_version_is_offered_until_it_is_taken_or_put_off_and_not_forgotten_with_a_mailbox() {
    let mut state = opened(3);
    assert!(reduce(&mut state, Action::NewVersion).is_empty() && state.newer);
    reduce(&mut state, Action::Close);
    assert!(state.newer);
    assert_eq!(reduce(&mut state, Action::Update), [Effect::Update]);
    assert!(reduce(&mut state, Action::Later).is_empty() && !state.newer);
}
