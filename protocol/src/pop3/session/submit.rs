//! Which commands may be submitted: arguments that can be sent, in a state where they belong (RFC 1939, section 3).
//!
//! Not here: what the server thinks of them.

use super::{Phase, Session};
use crate::pop3::{Argument, Channel, Command, Login, Mechanism, MechanismChoice, Misuse, When};
use crate::sasl::Credential;

/// Octets of a command line at most, CRLF included (RFC 2449, section 4).
pub(super) const MAX_LINE: usize = 255;

/// Where the session stands once everything that was submitted is done.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Planned {
    login: bool,
    tls: bool,
    utf8: bool,
    quit: bool,
}

impl Planned {
    pub(super) fn with(&mut self, command: &Command) {
        self.login |= matches!(command, Command::Login(_));
        self.tls |= matches!(command, Command::Stls);
        self.utf8 |= matches!(command, Command::Utf8);
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
            _ if planned.quit => return wrong(When::AfterQuit),
            Command::Capa | Command::Quit | Command::Lang(_) => {}
            // RFC 2595, section 4; RFC 1939, section 4; RFC 6856, section 2.1.
            Command::Stls | Command::Login(_) | Command::Utf8 if planned.login => return wrong(When::AfterLogin),
            Command::Stls if planned.tls => return wrong(When::AfterTls),
            // RFC 6856, section 2.1.
            Command::Stls if planned.utf8 => return wrong(When::AfterUtf8),
            Command::Stls | Command::Login(_) | Command::Utf8 => {}
            _ if !planned.login => return wrong(When::BeforeLogin),
            _ => {}
        }
        match command {
            Command::Login(login) => check_login(login),
            Command::Lang(Some(tag)) => {
                check_text(tag, Argument::Language)?;
                check_word(tag, Argument::Language)?;
                check_room("LANG ", tag, Argument::Language)
            }
            _ => Ok(()),
        }
    }

    /// Plans anew after something that was planned will not come.
    pub(super) fn plan_anew(&mut self) {
        self.planned = Planned {
            login: self.phase == Phase::Transaction || self.outstanding.iter().any(|sent| sent.step.is_login()),
            tls: self.config.channel == Channel::Tls || self.outstanding.iter().any(|sent| sent.step.is_stls()),
            utf8: self.in_utf8,
            quit: self.outstanding.iter().any(|sent| sent.step.is_quit()),
        };
        for command in self.queue.values() {
            self.planned.with(command);
        }
    }
}

pub(super) fn check_login(login: &Login) -> Result<(), Misuse> {
    check_text(&login.user, Argument::User)?;
    let token = match &login.credential {
        Credential::Password(password) => {
            check_text(password.expose(), Argument::Password)?;
            false
        }
        Credential::BearerToken(token) => {
            check_text(token.expose(), Argument::Token)?;
            check_word(token.expose(), Argument::Token)?;
            true
        }
    };
    match login.choice {
        MechanismChoice::Only(mechanism) if mechanism.takes_token() != token => {
            return Err(Misuse::WrongCredential(mechanism));
        }
        MechanismChoice::Only(mechanism) if mechanism.binds_channel() && login.bindings.is_empty() => {
            return Err(Misuse::NoBinding(mechanism));
        }
        MechanismChoice::Only(Mechanism::Apop) => {
            // The digest is told from the name by a space (RFC 1939, section 7).
            check_word(&login.user, Argument::User)?;
            check_room("APOP  0123456789abcdef0123456789abcdef", &login.user, Argument::User)?;
        }
        MechanismChoice::Only(Mechanism::UserPass) => fits_user_and_pass(login)?,
        // SASL has no limit, and what is chosen is not known yet.
        MechanismChoice::Only(_) | MechanismChoice::Strongest => {}
    }
    Ok(())
}

/// Whether USER and PASS have room for name and password (RFC 2449, section 4).
pub(super) fn fits_user_and_pass(login: &Login) -> Result<(), Misuse> {
    check_room("USER ", &login.user, Argument::User)?;
    match &login.credential {
        Credential::Password(password) => check_room("PASS ", password.expose(), Argument::Password),
        Credential::BearerToken(_) => Ok(()),
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

fn check_word(text: &str, argument: Argument) -> Result<(), Misuse> {
    if text.contains([' ', '\t']) { Err(Misuse::Space(argument)) } else { Ok(()) }
}

fn check_room(before: &str, text: &str, argument: Argument) -> Result<(), Misuse> {
    if before.len() + text.len() + 2 > MAX_LINE { Err(Misuse::TooLong(argument)) } else { Ok(()) }
}
