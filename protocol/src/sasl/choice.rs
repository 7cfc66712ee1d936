//! Which of the offered mechanisms to take: a pure function of what both sides know.
//!
//! The order, strongest first: SCRAM with channel binding, SCRAM, CRAM-MD5, PLAIN, LOGIN; with a bearer token OAUTHBEARER,
//! XOAUTH2. What does not show the secret goes before what does.

use super::Mechanism;

/// What a choice rests on.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// The names that the server offers.
    pub names: &'a [String],
    /// The credential is a bearer token, not a password.
    pub token: bool,
    /// There is something to bind the login to.
    pub bindings: bool,
    /// A mechanism that shows the secret may be taken: nobody reads along, or the user agreed that others may.
    pub may_show: bool,
}

/// Why none of the offered mechanisms is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NoneOffered {
    /// Those that are known here would all show the secret, and may not.
    #[error("every common way to sign in would show the password to whoever reads along")]
    ShowSecret,
    /// There is a password, and those that are known here take tokens only.
    #[error("the server takes tokens of its own sign-in pages only (OAuth), no passwords")]
    TokensOnly,
    /// None is known here.
    #[error("the server offers no way to sign in that is known here")]
    Unknown,
}

/// With a password, strongest first.
const WITH_PASSWORD: [Mechanism; 9] = [
    Mechanism::ScramSha512Plus,
    Mechanism::ScramSha256Plus,
    Mechanism::ScramSha1Plus,
    Mechanism::ScramSha512,
    Mechanism::ScramSha256,
    Mechanism::ScramSha1,
    Mechanism::CramMd5,
    Mechanism::Plain,
    Mechanism::Login,
];

/// With a bearer token, strongest first.
const WITH_TOKEN: [Mechanism; 2] = [Mechanism::OAuthBearer, Mechanism::XOAuth2];

/// The strongest mechanism that both sides know and the channel allows.
///
/// # Errors
/// [`NoneOffered`] where there is none.
pub fn strongest(offer: &Offer<'_>) -> Result<Mechanism, NoneOffered> {
    let order: &[Mechanism] = if offer.token { &WITH_TOKEN } else { &WITH_PASSWORD };
    let mut common = order.iter().copied().filter(|mechanism| offers(offer.names, *mechanism)).filter(|mechanism| {
        // A -PLUS mechanism is none without something to bind to.
        offer.bindings || !mechanism.binds_channel()
    });
    let mut is_known = false;
    let found = common.find(|mechanism| {
        is_known = true;
        offer.may_show || !mechanism.shows_secret()
    });
    found.ok_or_else(|| match is_known {
        true => NoneOffered::ShowSecret,
        false if !offer.token && WITH_TOKEN.iter().any(|token| offers(offer.names, *token)) => NoneOffered::TokensOnly,
        false => NoneOffered::Unknown,
    })
}

/// The strongest SCRAM mechanism without channel binding, where it is offered: for a server that refused to bind.
pub fn unbound(names: &[String]) -> Option<Mechanism> {
    let unbound = WITH_PASSWORD.into_iter().filter(|mechanism| mechanism.is_scram() && !mechanism.binds_channel());
    unbound.into_iter().find(|mechanism| offers(names, *mechanism))
}

fn offers(names: &[String], mechanism: Mechanism) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(mechanism.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &str) -> Vec<String> {
        names.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn of_all_mechanisms_the_strongest_goes_first_down_to_the_last() {
        let mut left: Vec<String> = Mechanism::ALL.iter().map(|mechanism| mechanism.name().to_owned()).collect();
        for expected in WITH_PASSWORD {
            let offer = Offer { names: &left, token: false, bindings: true, may_show: true };
            assert_eq!(strongest(&offer), Ok(expected));
            left.retain(|name| name != expected.name());
        }
        let offer = Offer { names: &left, token: false, bindings: true, may_show: true };
        assert_eq!(strongest(&offer), Err(NoneOffered::TokensOnly));
        assert_eq!(strongest(&Offer { token: true, ..offer }), Ok(Mechanism::OAuthBearer));
        assert_eq!(strongest(&Offer { names: &[], ..offer }), Err(NoneOffered::Unknown));
    }

    #[test]
    fn what_shows_the_secret_is_taken_only_where_it_may() {
        for mechanism in Mechanism::ALL {
            let names = [mechanism.name().to_owned()];
            let offer = Offer { names: &names, token: mechanism.takes_token(), bindings: true, may_show: false };
            let expected = if mechanism.shows_secret() { Err(NoneOffered::ShowSecret) } else { Ok(mechanism) };
            assert_eq!(strongest(&offer), expected, "{mechanism}");
        }
    }

    #[test]
    fn without_something_to_bind_to_the_bare_form_is_taken() {
        let names = names("scram-sha-512-plus SCRAM-SHA-1 PLAIN");
        let offer = Offer { names: &names, token: false, bindings: false, may_show: true };
        assert_eq!(strongest(&offer), Ok(Mechanism::ScramSha1));
        assert_eq!(strongest(&Offer { bindings: true, ..offer }), Ok(Mechanism::ScramSha512Plus));
        assert_eq!(unbound(&names), Some(Mechanism::ScramSha1));
    }
}
