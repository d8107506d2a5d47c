//! Progress of a command on a terminal, for anything that takes over a second.

use std::io::{IsTerminal, Write};

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;

/// Nothing is shown before this: what is quick needs no progress.
const QUIET: SignedDuration = SignedDuration::from_secs(1);

/// Least time between two updates.
const STEP: SignedDuration = SignedDuration::from_millis(200);

/// A line on stderr that says how far a command is; silent where stderr is no terminal.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    total: usize,
    clock: Clock,
    started: Timestamp,
    shown: Option<Timestamp>,
    is_on: bool,
}

impl Progress {
    /// Progress over `total` things called `what`.
    pub fn new(what: &'static str, total: usize) -> Self {
        let clock = Clock::System;
        let started = clock.now();
        Self { what, total, clock, started, shown: None, is_on: std::io::stderr().is_terminal() }
    }

    /// Time since the start.
    pub fn elapsed(&self) -> SignedDuration {
        self.clock.now().duration_since(self.started)
    }

    /// Says that `done` things are done.
    pub fn at(&mut self, done: usize) {
        let now = self.clock.now();
        let since = now.duration_since(self.shown.unwrap_or(self.started));
        if !self.is_on || since < if self.shown.is_some() { STEP } else { QUIET } {
            return;
        }
        self.shown = Some(now);
        let percent = done * 100 / self.total.max(1);
        let line = format!("\r{done} of {} {} ({percent} %)\x1b[K", self.total, self.what);
        drop(std::io::stderr().lock().write_all(line.as_bytes()));
    }

    /// Takes the line away.
    pub fn end(&mut self) {
        if self.shown.take().is_some() {
            drop(std::io::stderr().lock().write_all(b"\r\x1b[K"));
        }
    }
}
