//! copytaster: the copy desk as a daemon.

pub mod clock;
pub mod news;
pub mod poll;
