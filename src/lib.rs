//! copytaster: the copy desk as a daemon.

pub mod cli;
pub mod config;
pub mod enrich;
pub mod news;
pub mod record;
pub mod tables;
pub mod telemetry;
