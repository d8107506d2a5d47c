//! `taste`: what a text, page or feed would become.

use std::path::PathBuf;

use super::{Exit, complain};

/// Show what a text, a page or a feed would become.
///
/// Prints article records as JSON Lines, or, on a terminal, for people. Nothing is stored and nothing is fetched. Each article is placed alone.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A feed, an HTML page or a plain text; `-` is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Outlet that publishes it; without it the host of the address decides
    #[arg(long, value_name = "ID")]
    pub outlet: Option<String>,
    /// Address it would have
    #[arg(long, value_name = "U")]
    pub url: Option<String>,
    /// When it was published, such as 2025-08-16T05:58:00Z
    #[arg(long, value_name = "T")]
    pub published: Option<String>,
    /// Its headline; without it the first line
    #[arg(long, value_name = "T")]
    pub title: Option<String>,
    /// JSON Lines, even on a terminal
    #[arg(long)]
    pub json: bool,
}

/// Prints the records.
pub fn run(_args: &Args) -> Exit {
    complain(&"taste is not built yet");
    Exit::Failed
}
