//! What a session does, derived from its seed by both of its ends, and the bytes it carries.

use std::time::Duration;

use anyhow::{Result, bail};

/// The largest frame of a session's payload, in bytes.
pub const MOST: usize = restante_protocol::tunnel::MAX_DATA_BYTES;

/// A session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Script {
    /// What everything follows from.
    pub seed: u64,
    /// Bytes from client to server.
    pub up: u64,
    /// Bytes from server to client.
    pub down: u64,
    /// What goes wrong, once `at` bytes went the way the fault goes.
    pub fault: Fault,
    /// Where it strikes.
    pub at: u64,
}

/// What goes wrong in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: both ends end when they have said all.
    None,
    /// Both ends pause for seconds.
    Stall,
    /// The client reads slowly and grants little.
    SlowReader,
    /// The server reads slowly.
    SlowServer,
    /// The client is gone: by a reset, or by the end of its connection in the middle of a frame.
    ClientAbort,
    /// The client says goodbye early.
    ClientClose,
    /// The server resets the connection.
    ServerReset,
    /// The client sends what is no frame.
    Garbage,
    /// The client sends a text that is no control message.
    BadControl,
    /// The client sends a frame larger than allowed.
    Oversized,
    /// The client asks for a server that the bridge does not allow.
    Forbidden,
    /// The client asks for a server that does not listen.
    Closed,
}

/// A generator of numbers that is the same everywhere (SplitMix64, by Sebastiano Vigna; public domain).
#[derive(Debug, Clone, Copy)]
pub struct Dice(u64);

/// A direction's bytes, each known by its place.
#[derive(Debug, Clone, Copy)]
pub struct Bytes {
    key: u64,
    position: u64,
}

impl Script {
    /// The session of a seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let fault = match dice.below(24) {
            0 | 1 => Fault::Stall,
            2 | 3 => Fault::SlowReader,
            4 => Fault::SlowServer,
            5 | 6 => Fault::ClientAbort,
            7 | 8 => Fault::ClientClose,
            9 | 10 => Fault::ServerReset,
            11 | 12 => Fault::Garbage,
            13 => Fault::BadControl,
            14 => Fault::Oversized,
            15 => Fault::Forbidden,
            16 => Fault::Closed,
            _ => Fault::None,
        };
        let most = if matches!(fault, Fault::SlowReader | Fault::SlowServer) { 14 } else { 18 };
        // Sizes of all orders, none included.
        let mut size = || {
            let order = dice.below(most);
            dice.below(2 << order)
        };
        let (up, down) = (size(), size());
        let length = if fault == Fault::ServerReset { down } else { up };
        Self { seed, up, down, fault, at: dice.below(length + 1) }
    }

    /// The bytes from client to server.
    pub fn upward(&self) -> Bytes {
        Bytes { key: mix(self.seed ^ 0x7570), position: 0 }
    }

    /// The bytes from server to client.
    pub fn downward(&self) -> Bytes {
        Bytes { key: mix(self.seed ^ 0x646F_776E), position: 0 }
    }
}

impl Dice {
    /// Dice of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, 0 where that is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0).checked_rem(bound).unwrap_or(0)
    }

    /// The size of the next piece: mostly small, at times the largest there is.
    pub fn piece(&mut self) -> usize {
        let order = self.below(17);
        // At most 64 KiB.
        (self.below(1 << order) as usize + 1).min(MOST)
    }

    /// A pause of `mean` on average.
    pub fn pause(&mut self, mean: Duration) -> Duration {
        mean * 2 * (self.below(1000) as u32) / 1000
    }
}

impl Bytes {
    /// The next `length` bytes.
    pub fn next(&mut self, length: usize) -> Vec<u8> {
        let bytes = (self.position..self.position + length as u64).map(|at| self.at(at)).collect();
        self.position += length as u64;
        bytes
    }

    /// Compares the next bytes with those that came.
    ///
    /// # Errors
    /// At the first one that is not what it should be.
    pub fn check(&mut self, came: &[u8]) -> Result<()> {
        for byte in came {
            let expected = self.at(self.position);
            if *byte != expected {
                bail!("byte {} is {byte:#04x} and should be {expected:#04x}", self.position);
            }
            self.position += 1;
        }
        Ok(())
    }

    /// How many have been made or checked.
    pub fn position(&self) -> u64 {
        self.position
    }

    fn at(&self, position: u64) -> u8 {
        // Eight bytes a number.
        mix(self.key.wrapping_add(position / 8)).to_le_bytes()[(position % 8) as usize]
    }
}

/// Mixes a number's bits.
pub fn mix(number: u64) -> u64 {
    let z = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_is_wrong_missing_or_doubled_is_found() {
        let script = Script::of(7);
        let bytes = script.upward().next(1000);
        assert!(script.upward().check(&bytes).is_ok());
        assert!(script.downward().check(&bytes).is_err());
        let mut wrong = bytes.clone();
        wrong[500] ^= 1;
        assert!(script.upward().check(&wrong).unwrap_err().to_string().starts_with("byte 500 "));
        assert!(script.upward().check(&[&bytes[..300], &bytes[301..]].concat()).is_err());
        assert!(script.upward().check(&[&bytes[..300], &bytes[299..]].concat()).is_err());
    }

    #[test]
    fn pieces_are_the_same_bytes_wherever_they_are_cut() {
        let whole = Script::of(3).downward().next(100);
        let mut bytes = Script::of(3).downward();
        let cut = [bytes.next(13), bytes.next(0), bytes.next(87)].concat();
        assert_eq!(cut, whole);
    }

    #[test]
    fn every_fault_comes_up() {
        let mut seen: Vec<Fault> = Vec::new();
        for seed in 0..2000 {
            let script = Script::of(mix(seed));
            assert!(script.at <= script.up.max(script.down));
            if !seen.contains(&script.fault) {
                seen.push(script.fault);
            }
        }
        assert_eq!(seen.len(), 12);
    }
}
