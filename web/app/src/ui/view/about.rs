//! "About this page": its version and its fingerprint, what they show, and what they do not.

use super::language::LanguageChoice;
use super::looks::LooksChoice;
use super::use_language;
use restante_locales::say;
use yew::{Html, Properties, component, html};

use super::dialog::Dialog;
use super::{Act, icon};
use crate::ui::shared::Shared;
use crate::ui::state::{About, Action, Checked, Load, Verdict};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct AboutProps {
    pub(super) about: Load<Shared<About>>,
    pub(super) act: Act,
}

#[component]
pub(super) fn AboutDialog(props: &AboutProps) -> Html {
    use_language();
    html! {
        <Dialog id="about-title" title={say::about_page()} shut={Action::ShowAbout(false)} act={props.act.clone()}>
            <dl class="facts">
                <div><dt>{say::about_version()}</dt><dd>{"Restante "}{env!("CARGO_PKG_VERSION")}</dd></div>
                if let Load::Ready(about) = &props.about {
                    <div><dt>{say::about_fingerprint()}</dt><dd class="print">{in_groups(&about.fingerprint)}</dd></div>
                }
            </dl>
            <div role="status">
                {match &props.about {
                    Load::Waiting | Load::Stopped => html! { <p class="verdict">{say::about_comparing()}</p> },
                    Load::Failed(failure) => html! { <p class="note">{&failure.detail}</p> },
                    Load::Ready(about) => summary(about),
                }}
            </div>
            if let Load::Ready(about) = &props.about { {files(about)} }
            <LanguageChoice act={props.act.clone()} />
            <LooksChoice act={props.act.clone()} />
            <h3>{say::about_shows()}</h3>
            <p class="words">{say::about_shows_words()}</p>
            <p class="words">{say::about_verify()}{" "}<code>{"restante page --verify "}{address()}</code></p>
        </Dialog>
    }
}

fn summary(about: &About) -> Html {
    let (same, all) = (about.same(), about.files.len());
    if same == all {
        html! { <p class="verdict good">{icon::tick()}{say::about_same(same as u64, all as u64)}</p> }
    } else {
        html! {
            <p class="note bad"><b>{say::about_not_same(same as u64, all as u64)}</b>
                {" "}{say::about_not_same_words()}</p>
        }
    }
}

fn files(about: &About) -> Html {
    html! {
        <details class="more">
            <summary>{say::about_files()}</summary>
            <ul class="hashes">{ for about.files.iter().map(file) }</ul>
        </details>
    }
}

fn file(file: &Checked) -> Html {
    let (class, drawing, words) = match file.verdict {
        Verdict::Same => ("good", icon::tick(), say::about_as_listed()),
        Verdict::Different => ("bad", icon::close(), say::about_different()),
        Verdict::Missing => ("bad", icon::close(), say::about_missing()),
    };
    html! { <li><span>{&file.name}</span><span {class}>{drawing}{words}</span></li> }
}

/// Groups of eight digits, for comparing by eye.
fn in_groups(digits: &str) -> Html {
    let groups = digits.as_bytes().chunks(8).map(|group| String::from_utf8_lossy(group).into_owned());
    html! { { for groups.map(|group| html! { <><span>{group}</span>{" "}</> }) } }
}

fn address() -> String {
    crate::ui::browser::page::address()
}
