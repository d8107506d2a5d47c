//! What the records of an output directory say of articles and stories, each with its place.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use crate::cli::lines;
use crate::news::{ArticleId, StoryId, Stream};
use crate::record::{ArticleRecord, Record, StoryRecord};

/// A record and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Told<R> {
    /// File name in the directory.
    pub(super) file: String,
    /// Line, from 1.
    pub(super) line: u64,
    pub(super) record: R,
}

/// The records about some articles and the stories they were in, by `seq`.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    pub(super) articles: Vec<Told<ArticleRecord>>,
    pub(super) stories: Vec<Told<StoryRecord>>,
    /// `seq` that the oldest file of articles begins with; above 1, older ones were deleted. `None`: there is none.
    pub(super) begins: Option<u64>,
}

impl History {
    /// Reads the records about `ids`, and about the stories named there or in `stories`.
    pub(super) fn read(
        dir: &Path,
        ids: &[ArticleId],
        stories: impl IntoIterator<Item = StoryId>,
    ) -> io::Result<Self> {
        let mut history = Self { begins: begins(dir)?, ..Self::default() };
        let keys: Vec<String> = ids.iter().map(|id| format!("\"article_id\":\"{id}\"")).collect();
        lines::each(dir, Stream::Articles, |file, line, text| {
            if keys.iter().any(|key| text.contains(key.as_str()))
                && let Ok(Record::Article(record)) = Record::parse(text)
            {
                history.articles.push(Told { file: file.to_owned(), line, record: *record });
            }
        })?;
        let mut named: BTreeSet<String> = stories.into_iter().map(|id| id.to_string()).collect();
        named.extend(history.articles.iter().map(|told| told.record.story_id.to_string()));
        lines::each(dir, Stream::Stories, |file, line, text| {
            if named.iter().any(|id| text.contains(&format!("\"story_id\":\"{id}\"")))
                && let Ok(Record::Story(record)) = Record::parse(text)
            {
                // A story that was merged lives on under another id: its records matter from here on.
                named.extend(Some(record.merged_into.clone()).filter(|id| !id.is_empty()));
                history.stories.push(Told { file: file.to_owned(), line, record: *record });
            }
        })?;
        Ok(history)
    }

    /// The records about one article.
    pub(super) fn of(&self, id: ArticleId) -> impl Iterator<Item = &Told<ArticleRecord>> {
        self.articles.iter().filter(move |told| told.record.article_id == id)
    }

    /// The record of a story in a commit.
    pub(super) fn story_at(&self, id: StoryId, commit: u64) -> Option<&StoryRecord> {
        let mut found = self.stories.iter().map(|told| &told.record);
        found.find(|record| record.story_id == id && record.commit == commit)
    }

    /// The latest record of a story.
    pub(super) fn story(&self, id: StoryId) -> Option<&StoryRecord> {
        self.stories.iter().rev().map(|told| &told.record).find(|record| record.story_id == id)
    }
}

/// The articles that `is_meant` by their latest records, at most `most`; only lines with `needle` are looked at.
pub(super) fn find(
    dir: &Path,
    needle: &str,
    most: usize,
    is_meant: impl Fn(&ArticleRecord) -> bool,
) -> io::Result<Vec<ArticleRecord>> {
    let mut found: Vec<ArticleRecord> = Vec::new();
    lines::each(dir, Stream::Articles, |_, _, text| {
        if !text.contains(needle) {
            return;
        }
        let Ok(Record::Article(record)) = Record::parse(text) else { return };
        if !is_meant(&record) {
            return;
        }
        match found.iter().position(|other| other.article_id == record.article_id) {
            Some(at) => found[at] = *record,
            None if found.len() < most => found.push(*record),
            None => {}
        }
    })?;
    Ok(found)
}

fn begins(dir: &Path) -> io::Result<Option<u64>> {
    Ok(lines::files(dir, Stream::Articles)?.first().map(|file| file.0))
}
