//! `man`: manual pages.

use clap::CommandFactory as _;

use super::{Cli, Exit, complain, print, written};

/// Print a manual page: the program's, or that of one command.
///
/// To read it: `copytaster man | man -l -`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The command, and one of its own commands where it has them; without it the program
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Prints the page.
pub fn run(args: &Args) -> Exit {
    match page(&args.command) {
        Some(Ok(page)) => print(&page, Exit::Ok),
        Some(Err(error)) => written(Err(error), Exit::Ok),
        None => {
            let name = args.command.join(" ");
            complain(&format_args!("there is no command {name:?}; see copytaster --help"));
            Exit::Usage
        }
    }
}

/// The page, if there is such a command.
fn page(names: &[String]) -> Option<std::io::Result<Vec<u8>>> {
    let mut command = Cli::command();
    command.build();
    for name in names {
        command = command.find_subcommand(name)?.clone();
    }
    let mut page = Vec::new();
    Some(clap_mangen::Man::new(command).render(&mut page).map(|()| page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_page() {
        let text = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            String::from_utf8(page(&names).unwrap().unwrap()).unwrap()
        };
        assert!(text(&[]).contains("Exit codes"));
        for command in Cli::command().get_subcommands() {
            let name = command.get_name();
            let page = text(&[name]);
            assert!(page.contains(&format!(".TH copytaster-{name}")), "{page}");
            for own in command.get_subcommands() {
                let page = text(&[name, own.get_name()]);
                assert!(
                    page.contains(&format!(".TH copytaster-{name}-{}", own.get_name())),
                    "{page}"
                );
            }
        }
        assert!(page(&["nonsense".to_owned()]).is_none());
    }
}
