//! `feeds`: the feeds of a configuration, what they are worth and how they do.
//!
//! What reads the network does it by the poller's rules. What changes the configuration changes the text of its file
//! (`edit`), holds the result against the configuration's rules before it is written, and writes it whole or not at all
//! (`file`).

mod add;
mod check;
mod discover;
mod edit;
mod export;
mod file;
mod import;
mod list;
mod names;
mod rm;
mod state;
mod table;

use std::path::PathBuf;

use clap::Subcommand;

use super::{Exit, complain, complain_of, environment};
use crate::config::Config;

/// The feeds: how they do, what they give, which there are.
///
/// `list` shows their health as the store knows it, also while a daemon runs. `check` and `discover` fetch, by the
/// poller's rules. `add`, `rm` and `import` change the configuration file and leave its comments and layout as they
/// are; a running daemon takes the change up on SIGHUP.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Check(check::Args),
    Add(add::Args),
    Rm(rm::Args),
    Import(import::Args),
    Export(export::Args),
    Discover(discover::Args),
}

/// Where the configuration is.
#[derive(Debug, clap::Args)]
struct ConfigFile {
    /// The configuration
    #[arg(short, long, value_name = "FILE", env = "COPYTASTER_CONFIG")]
    #[arg(default_value = "copytaster.toml")]
    config: PathBuf,
}

impl ConfigFile {
    fn load(&self) -> Result<Config, Exit> {
        Config::load(&self.config, environment()).map_err(|problems| complain_of(&problems))
    }

    /// For what asks no server: without opening secrets and certificates.
    fn load_closed(&self) -> Result<Config, Exit> {
        let config = Config::load_closed(&self.config, environment());
        config.map_err(|problems| complain_of(&problems))
    }

    /// The configuration, or the defaults where none is at hand and none was asked for.
    fn load_or_default(&self) -> Result<Config, Exit> {
        let is_default = self.config.as_os_str() == "copytaster.toml";
        if is_default && !self.config.exists() {
            return Config::without_file(environment()).map_err(|problems| complain_of(&problems));
        }
        self.load()
    }
}

/// Runs the command.
pub fn run(args: &Args) -> Exit {
    let done = match &args.command {
        Command::List(args) => list::run(args),
        Command::Check(args) => check::run(args),
        Command::Add(args) => add::run(args),
        Command::Rm(args) => rm::run(args),
        Command::Import(args) => import::run(args),
        Command::Export(args) => export::run(args),
        Command::Discover(args) => discover::run(args),
    };
    done.unwrap_or_else(|exit| exit)
}

/// Says what went wrong, and ends so.
fn failed<T>(exit: Exit, message: &dyn std::fmt::Display) -> Result<T, Exit> {
    complain(message);
    Err(exit)
}

/// `1 feed`, `2 feeds`.
fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}
