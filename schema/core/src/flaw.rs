//! Problems while they are found: an offset, no pointer yet.
//!
//! Tracking the path of every value would cost time on every request. Instead a flaw remembers
//! the byte offset alone, and [`crate::locate`] walks the text once more when there is any.

use crate::problem::Code;

/// Where a flaw belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// To the text as a whole, at no place in it.
    Nowhere,
    /// To a byte of a text that may be no JSON; its pointer is the root's.
    Place(usize),
    /// To the value that starts at this offset.
    Value(usize),
    /// To a member of the object that starts at this offset, which is not there: `Flaw::member`.
    Missing(usize),
    /// To the member whose name starts at this offset.
    Member(usize),
    /// To the object that holds the name starting at this offset: a name that cannot be written.
    InName(usize),
}

impl Anchor {
    /// The offset that line and column are told for.
    pub(crate) fn offset(self) -> Option<usize> {
        match self {
            Anchor::Nowhere => None,
            Anchor::Place(at)
            | Anchor::Value(at)
            | Anchor::Missing(at)
            | Anchor::Member(at)
            | Anchor::InName(at) => Some(at),
        }
    }
}

/// A problem whose pointer is not known yet.
#[derive(Clone, Debug)]
pub(crate) struct Flaw {
    pub(crate) anchor: Anchor,
    pub(crate) code: Code,
    /// The pointer of the value at `related` is put at its end.
    pub(crate) message: String,
    pub(crate) fix: String,
    pub(crate) related: Option<usize>,
    /// The name of the member that [`Anchor::Missing`] misses.
    pub(crate) member: Option<String>,
}

impl Flaw {
    pub(crate) fn new(
        anchor: Anchor,
        code: Code,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Flaw {
        let (message, fix) = (message.into(), fix.into());
        Flaw { anchor, code, message, fix, related: None, member: None }
    }
}

/// The flaws of one text, limited in number.
#[derive(Debug)]
pub(crate) struct Flaws {
    list: Vec<Flaw>,
    omitted: usize,
    most: usize,
    /// Whether what `jsonb` alone refuses is no flaw.
    any_json: bool,
    /// Whether the flaw stands alone after which nothing can be judged.
    is_stopped: bool,
}

impl Flaws {
    pub(crate) fn new(most: usize) -> Flaws {
        Flaws { list: Vec::new(), omitted: 0, most, any_json: false, is_stopped: false }
    }

    /// From here on, what is JSON and refused by `jsonb` alone is no flaw.
    #[cfg(feature = "validate")]
    pub(crate) fn take_any_json(&mut self) {
        self.any_json = true;
    }

    /// Adds a flaw, made only if there is room for it.
    pub(crate) fn note(&mut self, flaw: impl FnOnce() -> Flaw) {
        if self.is_wanted() {
            self.add(flaw());
        }
    }

    /// Whether there is room for a flaw; counts it where there is none.
    #[cold]
    #[inline(never)]
    pub(crate) fn is_wanted(&mut self) -> bool {
        let is_wanted = self.any_json || self.has_room();
        self.omitted += usize::from(!is_wanted);
        is_wanted
    }

    pub(crate) fn has_room(&self) -> bool {
        self.list.len() < self.most && !self.is_stopped
    }

    /// Adds a flaw that was made because there is room for it.
    #[cold]
    #[inline(never)]
    pub(crate) fn add(&mut self, flaw: Flaw) {
        match flaw.code {
            Code::Nul | Code::NumberRange | Code::PrintedTooLarge if self.any_json => {}
            _ if self.has_room() => self.list.push(flaw),
            _ => self.omitted += 1,
        }
    }

    /// A flaw after which nothing can be judged: it stands alone, whatever is noted later.
    #[cold]
    #[inline(never)]
    pub(crate) fn stop(&mut self, flaw: Flaw) {
        if !self.is_stopped {
            self.list.clear();
            self.list.push(flaw);
            self.is_stopped = true;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn omitted(&self) -> usize {
        self.omitted
    }

    pub(crate) fn truncate(&mut self, length: usize, omitted: usize) {
        if !self.is_stopped {
            self.list.truncate(length);
            self.omitted = omitted;
        }
    }

    pub(crate) fn into_parts(self) -> (Vec<Flaw>, usize) {
        (self.list, if self.is_stopped { 0 } else { self.omitted })
    }
}
