//! `run`: the daemon.

use std::path::PathBuf;

use super::{Exit, complain};

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
pub fn run(_args: &Args) -> Exit {
    complain(&"run is not built yet");
    Exit::Failed
}
