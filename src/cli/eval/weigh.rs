//! Weighs the articles of an evaluation once more, in their order: how near was the right company, and the wrong one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde::Serialize;

use super::Level;
use crate::cli::plot::{Histogram, Kind};
use crate::cluster::{self, Window};
use crate::desk;
use crate::news::{Article, ArticleId, Fixed, WindowArticle};

/// Stories looked at for one article: all that the desk weighs.
const NEARBY_MAX: usize = 64;

/// How alike two articles are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Alike {
    /// Runs of three words in common, by the side that has fewer.
    pub(super) containment: Fixed,
    /// By those of both.
    pub(super) jaccard: Fixed,
    /// Probability that the later reports the story of the earlier; `None` where that had left the window.
    pub(super) story: Option<Fixed>,
    /// From this probability on it joins.
    pub(super) joins_at: Fixed,
}

/// What is asked of the articles.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Label of each line, by its id; none for background.
    pub(super) labels: BTreeMap<String, String>,
    /// Pairs of ids to be compared.
    pub(super) pairs: BTreeSet<(String, String)>,
    /// Labelled pairs; the picture is of them if there are any.
    pub(super) judged: Vec<(String, String, bool)>,
    /// Whether to weigh every labelled article.
    pub(super) all: bool,
}

/// The answers.
#[derive(Debug, Default)]
pub(super) struct Weighed {
    pub(super) pairs: BTreeMap<(String, String), Alike>,
    right: Vec<f64>,
    wrong: Vec<f64>,
    limits: BTreeSet<Fixed>,
}

/// Weighs the articles, which come by arrival.
pub(super) fn weigh(
    articles: Vec<WindowArticle>,
    config: cluster::Config,
    level: Level,
    asked: &Asked,
) -> Weighed {
    let mut weighed = Weighed::default();
    let mut window = Window::new(config);
    let mut guids: BTreeMap<ArticleId, String> = BTreeMap::new();
    let mut kept: BTreeMap<String, (ArticleId, Article)> = BTreeMap::new();
    let partners = asked.partners();
    for article in articles {
        let at = article.placed.first_fetched;
        let reach = at.saturating_sub(config.dispatch_window).unwrap_or(at);
        window.evict_before(reach.as_second().div_euclid(SignedDuration::from_hours(1).as_secs()));
        let entry = desk::entry(&article);
        let guid = article.article.guid.clone();
        if asked.all
            && let Some(label) = asked.labels.get(&guid)
        {
            let label_of = |id: ArticleId| guids.get(&id).and_then(|guid| asked.labels.get(guid));
            weighed.company(&window, &entry, level, |id| label_of(id) == Some(label));
        }
        if let Some(partners) = partners.get(guid.as_str()) {
            for (other, pair) in partners {
                if let Some((id, text)) = kept.get(*other) {
                    let alike = alike(&window, &entry, *id, &article.article, text);
                    weighed.pairs.insert(pair.clone(), alike);
                }
            }
            kept.insert(guid.clone(), (article.id, article.article));
        }
        guids.insert(entry.article, guid);
        window.insert(entry);
    }
    weighed.of_pairs(asked, level);
    weighed
}

/// The other id of a pair, and the pair as it was asked for.
type Partner<'a> = (&'a str, (String, String));

impl Asked {
    /// For each id those it is to be compared with.
    fn partners(&self) -> BTreeMap<&str, Vec<Partner<'_>>> {
        let judged = self.judged.iter().map(|(a, b, _)| (a, b));
        let mut partners: BTreeMap<&str, Vec<Partner<'_>>> = BTreeMap::new();
        for (a, b) in self.pairs.iter().map(|(a, b)| (a, b)).chain(judged) {
            let pair = (a.clone(), b.clone());
            partners.entry(a).or_default().push((b, pair.clone()));
            partners.entry(b).or_default().push((a, pair));
        }
        partners
    }
}

impl Weighed {
    /// How near the nearest right and the nearest wrong company of an article is.
    fn company(
        &mut self,
        window: &Window,
        entry: &cluster::Entry,
        level: Level,
        is_right: impl Fn(ArticleId) -> bool,
    ) {
        let near: Vec<(ArticleId, Fixed)> = match level {
            Level::Story => {
                self.limits.insert(cluster::joins_at(&entry.features));
                let near = window.nearby(&entry.probe(), NEARBY_MAX);
                near.into_iter().map(|near| (near.nearest, near.score)).collect()
            }
            Level::Dispatch => {
                self.limits.insert(cluster::text_joins_at());
                window.alike_texts(&entry.probe())
            }
        };
        let best = |is_wanted: &dyn Fn(ArticleId) -> bool| {
            near.iter().filter(|(id, _)| is_wanted(*id)).map(|(_, score)| *score).max()
        };
        self.right.extend(best(&|id| is_right(id)).map(Fixed::as_f64));
        self.wrong.extend(best(&|id| !is_right(id)).map(Fixed::as_f64));
    }

    /// Where labelled pairs are given, they are what is counted.
    fn of_pairs(&mut self, asked: &Asked, level: Level) {
        if asked.judged.is_empty() {
            return;
        }
        (self.right, self.wrong) = (Vec::new(), Vec::new());
        self.limits.clear();
        for (a, b, is_same) in &asked.judged {
            let Some(alike) = self.pairs.get(&(a.clone(), b.clone())) else { continue };
            let (score, limit) = match level {
                Level::Story => (alike.story, alike.joins_at),
                Level::Dispatch => (Some(alike.containment), cluster::text_joins_at()),
            };
            let Some(score) = score else { continue };
            self.limits.insert(limit);
            if *is_same { &mut self.right } else { &mut self.wrong }.push(score.as_f64());
        }
    }

    /// The picture of it.
    pub(super) fn picture(&self, level: Level, name: &str, of_pairs: bool) -> Histogram {
        let across = match (level, of_pairs) {
            (Level::Story, false) => "probability of the nearest story",
            (Level::Story, true) => "probability of the story of the other",
            (Level::Dispatch, false) => "containment in the nearest text (c)",
            (Level::Dispatch, true) => "containment of one in the other (c)",
        };
        let kind =
            |name: &str, values: &[f64]| Kind { name: name.to_owned(), values: values.to_vec() };
        Histogram {
            title: format!("Right and wrong company in {name}"),
            across: across.to_owned(),
            kinds: [
                kind("labelled the same", &self.right),
                kind("labelled different", &self.wrong),
            ],
            limits: self
                .limits
                .iter()
                .map(|limit| (limit.as_f64(), format!("joins from {:.2}", limit.as_f64())))
                .collect(),
        }
    }
}

fn alike(
    window: &Window,
    entry: &cluster::Entry,
    other: ArticleId,
    later: &Article,
    earlier: &Article,
) -> Alike {
    let text = window.explain_text(later, earlier);
    let story = window.explain_story(&entry.probe(), other, later, earlier);
    Alike {
        containment: text.containment,
        jaccard: text.jaccard,
        story: story.map(|story| story.score),
        joins_at: cluster::joins_at(&entry.features),
    }
}
