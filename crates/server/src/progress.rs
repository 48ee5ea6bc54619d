//! Shows on a terminal how far long work has come; says nothing anywhere else.

use std::borrow::Cow;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

/// With a known end: how much of it is done, and how long the rest will take.
const BAR: &str = "{msg} [{bar:40}] {human_pos}/{human_len} ({eta})";
/// With an unknown end: how much was done, and how fast.
const COUNT: &str = "{spinner} {msg} {human_pos} ({per_sec})";

/// Long work under way. It is drawn on standard error, and only when that is a terminal.
///
/// Copies show the same work, so that several tasks can advance it. Dropped before [`finish`](Self::finish), it stays
/// on the terminal where the work broke off.
#[derive(Debug, Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Work that consists of a known number of steps.
    pub fn of(steps: u64, what: impl Into<Cow<'static, str>>) -> Self {
        Self::drawn(ProgressBar::new(steps), BAR, what)
    }

    /// Work whose end is not known beforehand.
    pub fn without_end(what: impl Into<Cow<'static, str>>) -> Self {
        Self::drawn(ProgressBar::no_length(), COUNT, what)
    }

    fn drawn(bar: ProgressBar, template: &str, what: impl Into<Cow<'static, str>>) -> Self {
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(bar.with_style(style).with_message(what).with_finish(ProgressFinish::Abandon))
    }

    /// So many steps more are done.
    pub fn advance(&self, steps: u64) {
        self.0.inc(steps);
    }

    /// How many steps are done.
    pub fn done(&self) -> u64 {
        self.0.position()
    }

    /// The work is complete.
    pub fn finish(self) {
        self.0.finish();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_templates_can_be_drawn() {
        for template in [BAR, COUNT] {
            ProgressStyle::with_template(template).unwrap();
        }
    }

    #[test]
    fn copies_advance_the_same_work() {
        let progress = Progress::of(10, "rows");
        progress.clone().advance(3);
        progress.advance(4);
        assert_eq!(progress.done(), 7);
        progress.finish();
    }
}
