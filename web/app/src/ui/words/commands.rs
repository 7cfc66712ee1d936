//! What commands are called.

use restante_api::letter::Manner;
use restante_locales::say;

use crate::ui::state::Command;
use crate::ui::state::kept::Deed;

/// The name of a command.
pub fn name(command: Command) -> &'static str {
    match command {
        Command::Down => say::command_down(),
        Command::Up => say::command_up(),
        Command::Read => say::command_read(),
        Command::Choose => say::command_choose(),
        Command::ChooseAll => say::command_choose_all(),
        Command::Next => say::command_next(),
        Command::Previous => say::command_previous(),
        Command::Write => say::command_write(),
        Command::Make(Manner::Reply) => say::write_reply(),
        Command::Make(Manner::ReplyAll) => say::write_reply_all(),
        Command::Make(Manner::Forward) => say::write_forward(),
        Command::Make(Manner::ForwardAsAttachment) => say::write_forward_attached(),
        Command::Make(Manner::Redirect) => say::write_redirect(),
        Command::Make(Manner::EditAsNew) => say::write_edit_as_new(),
        Command::Delete => say::command_delete(),
        Command::Do(Deed::Archive) => say::command_archive(),
        Command::Do(Deed::Star) => say::command_star(),
        Command::Do(Deed::Unread) => say::command_unread(),
        Command::Do(Deed::FetchRest) => say::kept_rest_fetch(),
        Command::Do(Deed::Delete) => say::command_delete(),
        Command::Move => say::command_move(),
        Command::Undo => say::undo(),
        Command::Conversation => say::command_conversation(),
        Command::Search => say::search(),
        Command::Check => say::command_check(),
        Command::Settings => say::kept_settings(),
        Command::Print => say::command_print(),
        Command::Larger => say::command_larger(),
        Command::Smaller => say::command_smaller(),
        Command::Path => say::mailbox_path_title(),
        Command::Diagnosis => say::diagnosis(),
        Command::About => say::about_page(),
        Command::Keys => say::keys(),
        Command::Close => say::mailbox_close(),
    }
}
