//! Where explanations are taken from: a store that a daemon may hold, the records beside it, and the window as it
//! stood when an article was judged.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::history;
use crate::cluster::{self, Window};
use crate::desk;
use crate::news::{Article, ArticleId, Hash16, Placed, StoredStory, StoryId, WindowArticle};
use crate::record::ArticleRecord;
use crate::store::{self, Reader, Store};

/// Articles listed where a prefix fits several.
const CANDIDATES_MAX: usize = 10;

/// Hex digits of an id.
const HEX: usize = 32;

/// What is at hand.
#[derive(Debug)]
pub(super) struct Scene {
    /// The store, if there is one.
    pub(super) reader: Option<Reader>,
    /// The output directory.
    pub(super) records: PathBuf,
    /// How far the desk looks back.
    pub(super) cluster: cluster::Config,
}

/// An article as it is known now.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) id: ArticleId,
    pub(super) feed: String,
    pub(super) revision: u64,
    /// `None` if it was only remembered on a first poll, or only its records are left.
    pub(super) placed: Option<Placed>,
    /// As last told, its body empty where it is no longer kept.
    pub(super) article: Option<Article>,
    /// Its latest record.
    pub(super) record: Option<ArticleRecord>,
}

impl Subject {
    /// The article with its text, if that is still kept.
    pub(super) fn with_text(&self) -> Option<&Article> {
        let article = self.article.as_ref()?;
        let had_text = self.record.as_ref().is_some_and(|record| record.text.chars > 0);
        (!article.text.body.is_empty() || (!had_text && !article.title.is_empty()))
            .then_some(article)
    }

    /// As it stands in a window.
    pub(super) fn window_article(&self) -> Option<WindowArticle> {
        let (placed, article) = (self.placed.clone()?, self.with_text()?.clone());
        Some(WindowArticle { id: self.id, placed, article })
    }
}

/// The window before an article was judged, from what the store still has.
#[derive(Debug)]
pub(super) struct Before {
    pub(super) window: Window,
    /// Fetch of the oldest article in it.
    pub(super) since: Option<Timestamp>,
}

/// Why no article can be named.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unresolved {
    /// Nothing of the kind.
    #[error(
        "no article {name} in {place}; ids stand in the records as article_id, and the first digits are enough"
    )]
    Unknown { name: String, place: String },
    /// Several.
    #[error("{name} could be {}: write more of it{}", how_many(.ids), listed(.ids))]
    Ambiguous { name: String, ids: Vec<String> },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("cannot read {0}: {1}")]
    Read(PathBuf, io::Error),
}

fn how_many(ids: &[String]) -> String {
    let more = if ids.len() < CANDIDATES_MAX { "" } else { " or more" };
    format!("{}{more} articles", ids.len())
}

fn listed(ids: &[String]) -> String {
    ids.iter().fold(String::new(), |all, id| all + "\n  " + id)
}

impl Scene {
    /// Opens what is there; a store that is missing is an error only where `is_needed`.
    pub(super) fn open(
        store: &Path,
        is_needed: bool,
        records: PathBuf,
        cluster: cluster::Config,
    ) -> Result<Self, store::Error> {
        let reader = (is_needed || store.exists()).then(|| Store::read(store)).transpose()?;
        Ok(Self { reader, records, cluster })
    }

    /// The one article that a name means: an id or its first digits, or a guid or link as the records have it.
    pub(super) fn resolve(&mut self, name: &str) -> Result<ArticleId, Unresolved> {
        let hex = name.strip_prefix("art_").unwrap_or(name);
        let mut found = match (bounds(hex), &mut self.reader) {
            (Some((first, last)), Some(reader)) => {
                reader.article_ids(first, last, CANDIDATES_MAX)?
            }
            (Some(_), None) => {
                let needle = format!("\"article_id\":\"art_{hex}");
                self.told(&needle, |record| record.article_id.0.to_string().starts_with(hex))?
            }
            (None, _) => Vec::new(),
        };
        if found.is_empty() && !name.starts_with("art_") {
            let needle = serde_json::Value::from(name).to_string();
            found = self.told(&needle, |record| record.guid == name || record.url == name)?;
        }
        match &found[..] {
            [] => Err(Unresolved::Unknown { name: name.to_owned(), place: self.place() }),
            [one] => Ok(*one),
            _ => {
                let mut ids = Vec::new();
                for id in found {
                    ids.push(self.line(id)?);
                }
                Err(Unresolved::Ambiguous { name: name.to_owned(), ids })
            }
        }
    }

    /// Where was looked, in words.
    fn place(&self) -> String {
        match self.reader {
            Some(_) => format!("the store or in the records of {}", self.records.display()),
            None => format!("the records of {}", self.records.display()),
        }
    }

