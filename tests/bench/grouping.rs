//! Scores grouping alone, without store and sink, on labelled lines in the format of `eval`:
//!
//! `cargo run --release --example grouping -- stories GOLD.jsonl [--with BACKGROUND.jsonl] [--dated] [--window-days N]`
//! `cargo run --release --example grouping -- copies DOCS.jsonl PAIRS.jsonl`
//! `cargo run --release --example grouping -- dispatches GOLD.jsonl`, by kind of edit where the lines have one
//! `cargo run --release --example grouping -- learn body|headline GOLD.jsonl…` prints weights for `config/tables/grouping.toml`

#![expect(clippy::print_stdout, reason = "a report for people is what it is for")]
#![expect(clippy::disallowed_methods, reason = "it measures speed, so it reads the clock")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use copytaster::cluster::{Config, Entry, Features, Probe, Window};
use copytaster::news::{
    Article, ArticleId, Day, DispatchId, Granularity, Notice, Outlet, Provenance, Published,
    PublishedOrigin, Rung, StoryId, Text, Time,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// One labelled line.
#[derive(Clone, Debug, Deserialize)]
struct Line {
    id: String,
    #[serde(default)]
    cluster: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    published: Option<String>,
    #[serde(default)]
    source: Option<String>,
    /// What was done to the text, in made-up copies.
    #[serde(default)]
    kind: String,
}

impl Line {
    fn moment(&self) -> Option<Timestamp> {
        self.published.as_deref().and_then(|text| text.parse().ok())
    }

    fn article(&self) -> Article {
        let source = self.source.clone().unwrap_or_else(|| "unknown".to_owned());
        Article {
            rung: Rung::Guid,
            key: self.id.clone(),
            key_link: None,
            link_is_key: false,
            guid: self.id.clone(),
            url: String::new(),
            title: self.title.clone().unwrap_or_default(),
            lang: "und".to_owned(),
            outlet: Outlet { id: source.clone(), family: source, ..Outlet::default() },
            own_agency: String::new(),
            text: Text { body: self.text.clone().unwrap_or_default(), ..Text::default() },
            published: Published {
                time: self.moment().map(Time),
                day: Day(jiff::civil::date(2000, 1, 1)),
                granularity: Granularity::Second,
                origin: PublishedOrigin::Feed,
            },
            provenance: Provenance::default(),
            own_signs: Vec::new(),
            not_text: Vec::new(),
            people: Vec::new(),
            orgs: Vec::new(),
            places: Vec::new(),
            quotes: Vec::new(),
            watch: Vec::new(),
            notice: Notice::default(),
            defects: Vec::new(),
            feed_words: None,
        }
    }
}

/// The desk's loop with nothing around it.
struct Desk {
    window: Window,
    arrivals: u64,
    minute: i64,
    touched: BTreeSet<StoryId>,
    home: HashMap<StoryId, StoryId>,
    span: SignedDuration,
    slowest_us: Vec<u128>,
}

impl Desk {
    fn new(config: Config) -> Self {
        Self {
            window: Window::new(config),
            span: config.dispatch_window.max(config.story_window),
            arrivals: 0,
            minute: 0,
            touched: BTreeSet::new(),
            home: HashMap::new(),
            slowest_us: Vec::new(),
        }
    }

    fn take(
        &mut self,
        line: &Line,
        features: Features,
        fetched_at: Timestamp,
    ) -> (DispatchId, StoryId) {
        let begun = Instant::now();
        let minute = fetched_at.as_second().div_euclid(60);
        if minute != self.minute {
            self.minute = minute;
            self.sweep();
            let span = self.span;
            if let Ok(start) = fetched_at.checked_sub(span) {
                self.window.evict_before(start.as_second().div_euclid(3600));
            }
        }
        self.arrivals += 1;
        let article = ArticleId::mint("x", Rung::Guid, &line.id, None);
        let moment = line.moment();
        let probe = Probe { features: &features, fetched_at, moment, exclude: None };
        let found = self.window.find_dispatch(&probe);
        let (dispatch, story) = if let (Some(dispatch), Some(story)) = (found.dispatch, found.story)
        {
            (dispatch, story)
        } else {
            let linked = self.window.find_story(&probe);
            let story = linked.story.unwrap_or_else(|| StoryId::opened_by(article, 1));
            if linked.is_unsure() {
                self.touched.insert(story);
            }
            (DispatchId::opened_by(article, 1), story)
        };
        let arrival = self.arrivals;
        self.window.insert(Entry {
            arrival,
            article,
            dispatch,
            story,
            fetched_at,
            moment,
            features,
        });
        self.slowest_us.push(begun.elapsed().as_micros());
        (dispatch, story)
    }

    fn sweep(&mut self) {
        for story in std::mem::take(&mut self.touched) {
            if let Some(merge) = self.window.merge_for(story) {
                self.window.merge_stories(merge.b, merge.a);
                self.home.insert(merge.b, merge.a);
                if merge.is_of_headlines {
                    self.touched.insert(merge.a);
                }
            }
        }
    }

    fn final_home(&self, mut story: StoryId) -> StoryId {
        while let Some(next) = self.home.get(&story) {
            story = *next;
        }
        story
    }
}

fn read(path: &str) -> Result<Vec<Line>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    text.lines().map(|line| serde_json::from_str(line).context("bad line")).collect()
}

