//! Which commands may be submitted: arguments that can be sent, in a state where they belong.
//!
//! Not here: what the server thinks of them.

use super::{Phase, Session};
use crate::sasl::Credential;
use crate::smtp::{Argument, Channel, Command, Login, Misuse, When};

/// Where the session stands once everything that was submitted is done.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Planned {
    login: bool,
    tls: bool,
    quit: bool,
}

impl Planned {
    pub(super) fn with(&mut self, command: &Command) {
        self.login |= matches!(command, Command::Login(_));
        self.tls |= matches!(command, Command::StartTls);
        self.quit |= matches!(command, Command::Quit);
    }
}

impl Session {
    pub(super) fn check(&self, command: &Command) -> Result<(), Misuse> {
        if self.fate.is_some() || self.eof {
            return Err(Misuse::Over);
        }
        let planned = &self.planned;
        let wrong = |when| Err(Misuse::WrongState { command: command.keyword(), when });
        match command {
            _ if planned.quit => wrong(When::AfterQuit),
            // RFC 4954, section 4: no AUTH behind a successful one. STARTTLS behind it would forget who has signed in.
            Command::StartTls | Command::Login(_) if planned.login => wrong(When::AfterLogin),
            Command::StartTls if planned.tls => wrong(When::AfterTls),
            Command::Login(login) => check_login(login),
            _ => Ok(()),
        }
    }

    /// Plans anew after something that was planned will not come.
    pub(super) fn plan_anew(&mut self) {
        self.planned = Planned {
            login: self.signed_in || self.outstanding.iter().any(|sent| sent.step.is_login()),
            tls: self.config.channel == Channel::Tls
                || self.phase == Phase::Handshake
                || self.outstanding.iter().any(|sent| sent.step.is_starttls()),
            quit: self.outstanding.iter().any(|sent| sent.step.is_quit()),
        };
        for command in self.queue.values() {
            self.planned.with(command);
        }
    }
}

fn check_login(login: &Login) -> Result<(), Misuse> {
    check_text(&login.user, Argument::User)?;
    let takes_token = match &login.credential {
        Credential::Password(password) => {
            check_text(password.expose(), Argument::Password)?;
            false
        }
        Credential::BearerToken(token) => {
            check_text(token.expose(), Argument::Token)?;
            true
        }
    };
    match login.mechanism {
        Some(mechanism) if mechanism.takes_token() != takes_token => Err(Misuse::WrongCredential(mechanism)),
        Some(mechanism) if mechanism.binds_channel() && login.bindings.is_empty() => Err(Misuse::NoBinding(mechanism)),
        _ => Ok(()),
    }
}

fn check_text(text: &str, argument: Argument) -> Result<(), Misuse> {
    if text.is_empty() {
        return Err(Misuse::Empty(argument));
    }
    if text.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(Misuse::LineBreak(argument));
    }
    Ok(())
}
