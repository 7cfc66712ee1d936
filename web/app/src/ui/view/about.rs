//! "About this page": its version and its fingerprint, what they show, and what they do not.

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
    html! {
        <Dialog id="about-title" title="About this page" shut={Action::ShowAbout(false)} act={props.act.clone()}>
            <dl class="facts">
                <div><dt>{"Version"}</dt><dd>{"Restante "}{env!("CARGO_PKG_VERSION")}</dd></div>
                if let Load::Ready(about) = &props.about {
                    <div><dt>{"Fingerprint"}</dt><dd class="print">{in_groups(&about.fingerprint)}</dd></div>
                }
            </dl>
            <div role="status">
                {match &props.about {
                    Load::Waiting | Load::Stopped => html! { <p class="verdict">{"Comparing the page's files with their list…"}</p> },
                    Load::Failed(failure) => html! { <p class="note">{&failure.detail}</p> },
                    Load::Ready(about) => summary(about),
                }}
            </div>
            if let Load::Ready(about) = &props.about { {files(about)} }
            <h3>{"What this shows, and what it does not"}</h3>
            <p class="words">{"The fingerprint is the SHA-256 of the list of this page's files. Everybody who was given the same \
                page sees the same one: compare it with the one that the release, or somebody you trust, names."}</p>
            <p class="words">{"Whoever serves this page could change it, and a page that lies can lie here too. To be sure, \
                compare from another machine: "}<code>{"restante page --verify "}{address()}</code></p>
        </Dialog>
    }
}

fn summary(about: &About) -> Html {
    let (same, all) = (about.same(), about.files.len());
    if same == all {
        html! { <p class="verdict good">{icon::tick()}{format!("{same} of {all} files are as listed.")}</p> }
    } else {
        html! {
            <p class="note bad"><b>{format!("Only {same} of {all} files are as listed.")}</b>
                {" Reload the page; a new version may have come in between. If it stays so, do not type a password here."}</p>
        }
    }
}

fn files(about: &About) -> Html {
    html! {
        <details class="more">
            <summary>{"The files"}</summary>
            <ul class="hashes">{ for about.files.iter().map(file) }</ul>
        </details>
    }
}

fn file(file: &Checked) -> Html {
    let (class, drawing, words) = match file.verdict {
        Verdict::Same => ("good", icon::tick(), "as listed"),
        Verdict::Different => ("bad", icon::close(), "different"),
        Verdict::Missing => ("bad", icon::close(), "missing"),
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
