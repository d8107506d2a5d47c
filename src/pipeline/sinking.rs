//! The sink's thread: writes committed groups where they belong, and waits where there is no room.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{Error, FULL_DISK_WAIT, IDLE_MAX, Observer, PRUNE_EVERY, Pulse, wait};
use crate::clock::Clock;
use crate::news::{Line, Stream};
use crate::writer::Group;
use crate::{failpoint, sink};

/// The sink's thread.
pub(super) struct Sink {
    pub(super) files: sink::Files,
    pub(super) observer: Observer,
    pub(super) stop: CancellationToken,
    pub(super) pulse: Arc<Pulse>,
    pub(super) clock: Clock,
    pub(super) pruned: Option<Timestamp>,
}

impl Sink {
    pub(super) fn run(
        mut self,
        groups: &std::sync::mpsc::Receiver<Group>,
        written: &std::sync::mpsc::Sender<Vec<(Stream, u64)>>,
    ) -> Result<(), Error> {
        use std::sync::mpsc::RecvTimeoutError;
        loop {
            self.pulse.sink.fetch_add(1, Ordering::Relaxed);
            self.prune()?;
            match groups.recv_timeout(IDLE_MAX) {
                Ok(group) => {
                    self.die_half_way(&group.lines);
                    let upto = self.write(&group.lines)?;
                    failpoint::reach("written");
                    (self.observer)(&group.lines);
                    // The writer is gone only when it failed; the outbox then keeps what is written twice.
                    drop(written.send(upto));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// Once a minute deletes files that are older than configured.
    fn prune(&mut self) -> Result<(), Error> {
        let now = self.clock.now();
        if self.pruned.is_none_or(|last| now.duration_since(last) >= PRUNE_EVERY) {
            self.pruned = Some(now);
            self.files.prune(now)?;
        }
        Ok(())
    }

    /// Where a test asks for it, leaves half a line behind and dies.
    fn die_half_way(&mut self, lines: &[Line]) {
        if failpoint::is_armed("half_written")
            && let Some(line) = lines.first()
        {
            let half = line.bytes.iter().copied().take(line.bytes.len() / 2).collect();
            drop(self.files.write(&[Line { bytes: half, ..line.clone() }]));
        }
        failpoint::reach("half_written");
    }

    fn write(&mut self, lines: &[Line]) -> Result<Vec<(Stream, u64)>, Error> {
        let mut told = false;
        loop {
            match self.files.write(lines) {
                Ok(upto) => {
                    if told {
                        tracing::info!("there is room for the output again: writing goes on");
                    }
                    return Ok(upto);
                }
                Err(error @ sink::Error::Full { .. }) => {
                    if self.stop.is_cancelled() {
                        return Err(Error::Unwritten(lines.len()));
                    }
                    if !told {
                        tracing::error!(%error, "no room for the output: intake pauses until there is");
                        told = true;
                    }
                    wait(FULL_DISK_WAIT);
                    self.pulse.sink.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
