//! How long a worker computes before it lets others have its processor.

use std::{
    cell::Cell,
    thread,
    time::{Duration, Instant},
};

/// A worker computes no longer than this when others wait. Linux takes a processor away at its tick only, which can be 4 ms
/// away: all that time whoever was to be heard on that processor, and whoever was to read an answer, waits.
const AT_A_STRETCH: Duration = Duration::from_micros(300);

/// A worker that began on nothing for so long was waiting itself.
const AT_REST: Duration = Duration::from_micros(50);

thread_local! {
    static SINCE: Cell<Instant> = Cell::new(Instant::now());
    static LAST: Cell<Instant> = Cell::new(Instant::now());
}

/// Steps aside, behind a request that was begun then, when this thread has computed for a while: at once where nobody waits,
/// and else for as long as they need. Not one that was waiting itself: it would go behind all others though it took nothing from
/// them.
pub(crate) fn step_aside(begun: Instant) {
    let mut now = Instant::now();
    if begun.saturating_duration_since(LAST.get()) >= AT_REST {
        SINCE.set(begun);
    }
    if now.duration_since(SINCE.get()) >= AT_A_STRETCH {
        thread::yield_now();
        now = Instant::now();
        SINCE.set(now);
    }
    LAST.set(now);
}
