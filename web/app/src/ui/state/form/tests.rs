//! What the form makes of what is typed in.

use super::*;

fn filled() -> Form {
    Form { host: "pop.example.org".into(), user: "ana".into(), password: Secret::new("pw"), ..Form::default() }
}

#[test]
fn a_default_port_follows_the_security_and_another_port_stays() {
    let mut form = filled();
    form.edit(Field::Security(Security::Starttls)).unwrap();
    assert_eq!(form.port, "110");
    form.edit(Field::Port("1100".into())).unwrap();
    form.edit(Field::Security(Security::Tls)).unwrap();
    assert_eq!(form.port, "1100");
}

#[test]
fn a_link_fills_the_form_in() {
    let mut form = Form::default();
    form.fill_from_link("pops://ana@pop.example.org:1995").unwrap();
    assert_eq!((form.host.as_str(), form.port.as_str(), form.user.as_str()), ("pop.example.org", "1995", "ana"));
    assert_eq!(form.security, Security::Tls);
    form.edit(Field::Host("pop://bo@mail.example.net".into())).unwrap();
    assert_eq!((form.port.as_str(), form.security), ("110", Security::Starttls));
}

#[test]
fn a_link_with_a_password_is_refused_and_changes_nothing() {
    let mut form = filled();
    assert_eq!(form.fill_from_link("pops://ana:secret@pop.example.org"), Err(Complaint::Link(UrlError::Password)));
    assert_eq!(form, filled());
}

#[test]
fn clear_text_needs_an_agreement_that_does_not_outlive_a_change_of_security() {
    let mut form = filled();
    form.edit(Field::Security(Security::None)).unwrap();
    assert_eq!(form.to_request(&Site::default()), Err(Complaint::Cleartext));
    form.edit(Field::CleartextAgreed(true)).unwrap();
    assert!(form.to_request(&Site::default()).unwrap().cleartext_agreed);
    form.edit(Field::Security(Security::Tls)).unwrap();
    form.edit(Field::Security(Security::None)).unwrap();
    assert_eq!(form.to_request(&Site::default()), Err(Complaint::Cleartext));
}

#[test]
fn trust_in_a_certificate_ends_when_the_server_changes() {
    let mut form = Form { trusted: Some(Fingerprint([7; 32])), ..filled() };
    form.edit(Field::User("bo".into())).unwrap();
    assert!(form.trusted.is_some());
    form.edit(Field::Host("pop.example.net".into())).unwrap();
    assert_eq!(form.trusted, None);
}

#[test]
fn each_gap_is_complained_of_in_the_order_of_the_form() {
    let site = Site { token_required: true, ..Site::default() };
    let mut form = Form { port: "0".into(), ..Form::default() };
    assert_eq!(form.to_request(&site), Err(Complaint::Host));
    form.host = "https://pop.example.org/".into();
    assert_eq!(form.to_request(&site), Err(Complaint::Host));
    form.host = " [2001:db8::1] ".into();
    assert_eq!(form.to_request(&site), Err(Complaint::Port));
    form.port = " 995 ".into();
    assert_eq!(form.to_request(&site), Err(Complaint::User));
    form.user = "ana".into();
    assert_eq!(form.to_request(&site), Err(Complaint::Password));
    form.password = Secret::new("pw");
    assert_eq!(form.to_request(&site), Err(Complaint::Token));
    form.token = Secret::new(" t ");
    let request = form.to_request(&site).unwrap();
    assert_eq!((request.host.as_str(), request.port), ("2001:db8::1", 995));
    assert_eq!(request.token, Some(Secret::new("t")));
}

#[test]
fn a_token_goes_to_no_other_bridge_than_the_one_it_was_typed_for() {
    let site =
        Site { bridges: vec!["self".into(), "wss://b1.example.org".into()], any_bridge: true, ..Site::default() };
    let mut form = Form { token: Secret::new("t"), ..filled() };
    assert_eq!(form.to_request(&site).unwrap().bridge, None);
    form.edit(Field::Bridge(Bridge::Listed("wss://b1.example.org/tunnel".into()))).unwrap();
    let request = form.to_request(&site).unwrap();
    assert_eq!((request.bridge.as_deref(), request.token), (Some("wss://b1.example.org/tunnel"), None));
    form.edit(Field::Bridge(Bridge::Typed)).unwrap();
    assert_eq!(form.to_request(&site), Err(Complaint::Bridge(BadBridge::Scheme)));
    form.edit(Field::BridgeAddress("wss://b2.example.org".into())).unwrap();
    assert_eq!(form.to_request(&site).unwrap().bridge.as_deref(), Some("wss://b2.example.org/tunnel"));
}

#[test]
fn a_bridge_that_the_host_does_not_offer_is_not_used() {
    let form = Form { bridge: Some(Bridge::Listed("wss://gone.example.org/tunnel".into())), ..filled() };
    assert_eq!(form.to_request(&Site::default()).unwrap().bridge, None);
}

#[test]
fn the_own_bridges_demand_for_a_token_is_not_made_of_another() {
    let site = Site { token_required: true, bridges: vec!["wss://b1.example.org".into()], ..Site::default() };
    assert!(filled().to_request(&site).is_ok());
}
