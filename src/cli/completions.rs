//! `completions`: a script for a shell.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Cli, Exit, print};

/// Print a completion script.
///
/// For bash: `copytaster completions bash > ~/.local/share/bash-completion/completions/copytaster`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args) -> Exit {
    // Through a buffer: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "copytaster", &mut script);
    print(&script, Exit::Ok)
}
