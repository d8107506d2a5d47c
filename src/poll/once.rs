//! Polls of feeds outside the schedule, for people who want to see what they would give.

use std::sync::Arc;

use crate::clock::Clock;
use crate::news::{Feed, FeedState};

use super::fetch::{Error, Fetcher, Kind, Request};
use super::memory::Kept;
use super::round::{self, Journey, Standing, Step};
use super::{Config, Polled, interval};

/// Fetches a feed once, unconditionally, under the same guard and limits as a running poller. Remembers nothing.
pub async fn once(config: &Config, feed: Arc<Feed>, clock: &Clock) -> Result<Polled, Error> {
    Ok(Guest::new(config.clone())?.visit(feed, None, clock).await)
}

/// Polls feeds when it is told to, and keeps its connections from one to the next.
#[derive(Debug)]
pub struct Guest {
    config: Config,
    fetcher: Fetcher,
}

impl Guest {
    /// A guest who keeps to these limits; to the spacing only between the hops of one poll.
    pub fn new(config: Config) -> Result<Self, Error> {
        let fetcher = Fetcher::build(&config)?;
        Ok(Self { config, fetcher })
    }

    /// One poll, conditional where the last one left a state with validators. The batch carries the next.
    pub async fn visit(
        &self,
        feed: Arc<Feed>,
        remembered: Option<FeedState>,
        clock: &Clock,
    ) -> Polled {
        let kept = remembered.map(Kept::of);
        let mut journey = Journey::start(feed, kept.as_ref(), clock.now());
        loop {
            let request = Request {
                feed: journey.feed.id.clone(),
                url: journey.url.clone(),
                kind: Kind::Feed,
                validators: journey.validators.clone(),
            };
            let reply = self.fetcher.ask(request).await;
            let now = clock.now();
            match round::step(&journey, reply, self.fetcher.policy(), now) {
                Step::Hop(next) => {
                    // Redirects mostly stay on their host, and it is owed its spacing.
                    tokio::time::sleep(self.config.host_spacing).await;
                    journey = next;
                }
                Step::End(reply, failure) => {
                    let interval = interval::base(&journey.feed, &self.config);
                    let backfill = self.config.backfill;
                    let standing = Standing { kept: kept.as_ref(), interval, backfill, now };
                    return round::end(&journey, reply, failure, standing).polled;
                }
            }
        }
    }
}
