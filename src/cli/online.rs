//! `check --online`: each feed fetched once by the poller's own rules, and read.

use super::check::{Found, Online};
use super::{convert, daemon};
use crate::clock::Clock;
use crate::config::Config;
use crate::{parse, pipeline};

/// Fetches every feed once.
pub(super) fn look(config: &Config) -> Online {
    let runtime = daemon::runtime().map_err(|error| error.to_string())?;
    let limits = parse::Config::default();
    let looked = pipeline::look(convert::poll(config), config.feeds(), &limits, Clock::System);
    let looked = runtime.block_on(looked).map_err(|error| error.to_string())?;
    Ok(looked
        .into_iter()
        .map(|looked| Found { feed: looked.feed, usable: looked.usable, words: looked.words })
        .collect())
}
