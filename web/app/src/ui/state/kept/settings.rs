//! The account settings while they are being changed, and what is asked before a policy deletes.

use restante_api::keep::{AccountId, AccountSettings, AccountView, Ask, Change, Policy};

use super::{Kept, KeptAction, Sheet, Wait, deletes};
use crate::ui::state::calls::Calls;
use crate::ui::state::{Effect, Focus};

/// Octets in a megabyte, as sizes are shown.
const MEGABYTE: u64 = 1_000_000;

/// Settings as they are typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Whose.
    pub account: AccountId,
    /// What becomes of mail on the server; the days are in [`Draft::days`].
    pub policy: Policy,
    /// Days, as typed.
    pub days: String,
    /// Large messages are kept by their headers alone.
    pub limits: bool,
    /// From how many megabytes on, as typed.
    pub megabytes: String,
    /// New mail is looked for by itself.
    pub checks: bool,
    /// Every so many minutes, as typed.
    pub minutes: String,
    /// How far the saving is.
    pub step: Step,
}

/// How far the saving of settings is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// They are being changed.
    Changing,
    /// Something that was typed is no number.
    Wrong(Knobs),
    /// The engine counts what would be deleted.
    Counting,
    /// So many messages would be deleted now.
    Asking(u32),
}

/// The controls that take a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knobs {
    /// Days.
    Days,
    /// Megabytes.
    Megabytes,
    /// Minutes.
    Minutes,
}

/// A change to one control.
#[derive(Debug, Clone, PartialEq)]
pub enum Knob {
    /// The policy.
    Policy(Policy),
    /// Days.
    Days(String),
    /// Whether large messages are kept by their headers alone.
    Limits(bool),
    /// Megabytes.
    Megabytes(String),
    /// Whether new mail is looked for by itself.
    Checks(bool),
    /// Minutes.
    Minutes(String),
}

impl Draft {
    /// The settings of an account.
    pub fn of(account: &AccountView) -> Self {
        let AccountSettings { policy, size_limit, check_every } = account.settings;
        let days = if let Policy::DeleteAfter { days } = policy { days } else { 30 };
        Self {
            account: account.id,
            policy,
            days: days.to_string(),
            limits: size_limit.is_some(),
            megabytes: size_limit.map_or(10, |limit| limit.div_ceil(MEGABYTE)).to_string(),
            checks: check_every.is_some(),
            minutes: check_every.unwrap_or(15).to_string(),
            step: Step::Changing,
        }
    }

    /// What was typed.
    ///
    /// # Errors
    /// The control whose number is none.
    pub fn settings(&self) -> Result<AccountSettings, Knobs> {
        let policy = match self.policy {
            Policy::DeleteAfter { .. } => Policy::DeleteAfter { days: number(&self.days).ok_or(Knobs::Days)? },
            policy => policy,
        };
        let size_limit = if self.limits {
            Some(u64::from(number(&self.megabytes).ok_or(Knobs::Megabytes)?) * MEGABYTE)
        } else {
            None
        };
        let check_every = if self.checks { Some(number(&self.minutes).ok_or(Knobs::Minutes)?) } else { None };
        Ok(AccountSettings { policy, size_limit, check_every })
    }

    fn turn(&mut self, knob: Knob) {
        self.step = Step::Changing;
        match knob {
            Knob::Policy(policy) => self.policy = policy,
            Knob::Days(days) => {
                self.days = days;
                self.policy = Policy::DeleteAfter { days: 0 };
            }
            Knob::Limits(limits) => self.limits = limits,
            Knob::Megabytes(megabytes) => (self.megabytes, self.limits) = (megabytes, true),
            Knob::Checks(checks) => self.checks = checks,
            Knob::Minutes(minutes) => (self.minutes, self.checks) = (minutes, true),
        }
    }
}

/// A whole number from 1 to 9,999,999.
fn number(typed: &str) -> Option<u32> {
    typed.trim().parse().ok().filter(|number| (1..=9_999_999).contains(number))
}

/// Changes the draft, asks what it would delete, or saves it.
pub(super) fn act(kept: &mut Kept, calls: &mut Calls, action: KeptAction) -> Vec<Effect> {
    let Some(Sheet::Settings(draft)) = &mut kept.sheet else { return vec![] };
    match action {
        KeptAction::Turn(knob) => {
            draft.turn(knob);
            kept.waiting.retain(|(_, wait)| *wait != Wait::WouldDelete);
            vec![]
        }
        KeptAction::Save => {
            let settings = match draft.settings() {
                Ok(settings) => settings,
                Err(knob) => {
                    draft.step = Step::Wrong(knob);
                    return vec![Effect::Focus(Focus::Complaint)];
                }
            };
            let account = draft.account;
            let is_new = kept.account(account).is_some_and(|account| account.settings.policy != settings.policy);
            if is_new && deletes(settings.policy) {
                if let Some(Sheet::Settings(draft)) = &mut kept.sheet {
                    draft.step = Step::Counting;
                }
                return vec![kept.ask(calls, Ask::WouldDelete(account, settings.policy), Wait::WouldDelete)];
            }
            save(kept, calls, account, settings)
        }
        KeptAction::Agree => match (draft.step, draft.settings()) {
            (Step::Asking(_), Ok(settings)) => {
                let account = draft.account;
                save(kept, calls, account, settings)
            }
            _ => vec![],
        },
        _ => vec![],
    }
}

/// The engine has counted what the policy would delete.
pub(super) fn counted(kept: &mut Kept, count: u32) {
    if let Some(Sheet::Settings(draft)) = &mut kept.sheet {
        draft.step = Step::Asking(count);
    }
}

fn save(kept: &mut Kept, calls: &mut Calls, account: AccountId, settings: AccountSettings) -> Vec<Effect> {
    kept.sheet = None;
    vec![kept.change(calls, Change::Settings(account, settings), Wait::Saved), Effect::Focus(Focus::List)]
}
