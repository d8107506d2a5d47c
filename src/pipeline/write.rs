//! The writer's thread: gathers batches into groups, commits them, passes them on.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::alerts::{Following, SharedRoutes};
use super::archive::Ready;
use super::{Error, FULL_DISK_WAIT, IDLE_MAX, PRUNE_EVERY, Pulse, wait};
use crate::clock::Clock;
use crate::news::{Committed, Input, Stream};
use crate::sink::archive::{Archive, What};
use crate::telemetry::{Count, Counters};
use crate::writer::{Group, Writer};
use crate::{failpoint, store};

/// Under which name the store keeps what it holds of the archive.
pub(super) const ARCHIVE_MARK: &str = "archive";

/// Batches taken at one waking: each waking costs as much as taking a poll without news.
const AT_ONCE: usize = 64;

/// How long the end waits for those who hand alerts over: longer than their last attempts take.
const ALERTS_END_MAX: Duration = Duration::from_secs(4);

/// What leads out of the writer, and what comes back from the sink.
pub(super) struct WaysOut {
    pub(super) to_sink: std::sync::mpsc::SyncSender<Group>,
    pub(super) written: std::sync::mpsc::Receiver<Vec<(Stream, u64)>>,
    pub(super) to_poll: mpsc::Sender<Committed>,
    /// Says that an alert stands in the store; its end ends those who hand them over.
    pub(super) to_alerts: mpsc::Sender<()>,
    pub(super) alerts_done: std::sync::mpsc::Receiver<u64>,
}

/// The writer's thread.
pub(super) struct Write {
    pub(super) writer: Writer,
    pub(super) clock: Clock,
    pub(super) group_wait: Duration,
    pub(super) counters: Arc<Counters>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) stop: CancellationToken,
    pub(super) pruned: Option<Timestamp>,
    pub(super) archive: Option<Archive>,
    pub(super) follow: mpsc::Receiver<Following>,
    pub(super) routes: SharedRoutes,
}

impl Write {
    pub(super) fn run(
        mut self,
        runtime: &tokio::runtime::Handle,
        mut batches: mpsc::Receiver<Ready>,
        out: WaysOut,
    ) -> Result<(), Error> {
        let mut came = Vec::with_capacity(AT_ONCE);
        loop {
            self.pulse.writer.fetch_add(1, Ordering::Relaxed);
            let most = if self.group_wait.is_zero() { 1 } else { AT_ONCE };
            let first = runtime.block_on(async {
                tokio::time::timeout(IDLE_MAX, batches.recv_many(&mut came, most)).await
            });
            let open = match first {
                Ok(0) => false,
                Ok(_) => {
                    self.take_all(&mut came)?;
                    self.gather(runtime, &mut batches, &mut came)?
                }
                Err(_) => {
                    self.tick()?;
                    true
                }
            };
            self.prune()?;
            self.follow(&out)?;
            for upto in out.written.try_iter() {
                self.writer.written(&upto)?;
            }
            for seq in out.alerts_done.try_iter() {
                self.writer.alert_sent(seq)?;
            }
            if self.writer.has_open_group() && !self.close(&out)? {
                return Ok(());
            }
            if !open {
                return self.end(out);
            }
        }
    }

    /// Ends those who hand alerts over, and commits what they still heard.
    fn end(mut self, out: WaysOut) -> Result<(), Error> {
        let WaysOut { to_alerts, alerts_done, .. } = out;
        drop(to_alerts);
        while let Ok(seq) = alerts_done.recv_timeout(ALERTS_END_MAX) {
            self.writer.alert_sent(seq)?;
        }
        if self.writer.has_open_group() {
            self.writer.commit()?;
        }
        Ok(())
    }

    /// Follows what a reload says.
    fn follow(&mut self, out: &WaysOut) -> Result<(), Error> {
        let Ok(Following { list, routes }) = self.follow.try_recv() else { return Ok(()) };
        *self.routes.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(routes);
        self.writer.take(Input::Watches(Box::new(list)), self.clock.now())?;
        // Whoever waits may wait for another receiver.
        out.to_alerts.try_send(()).ok();
        Ok(())
    }

    /// Takes what arrives until the group is full or has waited long enough. False once nothing can come any more.
    fn gather(
        &mut self,
        runtime: &tokio::runtime::Handle,
        batches: &mut mpsc::Receiver<Ready>,
        came: &mut Vec<Ready>,
    ) -> Result<bool, Error> {
        let wait = self.group_wait;
        if wait.is_zero() {
            return Ok(true);
        }
        let until = runtime.block_on(async { tokio::time::Instant::now() }) + wait;
        while !self.is_full() {
            let next = runtime.block_on(async {
                tokio::time::timeout_at(until, batches.recv_many(came, AT_ONCE)).await
            });
            match next {
                Ok(0) => return Ok(false),
                Ok(_) => self.take_all(came)?,
                Err(_) => break,
            }
        }
        Ok(true)
    }

