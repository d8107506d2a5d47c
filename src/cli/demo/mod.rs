//! `copytaster demo`: a scripted day, served over HTTP on loopback, for the real pipeline to poll.
//!
//! The texts are ours; what the program makes of them is scripted nowhere. Only configuration and clock
//! differ from `run`.

mod board;
mod day;
mod play;
mod script;
mod server;
mod show;
mod write;

use std::path::{Path, PathBuf};

pub use day::{Day, Fault, FaultSpan, Format, Item, Outlet, Scripted, Sends, Version};
pub use play::{pass, run};
pub use script::DayError;
pub use server::{Answer, document, serve};
pub use show::{Colour, Ending, Screen, StoryLine, frame, main_story, summary};

/// Play a scripted day of news: bundled feeds on loopback, read by the real pipeline.
///
/// No network, no server, no account. On a terminal the stories form before your eyes, each with its three numbers:
/// independent sources, outlets, articles. At the end it says what came of the day and what to try next.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Args {
    /// Directory for the records; a fresh temporary one if not given
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Let the scripted day pass in seconds
    #[arg(long)]
    pub fast: bool,
    /// End when the scripted day is over
    #[arg(long)]
    pub exit: bool,
}

/// The configuration that makes `run` read `day` from a server on `port` and write to `out`.
pub fn config_toml(day: &Day, port: u16, out: &Path) -> String {
    let state = out.join("state").join("copytaster.db");
    let mut text = format!(
        "# The demo's configuration: all feeds are served on loopback, as long as the demo runs.\n\
         [store]\npath = {}\n# Nothing of a demo needs to survive a power cut.\ndurability = \"process\"\n\n\
         [output]\ndir = {}\nsource = \"urn:copytaster:demo\"\n\n\
         [poll]\nhost_spacing = \"0s\"\nallow_private = [\"127.0.0.1:{port}\"]\n\n\
         [[watch]]\nid = \"anchorage-summit\"\nmatch = '(Trump AND Putin) OR Anchorage'\n",
        quoted(&state.to_string_lossy()),
        quoted(&out.to_string_lossy()),
    );
    for outlet in &day.outlets {
        let pairs = [
            ("id", outlet.id.as_str()),
            ("name", &outlet.name),
            ("family", &outlet.family),
            ("kind", outlet.kind_word()),
            ("country", &outlet.country),
            ("zone", &outlet.zone),
            ("agency", &outlet.agency),
        ];
        table(&mut text, "outlet", &pairs);
    }
    for feed in &day.feeds {
        let url = format!("http://127.0.0.1:{port}/{}.xml", feed.id);
        let pairs = [
            ("id", feed.id.as_str()),
            ("url", &url),
            ("outlet", &feed.outlet),
            ("interval", &feed.interval),
        ];
        table(&mut text, "feed", &pairs);
    }
    text
}

/// One more entry of an array of tables; what is empty is left out.
fn table(text: &mut String, name: &str, pairs: &[(&str, &str)]) {
    text.extend(["\n[[", name, "]]\n"]);
    for (key, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        text.extend([key, " = ", &quoted(value), "\n"]);
    }
}

/// A TOML string, whatever characters are in it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests;
