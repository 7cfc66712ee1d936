//! What the engine says of letters: how they begin, that they are saved, and what became of them.

use restante_api::keep::{AccountId, Answer};
use restante_api::letter::{Beginning, InlinePicture, LetterContent, LetterId, LetterState, Manner};
use restante_api::picture::shown_type;
use restante_api::{CallId, Failure, FailureKind};

use super::{Composer, Kept, LetterWait, Saved, Told, Watch, WriteStep, changed, edit, focus, offers, signature};
use crate::ui::shared::Shared;
use crate::ui::state::calls::Calls;
use crate::ui::state::{Effect, Focus, Picture};

/// An answer about a letter.
pub(in crate::ui::state::kept) fn answered(
    kept: &mut Kept,
    calls: &mut Calls,
    to: CallId,
    wait: LetterWait,
    answer: Answer,
) -> Vec<Effect> {
    match (wait, answer) {
        (LetterWait::Beginning(letter, manner), Answer::Begun(account, beginning)) => {
            begun(kept, letter, manner, account, *beginning)
        }
        (LetterWait::Content(letter), Answer::Letter(content)) => opened(kept, letter, *content),
        (LetterWait::Recalled(letter), Answer::Done(_)) => {
            kept.queued.retain(|(queued, _)| *queued != letter);
            kept.reports_wanted.retain(|(wanted, _)| *wanted != letter);
            edit(kept, calls, letter)
        }
        (LetterWait::Queued(letter), Answer::Done(_)) => {
            kept.reports_wanted.retain(|(wanted, _)| *wanted != letter);
            if let Some(composer) = kept.composer.take_if(|composer| composer.letter == letter)
                && composer.draft.wants_report
            {
                kept.reports_wanted.push((letter, composer.account));
            }
            kept.watch(letter, Watch::Waits);
            kept.told = Some(Told::Queued(letter));
            vec![Effect::Focus(Focus::List)]
        }
        (LetterWait::Saved(letter) | LetterWait::Attached(letter, _), Answer::Done(_)) => {
            if let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) {
                composer.adding.retain(|(call, _)| *call != to);
                if composer.saved == Saved::Whole(Some(to)) {
                    composer.saved = Saved::Whole(None);
                }
            }
            vec![]
        }
        (LetterWait::Offers(letter), Answer::Correspondents(found)) => {
            if let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) {
                offers::found(composer, to, found);
            }
            vec![]
        }
        _ => vec![],
    }
}

fn begun(kept: &mut Kept, letter: LetterId, manner: Manner, account: AccountId, beginning: Beginning) -> Vec<Effect> {
    let Beginning { letter: content, quote } = beginning;
    let signature = kept.account(account).map(|account| signature(&account.sending, &content.draft.sender));
    let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) else { return vec![] };
    *composer = composer_of(letter, account, content);
    if !matches!(manner, Manner::EditAsNew | Manner::Redirect) {
        composer.draft.text.push_str(&signature.unwrap_or_default());
    }
    match quote {
        Some(quote) => {
            composer.step = WriteStep::Opening;
            vec![Effect::Quote(letter, manner, Box::new(quote))]
        }
        None => vec![focus(composer)],
    }
}

fn opened(kept: &mut Kept, letter: LetterId, content: LetterContent) -> Vec<Effect> {
    let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) else { return vec![] };
    *composer = Composer { saved: Saved::Whole(None), ..composer_of(letter, composer.account, content) };
    vec![focus(composer)]
}

fn composer_of(letter: LetterId, account: AccountId, content: LetterContent) -> Composer {
    let LetterContent { draft, files, pictures } = content;
    let shown = |InlinePicture { file, octets: bytes }| {
        let media_type = shown_type(&files.iter().find(|other| other.id == file)?.media_type)?;
        Some((file, Shared::new(Picture { media_type, bytes })))
    };
    let pictures = pictures.into_iter().filter_map(shown).collect();
    Composer { files, pictures, ..Composer::new(letter, account, draft, WriteStep::Writing) }
}

