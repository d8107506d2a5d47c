//! Which texts hold a fingerprint.

use std::collections::HashMap;

use super::mix::MixState;

/// Fingerprint → slots of the texts that hold it, by arrival.
///
/// Nine in ten fingerprints stand in one text: that slot is kept in the table itself, only more make a list.
#[derive(Debug, Default)]
pub(super) struct Prints {
    table: HashMap<u32, u32, MixState>,
    lists: Vec<Vec<u32>>,
    free: Vec<u32>,
    /// Postings in all.
    postings: u64,
}

/// Marks an entry of the table that names a list. Slots never get so high: memory ends long before.
const LIST: u32 = 1 << 31;

impl Prints {
    /// The texts that hold a fingerprint.
    pub(super) fn of(&self, print: u32) -> &[u32] {
        match self.table.get(&print) {
            None => &[],
            Some(found) if found & LIST == 0 => std::slice::from_ref(found),
            Some(found) => &self.lists[(found & !LIST) as usize],
        }
    }

    /// Adds a text; `arrival` orders those of one fingerprint.
    pub(super) fn add(&mut self, print: u32, slot: u32, arrival: impl Fn(u32) -> u64) {
        self.postings += 1;
        let found = self.table.entry(print).or_insert(slot);
        if *found == slot {
            return;
        }
        if *found & LIST == 0 {
            let list = self.free.pop().unwrap_or_else(|| {
                self.lists.push(Vec::new());
                u32::try_from(self.lists.len() - 1).unwrap_or(0)
            });
            self.lists[list as usize] = vec![*found];
            *found = LIST | list;
        }
        let list = &mut self.lists[(*found & !LIST) as usize];
        let added = arrival(slot);
        let at = match list.last() {
            Some(newest) if arrival(*newest) < added => list.len(),
            _ => list.partition_point(|other| arrival(*other) < added),
        };
        list.insert(at, slot);
    }

    /// Takes a text out.
    pub(super) fn drop(&mut self, print: u32, slot: u32) {
        let Some(found) = self.table.get_mut(&print) else { return };
        if *found & LIST == 0 {
            if *found == slot {
                self.table.remove(&print);
                self.postings -= 1;
            }
            return;
        }
        let index = *found & !LIST;
        let list = &mut self.lists[index as usize];
        // What leaves is mostly the oldest.
        let Some(at) = list.iter().position(|other| *other == slot) else { return };
        list.remove(at);
        self.postings -= 1;
        if let [only] = list[..] {
            *found = only;
            *list = Vec::new();
            self.free.push(index);
        }
    }

    /// Different fingerprints.
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// Bytes, as a count of what is held: a table that is two thirds full, lists with what the allocator adds.
    pub(super) fn bytes(&self) -> u64 {
        let in_lists = self.postings.saturating_sub((self.table.len() - self.many()) as u64);
        self.table.len() as u64 * 14 + in_lists * 6 + self.many() as u64 * 40
    }

    fn many(&self) -> usize {
        self.lists.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_by_arrival_and_leave_no_trace() {
        let mut prints = Prints::default();
        let arrival = |slot: u32| u64::from(100 - slot);
        for slot in [3, 1, 2] {
            prints.add(7, slot, arrival);
        }
        prints.add(8, 1, arrival);
        assert_eq!((prints.of(7), prints.of(8), prints.of(9)), (&[3, 2, 1][..], &[1][..], &[][..]));
        prints.drop(7, 2);
        prints.drop(7, 9);
        assert_eq!(prints.of(7), [3, 1]);
        prints.drop(7, 3);
        assert_eq!(prints.of(7), [1]);
        prints.add(7, 5, arrival);
        assert_eq!(prints.of(7), [5, 1]);
        for (print, slot) in [(7, 5), (7, 1), (8, 1)] {
            prints.drop(print, slot);
        }
        assert_eq!((prints.len(), prints.postings, prints.many()), (0, 0, 0));
    }
}
