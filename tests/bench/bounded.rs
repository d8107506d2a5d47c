//! Work in a process of its own: its processor time, its memory at the peak, and an end where it takes too long.

#![expect(
    clippy::disallowed_methods,
    reason = "it waits for a process, so it reads the clock and sleeps"
)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How long one piece of work is waited for. What takes this long costs too much, whatever the machine does beside it.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// What reading one body cost.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cost {
    pub(crate) parse_ms: f64,
    pub(crate) enrich_ms: f64,
    pub(crate) parse_mb: f64,
    pub(crate) enrich_mb: f64,
    pub(crate) drafts: usize,
    pub(crate) refused: String,
    pub(crate) is_stopped: bool,
}

impl Cost {
    pub(crate) fn line(&self) -> String {
        serde_json::to_string(self).unwrap()
    }

    pub(crate) fn total_ms(&self) -> f64 {
        self.parse_ms + self.enrich_ms
    }

    pub(crate) fn peak_mb(&self) -> f64 {
        self.parse_mb.max(self.enrich_mb)
    }
}

/// This program run for one attack.
pub(crate) fn run(name: &str) -> Cost {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--attack", name])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > WAIT_MAX {
            child.kill().unwrap();
            child.wait().unwrap();
            let parse_ms = WAIT_MAX.as_secs_f64() * 1_000.0;
            return Cost { parse_ms, is_stopped: true, ..Cost::default() };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{name}: {}", done.status);
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Processor time of this thread.
pub(crate) fn processor_ms() -> f64 {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec.try_into().unwrap(), spent.tv_nsec.try_into().unwrap()).as_secs_f64()
        * 1_000.0
}

/// Forgets the peak so far and says what is held.
pub(crate) fn memory_mark() -> f64 {
    // Linux: a 5 sets the peak back to what is held. Where it cannot be, the peak only looks smaller.
    std::fs::write("/proc/self/clear_refs", "5").ok();
    status_mb("VmRSS:")
}

/// Most memory held since the mark.
pub(crate) fn peak_mb() -> f64 {
    status_mb("VmHWM:")
}

fn status_mb(key: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    let kb: f64 = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0.0);
    kb / 1024.0
}
