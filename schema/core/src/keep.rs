//! Buffers that a thread keeps from one text to the next.
//!
//! A small batch is read in a few microseconds, of which asking for memory and learning the names
//! of members anew would be a good part. What one text taught is kept for the thread's next one,
//! and so are its buffers, unless one of them takes more than [`MOST_BYTES`]. Nothing that decides
//! a verdict is kept.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::thread::LocalKey;

/// Where one of a value's buffers is larger, the value is given back to the system.
pub(crate) const MOST_BYTES: usize = 128 * 1024;

/// What can be kept.
pub(crate) trait Keep: Sized + 'static {
    /// One that holds nothing, and no memory.
    const NEW: Self;

    /// Where a thread keeps it.
    fn place() -> &'static LocalKey<Place<Self>>;

    /// One that holds nothing.
    fn empty() -> &'static Self;

    /// Forgets what belongs to one text; tells the size in bytes of the largest buffer.
    fn clear(&mut self) -> usize;
}

/// Where a thread keeps a value. It is boxed, as it is handed on with what was read.
pub(crate) type Place<T> = Cell<Option<Box<T>>>;

/// What the thread has kept; it is kept again once it is a [`Kept`].
#[inline(never)]
pub(crate) fn take<T: Keep>() -> Box<T> {
    T::place().try_with(Cell::take).ok().flatten().unwrap_or_else(|| Box::new(T::NEW))
}

/// A value that goes back to the thread's place. It is there until then, so that nothing is left
/// to be dropped by itself.
#[derive(Clone, Debug)]
pub(crate) struct Kept<T: Keep>(ManuallyDrop<Option<Box<T>>>);

impl<T: Keep> From<Box<T>> for Kept<T> {
    fn from(value: Box<T>) -> Kept<T> {
        Kept(ManuallyDrop::new(Some(value)))
    }
}

impl<T: Keep> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::empty())
    }
}

impl<T: Keep> Drop for Kept<T> {
    #[inline(never)]
    fn drop(&mut self) {
        let Some(mut value) = self.0.take() else { return };
        if value.clear() > MOST_BYTES {
            return;
        }
        // A thread that ends has no place any more.
        let _ = T::place().try_with(|place| place.set(Some(value)));
    }
}

/// Empties a vector; tells its size in bytes.
pub(crate) fn clear<E>(list: &mut Vec<E>) -> usize {
    list.clear();
    list.capacity() * size_of::<E>()
}
