//! Who writes a letter, among those who write from an account, and what stands below it.

use restante_api::keep::AccountId;
use restante_api::letter::Sending;
use restante_api::rich::Rich;

use super::changed;
use crate::ui::state::Effect;
use crate::ui::state::kept::Kept;

/// What stands below a letter of this sender, with the empty line above it; empty where there is none.
pub(super) fn signature(sending: &Sending, sender: &str) -> String {
    let signature = sending.identity(sender).signature;
    let signature = signature.trim_end();
    if signature.is_empty() { String::new() } else { format!("\n\n-- \n{signature}\n") }
}

/// Somebody else writes the letter. Their signature takes the place of the former one where that is as it was.
pub(super) fn change(kept: &mut Kept, account: AccountId, address: String) -> Vec<Effect> {
    let of = |account, sender: &str| kept.account(account).map(|account| signature(&account.sending, sender));
    let Some(composer) = &kept.composer else { return vec![] };
    let former = of(composer.account, &composer.draft.sender).unwrap_or_default();
    let signature = of(account, &address).unwrap_or_default();
    let Some(composer) = &mut kept.composer else { return vec![] };
    (composer.account, composer.draft.sender) = (account, address);
    if former != signature && !composer.draft.redirects {
        let draft = &mut composer.draft;
        match &mut draft.rich {
            Some(rich) => {
                // Its first line end is that of the line before.
                let [former, signature] =
                    [&former, &signature].map(|text| Rich::from_text(text.strip_prefix('\n').unwrap_or(text)).blocks);
                if rich.blocks.ends_with(&former) {
                    rich.blocks.truncate(rich.blocks.len() - former.len());
                    rich.blocks.extend(signature);
                    draft.text = rich.to_text();
                }
            }
            None => {
                if let Some(own) = draft.text.strip_suffix(&former) {
                    draft.text = format!("{own}{signature}");
                }
            }
        }
    }
    changed(composer)
}
