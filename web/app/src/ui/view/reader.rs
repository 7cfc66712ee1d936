//! The reading pane: the message that is being read, and what can be done with it.

use super::places::{self, PLACES};
use super::use_language;
use restante_api::{Failure, FailureKind, Row};
use restante_locales::say;
use web_sys::Element;
use yew::{Callback, Html, MouseEvent, Properties, classes, component, html, use_effect_with, use_node_ref};

use super::attachments::Attachments;
use super::failure::FailureNote;
use super::frame::MessageFrame;
use super::letterhead::{Letterhead, ListedHead};
use super::plain::PlainText;
use super::source::SourceView;
use super::{Act, contact, event, icon, sends};
use crate::ui::shared::Shared;
use crate::ui::state::kept::row_of;
use crate::ui::state::{Action, Face, Load, Mailbox, Opened, Reading, Remote};
use crate::ui::{cost, words};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct ReaderProps {
    pub(super) reading: Reading,
    /// Number of messages in the list.
    pub(super) messages: u32,
    /// What the list knows of the message, until it has come.
    pub(super) row: Option<Shared<Row>>,
    /// The mail server that the message was fetched from; empty where it is not known.
    #[prop_or_default]
    pub(super) provider: String,
    /// The pictures of its sender's messages are fetched.
    pub(super) trusted: bool,
    /// What is said of the message, between its head and its text.
    #[prop_or_default]
    pub(super) note: Html,
    /// What can be made of the message.
    #[prop_or_default]
    pub(super) answers: Html,
    /// Only the header of the message is here.
    #[prop_or_default]
    pub(super) header_only: bool,
    pub(super) act: Act,
}

impl ReaderProps {
    /// The reader of a mailbox, where something is read.
    pub(super) fn of(mailbox: &Mailbox, act: &Act) -> Option<Self> {
        let reading = mailbox.reading.clone()?;
        let opened = reading.current();
        let row = row_of(mailbox, opened.message.number).filter(|_| opened.message.path.is_empty()).cloned();
        let trusted = opened.view.ready().is_some_and(|view| mailbox.trusts(view));
        Some(Self {
            row,
            trusted,
            provider: String::new(),
            reading,
            messages: mailbox.len(),
            note: Html::default(),
            header_only: false,
            answers: Html::default(),
            act: act.clone(),
        })
    }
}

#[component]
pub(super) fn Reader(props: &ReaderProps) -> Html {
    use_language();
    let ReaderProps { reading, act, .. } = props;
    let opened = reading.current();
    let scroller = use_node_ref();
    {
        let scroller = scroller.clone();
        use_effect_with(opened.message.clone(), move |_| {
            if let Some(scroller) = scroller.cast::<Element>() {
                scroller.set_scroll_top(0);
            }
        });
    }
    html! {
        <article aria-label={say::letter()} aria-busy={(opened.view == Load::Waiting).to_string()}>
            {toolbar(props, opened)}
            <div ref={scroller} id="message" class="scroll" tabindex="0">
            <div class="column">
            {match &opened.view {
                Load::Waiting => html! {
                    <>
                        {listed(props)}
                        <p class="fetching">
                            <span>{words::fetching(opened.progress)}</span>
                            <button onclick={sends(act, Action::Stop)}>{say::cancel()}</button>
                        </p>
                        {lines()}
                    </>
                },
                Load::Stopped => html! {
                    <>
                        {listed(props)}
                        <p class="note stopped">
                            <span>{say::letter_cancelled()}</span>
                            <button onclick={sends(act, Action::Again)}>{say::letter_fetch()}</button>
                        </p>
                    </>
                },
                Load::Failed(failure) => html! {
                    <>
                        {listed(props)}
                        <FailureNote failure={failure.clone()}>
                            if may_be_asked_for_again(failure) {
                                <p><button onclick={sends(act, Action::Again)}>{say::try_again()}</button></p>
                            }
                        </FailureNote>
                    </>
                },
                Load::Ready(view) => html! {
                    <>
                        <Letterhead view={view.clone()} provider={props.provider.clone()} />
                        {props.note.clone()}
                        if let Some(event) = &view.event { {event::event(event)} }
                        {for view.contacts.iter().map(contact::contact)}
                        {body(props, opened)}
                        if let Some(failure) = opened.fetch_failure.clone() {
                            <FailureNote {failure} />
                        }
                        <Attachments key={format!("{:?}", opened.message)} view={view.clone()} fetching={opened.fetching.clone()}
                            archive={opened.archive_asked.is_some()} pictures={opened.pictures.clone()} act={act.clone()} />
                    </>
                },
            }}
            </div>
            </div>
        </article>
    }
}

