use serde_json::Value;

use super::*;

fn table(name: &str) -> Table {
    tables().into_iter().find(|table| table.name == name).unwrap()
}

fn find<'a>(columns: &'a [Column], path: &str) -> &'a Column {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let column = columns.iter().find(|column| column.name == name).unwrap();
    match (&column.of, rest) {
        (_, "") => column,
        (Type::Struct(columns), rest) => find(columns, rest),
        (Type::List(of), rest) => match of.as_ref() {
            Type::Struct(columns) => find(columns, rest),
            _ => panic!("{path} is no list of objects"),
        },
        _ => panic!("{path} is no object"),
    }
}

#[test]
fn columns_have_the_order_and_types_of_the_records() {
    let articles = table("articles");
    let names: Vec<&str> = articles.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(
        names.join(" "),
        "schema id type source time seq commit article_id dispatch_id story_id revision change feed_id guid \
         url title lang outlet text published timing provenance people orgs places quotes watch match notice defects"
    );
    for (path, of, nullable) in [
        ("time", Type::Time, false),
        ("seq", Type::Int, false),
        ("type", Type::Text, false),
        ("text.complete", Type::Bool, false),
        ("text.body", Type::Text, true),
        ("published.time", Type::Time, true),
        ("published.day", Type::Date, false),
        ("timing.publish_to_emit_s", Type::Float, true),
        ("provenance.wire", Type::List(Box::new(Type::Text)), false),
        ("provenance.chains.evidence.char_start", Type::Int, false),
        ("places.is_event_place", Type::Bool, false),
        ("match.because.weight", Type::Float, false),
        ("notice.number", Type::Int, true),
        ("notice.until", Type::Time, true),
    ] {
        let column = find(&articles.columns, path);
        assert_eq!((&column.of, column.nullable), (&of, nullable), "{path}");
    }
    let stories = table("stories");
    assert_eq!(find(&stories.columns, "statements.numbers.since").of, Type::Time);
    assert_eq!(find(&stories.columns, "independence.article_count").of, Type::Int);
    let health = table("health");
    assert!(find(&health.columns, "items").nullable && !find(&health.columns, "seq").nullable);
}

/// The rule that lets readers mix streams.
#[test]
fn no_key_has_two_types_in_two_kinds() {
    let tables = tables();
    for one in tables.iter().flat_map(|table| &table.columns) {
        for other in tables.iter().flat_map(|table| &table.columns) {
            assert!(one.name != other.name || one.of == other.of, "{}", one.name);
        }
    }
}

#[test]
fn every_kind_is_in_the_json_schema_with_all_its_keys() {
    let schema = json_schema();
    assert_eq!(schema["oneOf"].as_array().unwrap().len(), 7);
    let text = &schema["$defs"]["TextRecord"];
    assert_eq!(text["properties"].as_object().unwrap().len(), 6);
    assert!(!text["required"].as_array().unwrap().contains(&"body".into()));
    let published = &schema["$defs"]["Published"];
    assert!(published["required"].as_array().unwrap().contains(&"time".into()));
    let types = schema["$defs"]["StoryType"].to_string();
    assert!(types.contains("story.retracted"), "{types}");
}

#[test]
fn each_dialect_names_every_stream_and_points_into_the_directory() {
    for (form, path) in [
        (Form::DuckDb, "'it''s/articles-*.jsonl'"),
        (Form::Spark, "path 'it''s/stories-*.jsonl'"),
        (Form::ClickHouse, "'it''s/health-*.jsonl'"),
        (Form::Polars, "\"it's/articles-*.jsonl\""),
    ] {
        let text = text(form, "it's/");
        assert!(text.contains(path), "{text}");
        for table in tables() {
            assert!(text.to_lowercase().contains(&format!("{} ", table.name)), "{form:?}");
        }
    }
    assert!(text(Form::DuckDb, ".").contains("read_json('articles-*.jsonl'"));
}

#[test]
fn elastic_keeps_lists_of_objects_nested_and_guesses_nothing() {
    let template: Value = serde_json::from_str(&text(Form::Elastic, ".")).unwrap();
    let mappings = &template["template"]["mappings"];
    assert_eq!((&mappings["dynamic"], &mappings["date_detection"]), (&false.into(), &false.into()));
    let properties = &mappings["properties"];
    assert_eq!(properties["quotes"]["type"], "nested");
    assert_eq!(properties["timing"]["properties"]["fetched_at"]["type"], "date");
    assert_eq!(properties["independence"]["properties"]["because"]["type"], "nested");
    assert_eq!(properties["items"]["type"], "long");
}
