use std::collections::HashSet;

use restante_protocol::pop3::{BindingKind, Channel, Config, Mechanism, MessageNumber, Output, Secret, Session};

use super::*;

const ALL: [Way; 5] = [Way::WithoutCapa, Way::WithoutBinding, Way::Utf8, Way::LoginAlone, Way::LockStep];

/// What is traced of a session that is submitted CAPA, the login, CAPA, STAT, and RETR of each of ten messages, is told
/// this, and then loses its connection.
fn trace(login: Login, told: &[&str]) -> Trace {
    let mut session = Session::new(Config { channel: Channel::Tls, ..Config::default() });
    let retr = |number| Command::Retr { number: MessageNumber::new(number).unwrap(), octets: Some(3) };
    let commands = [Command::Capa, Command::Login(login), Command::Capa, Command::Stat];
    for command in commands.into_iter().chain((1..=10).map(retr)) {
        session.submit(command).unwrap();
    }
    let mut trace = Trace::default();
    for octets in told {
        session.handle_input(octets.as_bytes());
        note(&mut session, &mut trace);
    }
    session.handle_eof();
    note(&mut session, &mut trace);
    trace
}

fn note(session: &mut Session, trace: &mut Trace) {
    loop {
        match session.poll_output() {
            Ok(Output::Event(event)) => trace.note(&event),
            Ok(Output::Transmit(_)) => {}
            Ok(Output::NeedInput) | Err(_) => return,
        }
    }
}

fn login() -> Login {
    Login::with_password("ann", Secret::new("secret"))
}

fn bindings() -> Vec<ChannelBinding> {
    vec![ChannelBinding { kind: BindingKind::TlsExporter, data: vec![7; 32] }]
}

/// Every way that is learnt of this, one after the other, as if nothing helped.
fn learnt(trace: &Trace, kind: FailureKind) -> Vec<Way> {
    let (mut ways, failure) = (Ways::default(), Failure::new(kind, ""));
    std::iter::from_fn(|| ways.learn(trace, &failure)).take(2 * ALL.len()).collect()
}

/// What happened, the login, what the server said, how the session ended, and what is learnt.
type Row<'a> = (&'a str, Login, &'a [&'a str], FailureKind, &'a [Way]);

#[test]
fn what_broke_a_session_is_what_the_next_does_without() {
    let plain = "+OK\r\nUSER\r\n.\r\n";
    let many = "+OK\r\nUSER\r\nPIPELINING\r\nUTF8\r\n.\r\n";
    let plus = "+OK\r\nSASL SCRAM-SHA-256-PLUS\r\n.\r\n";
    let bound = Login { bindings: bindings(), ..login() };
    let by_name = bound.clone().by(Mechanism::from_name("SCRAM-SHA-256-PLUS").unwrap());
    let body = "+OK\r\nx\r\n.\r\n".repeat(PROOF_OF_PIPELINING);
    let opened = format!("+OK\r\n+OK\r\n{many}+OK 10 30\r\n");
    let (few, proof) = (format!("{opened}+OK\r\nx\r\n.\r\n"), format!("{opened}{body}"));
    let refused = format!("{opened}-ERR [UTF8] no\r\n");
    use FailureKind::{ConnectionLost, NotPop3, TimedOut, WrongPassword};
    use Way::{LockStep, LoginAlone, Utf8, WithoutBinding, WithoutCapa};
    let table: [Row<'_>; 14] = [
        ("no greeting", login(), &[], ConnectionLost, &[]),
        ("hung up on CAPA", login(), &["+OK\r\n"], ConnectionLost, &[WithoutCapa]),
        ("CAPA refused", login(), &["+OK\r\n", "-ERR\r\n"], ConnectionLost, &[]),
        ("hung up on a login", login(), &["+OK\r\n", plain], WrongPassword, &[]),
        ("hung up on a bound login", bound, &["+OK\r\n", plus], WrongPassword, &[WithoutBinding]),
        ("hung up on a login bound by name", by_name, &["+OK\r\n", plus], WrongPassword, &[]),
        ("password refused", login(), &["+OK\r\n", many, "+OK\r\n-ERR no\r\n"], WrongPassword, &[]),
        (
            "silent behind the login",
            login(),
            &["+OK\r\n", many, "+OK\r\n+OK\r\n"],
            TimedOut,
            &[LoginAlone, WithoutCapa, LockStep],
        ),
        (
            "silent behind a login in lock-step",
            login(),
            &["+OK\r\n", plain, "+OK\r\n", "+OK\r\n"],
            TimedOut,
            &[WithoutCapa],
        ),
        (
            "hung up behind the login",
            login(),
            &["+OK\r\n", many, "+OK\r\n+OK\r\n"],
            ConnectionLost,
            &[WithoutCapa, LockStep],
        ),
        ("lost among the first messages", login(), &["+OK\r\n", many, &few], ConnectionLost, &[LockStep]),
        ("lost among many messages", login(), &["+OK\r\n", many, &proof], ConnectionLost, &[]),
        ("garbled among many messages", login(), &["+OK\r\n", many, &proof], NotPop3, &[LockStep]),
        ("refused for want of UTF-8 mode", login(), &["+OK\r\n", many, &refused], ConnectionLost, &[Utf8, LockStep]),
    ];
    for (what, login, told, kind, expected) in table {
        assert_eq!(learnt(&trace(login, told), kind), expected, "{what}");
    }
}

