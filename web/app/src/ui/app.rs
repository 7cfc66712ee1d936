//! The root of the page: holds the state, lets actions change it, draws it, and has carried out what follows.

mod effects;

use std::cell::Cell;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use restante_api::Reply;
use restante_link::page::Heard;
use restante_locales::Language;
use wasm_bindgen_futures::spawn_local;
use yew::{Callback, Component, Context, ContextProvider, Html, Properties, html};

use super::browser::{choices, dates, engine, files, looks, offline, page, sanitiser};
use super::screens::Loaded;
use super::state::kept::Write;
use super::state::{
    Action, Command, DiagnosisAction, Effect, Focus, KeptAction, Keys, Looks, OAuthAction, Phase, PreviewAction,
    ScreensAction, State, Whom, reduce,
};
use super::view::{
    closing, commands::OverlayProps, connect::Connect, diagnosis::DiagnosisProps, kept::KeptProps,
    mailbox::MailboxProps, newer::NewVersion, waiting,
};
use effects::start_engine;

/// What is known before the page is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Properties)]
pub struct AppProps {
    /// Mail is kept on this device.
    pub keeps: bool,
    /// The language that is spoken.
    pub language: Language,
    /// What is drawn beyond the form, where it is loaded already.
    pub screens: Option<Loaded>,
}

/// The page.
#[derive(Debug)]
pub struct App {
    state: State,
    act: Callback<Action>,
    engine: engine::Engine,
    /// The one for the letters of a preview.
    writer: Option<engine::Engine>,
    /// Counts those.
    writers: u32,
    /// Counts engines, so that the last words of a former one are not taken for this one's.
    generation: u32,
    sanitiser: sanitiser::Sanitiser,
    screens: Option<Loaded>,
    show_due: Option<Timeout>,
    pause: Option<Timeout>,
    finding: Option<Timeout>,
    save_due: Option<Timeout>,
    discard: Option<Timeout>,
    gathered: files::Gathered,
    feed: files::Feed,
    focus: Option<Focus>,
    /// Lets the browser ask before the page goes, while there is something to lose.
    guard: Option<EventListener>,
    _listeners: Vec<EventListener>,
}

/// What the root is told.
#[derive(Debug)]
pub enum Message {
    /// Something happened.
    Act(Action),
    /// The engine of this generation spoke, or died.
    Heard(u32, Heard<Reply>),
    /// So did the one for the letters of a preview.
    Writer(u32, Heard<Reply>),
    /// What is drawn beyond the form is there, or could not be loaded.
    Screens(Option<Loaded>),
}

impl Component for App {
    type Message = Message;
    type Properties = AppProps;

