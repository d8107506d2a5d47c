//! copytaster: the copy desk as a daemon.

pub mod news;
pub mod sink;
pub mod store;
