//! copytaster: the copy desk as a daemon.

pub mod cluster;
pub mod news;
