//! Hands alerts over, beside the way of the news: what waits stands in the store, so a slow receiver slows nobody down.
//!
//! Each watch has one attempt under way at most. An alert that was not received is tried again, each time after a longer
//! wait, and given up after days.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Error;
use crate::clock::Clock;
use crate::news::Watchlist;
use crate::sink::alerts::{self, Failed, Message, Receiver, Routes};
use crate::store::{Queued, Reader, Store};

/// Alerts in memory; the others wait in the store.
const WAITING_MAX: usize = 1_024;

/// Alerts read from the store at once.
const READ_AT_ONCE: usize = 64;

/// An alert that nobody received for so long is given up; its record stands in the files.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(3 * 24);

/// How long attempts under way are waited for at the end; what is cut short is tried again at the next start.
const LAST_ATTEMPTS_MAX: Duration = Duration::from_secs(2);

/// Longest sleep, so that times that were reckoned before a suspension are looked at again.
const SLEEP_MAX: Duration = Duration::from_mins(1);

/// Where alerts go, replaced whole on reload.
pub type SharedRoutes = Arc<RwLock<Arc<Routes>>>;

/// The stage.
pub(super) struct Alerts {
    pub(super) store: PathBuf,
    pub(super) clock: Clock,
    pub(super) routes: SharedRoutes,
    /// Says that there may be more; its end is the end.
    pub(super) wake: mpsc::Receiver<()>,
    /// Alerts that were received, or given up.
    pub(super) done: std::sync::mpsc::Sender<u64>,
}

struct Waiting {
    watch: String,
    message: Message,
    /// When its record was written.
    since: Option<Timestamp>,
    due: Instant,
    tries: u32,
}

type Attempt = (u64, Result<(), Failed>);

impl Alerts {
    pub(super) async fn run(mut self) -> Result<(), Error> {
        let path = self.store.clone();
        let mut reader = blocking(move || Store::read(&path)).await??;
        let mut line = Line::default();
        let mut attempts: JoinSet<Attempt> = JoinSet::new();
        loop {
            reader = line.fill(reader).await?;
            let sleep = self.start(&mut line, &mut attempts);
            tokio::select! {
                woken = self.wake.recv() => if woken.is_none() { break },
                Some(ended) = attempts.join_next() => self.end(ended, &mut line),
                () = tokio::time::sleep_until(sleep) => {}
            }
        }
        let last = async {
            while let Some(ended) = attempts.join_next().await {
                self.end(ended, &mut line);
            }
        };
        drop(tokio::time::timeout(LAST_ATTEMPTS_MAX, last).await);
        Ok(())
    }

    /// Begins what is due; gives when to look again.
    fn start(&self, line: &mut Line, attempts: &mut JoinSet<Attempt>) -> Instant {
        let routes = Arc::clone(&self.routes.read().unwrap_or_else(PoisonError::into_inner));
        line.heed(&routes);
        let now = Instant::now();
        let mut nobody = Vec::new();
        for (&seq, waiting) in &line.waiting {
            let Some(receiver) = line.receivers.get(&waiting.watch) else {
                nobody.push(seq);
                continue;
            };
            if waiting.due > now || line.busy.contains_key(&waiting.watch) {
                continue;
            }
            line.busy.insert(waiting.watch.clone(), seq);
            let (receiver, message) = (receiver.clone(), waiting.message.clone());
            let at = self.clock.now();
            attempts.spawn(async move { (seq, receiver.hand_over(message, at).await) });
        }
        for seq in nobody {
            line.waiting.remove(&seq);
            self.tell(seq);
        }
        let busy: BTreeSet<u64> = line.busy.values().copied().collect();
        let is_free = |(seq, waiting): &(&u64, &Waiting)| {
            !busy.contains(seq) && !line.busy.contains_key(&waiting.watch)
        };
        let next = line.waiting.iter().filter(is_free).map(|(_, waiting)| waiting.due).min();
        next.unwrap_or(now + SLEEP_MAX).min(now + SLEEP_MAX)
    }

