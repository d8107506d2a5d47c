//! Says whose turn it is. Pure: no socket, no clock; `now` is an argument.
//!
//! A due feed joins its host's line, first come first served. A host takes part only while it has a free place
//! (normally one request at a time), after the spacing since its last start, and when nothing holds it. Among hosts
//! the one that has waited longest goes first, so a host with a thousand feeds delays nobody else.

mod hosts;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::outcome::due_at;
use hosts::{HostNo, Hosts};

/// Hosts known from redirects alone; beyond this the idle ones are forgotten.
const STRAY_HOSTS_MAX: usize = 1024;

/// No feed: the end of a line.
const NOBODY: Key = Key(u32::MAX);

/// A moment that never was: before all others.
const NEVER: i64 = i64::MIN;

/// A feed's place in the schedule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key(u32);

impl Key {
    /// Its place in a list by keys: they count up from 0, so it has no hole.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// In `waiting` until due.
    Waiting,
    /// In its host's line.
    Queued,
    /// Being fetched.
    InFlight,
    /// Handed on; comes back with its commit.
    Uncommitted,
    /// No longer configured.
    Removed,
}

/// A feed: 24 bytes, for a schedule may hold a million. Moments are in milliseconds since the epoch.
#[derive(Debug)]
struct Slot {
    due: i64,
    host: HostNo,
    /// Behind it in its host's line.
    behind: Key,
    phase: Phase,
}

/// Limits on requests to one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerHost {
    /// Requests at once.
    pub in_flight: usize,
    /// Time between two starts.
    pub spacing: Duration,
}

/// Who is due when, and which hosts are free.
///
/// Starting, finishing and committing take a few hundred nanoseconds each with a million feeds; a feed on a host of its own
/// takes some 200 bytes.
#[derive(Debug)]
pub struct Schedule {
    slots: Vec<Slot>,
    waiting: BTreeSet<(i64, Key)>,
    hosts: Hosts,
    ready: BTreeSet<(i64, HostNo)>,
    per_host: PerHost,
    in_flight: usize,
    uncommitted: usize,
}

impl Schedule {
    /// An empty schedule.
    pub fn new(per_host: PerHost) -> Self {
        Self {
            slots: Vec::new(),
            waiting: BTreeSet::new(),
            hosts: Hosts::new(per_host.in_flight),
            ready: BTreeSet::new(),
            per_host,
            in_flight: 0,
            uncommitted: 0,
        }
    }

    /// Takes in a feed of `host`, due at `due`. Keys count up from 0 in the order of the calls.
    ///
    /// # Panics
    ///
    /// With 2^32 feeds, which no memory holds.
    pub fn add(&mut self, host: &str, due: Timestamp) -> Key {
        let key = Key(u32::try_from(self.slots.len()).expect("fewer than 2^32 feeds"));
        let (host, due) = (self.hosts.settle(host), millis(due));
        self.slots.push(Slot { due, host, behind: NOBODY, phase: Phase::Waiting });
        self.waiting.insert((due, key));
        key
    }

    /// Forgets a feed. One that is under way ends quietly.
    pub fn remove(&mut self, key: Key) {
        let slot = &mut self.slots[key.index()];
        let (due, host) = (slot.due, slot.host);
        match std::mem::replace(&mut slot.phase, Phase::Removed) {
            Phase::Waiting => {
                self.waiting.remove(&(due, key));
            }
            Phase::Queued => {
                self.unqueue(key, host);
                self.list(host);
            }
            Phase::InFlight => self.release(host),
            Phase::Uncommitted => self.uncommitted -= 1,
            Phase::Removed => return,
        }
        self.hosts[host].feeds -= 1;
    }

    /// Whose turn it is at `now`. Nothing is taken yet: what is no longer wanted can be removed at no cost to its host.
    pub fn next(&mut self, now: Timestamp) -> Option<Key> {
        let now = now.as_millisecond();
        while let Some(&(due, key)) = self.waiting.first() {
            if due > now {
                break;
            }
            self.waiting.pop_first();
            self.enqueue(key, End::Back);
        }
        let &(at, host) = self.ready.first()?;
        if at > now {
            return None;
        }
        Some(self.hosts[host].first).filter(|&key| key != NOBODY)
    }

