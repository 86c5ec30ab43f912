//! A bar on standard error while something long is done; nothing where that is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar, gone when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar that counts things of this name.
    pub(crate) fn of(things: &'static str) -> Progress {
        let bar = ProgressBar::new(0);
        let template = format!("{{bar:30}} {{pos}} of {{len}} {things}, {{per_sec}}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Progress(bar)
    }

    /// Tells how many are done, of how many.
    pub(crate) fn tell(&self, done: u64, all: u64) {
        self.0.set_length(all);
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