    fn create(ctx: &Context<Self>) -> Self {
        let act = ctx.link().callback(Message::Act);
        let listeners = listen(&act);
        let remembered = choices::remembered(choices::KEYS).filter(|_| ctx.props().keeps);
        let keys = remembered.map(|text| Keys::of_remembered(&text)).unwrap_or_default();
        let language = ctx.props().language;
        let looks = choices::remembered(choices::LOOKS).filter(|_| ctx.props().keeps);
        let looks = looks.map(|text| Looks::of_remembered(&text)).unwrap_or_default();
        looks::show(looks);
        let mut state = State { offline: page::is_offline(), language, looks, keys, ..State::default() };
        let mut effects = reduce(&mut state, Action::Link(page::fragment()));
        if ctx.props().keeps {
            effects.extend(reduce(&mut state, Action::Found));
        }
        if ctx.props().screens.is_some() {
            effects.extend(reduce(&mut state, Action::Screens(ScreensAction::Loaded)));
        } else {
            effects.push(Effect::LoadScreens);
        }
        let mut app = Self {
            engine: start_engine(ctx, state.program, 0),
            state,
            generation: 0,
            writer: None,
            writers: 0,
            sanitiser: sanitiser::Sanitiser::new(act.clone()),
            screens: ctx.props().screens,
            show_due: None,
            pause: None,
            finding: None,
            save_due: None,
            discard: None,
            gathered: files::Gathered::default(),
            feed: files::Feed::default(),
            focus: None,
            guard: None,
            act: act.clone(),
            _listeners: listeners,
        };
        for effect in effects {
            // The first engine is a fresh one.
            if effect != Effect::ReplaceEngine {
                app.carry_out(ctx, effect);
            }
        }
        spawn_local(dates::make_ready());
        spawn_local(offline::watch(newer(&act)));
        spawn_local(async move {
            if let Some(site) = page::site().await {
                act.emit(Action::Site(site));
            }
        });
        app
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        let action = match message {
            Message::Act(action) => action,
            Message::Screens(screens) => {
                self.screens = self.screens.or(screens);
                Action::Screens(if screens.is_some() { ScreensAction::Loaded } else { ScreensAction::Failed })
            }
            Message::Heard(generation, _) if generation != self.generation => return false,
            Message::Writer(generation, _) if generation != self.writers => return false,
            Message::Writer(_, Heard::Said(reply)) => Action::Writer(reply),
            Message::Writer(_, Heard::Died(death)) => Action::WriterDied(death),
            Message::Heard(_, Heard::Said(reply)) => Action::Engine(reply),
            Message::Heard(_, Heard::Died(death)) => Action::EngineDied(death),
        };
        match &action {
            Action::ShowDue => self.show_due = None,
            Action::Keep(KeptAction::Write(Write::SaveDue)) => self.save_due = None,
            _ => {}
        }
        for effect in reduce(&mut self.state, action) {
            self.carry_out(ctx, effect);
        }
        page::take_mail_links(matches!(self.state.phase, Phase::Kept | Phase::Open(_)));
        // Only while there is something to lose: a page that listens is not kept by the browser for going back to it.
        if self.state.is_gone_with_the_page() != self.guard.is_some() {
            self.guard = self.state.is_gone_with_the_page().then(page::guard).flatten();
        }
        true
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        let screens = self.screens;
        let screen = match (&self.state.phase, &self.state.mailbox, screens) {
            (Phase::Open(account), Some(mailbox), Some(screens)) => (screens.mailbox)(MailboxProps {
                account: account.clone(),
                mailbox: mailbox.clone(),
                writing: self.state.writing.clone(),
                stage: self.state.stage,
                connection: self.state.connection.clone(),
                about: self.state.about.clone(),
                act: self.act.clone(),
            }),
            (Phase::Kept, Some(mailbox), Some(screens)) if let Some(kept) = &self.state.kept => {
                (screens.kept)(KeptProps {
                    kept: kept.clone(),
                    mailbox: mailbox.clone(),
                    site: self.state.site.clone(),
                    signing_in: self.state.signing_in.clone(),
                    offline: self.state.offline,
                    promised: self.state.promised,
                    about: self.state.about.clone(),
                    act: self.act.clone(),
                })
            }
            (Phase::Open(_), Some(_), None) => waiting::screen(self.state.screens, Action::Close, &self.act),
            (Phase::Kept, Some(_), None) => {
                waiting::screen(self.state.screens, Action::Keep(KeptAction::Leave), &self.act)
            }
            (Phase::Closing(marked), ..) => closing::closing(*marked, self.state.stage),
            _ => html! {
                <Connect
                    deletion={self.state.deletion.clone()}
                    keeps={self.state.keeps}
                    form={self.state.form.clone()}
                    site={self.state.site.clone()}
                    opening={matches!(self.state.phase, Phase::Opening(_)).then_some(self.state.stage).flatten()}
                    complaint={self.state.complaint}
                    failure={self.state.failure.clone()}
                    signing_in={self.state.signing_in_for(Whom::Form).cloned()}
                    untrusted={self.state.prepared.untrusted.clone()}
                    about={self.state.about.clone()}
                    act={self.act.clone()}
                />
            },
        };
        html! {
            <ContextProvider<Language> context={self.state.language}>
                <ContextProvider<Looks> context={self.state.looks}>
                <ContextProvider<Keys> context={self.state.keys.clone()}>
                    {screen}
                    if let Some((overlay, screens)) = self.state.overlay.zip(screens) {
                        {(screens.overlay)(OverlayProps { overlay, commands: Command::of(&self.state), act: self.act.clone() })}
                    }
                </ContextProvider<Keys>>
                {match (self.state.diagnosis.clone(), screens) {
                    (Some(diagnosis), Some(screens)) => (screens.diagnosis)(DiagnosisProps { diagnosis, act: self.act.clone() }),
                    (Some(_), None) => waiting::notice(self.state.screens, Action::Diagnosis(DiagnosisAction::Hide), &self.act),
                    (None, _) => Html::default(),
                }}
                </ContextProvider<Looks>>
                if self.state.newer { <NewVersion act={self.act.clone()} /> }
            </ContextProvider<Language>>
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first: bool) {
        let is_waiting = self.screens.is_none() && matches!(self.state.phase, Phase::Open(_) | Phase::Kept);
        // What is to be focussed is not there before.
        if let Some(place) = self.focus.take_if(|_| !is_waiting) {
            page::focus(place, &self.state.form);
        }
        page::catch_focus();
    }
}

fn newer(act: &Callback<Action>) -> Callback<()> {
    act.reform(|()| Action::NewVersion)
}

fn listen(act: &Callback<Action>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else { return vec![] };
    let (went, followed, left, back) = (act.clone(), act.clone(), act.clone(), act.clone());
    let mut listeners = vec![
        EventListener::new(&window, "offline", move |_| left.emit(Action::Offline(true))),
        EventListener::new(&window, "online", move |_| back.emit(Action::Offline(false))),
        EventListener::new(&window, "popstate", move |event| {
            went.emit(Action::History(page::depth(&page::state_of(event))));
        }),
        page::watch_mail_links(act.reform(Action::Link)),
        EventListener::new(&window, "hashchange", move |_| followed.emit(Action::Link(page::fragment()))),
    ];
    listeners.extend(page::watch_focus());
    listeners.extend(page::watch_providers(act.reform(|said| Action::OAuth(OAuthAction::Returned(said)))));
    if let Some(document) = window.document() {
        let (returned, watched, hidden) = (act.clone(), document.clone(), Cell::new(dates::now()));
        listeners.push(EventListener::new(&document, "visibilitychange", move |_| {
            if watched.hidden() {
                return hidden.set(dates::now());
            }
            let away = u32::try_from(dates::now() - hidden.get()).unwrap_or_default();
            returned.emit(Action::Preview(PreviewAction::Return(away)));
        }));
    }
    listeners
}
