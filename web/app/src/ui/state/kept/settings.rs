//! The account settings while they are being changed, and what is asked before a policy deletes.

use restante_api::keep::{AccountId, AccountSettings, AccountView, Ask, Change, Policy};
use restante_api::letter::{Identity, Sending};
use restante_api::{Discover, Security};

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
    /// By which server the account sends, and who writes; the port is in [`Draft::port`].
    pub sending: Sending,
    /// The port of that server, as typed.
    pub port: String,
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
    /// The port of the outgoing server.
    Port,
    /// An address of who else writes, by its place.
    Identity(usize),
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
    /// A text of how the account sends.
    Sending(SendingField, String),
    /// How the connection to the outgoing server is protected.
    Security(Security),
    /// Whether a copy goes to oneself.
    CopyToSelf(bool),
    /// One more who writes from the account.
    AddIdentity,
    /// A text of who else writes, by its place.
    Identity(usize, SendingField, String),
    /// Who else writes is taken off, by its place.
    RemoveIdentity(usize),
}

/// The texts of how an account sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendingField {
    /// The name of who writes.
    Name,
    /// The address of who writes.
    Address,
    /// The outgoing server.
    Host,
    /// Its port.
    Port,
    /// The signature.
    Signature,
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
            port: account.sending.port.to_string(),
            sending: account.sending.clone(),
            step: Step::Changing,
        }
    }

    /// How the account sends, as typed.
    ///
    /// # Errors
    /// The control whose number is none.
    pub fn sending(&self) -> Result<Sending, Knobs> {
        let port = self.port.trim().parse().ok().filter(|port| *port > 0).ok_or(Knobs::Port)?;
        let trimmed = |text: &str| text.trim().to_owned();
        let trim = |identity: &Identity| Identity {
            name: trimmed(&identity.name),
            address: trimmed(&identity.address),
            signature: identity.signature.clone(),
        };
        for (at, identity) in self.sending.identities.iter().enumerate() {
            let address = identity.address.trim();
            let others = self.sending.identities.iter().enumerate().filter(|(other, _)| *other < at);
            let mut others = others.map(|(_, other)| &other.address).chain([&self.sending.address]);
            let is_twice = others.any(|other| other.trim().eq_ignore_ascii_case(address));
            let is_nothing = address.is_empty() && identity.signature.trim().is_empty();
            if !is_nothing && (is_twice || Discover::of(address).is_none()) {
                return Err(Knobs::Identity(at));
            }
        }
        Ok(Sending {
            port,
            host: trimmed(&self.sending.host),
            name: trimmed(&self.sending.name),
            address: trimmed(&self.sending.address),
            identities: self
                .sending
                .identities
                .iter()
                .filter(|identity| !identity.address.trim().is_empty())
                .map(trim)
                .collect(),
            ..self.sending.clone()
        })
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
            Knob::Sending(field, typed) => {
                *match field {
                    SendingField::Name => &mut self.sending.name,
                    SendingField::Address => &mut self.sending.address,
                    SendingField::Host => &mut self.sending.host,
                    SendingField::Port => &mut self.port,
                    SendingField::Signature => &mut self.sending.signature,
                } = typed;
            }
            Knob::Security(security) => {
                // A port that nobody has changed goes along (RFC 8314, section 7.3).
                if self.port == self.sending.security.submission_port().to_string() {
                    self.port = security.submission_port().to_string();
                }
                self.sending.security = security;
            }
            Knob::CopyToSelf(copies) => self.sending.copy_to_self = copies,
            Knob::AddIdentity => {
                let name = self.sending.name.clone();
                self.sending.identities.push(Identity { name, ..Identity::default() });
            }
            Knob::Identity(at, field, typed) => {
                let Some(identity) = self.sending.identities.get_mut(at) else { return };
                match field {
                    SendingField::Name => identity.name = typed,
                    SendingField::Address => identity.address = typed,
                    SendingField::Signature => identity.signature = typed,
                    // The server is the account's.
                    SendingField::Host | SendingField::Port => {}
                }
            }
            Knob::RemoveIdentity(at) => {
                if at < self.sending.identities.len() {
                    self.sending.identities.remove(at);
                }
            }
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
            let settings = match draft.sending().and_then(|_| draft.settings()) {
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
    let typed = match kept.sheet.take() {
        Some(Sheet::Settings(draft)) => draft.sending().ok(),
        _ => None,
    };
    let is_new = |sending: &Sending| kept.account(account).is_some_and(|account| account.sending != *sending);
    let sending = typed.filter(is_new);
    let mut effects: Vec<Effect> = sending
        .map(|sending| kept.change(calls, Change::Sending(account, sending), Wait::Quietly))
        .into_iter()
        .collect();
    effects.push(kept.change(calls, Change::Settings(account, settings), Wait::Saved));
    effects.push(Effect::Focus(Focus::List));
    effects
}
