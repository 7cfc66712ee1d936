//! Short answers to what people ask before they type a password.

use yew::{Html, Properties, component, html};

use super::{Act, sends};
use crate::ui::state::Action;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct HelpProps {
    pub(super) act: Act,
}

#[component]
pub(super) fn Help(props: &HelpProps) -> Html {
    html! {
        <footer class="help">
            <details>
                <summary>{"Where does my password go?"}</summary>
                <p>{"From this tab to your mail server, inside TLS that begins in this browser. The bridge moves bytes it \
                    cannot read, and nothing is written to this device unless you ask for it: close the mailbox or the tab, and it is forgotten. \
                    Only if you choose TLS that ends at the bridge, or no TLS, could somebody on the way read it; the \
                    picture above the line says which."}</p>
                <p>{"Whoever serves this page could change it, so open it from a host you trust. “About this page” \
                    shows its fingerprint."}</p>
            </details>
            <details>
                <summary>{"When is my mail server contacted?"}</summary>
                <p>{"When you go to the password, or type it, with server and port filled in. Then this page asks its bridge to \
                    connect, begins TLS, and reads what the server says of itself, so that the mailbox opens sooner. Your \
                    user name and your password are sent when you open the mailbox, and not before. A connection that you \
                    do not use is given up after half a minute; so is the one to the bridge that this page keeps ready \
                    while you fill the form in."}</p>
            </details>
            <details>
                <summary>{"What happens to my mail?"}</summary>
                <p>{"Nothing. Messages are read where they are and stay on the server: none is deleted, none is marked, \
                    none is kept here. What you want to have, save as a file. If you choose to keep mail on this device, it is \
                    fetched into this browser, and stays on the server as well until you decide otherwise."}</p>
            </details>
            <details>
                <summary>{"POP3 or IMAP?"}</summary>
                <p>{"Restante speaks POP3, which nearly every mailbox offers beside IMAP; some providers want it to be \
                    switched on in their settings first. POP3 shows the inbox only, without folders."}</p>
            </details>
            <button type="button" class="link" onclick={sends(&props.act, Action::ShowAbout(true))}>{"About this page"}</button>
        </footer>
    }
}