/// The head of a message that is not here, as far as the list knows it; else the shape of one.
fn listed(props: &ReaderProps) -> Html {
    match &props.row {
        Some(row) => html! { <ListedHead row={row.clone()} /> },
        None => ghost(),
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
            html! { <button class="quiet back" onclick={sends(act, Action::Back)}>{icon::back()}<span>{say::letter_list()}</span></button> }
        }
        Some(subject) => html! {
            <button class="quiet back nested" onclick={sends(act, Action::Back)}>
                {icon::back()}<span>{places::with(&say::letter_back_to(PLACES[0]),
                    [html! { <bdi>{if subject.is_empty() { say::letter_outer().into() } else { cost::within(subject, cost::LINE).into_owned() }}</bdi> }])}</span>
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
            if reading.outer_subject().is_none() { {props.answers.clone()} }
            if let Some(view) = view {
                <div class="faces" role="group" aria-label={say::letter_show()}>
                    if view.html.is_some() { {face(Face::Html, say::letter_face_html())} }
                    {face(Face::Text, say::letter_face_text())}
                    {face(Face::Source, say::letter_face_source())}
                </div>
                <button class="save" onclick={sends(act, Action::SaveSource)}>
                    {icon::save()}<span>{if opened.save_source { say::fetching() } else { say::letter_save() }}</span>
                </button>
            }
            <span class="gap"></span>
            {step(say::letter_previous(), icon::up(), reading.position.is_none_or(|at| at == 0), sends(act, Action::Step(-1)))}
            {step(say::letter_next(), icon::down(), reading.position.is_none_or(|at| at + 1 >= *messages), sends(act, Action::Step(1)))}
        </div>
    }
}

/// An arrow. At the end of the list it does nothing, and keeps the keyboard's focus.
fn step(name: &'static str, drawing: Html, at_end: bool, onclick: Callback<MouseEvent>) -> Html {
    let onclick = (!at_end).then_some(onclick);
    html! {
        <button class={classes!("square", at_end.then_some("off"))} aria-label={name} title={name}
            aria-disabled={at_end.then_some("true")} {onclick}>{drawing}</button>
    }
}

fn body(props: &ReaderProps, opened: &Opened) -> Html {
    let ReaderProps { header_only, act, .. } = props;
    match (opened.face, &opened.html, &opened.source) {
        (Face::Html, Load::Ready(html), _) => html! {
            <>
                if html.pictures > 0 { {pictures(html.pictures, opened.remote, props.trusted, act)} }
                <MessageFrame html={html.clone()} />
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
                    <PlainText key={format!("{:?}", opened.message)} view={view.clone()} header_only={*header_only} pictures={opened.pictures.clone()} />
                }
            </>
        },
    }
}

/// What is said of remote pictures, and what can be done about them: the way there, and the way back.
fn pictures(count: u32, remote: Remote, trusted: bool, act: &Act) -> Html {
    if remote == Remote::Allowed {
        return html! {
            <p class="note blocked">
                <span>{if trusted { say::pictures_shown_sender() } else { say::pictures_shown() }}</span>
                <button onclick={sends(act, Action::HideRemote)}>{if trusted { say::pictures_no_longer() } else { say::pictures_hide() }}</button>
            </p>
        };
    }
    html! {
        <p class="note warn blocked">
            <span><b>{say::pictures_blocked(count)}</b>{" "}{say::pictures_blocked_words()}</span>
            <button onclick={sends(act, Action::ShowRemote)}>{say::pictures_show()}</button>
            <button onclick={sends(act, Action::TrustSender)}>{say::pictures_always()}</button>
        </p>
    }
}

/// The shape of a message that has not come yet.
fn ghost() -> Html {
    html! {
        <div class="ghost letter" aria-hidden="true">
            <h2 class="subject"></h2>
            <div class="who"><span class="avatar"></span><div><b></b><small></small></div></div>
        </div>
    }
}

fn lines() -> Html {
    html! { <div class="ghost lines" aria-hidden="true"><p></p><p></p><p></p><p></p></div> }
}
