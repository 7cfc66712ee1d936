//! The main cases once more in front of a real Exim, which answers in other words than Postfix does.

use restante_tests::exim::{self, Exim};

use super::*;

impl Takes for Exim {
    fn ports(&self) -> [(u16, Security); 2] {
        [(self.smtps_port(), Security::Tls), (self.submission_port(), Security::Starttls)]
    }

    fn arrived(&self, user: &str, first_line: &str) -> Vec<Vec<u8>> {
        Exim::arrived(self, user, first_line).unwrap()
    }

    fn log(&self) -> String {
        Exim::log(self)
    }
}

/// The server, or `None` where there can be none.
async fn exim(identity: &Identity, mailboxes: &[String]) -> Option<Exim> {
    if let Some(why) = exim::missing() {
        assert!(std::env::var_os("RESTANTE_TESTS_STRICT").is_none(), "{why}");
        return None;
    }
    Some(Exim::start(identity, mailboxes).await.unwrap())
}

#[tokio::test]
async fn at_exim_what_arrives_is_what_was_sent_octet_for_octet_over_both_ports() {
    let identity = identity();
    let Some(exim) = exim(&identity, &["bert", "josé"].map(str::to_owned)).await else { return };
    letters_arrive_octet_for_octet(&exim, &identity).await;
}

#[tokio::test]
async fn at_exim_three_of_a_hundred_recipients_are_refused_by_name_and_the_others_get_the_letter() {
    let identity = identity();
    let Some(exim) = exim(&identity, &hundred().1).await else { return };
    three_of_a_hundred_are_refused(&exim, &identity, None).await;
}

#[tokio::test]
async fn at_exim_every_mechanism_signs_in_and_a_wrong_password_does_not() {
    let identity = identity();
    let Some(exim) = exim(&identity, &["bert".to_owned()]).await else { return };
    let server = server(exim.smtps_port(), Security::Tls, &identity);
    for (at, name) in ["plain", "login", "cram-md5"].into_iter().enumerate() {
        let mechanism = Mechanism::from_name(name).unwrap();
        let letter = errand(text("l", name, "Hello.\r\n"), &["bert@example.org"], None);
        let outcomes = sent(&server, login().by(mechanism), std::slice::from_ref(&letter)).await;
        assert!(is_sent(&outcomes[0]), "{mechanism}: {outcomes:?} {}", exim.log());
        let wrong = Login::with_password("ana", Secret::new("pen")).by(mechanism);
        let outcomes = sent(&server, wrong, &[letter]).await;
        let Fate::NotSent(failure) = &outcomes[0].fate else { panic!("{mechanism}: {outcomes:?}") };
        assert_eq!(failure.kind, FailureKind::WrongPassword, "{mechanism}: {failure:?}");
        arrived(&exim, "bert", &first_line("l"), at + 1).await;
    }
}
