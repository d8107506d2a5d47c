//! copytaster: the copy desk as a daemon.

pub mod enrich;
pub mod news;
pub mod tables;
