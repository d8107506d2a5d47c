//! `check`: the configuration, and what would be polled.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use url::Url;

use super::{Exit, Table, complain, complain_of, convert, environment, print};
use crate::config::{
    Config, Feed, Keep, Problem, Problems, Target, Watch, duration_text, size_text,
};
use crate::news::{FeedId, Level, Proxy, Route, masked};
use crate::tables::Tables;

/// Validate a configuration and print the effective poll plan.
///
/// The plan shows every feed with its outlet, address, interval and host, and whether it is asked for with credentials
/// or through a proxy, never with which. What is allowed and unwise, such as a password file that others can read, is
/// told on stderr as a warning.
///
/// Every mistake is told on stderr as `FILE:LINE:COLUMN: KEY: what is wrong and what is allowed (did you mean …?)`, and
/// the exit code is 78. Nothing is started, created or, without --online, fetched.
///
/// Every key can be overridden by the environment, such as `COPYTASTER__POLL__INTERVAL=5m`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration
    #[arg(short, long, value_name = "FILE", env = "COPYTASTER_CONFIG")]
    #[arg(default_value = "copytaster.toml")]
    pub config: PathBuf,
    /// Also fetch each feed once and say what came; 69 if one of them gave nothing usable
    #[arg(long)]
    pub online: bool,
    /// JSON only
    #[arg(long)]
    pub json: bool,
}

/// What a feed gave when it was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The feed.
    pub feed: FeedId,
    /// Whether its items could be read.
    pub usable: bool,
    /// What came, in a few words.
    pub words: String,
}

/// Answers of the feeds that were tried, or why none could be.
pub type Online = Result<Vec<Found>, String>;

/// Prints the plan; `online` is called only for `--online`, and only with a valid configuration.
pub fn run(args: &Args, online: impl FnOnce(&Config) -> Online) -> Exit {
    let config = match Config::load(&args.config, environment()) {
        Ok(config) => config,
        Err(problems) => {
            let exit = complain_of(&problems);
            return if args.json { print(&refused_json(args, &problems), exit) } else { exit };
        }
    };
    for warning in &config.warnings {
        complain(&format_args!("warning: {warning}"));
    }
    let tables = match convert::tables(&config) {
        Ok(tables) => tables,
        Err(error) => {
            complain(&error);
            return Exit::Config;
        }
    };
    let found = if args.online { online(&config) } else { Ok(Vec::new()) };
    let found = match found {
        Ok(found) => found,
        Err(reason) => {
            complain(&format_args!("cannot try the feeds: {reason}"));
            return Exit::Unavailable;
        }
    };
    let unusable = found.iter().any(|found| !found.usable);
    let exit = if unusable { Exit::Unavailable } else { Exit::Ok };
    let plan = Plan::of(&config, &tables, &found);
    let text = if args.json { plan.json(args) } else { plan.to_string().into_bytes() };
    print(&text, exit)
}

#[derive(Serialize)]
struct Plan {
    config_hash: String,
    /// Requests an hour if every feed spends its budget.
    requests_per_hour: u64,
    hosts: usize,
    /// Where what is fetched is kept, and how; absent where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<Archived>,
    feeds: Vec<Planned>,
    /// What is followed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    watches: Vec<Watched>,
    /// What is allowed and unwise.
    warnings: Vec<Problem>,
}

#[derive(Serialize)]
struct Archived {
    dir: PathBuf,
    rotate_bytes: u64,
    rotate_after_s: u64,
    /// None: for ever.
    keep_s: Option<u64>,
}

#[derive(Serialize)]
struct Watched {
    id: String,
    level: Level,
    terms: usize,
    /// Where its alerts go beside the records.
    to: Option<String>,
}

impl Watched {
    fn of(watch: &Watch) -> Self {
        let to = watch.target.as_ref().map(|target| match target {
            Target::Webhook { url, secret: None } => format!("{}, unsigned", masked(url)),
            Target::Webhook { url, .. } => format!("{}, signed", masked(url)),
            Target::Command(parts) => format!("program {}", parts.join(" ")),
            Target::File(path) => format!("file {}", path.display()),
        });
        let terms = watch.rule.terms.iter().filter(|term| !term.is_negated).count();
        Self { id: watch.id.clone(), level: watch.level, terms, to }
    }
}

#[derive(Serialize)]
struct Planned {
    id: FeedId,
    outlet: Option<String>,
    family: Option<String>,
    /// Whether a table says who the outlet is; one that nobody describes counts as a source of its own.
    described: bool,
    url: String,
    interval_s: u64,
    /// Whether the interval is the feed's own; the others adapt around it.
    fixed: bool,
    host: String,
    /// Whether it is asked for with credentials; which they are is nobody's business.
    credentials: bool,
    /// The proxy it is fetched through.
    proxy: Option<Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
}

