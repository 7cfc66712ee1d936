//! What a page has asked and still waits for: what has to be asked again when another tab takes the work over.
//!
//! Pure bookkeeping. Not here: how tabs talk ([`super`]).

use restante_api::keep::{Answer, Ask};
use restante_api::{Call, CallId, Failure, FailureKind, Reason, Reply, Request, Update};

/// The questions of one page.
#[derive(Debug, Default)]
pub struct Questions {
    /// In the order they were asked.
    open: Vec<Question>,
    /// An import is under way: what was said of it is known to whoever does the work now, and to nobody else.
    is_importing: bool,
    /// Its beginning is lost, and nobody has been told.
    is_torn: bool,
}

#[derive(Debug)]
struct Question {
    id: CallId,
    request: Request,
    /// A part of the answer came.
    is_begun: bool,
}

impl Questions {
    /// Takes note of a call. What is returned answers it, in place of whoever does the work.
    pub fn ask(&mut self, call: &Call) -> Option<Reply> {
        let Call::Ask { id, request } = call else {
            let Call::Cancel { id } = call else { return None };
            self.close(*id);
            return None;
        };
        match request {
            // They have no answer: what they are for is there at once, or not at all.
            Request::Prepare(_) | Request::Keep(Ask::NextPiece(_)) => return None,
            Request::Keep(Ask::Import { octets, .. }) => {
                self.is_importing = !octets.is_empty();
                if std::mem::take(&mut self.is_torn) {
                    self.is_importing = false;
                    return Some(interrupted(*id));
                }
            }
            Request::Keep(Ask::List(_)) => self.open.retain(|question| !is_of_a_list(&question.request)),
            Request::Show { .. } => self.open.retain(|question| !matches!(question.request, Request::Show { .. })),
            _ => {}
        }
        self.open.push(Question { id: *id, request: request.clone(), is_begun: false });
        None
    }

    /// Takes note of what is told.
    pub fn hear(&mut self, reply: &Reply) {
        let Some(question) = self.open.iter_mut().find(|question| question.id == reply.to) else { return };
        question.is_begun = true;
        let ends = match (&question.request, &reply.update) {
            (_, Update::Refused(_) | Update::Failed(_) | Update::Closed) => true,
            (_, Update::Authorize(_) | Update::Granted(_)) => true,
            (Request::Keep(Ask::Overview | Ask::List(_)), _) => false,
            (Request::Keep(_), Update::Keep(Answer::Piece { octets, .. })) => octets.is_empty(),
            (Request::Keep(_), Update::Keep(_)) => true,
            (
                _,
                Update::Message(_)
                | Update::Attachment { .. }
                | Update::Archive(_)
                | Update::Source(_)
                | Update::MessageFailed { .. },
            ) => true,
            _ => false,
        };
        if ends {
            if matches!(question.request, Request::Keep(Ask::Import { .. })) && !matches!(reply.update, Update::Keep(_))
            {
                self.is_importing = false;
            }
            self.close(reply.to);
        }
    }

    /// Another tab does the work now: what it has to be asked, and what cannot be asked twice and is answered here.
    pub fn again(&mut self) -> (Vec<Call>, Vec<Reply>) {
        let lost = |question: &Question| match question.request {
            Request::Keep(Ask::Import { .. }) => true,
            // The secret that it was begun with is gone with the other tab, and a code is good for once.
            Request::Authorize(_) | Request::Redeem(_) => true,
            // Its file has begun to be written.
            Request::Keep(Ask::Export(..) | Ask::Rescue) => question.is_begun,
            _ => false,
        };
        let (lost, open) = std::mem::take(&mut self.open).into_iter().partition::<Vec<_>, _>(lost);
        self.open = open;
        let is_answered = lost.iter().any(|question| matches!(question.request, Request::Keep(Ask::Import { .. })));
        self.is_torn |= std::mem::take(&mut self.is_importing) && !is_answered;
        let calls = self.open.iter_mut().map(|question| {
            question.is_begun = false;
            Call::Ask { id: question.id, request: question.request.clone() }
        });
        (calls.collect(), lost.iter().map(|question| interrupted(question.id)).collect())
    }

    /// Nobody can be asked for now: what is told in place of answers. Overview and list stay, for somebody who can be.
    pub fn refuse(&mut self, failure: &Failure) -> Vec<Reply> {
        let is_watched =
            |question: &Question| is_of_a_list(&question.request) || question.request == Request::Keep(Ask::Overview);
        let asked = self.open.iter().filter(|question| !matches!(question.request, Request::Show { .. }));
        let refusals = asked.map(|question| refusal(question.id, failure.clone())).collect();
        self.open.retain(is_watched);
        self.is_importing = false;
        refusals
    }

    fn close(&mut self, id: CallId) {
        self.open.retain(|question| question.id != id);
    }
}

fn is_of_a_list(request: &Request) -> bool {
    matches!(request, Request::Show { .. } | Request::Keep(Ask::List(_)))
}

fn interrupted(to: CallId) -> Reply {
    refusal(to, Failure::because(FailureKind::Internal, Reason::TabClosed))
}

fn refusal(to: CallId, failure: Failure) -> Reply {
    Reply { to, update: Update::Refused(Box::new(failure)) }
}

#[cfg(test)]
mod tests {
    use restante_api::keep::{AccountId, Archive, Change, Done, Filter, ListQuery, Order, Role, Within};
    use restante_api::{ListId, MessageRef};

    use super::*;