/// Something about a letter could not be done. Whether that is told where the letter is.
pub(in crate::ui::state::kept) fn refused(
    kept: &mut Kept,
    to: CallId,
    wait: LetterWait,
    failure: Failure,
) -> Vec<Effect> {
    let (LetterWait::Beginning(letter, _)
    | LetterWait::Content(letter)
    | LetterWait::Saved(letter)
    | LetterWait::Attached(letter, _)
    | LetterWait::Queued(letter)
    | LetterWait::Recalled(letter)
    | LetterWait::Offers(letter)) = wait;
    if matches!(wait, LetterWait::Offers(_)) {
        // Whoever types an address to its end needs no offer.
        return vec![];
    }
    if matches!(wait, LetterWait::Recalled(_)) && failure.kind == FailureKind::NoSuchMessage {
        // It was on its way already: what becomes of it is told.
        kept.watch(letter, Watch::Waits);
        overviewed(kept);
        return vec![];
    }
    let is_shelved = kept.letter(letter).is_some_and(|(_, view)| !matches!(view.state, LetterState::Draft { .. }));
    if is_shelved && failure.kind == FailureKind::NoSuchMessage {
        // An engine that is no more had put it into the outbox before it could say so.
        (kept.composer, kept.told) = (None, Some(Told::Queued(letter)));
        kept.watch(letter, Watch::Waits);
        return vec![Effect::Focus(Focus::List)];
    }
    let failure = Shared::new(failure);
    let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) else {
        kept.told = Some(Told::Failed(failure));
        return vec![];
    };
    composer.adding.retain(|(call, _)| *call != to);
    match wait {
        LetterWait::Beginning(..) | LetterWait::Content(_) => {
            kept.composer = None;
            kept.told = Some(Told::Failed(failure));
            return vec![Effect::Focus(Focus::List)];
        }
        LetterWait::Attached(_, file) => {
            composer.lose(|other| other.id == file);
            composer.saved = Saved::Partly;
        }
        LetterWait::Saved(_) => composer.saved = Saved::Partly,
        LetterWait::Queued(_) | LetterWait::Recalled(_) | LetterWait::Offers(_) => composer.step = WriteStep::Writing,
    }
    composer.failure = Some(failure);
    vec![Effect::Focus(Focus::LetterFailure)]
}

/// The engine is no more: what it had not answered is asked of the next one.
pub(in crate::ui::state::kept) fn death(kept: &mut Kept) -> Vec<Effect> {
    let Some(composer) = &mut kept.composer else { return vec![] };
    if composer.step == WriteStep::Opening {
        kept.composer = None;
        return vec![];
    }
    let lost: Vec<String> = composer.adding.drain(..).map(|(_, name)| name).collect();
    composer.lose(|file| lost.contains(&file.name));
    composer.step = WriteStep::Writing;
    if composer.saved == Saved::Never { vec![] } else { changed(composer) }
}

/// Whether the writer of a letter that was sent waits in vain to be told of its delivery.
fn is_unreported(kept: &mut Kept, letter: LetterId) -> bool {
    let Some(at) = kept.reports_wanted.iter().position(|(wanted, _)| *wanted == letter) else { return false };
    let (_, account) = kept.reports_wanted.remove(at);
    kept.account(account).is_some_and(|account| account.submission_server.reports == Some(false))
}

/// Tells what became of letters that were to be sent.
pub(in crate::ui::state::kept) fn overviewed(kept: &mut Kept) {
    for (letter, watch) in std::mem::take(&mut kept.queued) {
        match kept.letter(letter).map(|(_, view)| view.state.clone()) {
            None => kept.told = Some(if is_unreported(kept, letter) { Told::SentUnreported } else { Told::Sent }),
            Some(LetterState::Draft { returned: Some(failure) }) => {
                kept.told = Some(Told::Returned(Shared::new(*failure)))
            }
            Some(LetterState::Draft { returned: None }) => {}
            Some(LetterState::InDoubt) => kept.told = Some(Told::InDoubt),
            Some(LetterState::Waiting { failure: Some(failure), .. }) => {
                if watch == Watch::Waits {
                    kept.told = Some(Told::PutOff(Shared::new(*failure)));
                }
                kept.queued.push((letter, if watch == Watch::Waits { Watch::End } else { watch }));
            }
            Some(LetterState::Waiting { failure: None, .. }) => kept.queued.push((letter, watch)),
            Some(LetterState::Sending) => {
                kept.queued.push((letter, if watch == Watch::Again { Watch::Waits } else { watch }));
            }
        }
    }
}
