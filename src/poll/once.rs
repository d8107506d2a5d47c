//! One poll of one feed outside the schedule, for people who want to see what it would give.

use std::sync::Arc;

use crate::clock::Clock;
use crate::news::Feed;

use super::fetch::{Error, Fetcher, Kind, Request};
use super::round::{self, Journey, Standing, Step};
use super::{Config, Polled, interval};

/// Fetches a feed once, unconditionally, under the same guard and limits as a running poller. Remembers nothing.
pub async fn once(config: &Config, feed: Arc<Feed>, clock: &Clock) -> Result<Polled, Error> {
    let fetcher = Fetcher::build(config)?;
    let mut journey = Journey::start(feed, None, clock.now());
    loop {
        let request = Request {
            feed: journey.feed.id.clone(),
            url: journey.url.clone(),
            kind: Kind::Feed,
            validators: journey.validators.clone(),
        };
        let reply = fetcher.ask(request).await;
        let now = clock.now();
        match round::step(&journey, reply, fetcher.policy(), now) {
            Step::Hop(next) => {
                // Redirects mostly stay on their host, and it is owed its spacing.
                tokio::time::sleep(config.host_spacing).await;
                journey = next;
            }
            Step::End(reply, failure) => {
                let interval = interval::base(&journey.feed, config);
                let standing = Standing { kept: None, interval, backfill: config.backfill, now };
                return Ok(round::end(&journey, reply, failure, standing).polled);
            }
        }
    }
}
