//! Counts what a contender allocates: the peak above the start, and how often.

#![expect(unsafe_code, reason = "counting allocations takes an allocator; this is a benchmark")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The system's allocator with counters.
pub(crate) struct Counting;

static CURRENT: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static COUNT: AtomicUsize = AtomicUsize::new(0);

fn grown(bytes: usize) {
    let now = CURRENT.fetch_add(bytes, Relaxed) + bytes;
    PEAK.fetch_max(now, Relaxed);
    COUNT.fetch_add(1, Relaxed);
}

// SAFETY: every call is handed to `System` as it came; the counters touch no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        CURRENT.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Counted as if both stood side by side, which is how it may be.
        grown(size);
        CURRENT.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Runs `work` on a thread of its own, which has kept nothing from what ran before, and tells the
/// peak of bytes above the start, and the number of allocations.
pub(crate) fn measure(work: impl FnOnce() + Send) -> (usize, usize) {
    std::thread::scope(|scope| {
        let measured = scope.spawn(|| {
            let before = CURRENT.load(Relaxed);
            PEAK.store(before, Relaxed);
            let count = COUNT.load(Relaxed);
            work();
            (PEAK.load(Relaxed).saturating_sub(before), COUNT.load(Relaxed) - count)
        });
        measured.join().expect("the work was done before")
    })
}
