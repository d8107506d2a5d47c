//! Shows the store's articles to the rules, and each story as it came.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::desk::Desk;
use crate::desk::watch::{Heard, Watches, would_raise};
use crate::news::{ArticleId, StoredStory, StoryId, Watchlist};
use crate::store::{self, Reader};

/// What was heard of each rule.
pub(super) struct Tried {
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    pub(super) watches: Vec<Followed>,
}

/// What one rule met and raised.
pub(super) struct Followed {
    pub(super) id: String,
    pub(super) rule: String,
    /// Articles met that were fetched in the time asked for, and their stories.
    pub(super) articles: u64,
    pub(super) stories: u64,
    pub(super) alerts: Vec<Heard>,
}

/// Which watches an article meets, where it stands, and when it was first fetched.
type Met = (Vec<String>, StoryId, Timestamp);

pub(super) fn listen(
    reader: &mut Reader,
    list: &Watchlist,
    watches: &Watches,
    since: Duration,
) -> Result<Tried, store::Error> {
    let marks = reader.marks()?;
    let until = marks.stream.unwrap_or(Timestamp::UNIX_EPOCH);
    let since = until.saturating_sub(since).unwrap_or(Timestamp::MIN);
    // A story that began before was told of before: its steps need all of it.
    let horizon = Desk::horizon(&marks).min(since);
    let mut met: HashMap<ArticleId, Met> = HashMap::new();
    reader.each_article(horizon, |article| {
        let hits = watches.hits(&article.article);
        if !hits.is_empty() {
            let ids = hits.into_iter().map(|hit| hit.id).collect();
            met.insert(article.id, (ids, article.placed.story, article.placed.first_fetched));
        }
    })?;
    let mut heard: BTreeMap<String, Vec<Heard>> = BTreeMap::new();
    for mut story in reader.stories(horizon)? {
        for member in &mut story.members {
            member.watches = met.get(&member.article).map(|met| met.0.clone()).unwrap_or_default();
        }
        if story.members.iter().all(|member| member.watches.is_empty()) {
            continue;
        }
        let labelled = labelled(reader, &story)?;
        for one in would_raise(story.id, &story.members, watches, |id| labelled.get(&id).copied()) {
            if one.at >= since {
                heard.entry(one.alert.watch.clone()).or_default().push(one);
            }
        }
    }
    let mut followed = Vec::new();
    for watch in &list.watches {
        let mut alerts = heard.remove(&watch.id).unwrap_or_default();
        alerts.sort_by_key(|heard| (heard.at, heard.alert.story));
        for heard in &mut alerts {
            let found = reader.article(heard.alert.article)?.and_then(|found| found.article);
            heard.alert.url = found.map(|article| article.url).unwrap_or_default();
        }
        let here = met.values().filter(|met| met.2 >= since && met.0.contains(&watch.id));
        let stories: HashSet<StoryId> = here.clone().map(|met| met.1).collect();
        followed.push(Followed {
            id: watch.id.clone(),
            rule: watch.rule.text.clone(),
            articles: here.count() as u64,
            stories: stories.len() as u64,
            alerts,
        });
    }
    Ok(Tried { since, until, watches: followed })
}

/// When articles that carry a label were last revised: they came without it, as far as can be known.
fn labelled(
    reader: &mut Reader,
    story: &StoredStory,
) -> Result<HashMap<ArticleId, Timestamp>, store::Error> {
    let mut labelled = HashMap::new();
    for member in story.members.iter().filter(|member| member.notice.is_told_to_copies()) {
        let found = reader.article(member.article)?.filter(|found| found.revision > 1);
        labelled.extend(found.map(|found| (member.article, found.fetched_at)));
    }
    Ok(labelled)
}
