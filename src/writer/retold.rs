//! Completes what the desk says again of an article, and of what follows from it, with what the store keeps.

use std::collections::HashMap;

use crate::news::{ArticleChange, ArticleId, Change, Taken};
use crate::store::{Error, Store};

/// Turns every [`Change::Retold`] into the article's next record, every [`Change::Marked`] into its row, and gives every
/// [`Change::Alert`] its link. What the store no longer has is left out.
pub(super) fn complete(taken: &mut Taken, store: &mut Store) -> Result<(), Error> {
    let is_open = |change: &Change| {
        matches!(change, Change::Retold(_) | Change::Marked(_) | Change::Alert(_))
    };
    if !taken.changes.iter().any(is_open) {
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
            Change::Marked(marked) => {
                let Some(mut kept) = store.last_told(marked.id)? else { continue };
                (kept.article.watch, kept.member) = (marked.watch, marked.member);
                Change::KeptArticle(Box::new(kept))
            }
            Change::Alert(mut alert) => {
                alert.url = match last.get(&alert.article) {
                    Some(change) => change.article.url.clone(),
                    None => {
                        store.last_told(alert.article)?.map(|c| c.article.url).unwrap_or_default()
                    }
                };
                Change::Alert(alert)
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
