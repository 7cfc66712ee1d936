//! How a protocol's tolerated deviations are written down: each has a name, and the servers that are known for it.
//!
//! Not here: which there are.

macro_rules! quirks {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $servers:literal;)+) => {
        /// A deviation that is tolerated.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Quirk {
            $($(#[$doc])* $variant,)+
        }

        impl Quirk {
            /// Every quirk, for tables and tests.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The quirk's name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// A bit of its own, for sets.
            pub(super) fn bit(self) -> u64 {
                1 << self as u64
            }

            /// The servers that do it.
            pub fn servers(self) -> &'static str {
                match self { $(Self::$variant => $servers,)+ }
            }
        }

        impl std::fmt::Display for Quirk {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
