//! copytaster: the copy desk as a daemon. It polls news feeds, recognises wire copies of one text, groups independent
//! reports of one event, and writes enriched records to JSON Lines: nothing lost, nothing twice, every judgement with
//! its evidence.
//!
//! # The way of the news
//!
//! ```text
//!  config/      ┌──────┐ Fetched ┌───────┐ Draft ┌────────┐ Article ┌─────────────── writer ───────────────┐ Line ┌──────┐
//!  feeds, ─────►│ poll ├────────►│ parse ├──────►│ enrich ├────────►│ desk (decides) → store (commits) →    ├─────►│ sink │
//!  tables       └──▲───┘         └───────┘       └────────┘         │ record (renders, lays out)            │      └──────┘
//!                  └──────────── Committed: validators, next due ───┴───────────────────────────────────────┘
//! ```
//!
//! News flows one way, each hop with its own type. Three edges run back: *committed* (a feed is not fetched again before
//! its last batch is committed), *durable* (the store forgets a line once it stands on disk), *full* (bounded queues slow
//! the poller down).
//!
//! # The code, in the order in which news meets it
//!
//! | module | does |
//! |---|---|
//! | [`news`] | the vocabulary: plain data, no IO, imports nothing of ours |
//! | [`tables`] | agencies, outlets, people, places, credit patterns, what words do: knowledge as data, from `config/tables/` |
//! | [`poll`] | when and how to fetch; the only stage that knows network and clock |
//! | [`parse`] | bytes → drafts and defects: decode, guard, mend, feed-rs, keys, dates |
//! | [`enrich`] | a draft → an article: text, language, outlet, credits, people, places, quotes, chains of citation; pure |
//! | [`cluster`] | the index in which copies and stories are found; pure |
//! | [`desk`] | decides: seen or new, revision, dispatch, story, sources, alerts; a deterministic state machine |
//! | [`store`] | one `SQLite` file, the only truth; one transaction is one group |
//! | [`record`] | renders a change into a line and lays it out; the only public types of the output |
//! | [`sink`] | writes bytes where they were laid out, again if need be; keeps what was fetched; hands alerts over |
//! | [`writer`] | recall → decide → apply → render → commit: where desk, store and record meet |
//! | [`pipeline`] | the wiring: channels, threads, drain, deadline; and `replay` |
//! | [`cli`], [`config`], [`telemetry`], [`clock`], [`failpoint`] | commands, TOML, logs, time, and where a test may kill us |
//!
//! # Invariants, as absences
//!
//! - Nothing after `poll` reads the clock or the network: the only "now" is the batch's `fetched_at`, so a replay gives
//!   the same bytes, at any speed, on any number of threads.
//! - No stage imports another; only `desk` uses `cluster`. `pipeline` alone makes channels and threads.
//! - No validator is saved before its items: both stand in one transaction, or neither does.
//! - No byte reaches the output before its group is committed, and no visible file is ever truncated, renamed or written
//!   with other bytes. A crash between any two instructions leaves work to repeat, and repeating it changes nothing.
//! - No id comes from chance or from a date. No map's order reaches the output.
//! - No queue, body, depth, list or window is without a named bound.
//! - No item of a fetched feed vanishes: it is a record, or counted under its reason, and `verify` checks the sum.
//! - The desk holds no state that cannot be rebuilt from the store: a restored desk has the digest of one that never
//!   stopped.
//! - No hour without a poll has totals in the store, so that it is not taken for one without news.
//! - No secret goes further than `poll` and `sink::alerts`, and none to another scheme, host or port than its own.
//! - No alert waits for its receiver in the way of the news, and none leaves the store before it was received.
//! - No `unsafe` of ours.
//!
//! # Boundaries
//!
//! Public formats are the records ([`record::format`]) and the configuration ([`config`]); the store's tables are not.
//! What a user may want to know better than we do (agencies, outlets, credit lines) is data that can be overridden.

pub mod cli;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod desk;
pub mod enrich;
pub mod failpoint;
#[cfg(test)]
mod mutants;
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
