//! `run`: the daemon.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::daemon::{self, Daemon};
use super::{Exit, complain, complain_of, environment, start_log};
use crate::clock::Clock;
use crate::config::{Config, Durability};
use crate::pipeline;

/// Run the daemon: poll the configured feeds and write records until told to stop.
///
/// SIGTERM and SIGINT drain what is under way and exit with 0. SIGHUP reads the configuration again; a bad one is
/// refused and the old one stays. Under systemd it tells when it is ready and that it is alive.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration
    #[arg(short, long, value_name = "FILE", env = "COPYTASTER_CONFIG")]
    #[arg(default_value = "copytaster.toml")]
    pub config: PathBuf,
}

/// Runs until stopped.
pub fn run(args: &Args) -> Exit {
    let config = match Config::load(&args.config, environment()) {
        Ok(config) => config,
        Err(problems) => return complain_of(&problems),
    };
    start_log(config.log);
    let runtime = match daemon::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format_args!("cannot start: {error}"));
            return Exit::Failed;
        }
    };
    // One batch a group where each is to be durable at once.
    let group_wait = match config.store.durability {
        Durability::Record => Duration::ZERO,
        Durability::Group | Durability::Process => pipeline::GROUP_WAIT,
    };
    runtime.block_on(daemon::run(Daemon {
        config,
        reload_from: Some(args.config.clone()),
        clock: Clock::System,
        group_wait,
        observer: Box::new(|_| {}),
        stop: CancellationToken::new(),
        counters: Arc::default(),
    }))
}
