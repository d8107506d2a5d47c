//! copytaster: the copy desk as a daemon.

pub mod cli;
pub mod news;
pub mod parse;
