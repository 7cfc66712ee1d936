//! Carries out what follows from an action: in the browser, in the engines and in the sanitiser.

use gloo_timers::callback::Timeout;
use restante_api::keep::{Archive, Ask, Change};
use restante_api::letter::{FileId, FileView};
use restante_api::{Call, Prepare, Request};
use restante_link::contract::Unsafe;
use wasm_bindgen_futures::spawn_local;
use yew::{Callback, Context};

use super::super::browser::{choices, dates, engine, files, hashes, language, looks, offline, page, sanitiser};
use super::super::screens;
use super::super::state::kept::Write;
use super::super::state::{
    Action, DiagnosisAction, Effect, FindAction, KeptAction, Load, OAuthAction, Program, Remote,
};
use super::super::words;
use super::{App, Message, newer};

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

impl App {
    /// Does what has to be done.
    pub(super) fn carry_out(&mut self, ctx: &Context<Self>, effect: Effect) {
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
                self.act.emit(write(Write::Quoted(letter, words, quote.rich.map(Box::new))));
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
                    remote: remote == Remote::Allowed,
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

/// Starts an engine whose words are this generation's.
pub(super) fn start_engine(ctx: &Context<App>, program: Program, generation: u32) -> engine::Engine {
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
