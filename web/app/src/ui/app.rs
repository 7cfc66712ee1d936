//! The root of the page: holds the state, lets actions change it, and carries out what follows.

use std::cell::Cell;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use restante_api::keep::{Archive, Ask, Change};
use restante_api::letter::{FileId, FileView};
use restante_api::{Call, Prepare, Reply, Request};
use restante_link::contract::Unsafe;
use restante_link::page::Heard;
use restante_locales::Language;
use wasm_bindgen_futures::spawn_local;
use yew::{Callback, Component, Context, ContextProvider, Html, Properties, html};

use super::browser::{choices, dates, engine, files, hashes, language, looks, offline, page, sanitiser};
use super::screens::{self, Loaded};
use super::state::kept::Write;
use super::state::{
    Action, Command, DiagnosisAction, Effect, FindAction, Focus, KeptAction, Keys, Load, Looks, OAuthAction, Phase,
    PreviewAction, Program, ScreensAction, State, Whom, reduce,
};
use super::view::{
    closing, commands::OverlayProps, connect::Connect, diagnosis::DiagnosisProps, kept::KeptProps,
    mailbox::MailboxProps, newer::NewVersion, waiting,
};
use super::words;

/// How often missing rows are asked for while the list is scrolled, in milliseconds.
const SHOW_MS: u32 = 60;

/// How long typing pauses before what was typed is searched for, in milliseconds.
const PAUSE_MS: u32 = 120;

/// How long typing pauses before the settings of what was typed are looked for, in milliseconds.
const ADDRESS_PAUSE_MS: u32 = 600;

/// How long settings are waited for, in milliseconds: who knows them does not need that long to type them.
const FIND_MS: u32 = 8000;

/// How long after a letter was changed it is saved, in milliseconds: whatever happens then, no more than that is lost.
const SAVE_MS: u32 = 1000;

/// How long it can be taken back that a letter was thrown away, in milliseconds.
const DISCARD_MS: u32 = 10_000;

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

impl App {
    fn carry_out(&mut self, ctx: &Context<Self>, effect: Effect) {
        match effect {
            Effect::OpenProvider(address) => {
                if !page::open_window(&address) {
                    self.act.emit(Action::OAuth(OAuthAction::Blocked));
                }
            }
            Effect::Call(mut call) => {
                if let Call::Ask { request: Request::Authorize(authorize), .. } = &mut call {
                    authorize.redirect = page::beside("oauth.html");
                }
                let is_of_letters = matches!(call, Call::Ask { request: Request::Keep(_), .. });
                if let Some(host) = host_of(&mut call)
                    && let Some(ascii) = page::ascii_host(host)
                {
                    *host = ascii;
                }
                match self.writer.as_ref().filter(|_| is_of_letters) {
                    Some(writer) => writer.call(call),
                    None => self.engine.call(call),
                }
            }
            Effect::ReplaceEngine => {
                self.generation = self.generation.wrapping_add(1);
                if self.state.writing.is_none() {
                    self.writer = None;
                }
                // The former engine goes with the former link, and the sanitiser with its: neither remembers a message.
                self.engine = start_engine(ctx, self.state.program, self.generation);
                self.sanitiser = sanitiser::Sanitiser::new(self.act.clone());
            }
            Effect::StartWriter => {
                self.writers = self.writers.wrapping_add(1);
                let generation = self.writers;
                let heard = ctx.link().callback(move |heard| Message::Writer(generation, heard));
                self.writer = Some(engine::Engine::start_in_memory(heard));
            }
            // Not put off by each row that goes by: whoever scrolls on and on would never see any.
            Effect::SaveSoon if self.save_due.is_some() => {}
            Effect::SaveSoon => {
                let act = self.act.clone();
                self.save_due = Some(Timeout::new(SAVE_MS, move || act.emit(write(Write::SaveDue))));
            }
            Effect::DiscardSoon => {
                let act = self.act.clone();
                self.discard = Some(Timeout::new(DISCARD_MS, move || act.emit(write(Write::DiscardDue))));
            }
            Effect::ReadFiles(files, is_inline) => read_files(&files, is_inline, &self.act),
            Effect::WriteTo(draft) => self.act.emit(write(Write::New(page::letter_number(), draft))),
            Effect::TakeMailLinks => page::register_mail_links(),
            Effect::Quote(letter, manner, quote) => {
                let words = words::write::quotation(manner, &quote, quote.date.map(dates::full));
                self.act.emit(write(Write::Quoted(letter, words)));
            }
            Effect::ShowSoon if self.show_due.is_some() => {}
            Effect::ShowSoon => {
                let act = self.act.clone();
                self.show_due = Some(Timeout::new(SHOW_MS, move || act.emit(Action::ShowDue)));
            }
            Effect::Sanitise { message, remote } => {
                let reading = self.state.mailbox.as_ref().and_then(|mailbox| mailbox.reading.as_ref());
                let Some(Load::Ready(view)) =
                    reading.and_then(|reading| reading.find(&message)).map(|opened| &opened.view)
                else {
                    return;
                };
                let content = Unsafe {
                    html: view.html.clone().unwrap_or_default(),
                    images: view.inline_images.clone(),
                    remote: remote == super::state::Remote::Allowed,
                    modifiers: page::knows_modifiers(),
                    wording: words::of_html(),
                };
                self.sanitiser.sanitise(message, remote, content);
            }
            Effect::RememberKeys => {
                if self.state.keeps {
                    choices::remember(choices::KEYS, &self.state.keys.remembered());
                }
            }
            Effect::Look => {
                looks::show(self.state.looks);
                if self.state.keeps {
                    choices::remember(choices::LOOKS, &self.state.looks.remembered());
                }
            }
            Effect::LoadScreens => {
                let ended = ctx.link().callback(Message::Screens);
                spawn_local(async move { ended.emit(screens::load().await) });
            }
            Effect::Speak => {
                language::speak(self.state.language);
                if self.state.keeps {
                    language::remember(self.state.language);
                }
            }
            Effect::Save { name, bytes } => {
                if files::save(&name, &bytes).is_err() {
                    self.act.emit(Action::NotSaved);
                }
            }
            Effect::Print => page::print(),
            Effect::Copy(text) => {
                let act = self.act.clone();
                spawn_local(async move {
                    let copied = page::copy(&text).await;
                    act.emit(Action::Diagnosis(DiagnosisAction::Copied(copied)));
                });
            }
            Effect::Persist => {
                let act = self.act.clone();
                spawn_local(async move { act.emit(Action::Promised(page::persist().await)) });
            }
            Effect::FindSoon => {
                let act = self.act.clone();
                let due = move || act.emit(Action::Find(FindAction::Due));
                self.finding = Some(Timeout::new(ADDRESS_PAUSE_MS, due));
            }
            Effect::FindEnds(call) => {
                let act = self.act.clone();
                let late = move || act.emit(Action::Find(FindAction::Late(call)));
                self.finding = Some(Timeout::new(FIND_MS, late));
            }
            Effect::SearchSoon => {
                let act = self.act.clone();
                self.pause = Some(Timeout::new(PAUSE_MS, move || act.emit(Action::Keep(KeptAction::SearchDue))));
            }
            Effect::Gather(piece) => {
                if self.gathered.add(&piece).is_err() {
                    self.act.emit(Action::Keep(KeptAction::StopFile));
                }
            }
            Effect::SaveGathered { name, form } => {
                let ending = match form {
                    Archive::Mbox => "mbox",
                    Archive::Zip => "zip",
                };
                let name = format!("{name} {}.{ending}", dates::today());
                if std::mem::take(&mut self.gathered).save(&name).is_err() {
                    self.act.emit(Action::NotSaved);
                }
            }
            Effect::OpenFiles(files) => self.feed = files::Feed::new((*files).clone()),
            Effect::ReadPiece => self.read_piece(),
            Effect::NextFile => {
                if self.feed.advance() {
                    self.read_piece();
                } else {
                    self.act.emit(Action::FilesRead);
                }
            }
            Effect::DropFiles => {
                self.gathered = files::Gathered::default();
                self.feed = files::Feed::default();
            }
            Effect::Compare => {
                let act = self.act.clone();
                spawn_local(async move { act.emit(Action::Compared(hashes::compare().await)) });
            }
            Effect::Deepen(depth) => page::deepen(depth),
            Effect::Rise(steps) => page::rise(steps),
            Effect::KeepPage => {
                language::remember(self.state.language);
                choices::remember(choices::KEYS, &self.state.keys.remembered());
                choices::remember(choices::LOOKS, &self.state.looks.remembered());
                spawn_local(offline::register(newer(&self.act)));
            }
            Effect::ForgetPage => {
                choices::forget();
                spawn_local(offline::unregister());
            }
            Effect::Update => spawn_local(offline::update()),
            Effect::ClearLink => page::clear_fragment(),
            Effect::Focus(place) => self.focus = Some(place),
        }
    }
}

