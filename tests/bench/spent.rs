//! What pieces of work take, on the wall and in processor time.

use super::figures::{Figures, size};
use super::watch::Stopwatch;

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
pub(crate) fn cpu_s() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / 100.0)
}

/// Rounds of each measurement. Contestants take turns, so what disturbs the machine disturbs them alike.
pub(crate) fn rounds() -> usize {
    size(5, 1)
}

impl Figures {
    /// Adds what a piece of work came to: `count` a second of processor time and of time on the wall.
    pub(crate) fn rate(&mut self, name: &str, unit: &'static str, count: f64, spent: Spent) {
        self.add(format!("{name}.by_processor"), unit, count / spent.cpu_s);
        self.add(format!("{name}.by_wall"), unit, count / spent.wall_s);
    }
}
