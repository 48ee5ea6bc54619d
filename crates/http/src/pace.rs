//! How long a worker computes before it lets others have its processor.

use std::{
    cell::Cell,
    thread,
    time::{Duration, Instant},
};

/// A worker computes no longer than this when others wait. Linux takes a processor away at its tick only, which can be 4 ms
/// away: all that time whoever was to be heard on that processor, and whoever was to read an answer, waits.
const AT_A_STRETCH: Duration = Duration::from_micros(300);

thread_local! {
    static SINCE: Cell<Instant> = Cell::new(Instant::now());
}

/// Steps aside when this thread has computed for a while: at once where nobody waits, and else for as long as they need.
pub(crate) fn step_aside() {
    if SINCE.get().elapsed() >= AT_A_STRETCH {
        thread::yield_now();
        SINCE.set(Instant::now());
    }
}