/// Lines by `published`; undated ones keep their place after the line before them.
fn in_order(lines: Vec<Line>) -> Vec<(Timestamp, Line)> {
    let first = lines.iter().find_map(Line::moment).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut time = first;
    let mut timed: Vec<(Timestamp, Line)> = lines
        .into_iter()
        .map(|line| {
            time = line.moment().unwrap_or(time);
            (time, line)
        })
        .collect();
    timed.sort_by_key(|pair| pair.0);
    timed
}

#[expect(clippy::cast_precision_loss, reason = "counts of lines")]
fn score<G: Hash + Eq + Clone, P: Hash + Eq + Clone>(pairs: &[(G, P)]) -> String {
    let (mut gold, mut pred, mut joint) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (g, p) in pairs {
        *gold.entry(g.clone()).or_insert(0_u64) += 1;
        *pred.entry(p.clone()).or_insert(0_u64) += 1;
        *joint.entry((g.clone(), p.clone())).or_insert(0_u64) += 1;
    }
    let n = pairs.len() as f64;
    let (mut precision, mut recall) = (0.0, 0.0);
    for (g, p) in pairs {
        let both = joint[&(g.clone(), p.clone())] as f64;
        precision += both / pred[p] as f64 / n;
        recall += both / gold[g] as f64 / n;
    }
    let choose = |counts: Vec<u64>| counts.iter().map(|c| (c * (c - 1) / 2) as f64).sum::<f64>();
    let both = choose(joint.values().copied().collect());
    let in_pred = choose(pred.values().copied().collect());
    let in_gold = choose(gold.values().copied().collect());
    let (pair_p, pair_r) = (both / in_pred.max(1.0), both / in_gold.max(1.0));
    let expected = in_pred * in_gold / (n * (n - 1.0) / 2.0);
    let ari = (both - expected) / (f64::midpoint(in_pred, in_gold) - expected);
    let f1 = |p: f64, r: f64| 2.0 * p * r / (p + r).max(f64::MIN_POSITIVE);
    format!(
        "B3 P {precision:.4} R {recall:.4} F1 {:.4} | pair P {pair_p:.4} R {pair_r:.4} F1 {:.4} | ARI {ari:.4} | {} of {} groups",
        f1(precision, recall),
        f1(pair_p, pair_r),
        pred.len(),
        gold.len()
    )
}

fn stories(args: &[String]) -> Result<()> {
    let mut lines = read(&args[0])?;
    let mut config = Config::default();
    let mut rest = args[1..].iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "--titles" => {
                for line in &mut lines {
                    line.text = None;
                }
            }
            "--dated" => lines.retain(|line| line.published.is_some()),
            "--with" => lines.extend(read(rest.next().context("--with FILE")?)?),
            "--window-days" => {
                let days: i64 = rest.next().context("--window-days N")?.parse()?;
                config.story_window = SignedDuration::from_hours(24 * days);
            }
            other => bail!("unknown option {other}"),
        }
    }
    let mut desk = Desk::new(config);
    let mut placed = Vec::new();
    let begun = Instant::now();
    for (time, line) in in_order(lines) {
        let features = Features::of(&line.article());
        let (_, story) = desk.take(&line, features, time);
        placed.push((line.cluster.clone(), story));
    }
    desk.sweep();
    let seconds = begun.elapsed().as_secs_f64();
    let scored: Vec<(String, StoryId)> = placed
        .iter()
        .filter_map(|(gold, story)| Some((gold.clone()?, desk.final_home(*story))))
        .collect();
    let polluted: HashSet<StoryId> = placed
        .iter()
        .filter(|(gold, _)| gold.is_none())
        .map(|(_, story)| desk.final_home(*story))
        .collect();
    let mixed = scored.iter().filter(|(_, story)| polluted.contains(story)).count();
    desk.slowest_us.sort_unstable();
    let at = |share: usize| desk.slowest_us[(desk.slowest_us.len() - 1) * share / 1000];
    println!("{}", score(&scored));
    println!(
        "  {} lines in {seconds:.2} s, p50 {} µs, p99 {} µs, {} merges, {mixed} articles beside background",
        placed.len(),
        at(500),
        at(990),
        desk.home.len()
    );
    Ok(())
}

