//! The hosts that feeds are asked at, by number, so that a feed need not carry a name.

use std::collections::HashMap;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

use super::super::politeness;
use super::{Key, NEVER, NOBODY};

/// A host's place in the list of hosts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct HostNo(u32);

#[derive(Debug)]
pub(super) struct Host {
    pub(super) name: Arc<str>,
    /// Feeds that are at home here or were sent on to here.
    pub(super) feeds: u32,
    pub(super) in_flight: u32,
    /// Requests at once.
    pub(super) places: u32,
    /// The line of those whose turn it is.
    pub(super) first: Key,
    pub(super) last: Key,
    pub(super) free_at: i64,
    /// When it is listed as ready, if it is.
    pub(super) listed: Option<i64>,
}

/// All hosts known at present.
#[derive(Debug)]
pub(super) struct Hosts {
    list: Vec<Host>,
    names: HashMap<Arc<str>, HostNo>,
    /// Places in the list to be used again, the lowest last.
    vacant: Vec<HostNo>,
    places: usize,
}

impl Hosts {
    /// None; each may have so many requests at once.
    pub(super) fn new(places: usize) -> Self {
        Self { list: Vec::new(), names: HashMap::new(), vacant: Vec::new(), places }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn find(&self, name: &str) -> Option<HostNo> {
        self.names.get(name).copied()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Host> {
        self.list.iter_mut()
    }

    /// The host of this name, made known if it is not.
    pub(super) fn known(&mut self, name: &str) -> HostNo {
        if let Some(no) = self.find(name) {
            return no;
        }
        let name: Arc<str> = name.into();
        let places = politeness::in_flight(&name, self.places);
        let host = Host {
            name: Arc::clone(&name),
            feeds: 0,
            in_flight: 0,
            places: u32::try_from(places).unwrap_or(u32::MAX),
            first: NOBODY,
            last: NOBODY,
            free_at: NEVER,
            listed: None,
        };
        let no = if let Some(no) = self.vacant.pop() {
            self[no] = host;
            no
        } else {
            let no = u32::try_from(self.list.len()).expect("fewer than 2^32 hosts");
            self.list.push(host);
            HostNo(no)
        };
        self.names.insert(name, no);
        no
    }

    /// The host of this name, with a feed more.
    pub(super) fn settle(&mut self, name: &str) -> HostNo {
        let no = self.known(name);
        self[no].feeds += 1;
        no
    }

    /// Forgets hosts without feeds that were free before `moment`.
    pub(super) fn forget(&mut self, moment: i64) {
        let Self { list, names, vacant, .. } = self;
        names.retain(|_, &mut no| {
            let host = &list[no.0 as usize];
            let is_idle = host.feeds == 0 && host.in_flight == 0;
            let goes = is_idle && (host.free_at == NEVER || host.free_at < moment);
            if goes {
                vacant.push(no);
            }
            !goes
        });
        // A map gives its keys in another order each time; numbers given out again must not follow it.
        vacant.sort_unstable_by(|a, b| b.cmp(a));
    }
}

impl Index<HostNo> for Hosts {
    type Output = Host;

    fn index(&self, no: HostNo) -> &Host {
        &self.list[no.0 as usize]
    }
}

impl IndexMut<HostNo> for Hosts {
    fn index_mut(&mut self, no: HostNo) -> &mut Host {
        &mut self.list[no.0 as usize]
    }
}
