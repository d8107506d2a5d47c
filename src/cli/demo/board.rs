//! What the records say so far: the stories as they stand, and what has been counted.

use std::collections::{BTreeMap, BTreeSet};

use super::show::{AlertLine, StoryLine, main_story};
use crate::news::{Independence, Line, Relation, StoryId, StoryStatus};
use crate::record::format::ArticleWord;
use crate::record::{ArticleRecord, Record, StoryRecord, WatchRecord};

/// Alerts below the table.
const ALERTS_SHOWN: usize = 4;

/// The stories and counts behind the picture, fed with lines as they come to stand in the files.
#[derive(Debug, Default)]
pub(super) struct Board {
    stories: BTreeMap<StoryId, Shown>,
    changed: BTreeSet<StoryId>,
    newest: BTreeMap<StoryId, Relation>,
    pub(super) copies: u64,
    pub(super) material: u64,
    pub(super) cosmetic: u64,
    pub(super) notices: u64,
    pub(super) quarantined: u64,
    /// The latest, the last one last.
    pub(super) alerts: Vec<AlertLine>,
    defects: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Shown {
    line: StoryLine,
    independence: Vec<Independence>,
}

impl Board {
    /// Takes lines in. What is no record of ours is left out: the files are ours, so there is none.
    pub(super) fn take(&mut self, lines: &[Line]) {
        for line in lines {
            let text = std::str::from_utf8(&line.bytes).unwrap_or_default();
            match Record::parse(text) {
                Ok(Record::Article(record)) => self.article(&record),
                Ok(Record::Story(record)) => self.story(*record),
                Ok(Record::Quarantine(_)) => self.quarantined += 1,
                Ok(Record::Watch(record)) => self.alert(*record),
                Ok(Record::HealthFetched(record)) => self.defects(&record.defects),
                _ => {}
            }
        }
    }

    fn article(&mut self, record: &ArticleRecord) {
        self.newest.insert(record.story_id, record.matched.relation);
        self.defects(&record.defects);
        match record.change {
            ArticleWord::New => {
                let is_copy = matches!(
                    record.matched.relation,
                    Relation::Copy | Relation::Truncation | Relation::Edited
                );
                self.copies += u64::from(is_copy);
            }
            ArticleWord::Material => self.material += 1,
            ArticleWord::Cosmetic => self.cosmetic += 1,
            ArticleWord::Notice => self.notices += 1,
            ArticleWord::Withdrawn | ArticleWord::Reassigned => {}
        }
    }

    fn alert(&mut self, record: WatchRecord) {
        if self.alerts.len() == ALERTS_SHOWN {
            self.alerts.remove(0);
        }
        self.alerts.push(AlertLine {
            at: record.time.0,
            reason: record.reason,
            counts: [record.article_count, record.outlet_count, record.independent_source_count],
            outlet: record.outlet_id,
            title: record.title,
        });
    }

    fn defects(&mut self, words: &[String]) {
        for word in words {
            *self.defects.entry(word.clone()).or_default() += 1;
        }
    }

    fn story(&mut self, record: StoryRecord) {
        if record.status == StoryStatus::Merged {
            self.stories.remove(&record.story_id);
            return;
        }
        self.changed.insert(record.story_id);
        let line = StoryLine {
            title: record.title,
            independent: record.independent_source_count,
            outlets: record.outlet_count,
            articles: record.article_count,
            newest: self.newest.get(&record.story_id).copied().unwrap_or_default(),
            changed: true,
        };
        self.stories.insert(record.story_id, Shown { line, independence: record.independence });
    }

    /// The stories, those marked that changed since the last look.
    pub(super) fn look(&mut self) -> Vec<StoryLine> {
        let changed = std::mem::take(&mut self.changed);
        self.stories
            .iter()
            .map(|(id, shown)| StoryLine { changed: changed.contains(id), ..shown.line.clone() })
            .collect()
    }

    /// Who stands behind the main story.
    pub(super) fn behind_main(&self) -> Vec<Independence> {
        let shown: Vec<&Shown> = self.stories.values().collect();
        let lines: Vec<StoryLine> = shown.iter().map(|shown| shown.line.clone()).collect();
        main_story(&lines).map_or_else(Vec::new, |at| shown[at].independence.clone())
    }

    /// Words for defects survived, with how often.
    pub(super) fn survived(&self) -> Vec<(String, u64)> {
        self.defects.iter().map(|(word, count)| (word.clone(), *count)).collect()
    }
}
