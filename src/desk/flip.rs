//! Guids that flip: a publisher moves to another system, or makes a guid anew for every copy of its feed, and items that
//! were told long ago look like news, a hundred at once.
//!
//! Where most known items of a body came under other guids, their words count as a key, and the poll is held: nothing of
//! it is decided, and the body is to be fetched again. If the same guids come again they become further names of the
//! articles they stand for. If others come, the feed's guids mean nothing, and what its items say identifies them until
//! they are steady. Either way what was told is not told again, and what is new is told once.

use crate::news::{FeedId, Flip, Found, Hash16, Known, Wanted};

/// Fewer items under other guids are a coincidence, unless the body has no more.
const FLIPPED_LEAST: usize = 3;

/// Characters of headline and text that tell an item apart, where there are fewer items than that.
const WORDS_LEAST: usize = 40;

/// Keys of a body that are remembered, to see whether they come again.
const KEYS_KEPT: usize = 8;

/// What becomes of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Its guids are what they were.
    Steady,
    /// Nothing of it is decided.
    Hold(Flip),
    /// Its guids are other ones for good: they become claims on what they stand for.
    Settle,
    /// Its guids mean nothing: what items say, or where they lead, identifies them.
    Restless(Flip),
}

impl Verdict {
    /// Whether words count as a key.
    pub(super) fn words_count(&self) -> bool {
        *self != Self::Steady
    }
}

/// Whether an item of a body of `items` says enough to be known by its words alone.
pub(super) fn says_enough(title: &str, body: &str, items: usize) -> bool {
    items >= FLIPPED_LEAST || title.chars().chain(body.chars()).nth(WORDS_LEAST - 1).is_some()
}

/// Judges a body of `feed` by how its items were found; `last` is what was remembered of its last flip.
pub(super) fn judge(
    feed: &FeedId,
    wants: &[Wanted],
    known: &[Option<Known>],
    last: Option<&Flip>,
) -> Verdict {
    let found = || known.iter().flatten();
    let kept = found().filter(|known| known.found == Found::Key).count();
    let flipped = found().filter(|known| is_flipped(known, feed)).count();
    let is_flip = flipped > kept && (flipped >= FLIPPED_LEAST || flipped == wants.len());
    if !is_flip {
        return Verdict::Steady;
    }
    match last {
        Some(last) if comes_again(last, wants) => Verdict::Settle,
        Some(_) => Verdict::Restless(sample(wants)),
        // A body of mostly unknown items may be gone with the next one: what is new in it is told at once.
        None if flipped * 2 <= wants.len() => Verdict::Settle,
        None => Verdict::Hold(sample(wants)),
    }
}

/// Whether an article of this feed came under another guid. A link that another feed told is no flip.
fn is_flipped(known: &Known, feed: &FeedId) -> bool {
    match known.found {
        Found::Words => true,
        Found::Link => known.feed_id == *feed,
        Found::Key | Found::Swapped | Found::Id => false,
    }
}

/// The least keys of a body: the same ones from any body that carries them, in whatever order.
fn sample(wants: &[Wanted]) -> Flip {
    let mut keys: Vec<_> = wants.iter().map(|wanted| wanted.key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.truncate(KEYS_KEPT);
    Flip { keys }
}

/// Whether at least half of the remembered keys are in the body.
fn comes_again(last: &Flip, wants: &[Wanted]) -> bool {
    let again = |key: &Hash16| wants.iter().any(|wanted| wanted.key == *key);
    last.keys.iter().filter(|&key| again(key)).count() * 2 >= last.keys.len()
}
