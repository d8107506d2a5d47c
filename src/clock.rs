//! Time: the machine's own, or a simulated one that moves only when it is asked to. Sole reader of the OS clock.
//!
//! A simulated clock stands still until somebody sleeps on it; the poller does so only when nothing is under
//! way, so a simulated day is the same every time and takes no longer than its work.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// Longest real sleep in one piece: a wall clock that was set, or a machine that was suspended, is noticed after it.
const NAP_MAX: Duration = Duration::from_secs(30);

/// Real time between two steps of a paced clock, so that others who read it see time pass.
const PACE_STEP: Duration = Duration::from_millis(50);

/// Processor time that this thread has used: what a piece of work costs, however busy the machine is.
pub fn thread_cpu() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
}

/// Where "now" comes from. Clones of a simulated clock share one time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that jumps to the next moment somebody waits for.
    Simulated(Simulated),
}

/// A shared moment that sleeping moves forward.
#[derive(Clone, Debug)]
pub struct Simulated {
    now: Arc<Mutex<Timestamp>>,
    until: Option<Timestamp>,
    pace: Option<f64>,
}

impl Simulated {
    /// A clock that stands at `start` and never ends.
    pub fn starting(start: Timestamp) -> Self {
        Self { now: Arc::new(Mutex::new(start)), until: None, pace: None }
    }

    /// Ends at this moment: the poller starts nothing due after it and stops by itself.
    #[must_use]
    pub fn until(self, end: Timestamp) -> Self {
        Self { until: Some(end), ..self }
    }

    /// Runs at `pace` times real time while somebody sleeps, instead of jumping. Not positive: it jumps.
    #[must_use]
    pub fn paced(self, pace: f64) -> Self {
        Self { pace: (pace > 0.0).then_some(pace), ..self }
    }

    /// Stands at `moment` from here on, also an earlier one, as if somebody had set the machine's clock.
    pub fn set(&self, moment: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = moment;
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves to `moment`; never back.
    fn reach(&self, moment: Timestamp) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = moment.max(*now);
    }

    async fn sleep_until(&self, moment: Timestamp) {
        if let Some(pace) = self.pace {
            let step = PACE_STEP.mul_f64(pace);
            loop {
                let left = between(self.now(), moment);
                if left.is_zero() {
                    break;
                }
                let part = left.min(step);
                tokio::time::sleep(part.div_f64(pace)).await;
                self.reach(later(self.now(), part));
            }
        }
        self.reach(moment);
    }
}

impl Clock {
    /// A simulated clock that stands at `start`.
    pub fn simulated(start: Timestamp) -> Self {
        Self::Simulated(Simulated::starting(start))
    }

    /// This moment.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the OS clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Simulated(simulated) => simulated.now(),
        }
    }

    /// Returns once `now()` is at or past `moment`. Dropping it is safe: a simulated clock has then not jumped.
    pub async fn sleep_until(&self, moment: Timestamp) {
        match self {
            Self::System => loop {
                let left = between(self.now(), moment);
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(NAP_MAX)).await;
            },
            Self::Simulated(simulated) => simulated.sleep_until(moment).await,
        }
    }

    /// When a simulated clock ends, if it does.
    pub fn end(&self) -> Option<Timestamp> {
        match self {
            Self::System => None,
            Self::Simulated(simulated) => simulated.until,
        }
    }

    /// Whether time moves only while somebody sleeps on it.
    pub fn is_simulated(&self) -> bool {
        matches!(self, Self::Simulated(_))
    }
}

/// `moment` plus `span`, at most the last representable moment.
fn later(moment: Timestamp, span: Duration) -> Timestamp {
    moment.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// The time from `from` to `to`, zero if `to` is not later.
fn between(from: Timestamp, to: Timestamp) -> Duration {
    to.duration_since(from).try_into().unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_simulated_clock_jumps_where_it_is_sent_and_never_back() {
        let start: Timestamp = "2025-08-15T00:00:00Z".parse().unwrap();
        let clock = Clock::simulated(start);
        let shared = clock.clone();
        clock.sleep_until(later(start, Duration::from_hours(24))).await;
        clock.sleep_until(start).await;
        assert_eq!(shared.now(), "2025-08-16T00:00:00Z".parse().unwrap());
    }

    #[tokio::test]
    async fn a_paced_clock_lets_others_see_time_pass() {
        let start: Timestamp = "2025-08-15T00:00:00Z".parse().unwrap();
        let clock = Clock::Simulated(Simulated::starting(start).paced(1_000_000.0));
        let watched = clock.clone();
        let end = later(start, Duration::from_mins(2500));
        let mut seen = Vec::new();
        tokio::select! {
            () = clock.sleep_until(end) => {}
            () = async { loop {
                seen.push(watched.now());
                tokio::time::sleep(Duration::from_millis(20)).await;
            } } => {}
        }
        assert_eq!(clock.now(), end);
        assert!(seen.iter().any(|&now| now > start && now < end), "{seen:?}");
    }
}
