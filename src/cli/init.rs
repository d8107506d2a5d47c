//! `init`: a configuration to begin with.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Exit, complain, print};
use crate::telemetry::Escaped;

/// Write a configuration with comments.
///
/// It holds every key with its default, unit and reason, or is a preset that is ready to run.
///
/// An existing file is kept unless --force is given.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to begin with
    #[arg(value_name = "PRESET", value_enum, default_value_t = Preset::Example)]
    pub preset: Preset,
    /// Where to write it
    #[arg(short, long, value_name = "FILE", default_value = "copytaster.toml")]
    pub output: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    pub force: bool,
}

/// Configurations that come with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Every key with its default, and one feed
    Example,
    /// Feeds of agencies, governments and papers to follow a summit
    Summit,
}

impl Preset {
    /// The file's text.
    pub fn text(self) -> &'static str {
        match self {
            Self::Example => include_str!("../../config/example.toml"),
            Self::Summit => include_str!("../../config/summit.toml"),
        }
    }
}

/// Writes the file and says what to do next.
pub fn run(args: &Args) -> Exit {
    let file = args.output.display().to_string();
    match write(&args.output, args.preset.text(), args.force) {
        Ok(()) => print(next(&file).as_bytes(), Exit::Ok),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            complain(&format_args!("{file} is there already; --force replaces it"));
            Exit::CannotCreate
        }
        Err(error) => {
            complain(&format_args!("cannot write {file}: {error}"));
            Exit::CannotCreate
        }
    }
}

fn write(path: &Path, text: &str, force: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn next(file: &str) -> String {
    let file = Escaped(file);
    format!(
        "{file} is written. Next:\n  \
         copytaster check -c {file}            # what would be polled\n  \
         copytaster check -c {file} --online   # what the feeds answer\n  \
         copytaster run -c {file}              # records go to out/, the state to state/\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_kept_unless_forced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("copytaster.toml");
        let args = |force| Args { preset: Preset::Summit, output: path.clone(), force };
        std::fs::write(&path, "mine").unwrap();
        assert_eq!(run(&args(false)), Exit::CannotCreate);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(run(&args(true)), Exit::Ok);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), Preset::Summit.text());
        let nowhere = Args { output: dir.path().join("no/such/dir.toml"), ..args(false) };
        assert_eq!(run(&nowhere), Exit::CannotCreate);
    }
}