    /// The next feed to fetch at `now`; its host's place is taken.
    pub fn start(&mut self, now: Timestamp) -> Option<Key> {
        let key = self.next(now)?;
        let slot = &mut self.slots[key.index()];
        slot.phase = Phase::InFlight;
        let (host, behind) = (slot.host, std::mem::replace(&mut slot.behind, NOBODY));
        // Without spacing it is free at once, not from the next whole millisecond on.
        let free_at = match self.per_host.spacing {
            Duration::ZERO => now.as_millisecond(),
            spacing => millis(due_at(now, spacing)),
        };
        let known = &mut self.hosts[host];
        known.first = behind;
        if behind == NOBODY {
            known.last = NOBODY;
        }
        known.in_flight += 1;
        known.free_at = known.free_at.max(free_at);
        self.in_flight += 1;
        self.list(host);
        Some(key)
    }

    /// When `start` should be asked again, if no place becomes free before.
    pub fn wake(&self) -> Option<Timestamp> {
        let due = self.waiting.first().map(|&(due, _)| due);
        let ready = self.ready.first().map(|&(at, _)| at);
        [due, ready].into_iter().flatten().min().map(moment)
    }

    /// A feed under way was sent on to another host: it stands first in that host's line.
    pub fn hop(&mut self, key: Key, host: &str) {
        let Slot { phase: Phase::InFlight, host: from, .. } = self.slots[key.index()] else {
            return;
        };
        self.release(from);
        self.move_to(key, host);
        self.enqueue(key, End::Front);
        self.forget_strays();
    }

    /// The fetch is over; the feed waits for its commit. False if the feed was removed meanwhile.
    pub fn finish(&mut self, key: Key) -> bool {
        let slot = &mut self.slots[key.index()];
        if slot.phase != Phase::InFlight {
            return false;
        }
        slot.phase = Phase::Uncommitted;
        let host = slot.host;
        self.release(host);
        self.uncommitted += 1;
        true
    }

    /// The batch stands in the store: the feed may be fetched again, from `host`, at `due`.
    pub fn commit(&mut self, key: Key, host: &str, due: Timestamp) {
        if self.slots[key.index()].phase == Phase::Uncommitted {
            self.uncommitted -= 1;
            self.wait(key, host, due);
        }
    }

    /// Moves a feed that is not under way to another host or moment; one under way goes by its commit.
    pub fn reset(&mut self, key: Key, host: &str, due: Timestamp) {
        match self.slots[key.index()].phase {
            Phase::Waiting | Phase::Queued | Phase::Removed => {
                self.remove(key);
                self.slots[key.index()].host = self.hosts.settle(host);
                self.wait(key, host, due);
            }
            Phase::InFlight | Phase::Uncommitted => {}
        }
    }

    /// No request to `host` before `until`.
    pub fn hold(&mut self, host: &str, until: Timestamp) {
        let no = self.hosts.known(host);
        let known = &mut self.hosts[no];
        known.free_at = known.free_at.max(millis(until));
        self.list(no);
    }

    /// When `host` may be asked next, if it was asked or held before.
    pub fn free_at(&self, host: &str) -> Option<Timestamp> {
        let free_at = self.hosts[self.hosts.find(host)?].free_at;
        (free_at != NEVER).then(|| moment(free_at))
    }

    /// The host in whose line a feed is.
    pub fn host(&self, key: Key) -> Arc<str> {
        Arc::clone(&self.hosts[self.slots[key.index()].host].name)
    }

    /// Whether the feed's batch is on its way to the store.
    pub fn is_uncommitted(&self, key: Key) -> bool {
        self.slots[key.index()].phase == Phase::Uncommitted
    }

