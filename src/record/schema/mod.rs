//! The schema of all records for those who read them, derived from the types that write them.
//!
//! One step: the types' JSON schema → [`columns`], a small model of tables → each dialect.

mod clickhouse;
mod columns;
mod duckdb;
mod elastic;
mod polars;
mod spark;

pub use columns::{Column, Table, Type, tables};

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::format::{
    ArticleRecord, DeskStarted, HealthChanged, HealthFetched, QuarantineItem, SCHEMA, StoryRecord,
    WatchRecord,
};

/// Who reads the records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// JSON Schema 2020-12, one definition a kind of record.
    #[default]
    JsonSchema,
    /// Views over the files.
    DuckDb,
    /// Tables to load the files into.
    ClickHouse,
    /// Views over the files.
    Spark,
    /// One dict a stream, for `schema=`.
    Polars,
    /// One index template for all kinds.
    Elastic,
}

/// The schema as text that ends in a newline; `dir` is where the files are, `.` for those who stand in it.
pub fn text(form: Form, dir: &str) -> String {
    match form {
        Form::JsonSchema => pretty(&json_schema()),
        Form::DuckDb => duckdb::script(&tables(), dir),
        Form::ClickHouse => clickhouse::script(&tables(), dir),
        Form::Spark => spark::script(&tables(), dir),
        Form::Polars => polars::script(&tables(), dir),
        Form::Elastic => pretty(&elastic::template(&tables())),
    }
}

/// A line is one of these; `$defs` holds each kind.
pub fn json_schema() -> Value {
    let mut generator = generator();
    let kinds = [
        generator.subschema_for::<ArticleRecord>(),
        generator.subschema_for::<StoryRecord>(),
        generator.subschema_for::<QuarantineItem>(),
        generator.subschema_for::<HealthChanged>(),
        generator.subschema_for::<HealthFetched>(),
        generator.subschema_for::<DeskStarted>(),
        generator.subschema_for::<WatchRecord>(),
    ];
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("copytaster record {SCHEMA}"),
        "oneOf": kinds,
        "$defs": generator.take_definitions(true),
    })
}

/// Describes what is written: a key that may be null is still there, `text.body` alone may be absent.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A path as SQL text.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Where the files of a stream are.
fn glob(dir: &str, stream: &str) -> String {
    match dir {
        "." | "" => format!("{stream}-*.jsonl"),
        dir => format!("{}/{stream}-*.jsonl", dir.trim_end_matches('/')),
    }
}

#[cfg(test)]
mod tests;
