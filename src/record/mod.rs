//! Turns decisions into lines and gives each line its place. Pure: no IO, no clock, no order of a map.
//!
//! [`format`](self::format) holds the only public types of the output, read and written by serde from one definition;
//! [`render`] fills them, [`line`] writes them within the cap, [`layout`] says where, [`schema`] describes them to readers.

mod cut;
pub mod format;
pub mod layout;
mod line;
pub mod render;
pub mod schema;

pub use format::{
    ArticleRecord, DeskStarted, HealthChanged, HealthFetched, QuarantineItem, ReadError, Record,
    SCHEMA, StoryRecord, WatchRecord,
};
pub use layout::Layout;
pub use line::{LINE_BYTES_MAX, LINE_WITH_BODY_BYTES_MAX, line, to_json};
pub use render::Stamp;

#[cfg(test)]
mod tests;