    /// The clock was set back by `span`: every moment is moved with it, so that nobody waits for the old time.
    pub fn fall_back(&mut self, span: Duration) {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let back = |at: i64| if at == NEVER { NEVER } else { at.saturating_sub(span) };
        for slot in &mut self.slots {
            slot.due = back(slot.due);
        }
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting = waiting.into_iter().map(|(due, key)| (back(due), key)).collect();
        let ready = std::mem::take(&mut self.ready);
        self.ready = ready.into_iter().map(|(at, host)| (back(at), host)).collect();
        for host in self.hosts.iter_mut() {
            host.free_at = back(host.free_at);
            host.listed = host.listed.map(back);
        }
    }

    /// Feeds being fetched.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Feeds handed on whose commit has not come back.
    pub fn uncommitted(&self) -> usize {
        self.uncommitted
    }

    /// Makes `host` the one that a feed is asked at.
    fn move_to(&mut self, key: Key, host: &str) {
        let from = self.slots[key.index()].host;
        if *self.hosts[from].name != *host {
            let to = self.hosts.settle(host);
            self.hosts[from].feeds -= 1;
            self.slots[key.index()].host = to;
        }
    }

    fn wait(&mut self, key: Key, host: &str, due: Timestamp) {
        self.move_to(key, host);
        let slot = &mut self.slots[key.index()];
        slot.due = millis(due);
        slot.phase = Phase::Waiting;
        self.waiting.insert((slot.due, key));
    }

    fn enqueue(&mut self, key: Key, end: End) {
        let slot = &mut self.slots[key.index()];
        slot.phase = Phase::Queued;
        let host = slot.host;
        let known = &mut self.hosts[host];
        if known.first == NOBODY {
            (known.first, known.last) = (key, key);
            slot.behind = NOBODY;
        } else if let End::Front = end {
            slot.behind = std::mem::replace(&mut known.first, key);
        } else {
            let last = std::mem::replace(&mut known.last, key);
            slot.behind = NOBODY;
            self.slots[last.index()].behind = key;
        }
        self.list(host);
    }

    /// Takes a feed out of the middle of its host's line.
    fn unqueue(&mut self, key: Key, host: HostNo) {
        let behind = std::mem::replace(&mut self.slots[key.index()].behind, NOBODY);
        let (mut before, mut at) = (NOBODY, self.hosts[host].first);
        while at != key && at != NOBODY {
            (before, at) = (at, self.slots[at.index()].behind);
        }
        if before == NOBODY {
            self.hosts[host].first = behind;
        } else {
            self.slots[before.index()].behind = behind;
        }
        if behind == NOBODY {
            self.hosts[host].last = before;
        }
    }

    fn release(&mut self, host: HostNo) {
        self.in_flight -= 1;
        self.hosts[host].in_flight -= 1;
        self.list(host);
    }

    /// Brings a host's entry in `ready` in line with its state.
    fn list(&mut self, host: HostNo) {
        let known = &mut self.hosts[host];
        let has_turn = known.first != NOBODY && known.in_flight < known.places;
        let at = has_turn.then(|| self.slots[known.first.index()].due.max(known.free_at));
        if at != known.listed {
            if let Some(old) = std::mem::replace(&mut known.listed, at) {
                self.ready.remove(&(old, host));
            }
            if let Some(at) = at {
                self.ready.insert((at, host));
            }
        }
    }

    fn forget_strays(&mut self) {
        if self.hosts.len() > self.slots.len() + STRAY_HOSTS_MAX {
            self.hosts.forget(self.waiting.first().map_or(NEVER, |&(due, _)| due));
        }
    }
}

#[derive(Clone, Copy)]
enum End {
    Back,
    Front,
}

/// The first whole millisecond that is not before `at`.
fn millis(at: Timestamp) -> i64 {
    due_at(at, Duration::ZERO).as_millisecond()
}

fn moment(millis: i64) -> Timestamp {
    let end = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(end)
}

#[cfg(test)]
mod tests;
