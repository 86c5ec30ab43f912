//! A stack that is deep enough for any schema.
//!
//! Schemas are walked by functions that call themselves. Nesting in the text is limited to 512
//! levels, but definitions may lead to each other thousands of times, and a test or a web server
//! runs on a small stack. A stack costs what of it is used.

use std::thread;

/// Enough for as many definitions in a row as a table of the model has entries.
const STACK_BYTES: usize = 1 << 30;

/// Runs something on a deep stack of its own; on that of the caller where there can be none.
pub(crate) fn deep<T: Send>(work: impl Fn() -> T + Send + Sync) -> T {
    let done = thread::scope(|scope| {
        let spawned = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, &work);
        match spawned.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => Some(done),
            // A panic goes on where it would have been.
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => None,
        }
    });
    done.unwrap_or_else(work)
}
