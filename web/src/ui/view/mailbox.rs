//! The second screen: bar, rail, list, reader.

use restante_engine::api::{ConnectionView, Stage};
use yew::{Html, Properties, classes, component, html};

use super::certificate::TrustPanel;
use super::connection::ConnectionDialog;
use super::failure::FailureNote;
use super::list::MessageList;
use super::rail::Rail;
use super::reader::Reader;
use super::stamp::mark;
use super::status::Status;
use super::{Act, sends};
use crate::ui::shared::Shared;
use crate::ui::state::{Action, Mailbox};

/// What the screen shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct MailboxProps {
    /// The mailbox.
    pub mailbox: Mailbox,
    /// What is happening now.
    pub stage: Option<Stage>,
    /// How the session came about.
    pub connection: Option<Shared<ConnectionView>>,
    /// Where to send what the user does.
    pub act: Act,
}

/// The second screen.
#[component]
pub fn MailboxScreen(props: &MailboxProps) -> Html {
    let MailboxProps { mailbox, act, .. } = props;
    let reading = mailbox.reading.as_ref();
    html! {
        <div class={classes!("mailbox", reading.map(|_| "reads"))}>
            <header class="bar">
                {mark()}
                <Status stage={props.stage} have={mailbox.known} of={mailbox.len()} ended={mailbox.failure.is_some()} />
                <button class="quiet narrow" onclick={sends(act, Action::ShowPath(true))}>{"Path"}</button>
                <button class="quiet" onclick={sends(act, Action::Close)}>{"Close mailbox"}</button>
            </header>
            <Rail account={mailbox.account.clone()} messages={mailbox.len()} octets={mailbox.octets} act={act.clone()} />
            <section class="list" aria-labelledby="list-title">
                if let Some(failure) = mailbox.failure.clone() {
                    <FailureNote failure={failure.clone()}>
                        <TrustPanel kind={failure.kind.clone()} act={act.clone()} />
                        <p class="actions">
                            <button onclick={sends(act, Action::Reopen)}>{"Open again"}</button>
                            <span>{"What you have read stays here until you close the mailbox."}</span>
                        </p>
                    </FailureNote>
                }
                <MessageList rows={mailbox.rows.clone()} cursor={mailbox.cursor} seen={mailbox.seen.clone()}
                    selected={reading.map(|reading| reading.position)} act={act.clone()} />
            </section>
            <main>
                if let Some(reading) = reading {
                    <Reader reading={reading.clone()} messages={mailbox.len()} act={act.clone()} />
                } else {
                    <div class="empty">
                        <p>{if mailbox.is_empty() { "Nothing to read." } else { "Choose a message to read it here." }}</p>
                    </div>
                }
            </main>
            if mailbox.shows_path {
                <ConnectionDialog account={mailbox.account.clone()} connection={props.connection.clone()} act={act.clone()} />
            }
        </div>
    }
}
