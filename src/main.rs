//! Arguments → command → exit code.

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Parse(copytaster::cli::parse::Args),
}

fn main() -> ExitCode {
    copytaster::parse::quiet_panics();
    let Command::Parse(args) = Cli::parse().command;
    ExitCode::from(copytaster::cli::parse::run(&args, &mut std::io::stdout().lock()))
}
