//! What proves who signs in, and what ties that to the TLS channel.

use std::fmt;

use crate::Secret;

/// What proves who signs in. Shown neither by `Debug` nor in any error; overwritten when dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A password.
    Password(Secret),
    /// An OAuth 2.0 bearer token (RFC 6750).
    BearerToken(Secret),
}

/// A fact about the TLS channel that both ends know and nobody between can forge (RFC 5056).
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelBinding {
    /// What kind of fact.
    pub kind: BindingKind,
    /// The octets.
    pub data: Vec<u8>,
}

impl fmt::Debug for ChannelBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChannelBinding({})", self.kind.name())
    }
}

/// The kinds of channel binding that SCRAM's -PLUS mechanisms can use here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BindingKind {
    /// `tls-exporter`: 32 octets of keying material under the label `EXPORTER-Channel-Binding` (RFC 9266). TLS 1.3, or
    /// TLS 1.2 with extended master secret.
    TlsExporter,
    /// `tls-server-end-point`: the hash of the server's certificate (RFC 5929, section 4).
    TlsServerEndPoint,
}

impl BindingKind {
    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::TlsExporter => "tls-exporter",
            Self::TlsServerEndPoint => "tls-server-end-point",
        }
    }
}

/// What SCRAM's client says of channel binding: the flag of the GS2 header (RFC 5802, section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gs2<'a> {
    /// `p`: this login is bound to the channel. The server has to have offered a -PLUS mechanism.
    Bound(&'a ChannelBinding),
    /// `y`: the client can bind, and the server offers no -PLUS mechanism. A server that did offer one learns so that
    /// somebody has taken it out of its list.
    NotOffered,
    /// `n`: the client cannot bind, does not know what the server offers, or goes without.
    NotUsed,
}

impl<'a> Gs2<'a> {
    /// The flag for a mechanism that does not bind: `y` is true only where the client has a binding to give, has seen
    /// what the server offers, and found no -PLUS mechanism among it.
    pub fn without_binding(can_bind: bool, offered: Option<&[String]>) -> Self {
        let is_plus = |name: &String| name.to_ascii_uppercase().ends_with("-PLUS");
        match offered {
            Some(names) if can_bind && !names.iter().any(is_plus) => Gs2::NotOffered,
            _ => Gs2::NotUsed,
        }
    }

    /// The GS2 header without an authorization identity (RFC 5802, section 7: gs2-header).
    pub(super) fn header(self) -> String {
        match self {
            Gs2::Bound(binding) => format!("p={},,", binding.kind.name()),
            Gs2::NotOffered => "y,,".into(),
            Gs2::NotUsed => "n,,".into(),
        }
    }

    pub(super) fn data(self) -> &'a [u8] {
        match self {
            Gs2::Bound(binding) => &binding.data,
            Gs2::NotOffered | Gs2::NotUsed => &[],
        }
    }
}
