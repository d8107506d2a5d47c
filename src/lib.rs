//! copytaster: the copy desk as a daemon.

pub mod cli;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod desk;
pub mod enrich;
pub mod failpoint;
pub mod news;
pub mod parse;
pub mod pipeline;
pub mod poll;
pub mod record;
pub mod sink;
pub mod store;
pub mod tables;
pub mod telemetry;
pub mod writer;