    /// Whose records have `needle` and are meant.
    fn told(
        &self,
        needle: &str,
        is_meant: impl Fn(&ArticleRecord) -> bool,
    ) -> Result<Vec<ArticleId>, Unresolved> {
        let found = history::find(&self.records, needle, CANDIDATES_MAX, is_meant);
        match found {
            Ok(found) => Ok(found.into_iter().map(|record| record.article_id).collect()),
            // Without records a store still has its articles.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.reader.is_some() => {
                Ok(Vec::new())
            }
            Err(error) => Err(Unresolved::Read(self.records.clone(), error)),
        }
    }

    /// An article in one line.
    fn line(&mut self, id: ArticleId) -> Result<String, Unresolved> {
        let article = match &mut self.reader {
            Some(reader) => reader.article(id)?.and_then(|found| found.article),
            None => None,
        };
        Ok(match article {
            Some(article) => format!("{id}  {}  {}", article.outlet.id, article.title),
            None => id.to_string(),
        })
    }

    /// An article as the store, or its latest record, has it.
    pub(super) fn subject(
        &mut self,
        id: ArticleId,
        latest: Option<&ArticleRecord>,
    ) -> Result<Subject, store::Error> {
        let found = match &mut self.reader {
            Some(reader) => reader.article(id)?,
            None => None,
        };
        Ok(match found {
            Some(found) => Subject {
                id,
                feed: found.feed_id.to_string(),
                revision: found.revision,
                placed: found.placed,
                article: found.article,
                record: latest.cloned(),
            },
            None => Subject {
                id,
                feed: latest.map(|record| record.feed_id.clone()).unwrap_or_default(),
                revision: latest.map_or(0, |record| record.revision),
                placed: None,
                article: None,
                record: latest.cloned(),
            },
        })
    }

    /// The window as it stood before `placed` was judged: what had arrived and was within reach.
    pub(super) fn before(&mut self, placed: &Placed) -> Result<Before, store::Error> {
        let mut window = Window::new(self.cluster);
        let mut oldest: Option<Timestamp> = None;
        let reach = placed.first_fetched.saturating_sub(self.cluster.dispatch_window);
        let hour = reach.map_or(i64::MIN, |reach| reach.as_second().div_euclid(3600));
        let since = Timestamp::from_second(hour.saturating_mul(3600)).unwrap_or(Timestamp::MIN);
        if let Some(reader) = &mut self.reader {
            reader.each_article(since, |article| {
                let Placed { arrival, first_fetched, .. } = article.placed;
                let is_held = !desk::stands_apart(&article.article);
                if arrival < placed.arrival && first_fetched >= since && is_held {
                    oldest = Some(oldest.map_or(first_fetched, |oldest| oldest.min(first_fetched)));
                    window.insert(desk::entry(&article));
                    // The desk's own bound holds here too: the oldest hours go first.
                    while window.bytes() > self.cluster.memory_bytes_max
                        && let Some(hour) = window.oldest_hour()
                    {
                        window.evict_before(hour + 1);
                        oldest = Timestamp::from_second((hour + 1).saturating_mul(3600)).ok();
                    }
                }
            })?;
        }
        Ok(Before { window, since: oldest })
    }

    /// A story, or the one it was merged into.
    pub(super) fn story(&mut self, id: StoryId) -> Result<Option<StoredStory>, store::Error> {
        self.reader.as_mut().map_or(Ok(None), |reader| reader.story(id))
    }
}

/// The first and the last id that begin with these digits; `None` if they begin none.
fn bounds(hex: &str) -> Option<(ArticleId, ArticleId)> {
    let is_hex = hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if hex.is_empty() || hex.len() > HEX || !is_hex {
        return None;
    }
    let fill = |digit: &str| -> Option<ArticleId> {
        let whole = format!("{hex}{}", digit.repeat(HEX - hex.len()));
        whole.parse::<Hash16>().ok().map(ArticleId)
    };
    fill("0").zip(fill("f"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_digits_of_an_id_bound_all_that_begin_with_them() {
        let (first, last) = bounds("9f3").unwrap();
        assert_eq!(first.to_string(), format!("art_9f3{}", "0".repeat(29)));
        assert_eq!(last.to_string(), format!("art_9f3{}", "f".repeat(29)));
        let whole = "964cc20151fe2c4370d6e4985c228e6a";
        let (first, last) = bounds(whole).unwrap();
        assert_eq!((first, first.0.to_string().as_str()), (last, whole));
        for none in ["", "9F3", "xyz", &"0".repeat(33)] {
            assert_eq!(bounds(none), None, "{none}");
        }
    }
}
