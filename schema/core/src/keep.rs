//! Buffers that a thread keeps from one text to the next.
//!
//! A small batch is read in a few microseconds, of which asking for memory and learning the names
//! of members anew would be a good part. What one text taught is kept for the thread's next one, and
//! so are its buffers, within [`MOST_BYTES`] each. Nothing that decides a verdict is kept.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::thread::LocalKey;

/// Buffers beyond this are given back to the system.
pub(crate) const MOST_BYTES: usize = 128 * 1024;

/// What can be kept. The default must be empty, and cheap.
pub(crate) trait Keep: Default + 'static {
    /// Where a thread keeps it.
    fn place() -> &'static LocalKey<Cell<Self>>;

    /// Forgets what belongs to one text, and gives back what is too large.
    fn clear(&mut self);
}

/// A value that came from the thread's place, and goes back there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept<T: Keep>(T);

impl<T: Keep> Kept<T> {
    /// What the thread has kept.
    #[inline(never)]
    pub(crate) fn new() -> Kept<T> {
        Kept(T::place().try_with(Cell::take).unwrap_or_default())
    }
}

impl<T: Keep> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Keep> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Keep> Drop for Kept<T> {
    #[inline(never)]
    fn drop(&mut self) {
        let mut value = std::mem::take(&mut self.0);
        value.clear();
        // A thread that ends has no place any more.
        let _ = T::place().try_with(|place| place.set(value));
    }
}

/// Empties a vector; one that is too large is given back.
pub(crate) fn clear<E>(list: &mut Vec<E>) {
    if list.capacity() * size_of::<E>() > MOST_BYTES {
        *list = Vec::new();
    } else {
        list.clear();
    }
}
