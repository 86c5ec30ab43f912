//! Asking long work to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A wish that long work ends: at the next place where it can be taken up again. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A wish that nobody has had yet.
    #[must_use]
    pub fn new() -> Stop {
        Stop::default()
    }

    /// Asks for the end.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
