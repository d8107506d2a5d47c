//! Batches ready for the desk, for benchmarks that begin there.

use copytaster::news::{Article, Batch};
use copytaster::parse;
use copytaster::tables::Tables;

use super::news::Body;
use super::work::enriched;

/// All bodies on their way to the desk.
pub(crate) fn batches(bodies: &[Body], tables: &Tables) -> Vec<Batch<Article>> {
    let config = parse::Config::default();
    let one = |body: &Body| {
        let fetched = body.fetched();
        enriched(&fetched, parse::read(&fetched, &config), tables)
    };
    bodies.iter().map(one).collect()
}