impl App {
    fn read_piece(&mut self) {
        let (act, piece) = (self.act.clone(), self.feed.piece());
        spawn_local(async move {
            let action = match piece.await {
                Some(octets) => KeptAction::Piece(octets),
                None => KeptAction::StopFile,
            };
            act.emit(Action::Keep(action));
        });
    }
}

/// The name of the server that a call is about, as it was typed.
fn host_of(call: &mut Call) -> Option<&mut String> {
    let Call::Ask { request, .. } = call else { return None };
    match request {
        Request::Open(open) | Request::Keep(Ask::Account(open) | Ask::Sender(open)) => Some(&mut open.host),
        Request::Prepare(Prepare::Server(server)) => Some(&mut server.host),
        Request::Discover(wanted) => Some(&mut wanted.domain),
        Request::Keep(Ask::Change(Change::Sending(_, sending))) => Some(&mut sending.host),
        _ => None,
    }
}

fn start_engine(ctx: &Context<App>, program: Program, generation: u32) -> engine::Engine {
    engine::Engine::start(program, ctx.link().callback(move |heard| Message::Heard(generation, heard)))
}

fn write(write: Write) -> Action {
    Action::Keep(KeptAction::Write(write))
}

/// Reads files, and sends each as soon as it has been read.
fn read_files(files: &[web_sys::File], is_inline: bool, act: &Callback<Action>) {
    for file in files {
        let (name, media_type, act) = (file.name(), file.type_(), act.clone());
        let octets = files::read(file);
        spawn_local(async move {
            act.emit(write(match octets.await {
                Some(octets) => {
                    let view = FileView {
                        id: FileId(page::letter_number().0),
                        media_type: if media_type.is_empty() { FILE_TYPE.to_owned() } else { media_type },
                        octets: octets.len() as u64,
                        is_inline,
                        name,
                    };
                    Write::Read(view, octets)
                }
                None => Write::NotRead(name),
            }));
        });
    }
}

/// The media type of a file of which the browser knows none.
const FILE_TYPE: &str = "application/octet-stream";

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
