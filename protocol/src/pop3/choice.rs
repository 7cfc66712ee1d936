//! Which mechanism a login takes: a pure function of what both sides know.
//!
//! The order of the SASL mechanisms is `sasl`'s; USER/PASS comes last, unless it saves a round trip: it shows the same
//! secret to the same server as PLAIN and LOGIN, and where the server pipelines, what follows may travel in its flight,
//! which nothing may behind a SASL exchange. APOP is never chosen, only asked for: MD5 of a challenge
//! that a man in the middle picks gives the password away (RFC 1939's own successor advises against it).
//!
//! Nothing that shows the secret is taken on a clear channel unless the user agreed (RFC 8314, section 3).

use std::fmt;

use super::{Capabilities, Channel, Mechanism, MechanismChoice};
use crate::sasl::{self, NoneOffered, Offer};

/// What a choice rests on.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// What the caller asked for.
    pub choice: MechanismChoice,
    /// The credential is a bearer token, not a password.
    pub token: bool,
    /// Whether others can read along.
    pub channel: Channel,
    /// The user agreed that others may.
    pub cleartext_agreed: bool,
    /// What the server announces; `None` where it answers no CAPA, or was not asked.
    pub capabilities: Option<&'a Capabilities>,
    /// The greeting has a well-formed APOP challenge.
    pub apop_challenge: bool,
    /// The caller gave channel binding data.
    pub bindings: bool,
    /// USER and PASS may travel together with what follows: commands are pipelined, and neither name nor password needs
    /// the UTF-8 that only SASL and RFC 6856 define.
    pub one_flight: bool,
}

/// Why a mechanism was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// The caller asked for it by name.
    AskedFor,
    /// The strongest of those that both sides know.
    Strongest,
    /// As strong as any that both sides know, and what follows travels in the same flight.
    OneFlight,
    /// The server announces channel binding, and refused it before it had seen any proof of the password.
    Unbound,
    /// The server announces nothing, and this is what every server has (RFC 1939, section 7).
    NothingAnnounced,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AskedFor => "asked for by name",
            Self::Strongest => "the strongest that both sides know",
            Self::OneFlight => "as strong as any that both sides know, and it saves a round trip",
            Self::Unbound => "the server refused to bind the login to the connection, though it announces that",
            Self::NothingAnnounced => "the server announces nothing, and every server has it",
        })
    }
}

/// Why there is no mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NoMechanism {
    /// There is one, but it would show the secret on a clear channel, and the user did not agree.
    #[error("{}", NoneOffered::ShowSecret)]
    ClearText,
    /// The server announces none that this client knows.
    #[error("{}", NoneOffered::Unknown)]
    NoneInCommon,
    /// The server announces OAuth's mechanisms alone, and there is a password.
    #[error("{}", NoneOffered::TokensOnly)]
    TokensOnly,
    /// USER and PASS are all there is, and name or password do not fit into a command (RFC 2449, section 4).
    #[error("the server knows USER and PASS only, and name or password are longer than those may be")]
    TooLong,
    /// USER and PASS are all there is, and name or password have characters beyond ASCII, which the server does not say
    /// that it takes there (RFC 6856, section 2.2).
    #[error("the server knows USER and PASS only, and takes no characters beyond ASCII there")]
    BeyondAscii,
    /// APOP was asked for, and the greeting has no well-formed challenge.
    #[error("the server offers no APOP challenge")]
    NoChallenge,
}

