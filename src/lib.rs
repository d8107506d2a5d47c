//! copytaster: the copy desk as a daemon.

pub mod news;
pub mod record;
