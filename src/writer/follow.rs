//! What is followed: the window is marked anew where the list is another, and alerts are kept until they were received.

use jiff::Timestamp;

use super::{Writer, retold};
use crate::desk::Desk;
use crate::news::{Alert, Change, Stream, Watchlist};
use crate::record::render;
use crate::store::{self, Queued};

impl Writer {
    /// Follows a list from here on, and tells what the window holds for it.
    pub(super) fn follow(&mut self, list: &Watchlist, now: Timestamp) -> Result<(), store::Error> {
        if !self.desk.follow(list) {
            return Ok(());
        }
        let mut found = Vec::new();
        let desk = &self.desk;
        self.store.each_article(Desk::horizon(&desk.marks()), |article| {
            found.extend(desk.hits_anew(&article));
        })?;
        let mut taken = self.desk.mark(found);
        retold::complete(&mut taken, &mut self.store)?;
        self.owes_commit = true;
        self.store.apply(&taken)?;
        if taken.changes.iter().any(|change| matches!(change, Change::Alert(_))) {
            let commit = self.desk.next_commit();
            let time = self.stamp(now);
            self.write_changes(&taken, time, commit)?;
        }
        Ok(())
    }

    pub(super) fn put_alert(
        &mut self,
        alert: &Alert,
        time: Timestamp,
        commit: u64,
    ) -> Result<(), store::Error> {
        self.put(Stream::Watch, time, commit, |stamp| render::watch_hit(alert, stamp).into())?;
        let line = self.group.lines.last().filter(|_| alert.is_sent);
        let Some(line) = line else { return Ok(()) };
        self.group.alerts += 1;
        let text = String::from_utf8_lossy(&line.bytes).trim_end().to_owned();
        let queued = Queued { seq: line.seq, watch: alert.watch.clone(), line: text };
        self.store.queue_alert(&queued)
    }
}
