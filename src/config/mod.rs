//! One TOML file and the environment → plain typed settings. Everything is validated before any effect.
//!
//! Every key can be overridden by the environment (`COPYTASTER__POLL__INTERVAL=5m`); a list is given there as a TOML
//! value. An unknown key or override is a mistake, told with the nearest name. All mistakes are told at once.

mod access;
mod address;
mod archive;
mod document;
mod entries;
mod files;
mod offsets;
mod problem;
mod read;
mod sections;
mod units;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use toml::de::DeTable;
use url::Url;

use crate::news::{self, FeedId, Hash16, OutletKind, Pass, Proxy, Secret, hash16};

pub use archive::Archive;
use document::{Document, Overrides};
use files::{Places, ReadFile};
pub use problem::{PROBLEMS_MAX, Problem, Problems, nearest};
pub use read::{Keep, folder_of};
pub use units::{duration_argument, duration_text, size_text};
pub use watch::{Target, Watch};

/// All settings, defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// `[store]`
    pub store: Store,
    /// `[output]`
    pub output: Output,
    /// `[archive]`; without it nothing is archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<Archive>,
    /// `[poll]`
    pub poll: Poll,
    /// `[desk]`
    pub desk: Desk,
    /// `[tables]`
    pub tables: Tables,
    /// `[serve]`; without it there is no server.
    pub serve: Option<Serve>,
    /// `[log]`
    pub log: Log,
    /// `[[feed]]`, in the order of the file.
    pub feeds: Vec<Feed>,
    /// `[[outlet]]`, in the order of the file.
    pub outlets: Vec<Outlet>,
    /// `[[agency]]`, in the order of the file.
    pub agencies: Vec<Agency>,
    /// `[[watch]]`, in the order of the file.
    pub watches: Vec<Watch>,
    /// What is allowed and unwise; no part of the settings.
    #[serde(skip)]
    pub warnings: Vec<Problem>,
}

/// What of a feed's first body is told rather than only remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Backfill {
    /// Everything.
    All,
    /// What is not older.
    For(Duration),
}

/// When a commit is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Durability {
    /// Synced in groups, before anything is told.
    Group,
    /// Synced with every batch.
    Record,
    /// Not synced: safe from a killed process, not from a lost machine.
    Process,
}

/// Least weight of what is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Level {
    /// A human must act.
    Error,
    /// Degraded, will recover.
    Warn,
    /// Lifecycle and the minute summary.
    Info,
    /// Each feed.
    Debug,
    /// Each article.
    Trace,
}

impl Level {
    /// The word for it in the configuration and in filters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// Form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[store]`: the only truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Store {
    /// The database file.
    pub path: PathBuf,
    /// When a commit is on the disk.
    pub durability: Durability,
    /// How long an article and its story are remembered.
    pub keep: Keep,
    /// How long their texts are; never longer than `keep`.
    pub keep_text: Keep,
}

/// `[output]`: the JSON Lines files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// The directory.
    pub dir: PathBuf,
    /// Name of this desk in every record, a URI.
    pub source: String,
    /// Whether records carry the text of the article.
    pub include_body: bool,
    /// How long sealed files are kept.
    pub keep: Keep,
    /// A file is sealed when it has grown so long.
    pub rotate_bytes: u64,
    /// A file is sealed when it has been open so long.
    pub rotate_after: Duration,
}

/// `[poll]`: how feeds are fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Poll {
    /// `User-Agent` header.
    pub user_agent: String,
    /// The budget is one request a feed in this time.
    pub interval: Duration,
    /// An adaptive interval is never shorter.
    pub interval_min: Duration,
    /// Requests under way at once, all hosts together.
    pub in_flight: usize,
    /// Requests under way at once to one host.
    pub host_in_flight: usize,
    /// Time between two starts to one host.
    pub host_spacing: Duration,
    /// What of a first body is told.
    pub backfill: Backfill,
    /// Private addresses that may be reached all the same: host, IP address or range, each with its port.
    pub allow_private: Vec<String>,
    /// Longest body on the wire; decoded it may be twice that.
    pub body_bytes_max: u64,
    /// Authorities trusted beside those of the system, in PEM.
    pub ca: Option<Secret>,
    /// The proxy of all feeds that name none.
    pub proxy: Option<Proxy>,
}

/// `[desk]`: the window in which stories form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Desk {
    /// How long a story takes in reports.
    pub story_window: Duration,
    /// Memory for the window's index.
    pub memory_max: u64,
}

/// `[tables]`: knowledge of agencies, outlets and credit lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tables {
    /// Folder of tables that replace the built-in ones of the same name.
    pub dir: Option<PathBuf>,
}

/// `[serve]`: the pages. Validated; nothing listens yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Serve {
    /// Loopback address and port.
    pub listen: SocketAddr,
}

/// `[log]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Log {
    /// Least weight of what is logged.
    pub level: Level,
    /// Form of a line.
    pub format: LogFormat,
}

