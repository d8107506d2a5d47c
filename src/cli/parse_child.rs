//! `parse-child`: reads one body for the daemon, in a process that may die of it. Not for people.

use std::io;

use super::Exit;
use crate::pipeline::child::{self, Limits};

/// Read one body for the daemon, under limits; not for people.
///
/// A line of JSON that describes the fetch, then the body, on stdin; what was read as JSON on stdout.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Processor time in seconds
    #[arg(long, default_value_t = Limits::default().cpu_seconds)]
    pub cpu_seconds: u64,
    /// Address space in bytes
    #[arg(long, default_value_t = Limits::default().memory_bytes)]
    pub memory_bytes: u64,
}

/// Reads, writes, ends.
pub fn run(args: &Args) -> Exit {
    crate::parse::quiet_panics();
    let limits = Limits { cpu_seconds: args.cpu_seconds, memory_bytes: args.memory_bytes };
    let mut out = io::BufWriter::new(io::stdout().lock());
    match child::serve(limits, &mut io::stdin().lock(), &mut out) {
        0 => Exit::Ok,
        child::UNHEARD => Exit::BadInput,
        _ => Exit::Failed,
    }
}