impl Plan {
    fn of(config: &Config, tables: &Tables, found: &[Found]) -> Self {
        let answers: BTreeMap<&FeedId, &Found> = found.iter().map(|f| (&f.feed, f)).collect();
        let planned = |feed: &Feed| {
            let answer = answers.get(&feed.id);
            Planned {
                id: feed.id.clone(),
                outlet: feed.outlet.clone(),
                family: feed.outlet.as_deref().map(|id| match tables.outlet(id) {
                    Some(outlet) => outlet.shown.family.clone(),
                    None => id.to_owned(),
                }),
                described: feed.outlet.as_deref().is_none_or(|id| tables.outlet(id).is_some()),
                url: masked(&feed.url),
                interval_s: feed.interval.unwrap_or(config.poll.interval).as_secs(),
                fixed: feed.interval.is_some(),
                host: host(&feed.url),
                credentials: feed.pass.as_ref().is_some_and(|pass| pass.has_credentials()),
                proxy: proxy(config, feed).map(|proxy| proxy.url.clone()),
                usable: answer.map(|found| found.usable),
                answer: answer.map(|found| found.words.clone()),
            }
        };
        let feeds: Vec<Planned> = config.feeds.iter().map(planned).collect();
        let mut hosts: Vec<&str> = feeds.iter().map(|feed| feed.host.as_str()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let hosts = hosts.len();
        // In thousandths, so that many slow feeds do not vanish in the rounding.
        let rate: u64 = feeds.iter().map(|feed| 3_600_000 / feed.interval_s.max(1)).sum();
        let config_hash = config.hash().to_string();
        let archive = config.archive.as_ref().map(|archive| Archived {
            dir: archive.dir.clone(),
            rotate_bytes: archive.rotate_bytes,
            rotate_after_s: archive.rotate_after.as_secs(),
            keep_s: match archive.keep {
                Keep::Forever => None,
                Keep::For(span) => Some(span.as_secs()),
            },
        });
        let (requests_per_hour, warnings) = (rate.div_ceil(1000), config.warnings.clone());
        let watches = config.watches.iter().map(Watched::of).collect();
        Self { config_hash, requests_per_hour, hosts, archive, feeds, watches, warnings }
    }

    fn json(&self, args: &Args) -> Vec<u8> {
        let file = args.config.display().to_string();
        let json = serde_json::json!({ "file": file, "ok": true, "plan": self });
        format!("{json}\n").into_bytes()
    }
}

impl Planned {
    /// How it is reached, in a few words.
    fn access(&self) -> &'static str {
        match (self.credentials, self.proxy.is_some()) {
            (true, true) => "credentials, by proxy",
            (true, false) => "credentials",
            (false, true) => "open, by proxy",
            (false, false) => "open",
        }
    }
}

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let online = self.feeds.iter().any(|feed| feed.answer.is_some());
        // Most desks have no use for the column.
        let guarded = self.feeds.iter().any(|feed| feed.credentials || feed.proxy.is_some());
        let mut heading = vec!["FEED", "OUTLET", "FAMILY", "INTERVAL", "HOST", "URL"];
        if guarded {
            heading.push("ACCESS");
        }
        if online {
            heading.push("ANSWER");
        }
        let mut table = Table::new(&heading);
        for feed in &self.feeds {
            let interval = duration_text(std::time::Duration::from_secs(feed.interval_s));
            let kind = if feed.fixed { "fixed" } else { "adaptive" };
            let mut row = vec![
                feed.id.to_string(),
                feed.outlet.clone().unwrap_or_else(|| "by link".to_owned()),
                match (&feed.family, feed.described) {
                    (Some(family), true) => family.clone(),
                    (Some(_), false) => "its own: nobody describes it".to_owned(),
                    (None, _) => "by link".to_owned(),
                },
                format!("{interval} {kind}"),
                feed.host.clone(),
                feed.url.clone(),
            ];
            if guarded {
                row.push(feed.access().to_owned());
            }
            if online {
                row.push(feed.answer.clone().unwrap_or_default());
            }
            table.row(row);
        }
        let rate = self.requests_per_hour;
        write!(f, "{table}")?;
        let (feeds, hosts) = (self.feeds.len(), self.hosts);
        let (s, t) = (plural(feeds), plural(hosts));
        writeln!(f, "\n{feeds} feed{s} on {hosts} host{t}, up to {rate} requests an hour")?;
        if !self.watches.is_empty() {
            let mut table = Table::new(&["WATCH", "LEVEL", "TERMS", "ALERTS TO"]);
            for watch in &self.watches {
                let to = watch.to.clone().unwrap_or_else(|| "the records".to_owned());
                let level = watch.level.as_str().to_owned();
                table.row([watch.id.clone(), level, watch.terms.to_string(), to]);
            }
            write!(f, "\n{table}")?;
        }
        let Some(archive) = &self.archive else { return Ok(()) };
        let text = |seconds| duration_text(std::time::Duration::from_secs(seconds));
        writeln!(
            f,
            "archived to {}, files of {} or {}, kept {}",
            crate::telemetry::Escaped(&archive.dir.display().to_string()),
            size_text(archive.rotate_bytes),
            text(archive.rotate_after_s),
            archive
                .keep_s
                .map_or_else(|| "for ever".to_owned(), |keep| format!("for {}", text(keep)))
        )
    }
}

