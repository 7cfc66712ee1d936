//! The reading pane: the message that is being read, and what can be done with it.

use restante_api::{Failure, FailureKind};
use yew::{Html, Properties, classes, component, html};

use super::attachments::Attachments;
use super::failure::FailureNote;
use super::frame::MessageFrame;
use super::letterhead::Letterhead;
use super::plain::PlainText;
use super::source::SourceView;
use super::{Act, event, icon, sends};
use crate::ui::state::{Action, Face, Load, Opened, Reading, Remote};
use crate::ui::{cost, words};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct ReaderProps {
    pub(super) reading: Reading,
    /// Number of messages in the list.
    pub(super) messages: u32,
    /// What is said of the message, between its head and its text.
    #[prop_or_default]
    pub(super) note: Html,
    /// Only the header of the message is here.
    #[prop_or_default]
    pub(super) header_only: bool,
    pub(super) act: Act,
}

#[component]
pub(super) fn Reader(props: &ReaderProps) -> Html {
    let ReaderProps { reading, act, .. } = props;
    let opened = reading.current();
    let fills = opened.face == Face::Html && matches!(opened.html, Load::Ready(_));
    html! {
        <article id="message" class={classes!(fills.then_some("fills"))} aria-label="Message" tabindex="-1"
            aria-busy={(opened.view == Load::Waiting).to_string()}>
            {toolbar(props, opened)}
            {match &opened.view {
                Load::Waiting => html! {
                    <>
                        <p class="fetching">
                            <span>{words::fetching(opened.progress)}</span>
                            <button onclick={sends(act, Action::Stop)}>{"Cancel"}</button>
                        </p>
                        {ghost()}
                    </>
                },
                Load::Stopped => html! {
                    <p class="note stopped">
                        <span>{"Fetching this message was cancelled."}</span>
                        <button onclick={sends(act, Action::Again)}>{"Fetch it"}</button>
                    </p>
                },
                Load::Failed(failure) => html! {
                    <FailureNote failure={failure.clone()}>
                        if may_be_asked_for_again(failure) {
                            <p><button onclick={sends(act, Action::Again)}>{"Try again"}</button></p>
                        }
                    </FailureNote>
                },
                Load::Ready(view) => html! {
                    <>
                        <Letterhead view={view.clone()} />
                        {props.note.clone()}
                        if let Some(event) = &view.event { {event::event(event)} }
                        {body(opened, props.header_only, act)}
                        if let Some(failure) = opened.fetch_failure.clone() {
                            <FailureNote {failure} />
                        }
                        <Attachments key={format!("{:?}", opened.message)} view={view.clone()} fetching={opened.fetching.clone()}
                            archive={opened.archive_asked.is_some()} pictures={opened.pictures.clone()} act={act.clone()} />
                    </>
                },
            }}
        </article>
    }
}

/// Whether the same question may have another answer.
fn may_be_asked_for_again(failure: &Failure) -> bool {
    !matches!(failure.kind, FailureKind::Outdated | FailureKind::TooLarge)
}

fn toolbar(props: &ReaderProps, opened: &Opened) -> Html {
    let ReaderProps { reading, messages, act, .. } = props;
    let back = match reading.outer_subject() {
        None => {
            html! { <button class="quiet back" onclick={sends(act, Action::Back)}>{icon::back()}<span>{"List"}</span></button> }
        }
        Some(subject) => html! {
            <button class="quiet back nested" onclick={sends(act, Action::Back)}>
                {icon::back()}<span>{"Back to "}<bdi>{if subject.is_empty() { "the outer message".into() } else { cost::within(subject, cost::LINE).into_owned() }}</bdi></span>
            </button>
        },
    };
    let view = opened.view.ready();
    let face = |face: Face, name: &'static str| {
        let pressed = opened.face == face;
        html! { <button aria-pressed={pressed.to_string()} onclick={sends(act, Action::Show(face))}>{name}</button> }
    };
    html! {
        <div class="tools">
            {back}
            if let Some(view) = view {
                <div class="faces" role="group" aria-label="Show">
                    if view.html.is_some() { {face(Face::Html, "HTML")} }
                    {face(Face::Text, "Text")}
                    {face(Face::Source, "Source")}
                </div>
                <button class="save" onclick={sends(act, Action::SaveSource)}>
                    {icon::save()}<span>{if opened.save_source { "Fetching…" } else { "Save .eml" }}</span>
                </button>
            }
            <span class="gap"></span>
            <button class="square" aria-label="Previous" title="Previous" disabled={reading.position.is_none_or(|at| at == 0)}
                onclick={sends(act, Action::Step(-1))}>{icon::up()}</button>
            <button class="square" aria-label="Next" title="Next" disabled={reading.position.is_none_or(|at| at + 1 >= *messages)}
                onclick={sends(act, Action::Step(1))}>{icon::down()}</button>
        </div>
    }
}

fn body(opened: &Opened, header_only: bool, act: &Act) -> Html {
    match (opened.face, &opened.html, &opened.source) {
        (Face::Html, Load::Ready(html), _) => html! {
            <>
                if html.blocked > 0 && opened.remote == Remote::Blocked { {blocked(html.blocked, act)} }
                <MessageFrame key={if opened.remote == Remote::Allowed { "remote" } else { "closed" }} html={html.clone()}
                    remote={opened.remote} />
            </>
        },
        (Face::Html, ..) => lines(),
        (Face::Source, _, Some(Load::Ready(source))) => {
            html! { <SourceView key={format!("{:?}", opened.message)} source={source.clone()} /> }
        }
        (Face::Source, _, Some(Load::Failed(failure))) => html! { <FailureNote failure={failure.clone()} /> },
        (Face::Source, ..) => lines(),
        (Face::Text, html, _) => html! {
            <>
                if let Load::Failed(failure) = html {
                    <FailureNote failure={failure.clone()} />
                }
                if let Some(view) = opened.view.ready() {
                    <PlainText key={format!("{:?}", opened.message)} view={view.clone()} {header_only} pictures={opened.pictures.clone()} />
                }
            </>
        },
    }
}

fn blocked(count: u32, act: &Act) -> Html {
    let what = if count == 1 {
        "1 remote picture is blocked.".to_owned()
    } else {
        format!("{count} remote pictures are blocked.")
    };
    html! {
        <p class="note warn blocked">
            <span><b>{what}</b>{" Loading them would tell the sender that you opened this, and from where."}</span>
            <button onclick={sends(act, Action::ShowRemote)}>{"Show once"}</button>
            <button onclick={sends(act, Action::TrustSender)}>{"Always for this sender"}</button>
        </p>
    }
}

/// The shape of a message that has not come yet.
fn ghost() -> Html {
    html! {
        <div class="ghost letter" aria-hidden="true">
            <h2 class="subject"></h2>
            <div class="who"><span class="avatar"></span><div><b></b><small></small></div></div>
            {lines()}
        </div>
    }
}

fn lines() -> Html {
    html! { <div class="ghost lines" aria-hidden="true"><p></p><p></p><p></p><p></p></div> }
}
