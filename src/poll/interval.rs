//! How long a feed rests while all is well.

use std::time::Duration;

use crate::news::Feed;

use super::Config;

/// Nobody's interval is shorter, whatever the configuration says: a second feed reader is not a load test.
const SHORTEST: Duration = Duration::from_secs(1);

/// The interval of a feed: its own where the configuration gives one, else the common one.
pub(super) fn base(feed: &Feed, config: &Config) -> Duration {
    feed.interval.unwrap_or(config.interval).max(config.interval_min).max(SHORTEST)
}
