//! What the command line says, made into a task.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Parser;
use restante_api::Server;
use restante_engine::submission::{self, Errand, Octets};
use restante_native::Submission;
use restante_protocol::smtp::{Dsn, Form, Letter, Login, Mailbox, Notify, Recipient, Return, ReversePath};

/// Sends letters by a submission server.
///
/// Exit status: 0 when every letter was accepted for every recipient; 1 when some or none were (standard error names them,
/// and why; a letter whose answer did not come is told apart, for it may have been taken); 2 when the command line is wrong, or
/// a letter cannot be sent as it is.
#[derive(Debug, Parser)]
#[command(name = "send")]
pub(crate) struct Options {
    #[command(flatten)]
    server: Submission,
    /// Whom failures are returned to; <> for nobody.
    #[arg(long, value_name = "ADDR")]
    from: ReversePath,
    /// Whom the letters are for.
    #[arg(long, value_name = "ADDR", required = true, num_args = 1..)]
    to: Vec<Mailbox>,
    /// The letter, as RFC 5322 has it. Several go over one connection.
    #[arg(long, value_name = "FILE.eml", required = true)]
    message: Vec<PathBuf>,
    /// Ask to be told when a letter was delivered, too, with its header.
    #[arg(long)]
    dsn: bool,
    /// Tell what happens as JSON, one event a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is to be done.
pub(crate) struct Task {
    pub(crate) server: Server,
    pub(crate) login: Login,
    /// By their files.
    pub(crate) letters: Vec<(PathBuf, Errand)>,
}

impl Options {
    /// The task, or what is wrong with the command line or a letter.
    pub(crate) fn task(&self) -> Result<Task, String> {
        let (server, login) = self.server.login()?;
        let letters = self.message.iter().map(|file| Ok((file.clone(), self.errand(file)?)));
        Ok(Task { server, login, letters: letters.collect::<Result<_, String>>()? })
    }

    fn errand(&self, file: &Path) -> Result<Errand, String> {
        let place = file.to_owned();
        let octets: Octets = Rc::new(move || Ok(Box::new(File::open(&place)?) as _));
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let content = submission::survey(&octets, Form::Text).map_err(|error| wrong(&error))?;
        let content = content.map_err(|fault| wrong(&fault))?;
        let notify = self.dsn.then_some(Notify::On { success: true, failure: true, delay: true });
        let to = self.to.iter().map(|mailbox| Recipient { mailbox: mailbox.clone(), notify });
        let mut letter = Letter::new(self.from.clone(), to, content).map_err(|bad| bad.to_string())?;
        if self.dsn {
            letter = letter.with_reports(Dsn { returned: Some(Return::Headers), envelope: None });
        }
        Ok(Errand { letter, octets })
    }
}
