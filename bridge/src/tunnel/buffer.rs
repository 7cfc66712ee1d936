//! Buffers for bytes on their way, lent by the thread that runs a tunnel.
//!
//! A tunnel holds a buffer only while bytes are in it: an idle one costs none, and a busy one finds a warm one. Not
//! here: any limit on how many are out at once; each tunnel takes two at most, one a direction.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use restante_protocol::tunnel::MAX_DATA_BYTES;

/// Room for a frame's header before its payload, so that both leave in one write.
pub(crate) const HEADER_ROOM: usize = 16;

/// Size of a buffer, in bytes.
pub(crate) const BUFFER_BYTES: usize = HEADER_ROOM + MAX_DATA_BYTES;

/// Buffers a thread keeps for the next tunnel that needs one.
const SPARE: usize = 16;

thread_local! {
    static POOL: RefCell<Vec<Box<[u8]>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer of [`BUFFER_BYTES`], returned to the running thread when dropped. Its content is whatever it last held.
#[derive(Debug)]
pub(crate) struct Buffer(Box<[u8]>);

impl Buffer {
    /// Takes a spare buffer, or makes one.
    pub(crate) fn take() -> Self {
        let spare = POOL.try_with(|pool| pool.borrow_mut().pop()).ok().flatten();
        Self(spare.unwrap_or_else(|| vec![0; BUFFER_BYTES].into_boxed_slice()))
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.0);
        // A thread that is ending has no pool any more; then the buffer is simply freed.
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < SPARE {
                pool.push(bytes);
            }
        });
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_returned_buffer_is_lent_again() {
        let first = Buffer::take();
        let place = first.as_ptr();
        drop(first);
        assert_eq!(Buffer::take().as_ptr(), place);
    }
}