/// A labelled pair.
#[derive(Debug, Deserialize)]
struct Pair {
    a: String,
    b: String,
    label: Option<u8>,
    kind: String,
}

fn copies(args: &[String]) -> Result<()> {
    let docs = read(&args[0])?;
    let text = std::fs::read_to_string(&args[1])?;
    let pairs: Vec<Pair> =
        text.lines().map(serde_json::from_str).collect::<Result<_, serde_json::Error>>()?;
    let mut desk = Desk::new(Config::default());
    let mut placed: HashMap<String, DispatchId> = HashMap::new();
    for (time, line) in in_order(docs) {
        let features = Features::of(&line.article());
        placed.insert(line.id.clone(), desk.take(&line, features, time).0);
    }
    let (mut hit, mut joined, mut copies) = (0, 0, 0);
    for pair in &pairs {
        let together = placed[&pair.a] == placed[&pair.b];
        let Some(label) = pair.label else { continue };
        copies += u32::from(label == 1);
        joined += u32::from(together);
        hit += u32::from(together && label == 1);
        if together != (label == 1) {
            println!("  wrong: {} {} {} ({})", pair.a, pair.b, pair.kind, label);
        }
    }
    println!(
        "precision {:.3} recall {:.3} ({hit} of {joined} joined, {copies} copies)",
        f64::from(hit) / f64::from(joined.max(1)),
        f64::from(hit) / f64::from(copies.max(1))
    );
    Ok(())
}

/// How well texts labelled by dispatch are put together, and by kind of edit how many of its own and of others an article
/// stands with.
fn dispatches(args: &[String]) -> Result<()> {
    let mut desk = Desk::new(Config::default());
    let mut placed: Vec<(String, DispatchId, String)> = Vec::new();
    let begun = Instant::now();
    for (time, line) in in_order(read(&args[0])?) {
        let features = Features::of(&line.article());
        let (dispatch, _) = desk.take(&line, features, time);
        placed.push((line.cluster.unwrap_or_default(), dispatch, line.kind));
    }
    let seconds = begun.elapsed().as_secs_f64();
    let scored: Vec<(String, DispatchId)> =
        placed.iter().map(|(gold, dispatch, _)| (gold.clone(), *dispatch)).collect();
    println!("{}\n  {} lines in {seconds:.2} s", score(&scored), scored.len());
    let (mut sizes, mut golds, mut both) =
        (HashMap::new(), HashMap::<&str, f64>::new(), HashMap::new());
    for (gold, dispatch) in &scored {
        *sizes.entry(*dispatch).or_insert(0.0) += 1.0;
        *golds.entry(gold.as_str()).or_insert(0.0) += 1.0;
        *both.entry((gold.as_str(), *dispatch)).or_insert(0.0) += 1.0;
    }
    let mut kinds: BTreeMap<&str, (f64, f64, f64, f64)> = BTreeMap::new();
    for (gold, dispatch, kind) in &placed {
        let of = kinds.entry(kind).or_default();
        let own: f64 = both[&(gold.as_str(), *dispatch)];
        if golds[gold.as_str()] > 1.0 {
            of.0 += 1.0;
            of.1 += (own - 1.0) / (golds[gold.as_str()] - 1.0);
        }
        of.2 += 1.0;
        of.3 += f64::from(sizes[dispatch] > own);
    }
    for (kind, (count, recall, all, mixed)) in kinds {
        println!("  {kind:<18} {all:>6} recall {:.3} mixed {:.3}", recall / count, mixed / all);
    }
    Ok(())
}

/// Candidate stories of one article that are learnt from: its own and its nearest rivals.
const RIVALS: usize = 6;

/// A candidate story of an article: what was measured, and whether it is the right one.
struct Sample {
    values: Vec<f64>,
    /// Share of the story's articles that belong with this one.
    right: f64,
    weight: f64,
}

/// Whose stories the articles are measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stories {
    /// Those of the labels.
    Labelled,
    /// Those that the weights of today make of them, mistakes included: they must be lived with.
    Made,
}

