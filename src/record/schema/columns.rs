//! Tables, columns and their types, read from the JSON schema of the records. Order is key order.

use serde_json::{Map, Value};

use super::json_schema;
use crate::news::Stream;

/// A type of value, as tables know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    /// Any string, words of a list included.
    Text,
    /// True or false.
    Bool,
    /// Below 2^53, never negative.
    Int,
    /// At most three decimals.
    Float,
    /// UTC, milliseconds.
    Time,
    /// A calendar day.
    Date,
    /// Values of one type.
    List(Box<Type>),
    /// Keys of their own.
    Struct(Vec<Column>),
}

/// A key and its type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// The key.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// Whether the value may be null or absent.
    pub nullable: bool,
}

/// All columns of one stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// The stream's word, which its files' names begin with.
    pub name: &'static str,
    /// Columns of all kinds of record in it, the envelope first.
    pub columns: Vec<Column>,
}

/// One table a stream. Where a stream holds several kinds, what one kind lacks is nullable.
pub fn tables() -> Vec<Table> {
    let schema = json_schema();
    let no_definitions = Map::new();
    let definitions = schema["$defs"].as_object().unwrap_or(&no_definitions);
    let reader = Reader { definitions };
    Stream::ALL.into_iter().map(|stream| reader.table(stream)).collect()
}

/// The kinds of record in a stream, by the names of their types.
fn kinds(stream: Stream) -> &'static [&'static str] {
    match stream {
        Stream::Articles => &["ArticleRecord"],
        Stream::Stories => &["StoryRecord"],
        Stream::Quarantine => &["QuarantineItem"],
        Stream::Health => &["HealthChanged", "HealthFetched", "DeskStarted"],
        Stream::Watch => &["WatchRecord"],
    }
}

struct Reader<'a> {
    definitions: &'a Map<String, Value>,
}

impl Reader<'_> {
    fn table(&self, stream: Stream) -> Table {
        let of_kinds: Vec<Vec<Column>> =
            kinds(stream).iter().map(|kind| self.columns(&self.definitions[*kind])).collect();
        let mut columns: Vec<Column> = Vec::new();
        for column in of_kinds.iter().flatten() {
            if columns.iter().any(|known| known.name == column.name) {
                continue;
            }
            let everywhere = of_kinds.iter().all(|kind| kind.iter().any(|c| c.name == column.name));
            columns.push(Column { nullable: column.nullable || !everywhere, ..column.clone() });
        }
        Table { name: stream.as_str(), columns }
    }

    /// The keys of an object: `required` holds them in the order of the fields, optional ones come last.
    fn columns(&self, object: &Value) -> Vec<Column> {
        let no_properties = Map::new();
        let properties = object["properties"].as_object().unwrap_or(&no_properties);
        let required: Vec<&str> =
            object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let optional = properties.keys().map(String::as_str).filter(|key| !required.contains(key));
        let mut columns = Vec::new();
        for name in required.iter().copied().chain(optional) {
            let (of, is_null) = self.of(&properties[name]);
            let nullable = is_null || !required.contains(&name);
            columns.push(Column { name: name.to_owned(), of, nullable });
        }
        columns
    }

    /// The type of a value, and whether it may be null.
    fn of(&self, schema: &Value) -> (Type, bool) {
        let reference = schema["$ref"].as_str().and_then(|text| text.strip_prefix("#/$defs/"));
        if let Some(target) = reference.and_then(|name| self.definitions.get(name)) {
            return self.of(target);
        }
        if let Some(choices) = schema["anyOf"].as_array() {
            let is_null = choices.iter().any(|choice| choice["type"] == "null");
            let some = choices.iter().find(|choice| choice["type"] != "null");
            return (some.map_or(Type::Text, |some| self.of(some).0), is_null);
        }
        let (word, is_null) = match &schema["type"] {
            Value::String(word) => (word.as_str(), false),
            Value::Array(words) => {
                let some = words.iter().filter_map(Value::as_str).find(|word| *word != "null");
                (some.unwrap_or_default(), words.iter().any(|word| word == "null"))
            }
            // Lists of words are `oneOf` of constants.
            _ => ("string", false),
        };
        let of = match word {
            "boolean" => Type::Bool,
            "integer" => Type::Int,
            "number" => Type::Float,
            "array" => Type::List(Box::new(self.of(&schema["items"]).0)),
            "object" => Type::Struct(self.columns(schema)),
            _ => match schema["format"].as_str() {
                Some("date-time") => Type::Time,
                Some("date") => Type::Date,
                _ => Type::Text,
            },
        };
        (of, is_null)
    }
}
