//! What was learnt of a server, for as long as the engine runs: it saves asking the same server again. Nothing of a user
//! is in it, and nothing of it is written down.

use restante_api::Server;
use restante_protocol::pop3::Capabilities;

use crate::ways::Ways;

/// What is known of the server that was spoken with last.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    last: Option<(Server, Known)>,
}

/// What is known of a server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// What it announced before the login.
    pub(crate) capabilities: Option<Capabilities>,
    /// What it needs otherwise than most do.
    pub(crate) ways: Ways,
}

impl Memory {
    /// What is known of the server, if it is reached in the same way.
    pub(crate) fn of(&self, server: &Server) -> Known {
        let same = self.last.as_ref().filter(|(last, _)| last == server);
        same.map(|(_, known)| known.clone()).unwrap_or_default()
    }

    /// The server has shown this.
    pub(crate) fn learn(&mut self, server: Server, known: Known) {
        self.last = Some((server, known));
    }

    /// The server has been spoken with in these ways to the end of opening.
    pub(crate) fn learn_ways(&mut self, server: Server, ways: Ways) {
        let known = Known { ways, ..self.of(&server) };
        self.learn(server, known);
    }

    /// What is known of the server may be wrong.
    pub(crate) fn doubt(&mut self, server: &Server) {
        self.last.take_if(|(last, _)| last == server);
    }
}