/// One `[[feed]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Feed {
    /// Unique id.
    pub id: FeedId,
    /// Address; http or https, without user and password.
    pub url: Url,
    /// Whose feed it is.
    pub outlet: Option<String>,
    /// Name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The page for people that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<Url>,
    /// Folders it is filed in, the outer first, parted by `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Fixed interval; without one it is adaptive.
    pub interval: Option<Duration>,
    /// Whether the pages of its articles are read.
    pub full_text: bool,
    /// Credentials, certificates and its own way, if it has any.
    pub pass: Option<Box<Pass>>,
}

/// One `[[outlet]]`. What is left out is as the tables say, if they know the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outlet {
    /// Unique id.
    pub id: String,
    /// Name for people.
    pub name: Option<String>,
    /// Owner family.
    pub family: Option<String>,
    /// What kind of publisher it is.
    pub kind: Option<OutletKind>,
    /// ISO 3166-1 alpha-2, `""` unknown.
    pub country: Option<String>,
    /// IANA zone that dates without one are in.
    pub zone: Option<String>,
    /// Hosts of its links, without `www.`.
    pub hosts: Option<Vec<String>>,
    /// Agency whose own outlet this is, `""` none.
    pub agency: Option<String>,
    /// Whether the pages of its articles are read, whatever feed names them.
    pub full_text: bool,
}

/// One `[[agency]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agency {
    /// Unique id.
    pub id: String,
    /// Spellings in credit lines.
    pub names: Vec<String>,
}

impl Config {
    /// Reads the file at `path` under the overrides of `env`; variables without the prefix are ignored.
    pub fn load(
        path: &Path,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let text = files::text(path)?;
        Self::parse(&path.display().to_string(), &text, env)
    }

    /// The same without opening what it points at, for commands that ask no server: secrets and certificates are empty and
    /// not judged, so whoever may not read them, or lacks the environment of the daemon, can use it too.
    pub fn load_closed(
        path: &Path,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let text = files::text(path)?;
        Self::parse_closed(&path.display().to_string(), &text, env)
    }

    /// The defaults under the overrides of `env`, for commands that need no file.
    pub fn without_file(env: impl IntoIterator<Item = (String, String)>) -> Result<Self, Problems> {
        Self::parse("", "", env)
    }

    /// Like [`Self::load`], with the text at hand; `file` is only what problems call it.
    pub fn parse(
        file: &str,
        text: &str,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        Self::parse_known(file, text, env, Some(&files::read_file)).map(|(config, _)| config)
    }

    /// Like [`Self::load_closed`], with the text at hand.
    pub fn parse_closed(
        file: &str,
        text: &str,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        Self::parse_known(file, text, env, None).map(|(config, _)| config)
    }

    /// Also gives the path of every key there is, for the test of the example. Without `read` it stays closed.
    fn parse_known(
        file: &str,
        text: &str,
        env: impl IntoIterator<Item = (String, String)>,
        read: Option<&ReadFile<'_>>,
    ) -> Result<(Self, BTreeSet<String>), Problems> {
        // A byte order mark is no part of the text; offsets are counted after it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (root, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(Problems::of_syntax(file, text, &errors));
        }
        let env: Vec<(String, String)> = env.into_iter().collect();
        let overrides = Overrides::of(&env);
        let mut document =
            Document::new(file, text, root.get_ref(), &overrides, Places { env: &env, read });
        let config = sections::read(&mut document);
        match document.finish() {
            (problems, known) if problems.told.is_empty() => Ok((config, known)),
            (problems, _) => Err(problems),
        }
    }

    /// The feeds as the stages know them, in the order of the file.
    pub fn feeds(&self) -> Vec<Arc<news::Feed>> {
        let zones: BTreeMap<&str, &String> = self
            .outlets
            .iter()
            .filter_map(|outlet| Some((outlet.id.as_str(), outlet.zone.as_ref()?)))
            .collect();
        let known = |feed: &Feed| {
            let zone = feed.outlet.as_deref().and_then(|outlet| zones.get(outlet));
            Arc::new(news::Feed {
                id: feed.id.clone(),
                url: feed.url.clone(),
                outlet: feed.outlet.clone(),
                interval: feed.interval,
                zone: zone.map(|zone| (*zone).clone()),
            })
        };
        self.feeds.iter().map(known).collect()
    }

    /// Names the effective settings: comments, order of sections and where a value came from do not count.
    ///
    /// # Panics
    ///
    /// Only for a path that is not UTF-8, which no file and no override can give.
    pub fn hash(&self) -> Hash16 {
        let json = serde_json::to_string(self).expect("plain data with UTF-8 paths is JSON");
        hash16(&["config", &json])
    }
}

impl Default for Config {
    /// What an empty file means.
    fn default() -> Self {
        Self::parse("", "", []).expect("the defaults are valid, as a test shows")
    }
}

#[cfg(test)]
mod tests;