    fn end(&self, ended: Result<Attempt, tokio::task::JoinError>, line: &mut Line) {
        let Ok((seq, result)) = ended else {
            // It broke down; whose it was is not known, so all that are under way count as failed.
            for seq in std::mem::take(&mut line.busy).into_values() {
                line.put_off(seq, &Failed { why: "it broke down".to_owned(), wish: None });
            }
            return;
        };
        line.busy.retain(|_, busy| *busy != seq);
        let Err(failed) = result else {
            line.waiting.remove(&seq);
            return self.tell(seq);
        };
        let Some(waiting) = line.waiting.get(&seq) else { return };
        let age = waiting.since.map(|since| self.clock.now().duration_since(since));
        if age.is_some_and(|age| age > GIVEN_UP_AFTER) {
            tracing::error!(
                watch.id = waiting.watch,
                why = failed.why,
                "an alert was given up: nobody received it"
            );
            line.waiting.remove(&seq);
            return self.tell(seq);
        }
        line.put_off(seq, &failed);
    }

    fn tell(&self, seq: u64) {
        // The writer is gone only when it failed; the store then keeps what is handed over once more.
        self.done.send(seq).ok();
    }
}

/// What waits, and who receives.
#[derive(Default)]
struct Line {
    waiting: BTreeMap<u64, Waiting>,
    /// The attempt under way of each watch.
    busy: BTreeMap<String, u64>,
    read_upto: u64,
    routes: Option<Arc<Routes>>,
    receivers: BTreeMap<String, Receiver>,
}

impl Line {
    /// Reads what the store has and this line has not, as far as there is room.
    async fn fill(&mut self, mut reader: Reader) -> Result<Reader, Error> {
        while self.waiting.len() < WAITING_MAX {
            let after = self.read_upto;
            let (back, read) = blocking(move || {
                let read = reader.alerts(after, READ_AT_ONCE);
                (reader, read)
            })
            .await?;
            reader = back;
            let read = match read {
                Ok(read) => read,
                Err(error) => {
                    tracing::error!(%error, "alerts that wait cannot be read; it is tried again");
                    break;
                }
            };
            let is_all = read.len() < READ_AT_ONCE;
            for alert in read {
                self.add(alert);
            }
            if is_all {
                break;
            }
        }
        Ok(reader)
    }

    fn add(&mut self, alert: Queued) {
        #[derive(serde::Deserialize)]
        struct Timed {
            time: Timestamp,
        }
        let Queued { seq, watch, line } = alert;
        self.read_upto = seq;
        let since = serde_json::from_str::<Timed>(&line).ok().map(|timed| timed.time);
        let Some(message) = Message::of(line) else { return };
        let due = Instant::now();
        self.waiting.insert(seq, Waiting { watch, message, since, due, tries: 0 });
    }

    /// Sets the receivers up anew where the routes are others.
    fn heed(&mut self, routes: &Arc<Routes>) {
        if self.routes.as_ref().is_some_and(|known| Arc::ptr_eq(known, routes)) {
            return;
        }
        let set_up = |(watch, target): (&String, &alerts::Target)| {
            (watch.clone(), Receiver::new(routes, target))
        };
        self.receivers = routes.targets.iter().map(set_up).collect();
        self.routes = Some(Arc::clone(routes));
        let now = Instant::now();
        for waiting in self.waiting.values_mut() {
            waiting.due = now;
        }
    }

    fn put_off(&mut self, seq: u64, failed: &Failed) {
        let Some(waiting) = self.waiting.get_mut(&seq) else { return };
        waiting.tries += 1;
        let wait = alerts::wait(waiting.tries, failed, seq);
        waiting.due = Instant::now() + wait;
        let delay_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let (watch, why, tries) = (&waiting.watch, &failed.why, waiting.tries);
        if tries == 1 {
            tracing::warn!(
                watch.id = watch,
                why,
                delay_ms,
                "an alert was not received; it is tried again"
            );
        } else {
            tracing::debug!(
                watch.id = watch,
                why,
                tries,
                delay_ms,
                "an alert was not received again"
            );
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Panicked("alerts"))
}

/// What is followed, and where its alerts go.
#[derive(Clone, Debug, Default)]
pub struct Following {
    /// The rules.
    pub list: Watchlist,
    /// The receivers.
    pub routes: Routes,
}
