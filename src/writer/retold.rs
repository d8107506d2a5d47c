//! Completes what the desk says again of an article with what the store keeps of it.

use std::collections::HashMap;

use crate::news::{ArticleChange, ArticleId, Change, Taken};
use crate::store::{Error, Store};

/// Turns every [`Change::Retold`] into the article's next record. One that the store no longer has is left out.
pub(super) fn complete(taken: &mut Taken, store: &mut Store) -> Result<(), Error> {
    if !taken.changes.iter().any(|change| matches!(change, Change::Retold(_))) {
        return Ok(());
    }
    let mut last: HashMap<ArticleId, ArticleChange> = HashMap::new();
    let mut changes = Vec::with_capacity(taken.changes.len());
    for change in std::mem::take(&mut taken.changes) {
        let change = match change {
            Change::Retold(retold) => {
                // What was decided a moment ago stands in no store yet.
                let before = match last.remove(&retold.id) {
                    Some(before) => Some(before),
                    None => store.last_told(retold.id)?,
                };
                let Some(before) = before else { continue };
                Change::Article(Box::new(retold.after(before)))
            }
            other => other,
        };
        if let Change::Article(change) = &change {
            last.insert(change.id, ArticleChange::clone(change));
        }
        changes.push(change);
    }
    taken.changes = changes;
    Ok(())
}
