//! `explain`: why an article is where it is, or why two are together or apart.

pub(super) mod history;
mod marks;
mod pair;
mod path;
mod scene;
mod show;
mod way;

use std::io::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::replay::Failed;
use super::{Exit, complain, complain_of, convert, environment, print, replay, screen};
use crate::config::Config;
use crate::news::{ArticleId, StoryId};
use crate::record;
use crate::store;
use crate::telemetry::Escaped;
use history::History;
use scene::{Scene, Unresolved};

/// Where `demo` keeps its store, below its output.
pub(super) const DEMO_STORE: &str = "state/copytaster.db";

/// Show why an article is where it is, or why two are together or apart.
///
/// `explain A` shows the way an article took: its identity, its records, what it was matched with and why, its story,
/// and the stories it was near to. `explain A B` lays two side by side: the passages they share (⟦in brackets⟧) with
/// their share of each text, quotations (‹so marked›; they are no evidence of a copy), the rules with their
/// figures and limits, shared terms with their rarity, names, numbers, time, vetoes, the score at which they would have
/// joined, and the way on which they came into one story.
///
/// A and B are article ids or their first digits, or a guid or link as the records have it.
///
/// Texts stand in the store, not in the records. After `run`, give the configuration (`-c`); the daemon may be running,
/// the store is only read. After `demo --out DIR`, `--dir DIR`. After `replay`, `--replay SOURCE`: it is replayed once
/// more, in a temporary directory. `--dir` on an output directory without a store beside it shows what the records
/// say, without texts.
///
/// The window is brought back as it stood before the later article came, from what is still stored; what cannot be
/// brought back is said at the end.
///
/// Exit code 1 if an id is unknown or could be several, or there is no store to read.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An article: its id or the first digits of it, its guid, its link
    #[arg(value_name = "A")]
    pub article: String,
    /// Another one
    #[arg(value_name = "B")]
    pub other: Option<String>,
    /// The configuration of the daemon; copytaster.toml if neither --dir nor --replay is given
    #[arg(short, long, value_name = "FILE", env = "COPYTASTER_CONFIG")]
    pub config: Option<PathBuf>,
    /// An output directory, with the store that `demo` leaves in it
    #[arg(long, value_name = "DIR", conflicts_with = "replay")]
    pub dir: Option<PathBuf>,
    /// Article lines or an archive, to be replayed first; may be given several times
    #[arg(long, value_name = "SOURCE")]
    pub replay: Vec<PathBuf>,
    /// JSON only
    #[arg(long)]
    pub json: bool,
}

/// Explains one article or two.
pub fn run(args: &Args) -> Exit {
    let file = match (&args.config, &args.dir, &args.replay[..]) {
        (Some(file), ..) => Some(file.clone()),
        (None, None, []) => Some(PathBuf::from("copytaster.toml")),
        _ => None,
    };
    let config = match file {
        Some(file) => Config::load_closed(&file, environment()),
        None => Config::without_file(environment()),
    };
    let config = match config {
        Ok(config) => config,
        Err(problems) => return complain_of(&problems),
    };
    let found = match &args.replay[..] {
        [] => at_hand(args, &config),
        _ => replayed(args, &config),
    };
    match found {
        Ok(text) => print(&text, Exit::Ok),
        Err(Told::Replay(failed)) => failed.tell(),
        Err(Told::Found(unresolved)) => {
            complain_in_lines(&unresolved);
            match unresolved {
                // Nothing was to be created here: there is no store to read.
                Unresolved::Store(store::Error::CannotOpen { .. }) => Exit::Failed,
                Unresolved::Store(error) => super::daemon::store_exit(&error),
                _ => Exit::Failed,
            }
        }
        Err(Told::Temporary(dir, error)) => {
            complain(&format_args!("cannot create {}: {error}", dir.display()));
            Exit::CannotCreate
        }
    }
}

/// Why nothing was explained.
enum Told {
    Replay(Failed),
    Found(Unresolved),
    Temporary(PathBuf, std::io::Error),
}

impl From<Unresolved> for Told {
    fn from(unresolved: Unresolved) -> Self {
        Self::Found(unresolved)
    }
}

impl From<store::Error> for Told {
    fn from(error: store::Error) -> Self {
        Self::Found(Unresolved::Store(error))
    }
}

/// A message whose later lines are a list.
fn complain_in_lines(message: &Unresolved) {
    let text = message.to_string();
    let mut lines = text.lines();
    complain(&lines.next().unwrap_or_default());
    for line in lines {
        drop(writeln!(std::io::stderr().lock(), "{}", Escaped(line)));
    }
}

/// From what a daemon or the demo left.
fn at_hand(args: &Args, config: &Config) -> Result<Vec<u8>, Told> {
    let settings = convert::settings(config);
    let scene = match &args.dir {
        Some(dir) => {
            let store = dir.join(DEMO_STORE);
            Scene::open(&store, false, dir.clone(), settings.desk.cluster)?
        }
        None => Scene::open(&settings.store.path, true, settings.sink.dir, settings.desk.cluster)?,
    };
    tell(args, scene)
}

/// From a replay in a directory that is gone afterwards.
fn replayed(args: &Args, config: &Config) -> Result<Vec<u8>, Told> {
    let dir = std::env::temp_dir().join(format!("copytaster-explain-{}", std::process::id()));
    std::fs::create_dir(&dir).map_err(|error| Told::Temporary(dir.clone(), error))?;
    let again = replay::Args {
        sources: args.replay.clone(),
        out: dir.join("out"),
        config: None,
        threads: 2,
    };
    let told = replay::replay_with_state(&again, config).map_err(Told::Replay).and_then(|_| {
        let store = replay::state_path(&again.out);
        let cluster = convert::settings(config).desk.cluster;
        tell(args, Scene::open(&store, true, again.out.clone(), cluster)?)
    });
    drop(std::fs::remove_dir_all(&dir));
    told
}

/// Says what is known, for people or as JSON.
fn tell(args: &Args, mut scene: Scene) -> Result<Vec<u8>, Told> {
    let names = [Some(&args.article), args.other.as_ref()];
    let mut ids: Vec<ArticleId> = Vec::new();
    for name in names.into_iter().flatten() {
        ids.push(scene.resolve(name)?);
    }
    let mut stories: Vec<StoryId> = Vec::new();
    for id in &ids {
        stories.extend(scene.subject(*id, None)?.placed.map(|placed| placed.story));
    }
    let history = match History::read(&scene.records, &ids, stories) {
        Ok(history) => history,
        // A store without records still has the present.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && scene.reader.is_some() => {
            History::default()
        }
        Err(error) => return Err(Unresolved::Read(scene.records, error).into()),
    };
    let mut subjects = Vec::new();
    for id in &ids {
        let latest = history.of(*id).last().map(|told| told.record.clone());
        subjects.push(scene.subject(*id, latest.as_ref())?);
    }
    let ink = show::Ink { width: screen::width(), has_colour: screen::has_colour() };
    match <[_; 2]>::try_from(subjects) {
        Ok(two) => {
            let (pair, two) = pair::explain(&mut scene, &history, two)?;
            Ok(if args.json { json(&pair) } else { show::pair(&pair, &two, ink).into_bytes() })
        }
        Err(one) => {
            let way = way::explain(&mut scene, &history, &one[0])?;
            Ok(if args.json { json(&way) } else { show::way(&way, ink).into_bytes() })
        }
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut json = record::to_json(value);
    json.push(b'\n');
    json
}