    fn ask(id: u32, request: Request) -> Call {
        Call::Ask { id: CallId(id), request }
    }

    fn keep(id: u32, what: Ask) -> Call {
        ask(id, Request::Keep(what))
    }

    fn list(id: u32) -> Call {
        let query = ListQuery {
            within: Within::Role(Role::Inbox),
            search: String::new(),
            filter: Filter::All,
            order: Order::Newest,
        };
        keep(id, Ask::List(query))
    }

    fn show(id: u32, first: u32) -> Call {
        ask(id, Request::Show { first, count: 50 })
    }

    fn piece(id: u32, octets: &[u8]) -> Call {
        keep(id, Ask::Import { account: AccountId(1), octets: octets.to_vec() })
    }

    fn told(to: u32, answer: Answer) -> Reply {
        Reply { to: CallId(to), update: Update::Keep(answer) }
    }

    fn noted(calls: &[Call]) -> Questions {
        let mut questions = Questions::default();
        for call in calls {
            assert_eq!(questions.ask(call), None);
        }
        questions
    }

    fn refused(replies: &[Reply]) -> Vec<u32> {
        assert!(replies.iter().all(|reply| matches!(reply.update, Update::Refused(_))), "{replies:?}");
        replies.iter().map(|reply| reply.to.0).collect()
    }

    #[test]
    fn what_is_answered_is_not_asked_again_and_what_is_not_is() {
        let star = |id| keep(id, Ask::Change(Change::Star(Vec::new(), true)));
        let read = |id| ask(id, Request::Read(MessageRef::top(id)));
        let mut questions = noted(&[star(1), star(2), read(3), read(4)]);
        questions.hear(&told(1, Answer::Done(Done::Changed)));
        let failure = Box::new(Failure::new(FailureKind::NoSuchMessage, ""));
        let update = Update::MessageFailed { message: MessageRef::top(3), failure };
        questions.hear(&Reply { to: CallId(3), update });
        assert_eq!(questions.again(), (vec![star(2), read(4)], vec![]));
        assert_eq!(questions.again().0.len(), 2, "nor is it forgotten by being asked again");
    }

    #[test]
    fn overview_and_list_are_asked_again_however_often_they_were_told_and_the_list_as_it_was_shown_last() {
        let mut questions = noted(&[keep(1, Ask::Overview), list(2), show(3, 0), list(4), show(5, 0), show(6, 900)]);
        questions
            .hear(&Reply { to: CallId(4), update: Update::Opened { list: ListId::kept(), messages: 1, octets: 2 } });
        questions.hear(&Reply { to: CallId(4), update: Update::Rows(Vec::new()) });
        assert_eq!(questions.again().0, [keep(1, Ask::Overview), list(4), show(6, 900)]);
    }

    #[test]
    fn what_was_taken_back_is_not_asked_again() {
        let mut questions = noted(&[keep(1, Ask::Overview), list(2), Call::Cancel { id: CallId(1) }]);
        assert_eq!(questions.again().0, [list(2)]);
    }

    #[test]
    fn where_nobody_can_be_asked_all_is_refused_and_what_is_watched_is_asked_of_the_next_one() {
        let change = keep(4, Ask::Change(Change::Star(Vec::new(), true)));
        let mut questions = noted(&[keep(1, Ask::Overview), list(2), show(3, 0), change, piece(5, b"From ")]);
        let refusals = questions.refuse(&Failure::new(FailureKind::OtherVersion, ""));
        assert_eq!(refused(&refusals), [1, 2, 4, 5]);
        assert_eq!(questions.again(), (vec![keep(1, Ask::Overview), list(2), show(3, 0)], vec![]));
        assert_eq!(questions.ask(&piece(6, b"From ")), None, "a file that was refused is begun anew");
    }

    #[test]
    fn a_file_that_was_begun_is_given_up_and_one_that_was_not_is_begun() {
        let export = |id| keep(id, Ask::Export(AccountId(1), Archive::Mbox));
        let piece = |to, octets: &[u8]| told(to, Answer::Piece { messages: 1, octets: octets.to_vec() });
        let mut questions = noted(&[export(1), export(2), export(3)]);
        questions.hear(&piece(1, b"From "));
        questions.hear(&piece(3, b"From "));
        questions.hear(&piece(3, b""));
        let (asked, given_up) = questions.again();
        assert_eq!(asked, [export(2)]);
        assert_eq!(refused(&given_up), [1]);
    }

    #[test]
    fn an_import_ends_where_the_work_changes_hands_once_and_the_next_one_goes_on() {
        // A piece was under way: it is answered.
        let mut questions = noted(&[piece(1, b"From ")]);
        let (asked, given_up) = questions.again();
        assert_eq!((asked, refused(&given_up)), (vec![], vec![1]));
        assert_eq!(questions.ask(&piece(2, b"From ")), None);

        // None was: the next one is.
        questions.hear(&told(2, Answer::Count(1)));
        assert_eq!(questions.again(), (vec![], vec![]));
        let refusal = questions.ask(&piece(3, b"more"));
        assert_eq!(refused(&Vec::from_iter(refusal)), [3]);
        assert_eq!(questions.ask(&piece(4, b"From ")), None);

        // It had come to its end.
        questions.hear(&told(4, Answer::Count(1)));
        assert_eq!(questions.ask(&piece(5, b"")), None);
        questions.hear(&told(5, Answer::Count(1)));
        assert_eq!(questions.again(), (vec![], vec![]));
        assert_eq!(questions.ask(&piece(6, b"From ")), None);
    }
}
