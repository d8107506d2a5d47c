//! What pieces of work take, on the wall and in processor time.

#![expect(clippy::disallowed_methods, reason = "it measures speed, so it reads the clock")]

use std::time::Instant;

use super::figures::{Figures, size};

/// Measures a stretch of time on the wall.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed_s(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// What a piece of work took.
#[derive(Clone, Copy)]
pub(crate) struct Spent {
    /// Seconds on the wall.
    pub(crate) wall_s: f64,
    /// Seconds of processor in all threads: what neighbours on the machine cannot take away.
    pub(crate) cpu_s: f64,
}

/// Does the work and says what it took.
pub(crate) fn spend<T>(work: impl FnOnce() -> T) -> (T, Spent) {
    let (watch, cpu) = (Stopwatch::start(), cpu_s());
    let done = work();
    let wall_s = watch.elapsed_s();
    let cpu_s = cpu_s().zip(cpu).map_or(wall_s, |(after, before)| after - before);
    (done, Spent { wall_s, cpu_s: cpu_s.max(0.001) })
}

/// User and system time of this process. Linux counts them in hundredths of a second.
fn cpu_s() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / 100.0)
}

/// Rounds of each measurement. Contestants take turns, so what disturbs the machine disturbs them alike.
pub(crate) fn rounds() -> usize {
    size(5, 1)
}

/// A count as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}

impl Figures {
    /// Adds what a piece of work came to: `count` a second of processor time and of time on the wall.
    pub(crate) fn rate(&mut self, name: &str, unit: &'static str, count: f64, spent: Spent) {
        self.add(format!("{name}.by_processor"), unit, count / spent.cpu_s);
        self.add(format!("{name}.by_wall"), unit, count / spent.wall_s);
    }
}
