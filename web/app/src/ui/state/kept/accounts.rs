//! Accounts: keeping another mailbox, fetching what is new, and signing in.

use restante_api::keep::{AccountId, AccountView, Activity, Ask, Change, SignIn, Within};
use restante_api::oauth::{Credential, Grant};
use restante_api::{Blame, FailureKind, OpenMailbox, Request};

use super::{Kept, Sheet, Wait, act, lists, write};
use crate::ui::state::calls::Calls;
use crate::ui::state::{Effect, Focus, State, discover};

/// Keeps a mailbox on this device, and shows it while it is being filled.
pub(in crate::ui::state) fn add(state: &mut State, open: OpenMailbox) -> Vec<Effect> {
    let sign_in = state.form.keep_password.then(|| SignIn {
        credential: open.credential.clone(),
        token: open.token.clone(),
        keep: true,
    });
    let submission = discover::submission_of(&state.site, &state.form, &open);
    let mut effects = lists::begin(state);
    let State { kept: Some(kept), calls, .. } = state else { return effects };
    let (call, ask) = calls.ask(Request::Keep(Ask::Account(Box::new(open))));
    kept.waiting.push((call, Wait::Account(sign_in, submission)));
    effects.extend([ask, Effect::Persist, Effect::ClearLink, Effect::Focus(Focus::List)]);
    effects
}

/// Fetches what is new: of the account in sight, or of all.
pub(super) fn check_in_sight(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    let accounts: Vec<AccountId> = match kept.account_in_sight().filter(|_| matches!(kept.place, Within::Folder(_))) {
        Some(account) => vec![account.id],
        None => kept.accounts().iter().map(|account| account.id).collect(),
    };
    check(kept, calls, &accounts)
}

/// Fetches what is new of these accounts, and asks for the first password that is missing.
pub(super) fn check(kept: &mut Kept, calls: &mut Calls, accounts: &[AccountId]) -> Vec<Effect> {
    let mut effects = vec![];
    for id in accounts {
        let Some(account) = kept.account(*id) else { continue };
        if needs_password(account) {
            if kept.sheet.is_none() {
                kept.sheet = Some(act::password(*id));
            }
            continue;
        }
        kept.hushed.retain(|hushed| hushed != id);
        effects.push(kept.ask(calls, Ask::Check(*id, None), Wait::Check(*id)));
    }
    effects
}

/// Whether an account cannot be signed in to without its owner.
fn needs_password(account: &AccountView) -> bool {
    let refused = matches!(&account.activity, Activity::Failed(failure) if failure.kind == FailureKind::WrongPassword);
    refused || !account.has_password
}

/// Stops all fetching for now.
pub(super) fn pause(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    let busy: Vec<AccountId> = kept
        .accounts()
        .iter()
        .filter(|account| !matches!(account.activity, Activity::Idle | Activity::Paused { .. } | Activity::Failed(_)))
        .map(|account| account.id)
        .collect();
    busy.into_iter().map(|account| kept.ask(calls, Ask::Pause(account), Wait::Quietly)).collect()
}

/// Accepts the certificate that an account's server shows, and fetches.
pub(super) fn trust(kept: &mut Kept, calls: &mut Calls, id: AccountId) -> Vec<Effect> {
    let Some(Activity::Failed(failure)) = kept.account(id).map(|account| &account.activity) else { return vec![] };
    let (FailureKind::Certificate { certificate, .. } | FailureKind::CertificateChanged { certificate }) =
        &failure.kind
    else {
        return vec![];
    };
    let trust = Change::Trust(id, certificate.fingerprint);
    let mut effects = vec![kept.change(calls, trust, Wait::Quietly)];
    effects.extend(check(kept, calls, &[id]));
    effects
}

/// Signs in with the password that was typed.
pub(super) fn sign_in(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    match kept.sheet.take() {
        Some(Sheet::Password(draft)) if !draft.password.expose().is_empty() => {
            kept.hushed.retain(|hushed| *hushed != draft.account);
            let credential = Credential::Password(draft.password);
            let sign_in = SignIn { credential, token: None, keep: draft.keep };
            let check = Ask::Check(draft.account, Some(sign_in));
            vec![kept.ask(calls, check, Wait::Check(draft.account)), Effect::Focus(Focus::List)]
        }
        sheet => {
            kept.sheet = sheet;
            vec![]
        }
    }
}

/// Signs in with what a provider has granted.
pub(in crate::ui::state) fn granted(
    kept: &mut Kept,
    calls: &mut Calls,
    account: AccountId,
    grant: Grant,
) -> Vec<Effect> {
    let keep = match kept.sheet.take_if(|sheet| matches!(sheet, Sheet::Password(draft) if draft.account == account)) {
        Some(Sheet::Password(draft)) => draft.keep,
        _ => false,
    };
    kept.hushed.retain(|hushed| *hushed != account);
    let sign_in = SignIn { credential: Credential::Grant(Box::new(grant)), token: None, keep };
    vec![kept.ask(calls, Ask::Check(account, Some(sign_in)), Wait::Check(account)), Effect::Focus(Focus::List)]
}

/// The network is back: what it broke is taken up again.
pub(in crate::ui::state) fn network(state: &mut State) -> Vec<Effect> {
    let State { kept: Some(kept), calls, offline: false, .. } = state else { return vec![] };
    let broken = |account: &&AccountView| {
        matches!(&account.activity, Activity::Failed(failure) if failure.blame == Blame::Network)
            && account.has_password
    };
    let accounts: Vec<AccountId> = kept.accounts().iter().filter(broken).map(|account| account.id).collect();
    let mut effects = check(kept, calls, &accounts);
    effects.extend(write::send_what_waits(kept, calls));
    effects
}
