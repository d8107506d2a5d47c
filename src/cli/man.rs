//! `man`: manual pages.

use clap::CommandFactory as _;

use super::{Cli, Exit, complain, print, written};

/// Print a manual page: the program's, or that of one command.
///
/// To read it: `copytaster man | man -l -`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The command; without it the program
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Prints the page.
pub fn run(args: &Args) -> Exit {
    match page(args.command.as_deref()) {
        Some(Ok(page)) => print(&page, Exit::Ok),
        Some(Err(error)) => written(Err(error), Exit::Ok),
        None => {
            let name = args.command.as_deref().unwrap_or_default();
            complain(&format_args!("there is no command {name:?}; see copytaster --help"));
            Exit::Usage
        }
    }
}

/// The page, if there is such a command.
fn page(command: Option<&str>) -> Option<std::io::Result<Vec<u8>>> {
    let mut program = Cli::command();
    program.build();
    let command = match command {
        None => program,
        Some(name) => program.find_subcommand(name)?.clone(),
    };
    let mut page = Vec::new();
    Some(clap_mangen::Man::new(command).render(&mut page).map(|()| page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_page() {
        let text = |name| String::from_utf8(page(name).unwrap().unwrap()).unwrap();
        assert!(text(None).contains("Exit codes"));
        for command in Cli::command().get_subcommands() {
            let page = text(Some(command.get_name()));
            assert!(page.contains(&format!(".TH copytaster-{}", command.get_name())), "{page}");
        }
        assert!(page(Some("nonsense")).is_none());
    }
}
