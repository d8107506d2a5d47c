//! What a story record shows on its own, and its origins beside those recounted.

use crate::news::{Independence, Reporting};
use crate::record::render::wire_origins;
use crate::record::{LINE_BYTES_MAX, StoryRecord, to_json};

/// A story line shorter than this lost nothing to the cap: one entry is far smaller than the rest.
const CUT_BYTES_MIN: usize = LINE_BYTES_MAX - 2 * 1024;
/// What a record's numbers say about each other.
pub(super) fn wrong_sums(record: &StoryRecord) -> Option<String> {
    let StoryRecord { article_count, dispatch_count, outlet_count, .. } = record;
    let sources = record.independent_source_count;
    if article_count < dispatch_count || *dispatch_count < sources || article_count < outlet_count {
        return Some("counts against their order".to_owned());
    }
    let listed = &record.independence;
    let sum = listed.iter().map(|origin| origin.article_count).fold(0, u64::saturating_add);
    let is_whole = listed.len() as u64 == sources && sum == *article_count;
    (!is_whole && !may_be_cut(record)).then(|| {
        format!("{} origins of {sum} articles, told {sources} of {article_count}", listed.len())
    })
}

/// Whether the cap may have cut the record's lists.
pub(super) fn may_be_cut(record: &StoryRecord) -> bool {
    to_json(record).len() >= CUT_BYTES_MIN
}

/// Compares origins with those recounted; the record of a very large story may hold only their beginning.
pub(super) fn wrong_origins(record: &StoryRecord, due: &[Independence]) -> Option<String> {
    let found = &record.independence;
    let is_cut = may_be_cut(record);
    if found.len() > due.len() || (found.len() < due.len() && !is_cut) {
        return Some(format!("{} origins, recounted {}", found.len(), due.len()));
    }
    for (found, due) in found.iter().zip(due) {
        let names = (&found.origin, found.kind, found.article_count);
        if names != (&due.origin, due.kind, due.article_count) {
            return Some(format!(
                "origin {} with {} articles, recounted {} with {}",
                found.origin, found.article_count, due.origin, due.article_count
            ));
        }
        if !is_same(&found.dispatch_ids, &due.dispatch_ids, is_cut)
            || !is_same(&found.outlets, &due.outlets, is_cut)
        {
            return Some(format!("dispatches or outlets of origin {}", found.origin));
        }
    }
    if !is_same(&record.wire_origins, &wire_origins(due), is_cut) {
        return Some(format!("wire_origins {:?}", record.wire_origins));
    }
    let confirmed = found.iter().filter(|o| o.reporting == Reporting::Confirmed).count();
    let told = record.confirmed_source_count;
    (told != confirmed as u64 && !is_cut)
        .then(|| format!("confirmed_source_count {told}, listed {confirmed}"))
}

fn is_same<T: PartialEq>(found: &[T], due: &[T], is_cut: bool) -> bool {
    found == due || (is_cut && due.starts_with(found))
}