/// The proxy that a feed is fetched through.
fn proxy<'c>(config: &'c Config, feed: &'c Feed) -> Option<&'c Proxy> {
    match feed.pass.as_ref().and_then(|pass| pass.route.as_ref()) {
        Some(Route::Proxy(proxy)) => Some(proxy),
        Some(Route::Direct) => None,
        None => config.poll.proxy.as_ref(),
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn refused_json(args: &Args, problems: &Problems) -> Vec<u8> {
    let file = args.config.display().to_string();
    let Problems { told, more } = problems;
    let json = serde_json::json!({ "file": file, "ok": false, "problems": told, "more": more });
    format!("{json}\n").into_bytes()
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"
        [[feed]]
        id = "mint-news"
        url = "https://www.livemint.com/rss/news"
        outlet = "livemint"
        interval = "5m"

        [[feed]]
        id = "paid"
        url = "http://127.0.0.1:8080/feed?edition=eu&api_key=hunter2&x"
    "#;

    #[test]
    fn the_plan_shows_each_feed_and_no_secret() {
        let config = Config::parse("two.toml", TWO, []).unwrap();
        let text = Plan::of(&config, &Tables::builtin(), &[]).to_string();
        let expected = "\
FEED       OUTLET    FAMILY    INTERVAL      HOST              URL
mint-news  livemint  ht-media  5m fixed      www.livemint.com  https://www.livemint.com/rss/news
paid       by link   by link   15m adaptive  127.0.0.1:8080    http://127.0.0.1:8080/feed?edition=eu&api_key=***&x

2 feeds on 2 hosts, up to 16 requests an hour
";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_plan_shows_that_a_feed_has_credentials_and_never_which() {
        let text = TWO.replace("&x\"", "&x\"\nuser = \"desk\"\npassword = { env = \"PW\" }");
        let env = [("PW".to_owned(), "hunter2".to_owned())];
        let text = format!("[poll]\nproxy = \"http://proxy.lan:3128\"\n{text}");
        let config = Config::parse("two.toml", &text, env).unwrap();
        let plan = Plan::of(&config, &Tables::builtin(), &[]);
        let shown = plan.to_string();
        assert!(
            shown.contains("open, by proxy\n") && shown.contains("credentials, by proxy\n"),
            "{shown}"
        );
        let args = Args { config: "two.toml".into(), online: false, json: true };
        let json = String::from_utf8(plan.json(&args)).unwrap();
        assert!(
            json.contains("\"credentials\":true") && json.contains("sent unencrypted"),
            "{json}"
        );
        assert!(
            !json.contains("hunter2") && !shown.contains("hunter2") && !json.contains("aHVudGVyMg")
        );
    }

    #[test]
    fn the_plan_shows_what_is_followed_and_where_its_alerts_go() {
        let text = "[[watch]]\nid = \"sea\"\nmatch = \"ferry OR ship NOT golf\"\nlevel = \"urgent\"\n\
            webhook = \"https://a.example/hook?token=hunter2\"\nsecret_env = \"KEY\"\n\
            [[watch]]\nid = \"land\"\nmatch = \"bridge\"\n";
        let env = [("KEY".to_owned(), "hunter2".to_owned())];
        let config = Config::parse("c.toml", text, env).unwrap();
        let shown = Plan::of(&config, &Tables::builtin(), &[]).to_string();
        let expected = "\
WATCH  LEVEL   TERMS  ALERTS TO
sea    urgent  2      https://a.example/hook?token=***, signed
land   alert   1      the records
";
        assert!(shown.ends_with(expected), "{shown}");
    }

    #[test]
    fn an_answer_joins_its_feed() {
        let config = Config::parse("two.toml", TWO, []).unwrap();
        let words = "200, 12 items\u{1b}[2J".to_owned();
        let found = Found { feed: FeedId::new("paid"), usable: true, words };
        let plan = Plan::of(&config, &Tables::builtin(), &[found]);
        assert!(plan.to_string().contains("x  200, 12 items\\u{1b}[2J\n"), "{plan}");
        let args = Args { config: "two.toml".into(), online: true, json: true };
        let json: serde_json::Value = serde_json::from_slice(&plan.json(&args)).unwrap();
        assert_eq!(json["plan"]["feeds"][1]["usable"], true);
        assert_eq!(json["plan"]["feeds"][0].get("usable"), None);
    }
}