#[test]
fn each_way_is_tried_once_whatever_a_session_shows() {
    let mut seen = HashSet::new();
    for bits in 0..1_u16 << 11 {
        let bit = |at: u16| bits & (1 << at) != 0;
        let trace = Trace {
            login: None,
            is_bound: bit(0),
            is_signed_in: bit(1),
            is_refused: bit(8),
            answered_behind_login: usize::from(bit(2)),
            bodies: if bit(3) { PROOF_OF_PIPELINING } else { 0 },
            lost: if bit(4) { 2 } else { 1 },
            hung_up_on_capa: bit(5),
            hung_up_on_binding: bit(6),
            knows_utf8: bit(7),
            needs_utf8: bit(7),
            suggests: match (bit(9), bit(10)) {
                (false, _) => None,
                (true, false) => Some(Pipelining::AfterLogin),
                (true, true) => Some(Pipelining::Never),
            },
        };
        for kind in [FailureKind::TimedOut, FailureKind::NotPop3, FailureKind::ConnectionLost, FailureKind::Refused] {
            let ways = learnt(&trace, kind);
            assert_eq!(ways.iter().collect::<HashSet<_>>().len(), ways.len(), "{ways:?} of {trace:?}");
            seen.extend(ways);
        }
    }
    assert_eq!(seen, ALL.into());
}

#[test]
fn what_was_learnt_is_what_is_done() {
    let known = capabilities("+OK\r\nUSER\r\n.\r\n");
    let utf8 = capabilities("+OK\r\nUTF8\r\n.\r\n");
    let utf8_user = capabilities("+OK\r\nUTF8 USER\r\n.\r\n");
    let umlaut = Login::with_password("änn", Secret::new("secret"));
    let has_utf8 = |ways: &Ways, login: &Login, known: Option<&Capabilities>| {
        let commands = ways.sign_in(login.clone(), bindings(), known);
        assert!(matches!(commands.last(), Some(Command::Login(_))));
        commands.iter().filter(|command| matches!(command, Command::Utf8)).count() == 1
    };
    let (ways, learnt) = (Ways::default(), Ways { in_utf8: true, ..Ways::default() });
    assert!(!has_utf8(&ways, &login(), Some(&utf8_user)) && has_utf8(&learnt, &login(), Some(&utf8_user)));
    assert!(!has_utf8(&ways, &umlaut, Some(&utf8)) && has_utf8(&ways, &umlaut, Some(&utf8_user)));
    assert!(!has_utf8(&learnt, &umlaut, Some(&known)) && !has_utf8(&learnt, &umlaut, None));

    let bound = |ways: &Ways| match ways.sign_in(login(), bindings(), None).pop() {
        Some(Command::Login(login)) => login.bindings.len(),
        _ => panic!("the login comes last"),
    };
    assert_eq!((bound(&ways), bound(&Ways { without_binding: true, ..Ways::default() })), (1, 0));
    assert!(ways.asks_capa() && !Ways { without_capa: true, ..Ways::default() }.asks_capa());
}

fn capabilities(answer: &str) -> Capabilities {
    let mut session = Session::new(Config { channel: Channel::Tls, ..Config::default() });
    session.submit(Command::Capa).unwrap();
    for octets in ["+OK\r\n", answer] {
        session.handle_input(octets.as_bytes());
        note(&mut session, &mut Trace::default());
    }
    session.capabilities().unwrap().clone()
}