/// Replays lines and measures each article against its candidates.
fn samples(path: &str, model: &str, mode: Stories) -> Result<(Vec<&'static str>, Vec<Sample>)> {
    let story_window = SignedDuration::from_hours(if path.contains("ecb") { 87_600 } else { 72 });
    let mut window = Window::new(Config { story_window, ..Config::default() });
    let mut names = Vec::new();
    let mut all = Vec::new();
    let mut golds: HashMap<StoryId, Vec<StoryId>> = HashMap::new();
    for (index, (fetched_at, mut line)) in in_order(read(path)?).into_iter().enumerate() {
        if model == "headline" {
            line.text = None;
        }
        let gold = line.cluster.clone().unwrap_or_else(|| line.id.clone());
        let story = StoryId::opened_by(ArticleId::mint("gold", Rung::Guid, &gold, None), 1);
        let features = Features::of(&line.article());
        let moment = line.moment();
        let probe = Probe { features: &features, fetched_at, moment, exclude: None };
        for (rank, (candidate, measures)) in window.measures(&probe).into_iter().enumerate() {
            let members = golds.get(&candidate).map_or(&[][..], Vec::as_slice);
            #[expect(clippy::cast_precision_loss, reason = "counts of lines")]
            let right = members.iter().filter(|gold| **gold == story).count() as f64
                / members.len().max(1) as f64;
            if line.cluster.is_none() || (right == 0.0 && rank >= RIVALS) {
                continue;
            }
            names = measures.iter().map(|measure| measure.0).collect();
            let values = measures.iter().map(|measure| measure.1).collect();
            all.push(Sample { values, right, weight: 1.0 });
        }
        let article = ArticleId::mint("x", Rung::Guid, &line.id, None);
        let dispatch = DispatchId::opened_by(article, 1);
        let arrival = index as u64 + 1;
        let gold = story;
        let story = match mode {
            Stories::Labelled => story,
            Stories::Made => {
                window.find_story(&probe).story.unwrap_or(StoryId::opened_by(article, 1))
            }
        };
        golds.entry(story).or_default().push(gold);
        window.insert(Entry { arrival, article, dispatch, story, fetched_at, moment, features });
    }
    Ok((names, all))
}

/// Logistic regression by Newton's steps, with a ridge so that measures that say the same share the weight.
fn logistic(samples: &[Sample], ridge: f64) -> Vec<f64> {
    let size = samples[0].values.len() + 1;
    let mut weights = vec![0.0; size];
    for _ in 0..30 {
        let mut gradient: Vec<f64> = weights.iter().map(|weight| -ridge * weight).collect();
        let mut curvature = vec![vec![0.0; size]; size];
        for (row, line) in curvature.iter_mut().enumerate() {
            line[row] = ridge;
        }
        for sample in samples {
            let x: Vec<f64> = std::iter::once(1.0).chain(sample.values.iter().copied()).collect();
            let sum: f64 = x.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
            let p = 1.0 / (1.0 + (-sum).exp());
            let error = sample.right - p;
            for (row, line) in curvature.iter_mut().enumerate() {
                gradient[row] += sample.weight * error * x[row];
                for (cell, value) in line.iter_mut().zip(&x) {
                    *cell += sample.weight * p * (1.0 - p) * x[row] * value;
                }
            }
        }
        for (weight, step) in weights.iter_mut().zip(solve(curvature, gradient)) {
            *weight += step;
        }
    }
    weights
}

/// Solves a positive definite system by elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for pivot in 0..size {
        let row = matrix[pivot].clone();
        for below in pivot + 1..size {
            let factor = matrix[below][pivot] / row[pivot];
            for (cell, value) in matrix[below].iter_mut().zip(&row) {
                *cell -= factor * value;
            }
            right[below] -= factor * right[pivot];
        }
    }
    for pivot in (0..size).rev() {
        right[pivot] /= matrix[pivot][pivot];
        for above in 0..pivot {
            right[above] -= matrix[above][pivot] * right[pivot];
        }
    }
    right
}

fn learn(args: &[String]) -> Result<()> {
    let (model, files) = args.split_first().context("learn body|headline FILE…")?;
    let mut names = Vec::new();
    let mut all = Vec::new();
    for path in files {
        let (found, mut of_file) = samples(path, model, Stories::Labelled)?;
        of_file.extend(samples(path, model, Stories::Made)?.1);
        #[expect(clippy::cast_precision_loss, reason = "counts of lines")]
        let weight = 10_000.0 / of_file.len() as f64;
        for sample in &mut of_file {
            sample.weight = weight;
        }
        names = found;
        all.extend(of_file);
    }
    let weights = logistic(&all, 1.0);
    println!("[{model}]\nbias = {:.3}", weights[0]);
    for (name, weight) in names.iter().zip(&weights[1..]) {
        println!("{name} = {weight:.3}");
    }
    Ok(())
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("stories") if args.len() >= 2 => stories(&args[1..]),
        Some("copies") if args.len() == 3 => copies(&args[1..]),
        Some("dispatches") if args.len() == 2 => dispatches(&args[1..]),
        Some("learn") if args.len() >= 3 => learn(&args[1..]),
        _ => bail!(
            "usage: grouping stories GOLD [--with FILE] [--dated] [--window-days N] | copies DOCS PAIRS | dispatches GOLD"
        ),
    }
}
