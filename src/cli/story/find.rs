//! Which story is meant: by its id or the first digits of it, by that of a merged one, or by an article's.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::lines;
use crate::news::Stream;

/// Stories listed where the first digits fit several.
const CANDIDATES_MAX: usize = 10;

/// Why no story can be shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unknown {
    #[error(
        "no story {0} in the records of {1}; ids stand in them as story_id, and the first digits are enough"
    )]
    None(String, PathBuf),
    #[error("{0} could be {n} or more stories: write more of it{list}", n = .1.len(), list = listed(.1))]
    Several(String, Vec<String>),
    #[error("cannot read {0}: {1}")]
    Read(PathBuf, io::Error),
}

fn listed(all: &[String]) -> String {
    all.iter().fold(String::new(), |text, one| text + "\n  " + one)
}

/// Ids of all stories, with where those merged live on.
pub(super) struct Stories {
    into: HashMap<String, String>,
    titles: BTreeMap<String, String>,
}

impl Stories {
    pub(super) fn read(dir: &Path) -> io::Result<Self> {
        let mut stories = Self { into: HashMap::new(), titles: BTreeMap::new() };
        lines::each(dir, Stream::Stories, |_, _, text| {
            let Some(id) = value(text, "\"story_id\":\"") else { return };
            let title = value(text, "\"title\":\"").unwrap_or_default();
            stories.titles.insert(id.to_owned(), title.to_owned());
            if let Some(into) = value(text, "\"merged_into\":\"").filter(|into| !into.is_empty()) {
                stories.into.insert(id.to_owned(), into.to_owned());
            }
        })?;
        Ok(stories)
    }

    /// The id of the story that is meant, merges followed.
    pub(super) fn resolve(&self, dir: &Path, name: &str) -> Result<String, Unknown> {
        let prefix = match name.strip_prefix("sty_") {
            Some(_) => name.to_owned(),
            None if name.starts_with("art_") => String::new(),
            None => format!("sty_{name}"),
        };
        let is_meant = |id: &&String| !prefix.is_empty() && id.starts_with(&prefix);
        let found: BTreeSet<String> =
            self.titles.keys().filter(is_meant).map(|id| self.home(id)).collect();
        let found: Vec<String> = found.into_iter().take(CANDIDATES_MAX).collect();
        match &found[..] {
            [one] if !name.is_empty() => Ok(one.clone()),
            [] if name.starts_with("art_") => self.of_article(dir, name),
            [] => Err(Unknown::None(name.to_owned(), dir.to_path_buf())),
            _ => {
                let line = |id: &String| format!("{id}  {}", self.titles[id]);
                Err(Unknown::Several(name.to_owned(), found.iter().map(line).collect()))
            }
        }
    }

    fn of_article(&self, dir: &Path, name: &str) -> Result<String, Unknown> {
        let needle = format!("\"article_id\":\"{name}");
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        lines::each(dir, Stream::Articles, |_, _, text| {
            if text.contains(&needle)
                && let Some(article) = value(text, "\"article_id\":\"")
                && article.starts_with(name)
                && let Some(story) = value(text, "\"story_id\":\"")
            {
                found.insert(article.to_owned(), self.home(story));
            }
        })
        .map_err(|error| Unknown::Read(dir.to_path_buf(), error))?;
        let stories: BTreeSet<String> = found.into_values().collect();
        let stories: Vec<String> = stories.into_iter().take(CANDIDATES_MAX).collect();
        match &stories[..] {
            [] => Err(Unknown::None(name.to_owned(), dir.to_path_buf())),
            [one] => Ok(one.clone()),
            _ => Err(Unknown::Several(name.to_owned(), stories)),
        }
    }

    fn home(&self, id: &str) -> String {
        let mut at = id;
        // More steps than there are merges go round in a circle, which no sound output has.
        for _ in 0..=self.into.len() {
            match self.into.get(at) {
                Some(into) => at = into,
                None => break,
            }
        }
        at.to_owned()
    }

    /// All ids of stories that live on in this one.
    pub(super) fn one_with(&self, id: &str) -> BTreeSet<String> {
        let merged = self.into.keys().filter(|from| self.home(from) == id).cloned();
        merged.chain([id.to_owned()]).collect()
    }
}

/// What stands behind a key, up to the next quotation mark: enough for ids, and for a headline to show.
pub(super) fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.split_once(key)?.1.split('"').next()
}