/// Chooses the mechanism.
///
/// # Errors
/// [`NoMechanism`] where there is none that both sides know and the channel allows.
pub fn choose(situation: &Situation<'_>) -> Result<(Mechanism, Why), NoMechanism> {
    let hidden = situation.channel == Channel::Tls || situation.cleartext_agreed;
    let allowed = |mechanism: Mechanism| hidden || !mechanism.shows_secret();
    if let MechanismChoice::Only(mechanism) = situation.choice {
        return match mechanism {
            Mechanism::Apop if !situation.apop_challenge => Err(NoMechanism::NoChallenge),
            _ if !allowed(mechanism) => Err(NoMechanism::ClearText),
            _ => Ok((mechanism, Why::AskedFor)),
        };
    }
    let names = situation.capabilities.map_or(&[][..], |known| &known.sasl);
    let has_user = !situation.token && situation.capabilities.is_some_and(|known| known.user);
    let offer = Offer { names, token: situation.token, bindings: situation.bindings, may_show: hidden };
    match sasl::strongest(&offer) {
        Ok(mechanism) if mechanism.shows_secret() && has_user && situation.one_flight => {
            Ok((Mechanism::UserPass, Why::OneFlight))
        }
        Ok(mechanism) => Ok((mechanism.into(), Why::Strongest)),
        Err(_) if has_user && hidden => Ok((Mechanism::UserPass, Why::Strongest)),
        Err(NoneOffered::ShowSecret) => Err(NoMechanism::ClearText),
        Err(_) if has_user => Err(NoMechanism::ClearText),
        // A server that announces neither USER nor any mechanism has USER and PASS all the same (RFC 1939, section 7),
        // as has one that knows no CAPA.
        Err(_) if !situation.token && names.is_empty() => {
            if hidden {
                Ok((Mechanism::UserPass, Why::NothingAnnounced))
            } else {
                Err(NoMechanism::ClearText)
            }
        }
        Err(NoneOffered::TokensOnly) => Err(NoMechanism::TokensOnly),
        Err(NoneOffered::Unknown) => Err(NoMechanism::NoneInCommon),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pop3::Mechanism as Pop3;
    use crate::pop3::Mechanism::Sasl;
    use crate::sasl::Mechanism;

    fn announcing(lines: &[&str]) -> Capabilities {
        let mut all = Capabilities::default();
        lines.iter().for_each(|line| all.take(line));
        all
    }

    fn on(channel: Channel, capabilities: Option<&Capabilities>) -> Situation<'_> {
        Situation {
            choice: MechanismChoice::Strongest,
            token: false,
            channel,
            cleartext_agreed: false,
            capabilities,
            apop_challenge: true,
            bindings: false,
            one_flight: false,
        }
    }

    #[test]
    fn the_strongest_common_mechanism_wins() {
        let all = announcing(&["USER", "SASL LOGIN PLAIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS"]);
        let mut situation = on(Channel::Tls, Some(&all));
        assert_eq!(choose(&situation), Ok((Sasl(Mechanism::ScramSha256), Why::Strongest)));
        situation.bindings = true;
        assert_eq!(choose(&situation), Ok((Sasl(Mechanism::ScramSha256Plus), Why::Strongest)));
    }

    #[test]
    fn user_and_pass_go_before_plain_where_that_saves_a_round_trip_and_never_before_what_hides_the_password() {
        let plain = announcing(&["USER", "PIPELINING", "SASL PLAIN LOGIN"]);
        let mut situation = on(Channel::Tls, Some(&plain));
        assert_eq!(choose(&situation), Ok((Sasl(Mechanism::Plain), Why::Strongest)));
        situation.one_flight = true;
        assert_eq!(choose(&situation), Ok((Pop3::UserPass, Why::OneFlight)));
        let scram = announcing(&["USER", "PIPELINING", "SASL PLAIN SCRAM-SHA-256"]);
        situation.capabilities = Some(&scram);
        assert_eq!(choose(&situation), Ok((Sasl(Mechanism::ScramSha256), Why::Strongest)));
        let sasl_only = announcing(&["PIPELINING", "SASL PLAIN"]);
        situation.capabilities = Some(&sasl_only);
        assert_eq!(choose(&situation), Ok((Sasl(Mechanism::Plain), Why::Strongest)));
    }

    #[test]
    fn nothing_that_shows_the_password_is_taken_in_clear_text_without_consent() {
        for lines in [&["USER", "SASL PLAIN LOGIN"][..], &["USER"], &[]] {
            let all = announcing(lines);
            let mut situation = on(Channel::Clear, Some(&all));
            assert_eq!(choose(&situation), Err(NoMechanism::ClearText));
            situation.cleartext_agreed = true;
            assert!(choose(&situation).unwrap().0.shows_secret());
        }
        let all = announcing(&["USER", "SASL PLAIN CRAM-MD5"]);
        assert_eq!(choose(&on(Channel::Clear, Some(&all))), Ok((Sasl(Mechanism::CramMd5), Why::Strongest)));
    }

    #[test]
    fn a_server_without_capa_gets_user_and_pass_and_never_apop() {
        assert_eq!(choose(&on(Channel::Tls, None)), Ok((Pop3::UserPass, Why::NothingAnnounced)));
        assert_eq!(choose(&on(Channel::Clear, None)), Err(NoMechanism::ClearText));
    }

    #[test]
    fn apop_is_used_only_by_name_and_with_a_challenge() {
        let mut situation = on(Channel::Clear, None);
        situation.choice = MechanismChoice::Only(Pop3::Apop);
        assert_eq!(choose(&situation), Ok((Pop3::Apop, Why::AskedFor)));
        situation.apop_challenge = false;
        assert_eq!(choose(&situation), Err(NoMechanism::NoChallenge));
    }

    #[test]
    fn a_token_goes_to_the_oauth_mechanisms_only() {
        let all = announcing(&["USER", "SASL PLAIN XOAUTH2"]);
        let mut situation = on(Channel::Tls, Some(&all));
        situation.token = true;
        assert_eq!(choose(&situation), Ok((Sasl(Mechanism::XOAuth2), Why::Strongest)));
        situation.capabilities = None;
        assert_eq!(choose(&situation), Err(NoMechanism::NoneInCommon));
        let tokens = announcing(&["SASL XOAUTH2 OAUTHBEARER"]);
        assert_eq!(choose(&on(Channel::Tls, Some(&tokens))), Err(NoMechanism::TokensOnly));
    }
}
