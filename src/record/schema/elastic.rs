//! For Elastic: one index template for all kinds, since no key has two types in two kinds.

use serde_json::{Map, Value, json};

use super::super::format::SCHEMA;
use super::{Column, Table, Type};

/// Keys that people search by words; all other text is an id or a word of a list.
const PROSE: [&str; 8] = ["title", "summary", "body", "text", "detail", "sample", "credit", "name"];
/// A longer keyword would fail its document at 32 KB; such a value stays in the source, unindexed.
const KEYWORD_CHARS_MAX: u64 = 2048;

/// The body for `PUT _index_template/copytaster`. Load with `_id` = `id`.
pub(super) fn template(tables: &[Table]) -> Value {
    let mut properties = Map::new();
    for column in tables.iter().flat_map(|table| &table.columns) {
        properties.entry(column.name.clone()).or_insert_with(|| mapping(column));
    }
    json!({
        "index_patterns": ["copytaster-*"],
        "_meta": { "schema": SCHEMA, "_id": "id" },
        "template": {
            "mappings": {
                "dynamic": false,
                "date_detection": false,
                "properties": properties,
            }
        }
    })
}

fn mapping(column: &Column) -> Value {
    match &column.of {
        // A list of plain values is mapped as one of them.
        Type::List(of) => match of.as_ref() {
            Type::Struct(columns) => object(columns, "nested"),
            of => plain(&column.name, of),
        },
        Type::Struct(columns) => object(columns, "object"),
        of => plain(&column.name, of),
    }
}

fn object(columns: &[Column], kind: &str) -> Value {
    let properties: Map<String, Value> =
        columns.iter().map(|column| (column.name.clone(), mapping(column))).collect();
    json!({ "type": kind, "dynamic": false, "properties": properties })
}

fn plain(name: &str, of: &Type) -> Value {
    match of {
        Type::Bool => json!({ "type": "boolean" }),
        Type::Int => json!({ "type": "long" }),
        Type::Float => json!({ "type": "double" }),
        Type::Time => json!({ "type": "date", "format": "strict_date_time" }),
        Type::Date => json!({ "type": "date", "format": "strict_date" }),
        _ if PROSE.contains(&name) => json!({
            "type": "text",
            "fields": { "raw": { "type": "keyword", "ignore_above": KEYWORD_CHARS_MAX } }
        }),
        _ => json!({ "type": "keyword", "ignore_above": KEYWORD_CHARS_MAX }),
    }
}
