//! What the records of an output directory say of articles and stories, each with its place.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use crate::news::{ArticleId, StoryId, Stream};
use crate::record::layout::parse_file_name;
use crate::record::{ArticleRecord, LINE_WITH_BODY_BYTES_MAX, Record, StoryRecord};

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
        each_line(dir, Stream::Articles, |file, line, text| {
            if keys.iter().any(|key| text.contains(key.as_str()))
                && let Ok(Record::Article(record)) = Record::parse(text)
            {
                history.articles.push(Told { file: file.to_owned(), line, record: *record });
            }
        })?;
        let mut named: BTreeSet<String> = stories.into_iter().map(|id| id.to_string()).collect();
        named.extend(history.articles.iter().map(|told| told.record.story_id.to_string()));
        each_line(dir, Stream::Stories, |file, line, text| {
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
    each_line(dir, Stream::Articles, |_, _, text| {
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
    Ok(files(dir, Stream::Articles)?.first().map(|file| file.0))
}

/// The files of a stream with the `seq` they begin with, in its order.
fn files(dir: &Path, stream: Stream) -> io::Result<Vec<(u64, String, PathBuf)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some((of, first)) = parse_file_name(&name)
            && of == stream
        {
            files.push((first, name, entry.path()));
        }
    }
    files.sort();
    Ok(files)
}

/// Shows every whole line of a stream; what a running daemon has only half written is left out.
pub(in crate::cli) fn each_line(
    dir: &Path,
    stream: Stream,
    mut show: impl FnMut(&str, u64, &str),
) -> io::Result<()> {
    let mut buffer = Vec::new();
    for (_, name, path) in files(dir, stream)? {
        let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
        for line in 1.. {
            buffer.clear();
            let limit = LINE_WITH_BODY_BYTES_MAX as u64 + 1;
            if reader.by_ref().take(limit).read_until(b'\n', &mut buffer)? == 0 {
                break;
            }
            if let Some(text) = buffer.strip_suffix(b"\n")
                && let Ok(text) = std::str::from_utf8(text)
            {
                show(&name, line, text);
            }
        }
    }
    Ok(())
}