    fn is_full(&self) -> bool {
        self.writer.is_full() || self.archive.as_ref().is_some_and(Archive::is_full)
    }

    fn take_all(&mut self, came: &mut Vec<Ready>) -> Result<(), Error> {
        came.drain(..).try_for_each(|ready| self.take(ready))
    }

    fn take(&mut self, ready: Ready) -> Result<(), Error> {
        let Ready { batch, captured, place } = ready;
        drop(place);
        if batch.report.is_some() {
            failpoint::reach("fetched");
        }
        let now = self.clock.now();
        self.writer.take(Input::Batch(Box::new(batch)), now)?;
        if let (Some(archive), Some(captured)) = (&mut self.archive, captured) {
            let (records, what) = captured.finish(self.writer.desk().commits());
            archive.push(records, what, self.writer.time().unwrap_or(now));
        }
        Ok(())
    }

    /// A minute without news still moves stream time; simulated time moves by polls alone.
    fn tick(&mut self) -> Result<(), Error> {
        if self.clock.is_simulated() {
            return Ok(());
        }
        let now = self.clock.now();
        let minute = |moment: Timestamp| moment.as_second().div_euclid(60);
        if self.writer.desk().stream().is_some_and(|stream| minute(stream) < minute(now)) {
            self.writer.take(Input::Tick(now), now)?;
            if let Some(archive) = &mut self.archive {
                archive.push(Vec::new(), What::Tick, self.writer.time().unwrap_or(now).max(now));
            }
        }
        Ok(())
    }

    /// Once a minute drops a bounded piece of what the store keeps no longer.
    fn prune(&mut self) -> Result<(), Error> {
        let now = self.clock.now();
        if self.pruned.is_none_or(|last| now.duration_since(last) >= PRUNE_EVERY) {
            self.pruned = Some(now);
            self.writer.prune(now)?;
            if let Some(Err(error)) = self.archive.as_ref().map(|archive| archive.prune(now)) {
                tracing::warn!(%error, "old files of the archive cannot be deleted");
            }
        }
        Ok(())
    }

    fn count(&self, group: &Group) {
        let counts = &group.counts;
        for (count, amount) in [
            (Count::New, counts.new),
            (Count::Revised, counts.revised),
            (Count::Unchanged, counts.unchanged),
            (Count::Quarantined, counts.quarantined),
            (Count::SetAside, counts.set_aside),
            (Count::Polls, counts.batches),
            (Count::PollsUnchanged, counts.without_body),
            (Count::PollsFailed, counts.failed),
            (Count::HealthChanges, counts.health_changes),
            (Count::Bytes, counts.bytes),
            (Count::StoriesOpened, counts.stories_opened),
            (Count::StoriesMerged, counts.stories_merged),
            (Count::Commits, 1),
            (Count::Lines, group.lines.len() as u64),
        ] {
            self.counters.add(count, amount);
        }
    }

    /// Writes the group to the archive: before its commit, so that no committed poll is missing there.
    fn archive(&mut self) -> Result<(), store::Error> {
        let mark = self.archive.as_mut().and_then(Archive::flush);
        let Some(mark) = mark else { return Ok(()) };
        failpoint::reach("archived");
        self.writer.note(ARCHIVE_MARK, &mark)
    }

    /// Commits the group and passes it on. False once the sink is gone.
    fn close(&mut self, out: &WaysOut) -> Result<bool, Error> {
        let mut result = self.archive().and_then(|()| self.writer.commit());
        let mut told = false;
        let group = loop {
            match result {
                Ok(group) => break group,
                Err(error @ store::Error::Full { .. }) if !self.stop.is_cancelled() => {
                    if !told {
                        tracing::error!(%error, "no room for the store: intake pauses until there is");
                        told = true;
                    }
                    wait(FULL_DISK_WAIT);
                    self.pulse.writer.fetch_add(1, Ordering::Relaxed);
                    result = self.writer.retry();
                }
                Err(error) => return Err(error.into()),
            }
        };
        if told {
            tracing::info!("there is room for the store again: intake goes on");
        }
        if !group.lines.is_empty() {
            failpoint::reach("committed");
        }
        self.count(&group);
        if group.alerts > 0 {
            // A word that is still unheard says the same.
            out.to_alerts.try_send(()).ok();
        }
        for committed in &group.committed {
            // A poller that has ended needs no news.
            drop(out.to_poll.blocking_send(committed.clone()));
        }
        Ok(group.lines.is_empty() || out.to_sink.send(group).is_ok())
    }
}
