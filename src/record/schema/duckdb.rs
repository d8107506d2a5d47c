//! For `DuckDB`: views with stated columns, since inference looks at a sample and gives an empty list a wrong type.

use super::{Column, Table, Type, glob, quoted};

/// Streams that are always there once something was told; the others may have no file.
const ALWAYS: [&str; 2] = ["articles", "stories"];

/// The present state of each article and story, and where merged stories live on.
const STATE: &str = r"-- The present state: the greatest revision of each.
CREATE OR REPLACE VIEW articles_now AS
SELECT * FROM articles QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY revision DESC) = 1;

CREATE OR REPLACE VIEW stories_now AS
SELECT * FROM stories QUALIFY row_number() OVER (PARTITION BY story_id ORDER BY revision DESC) = 1;

-- Where each story lives now: join on story_id, count by home_id.
CREATE OR REPLACE VIEW story_home AS
WITH RECURSIVE step(story_id, home_id) AS (
    SELECT story_id, story_id FROM stories_now
    UNION
    SELECT step.story_id, loser.merged_into
    FROM step JOIN stories_now AS loser ON loser.story_id = step.home_id
    WHERE loser.merged_into <> ''
)
SELECT step.story_id, step.home_id
FROM step JOIN stories_now AS home ON home.story_id = step.home_id
WHERE home.merged_into = '';
";

pub(super) fn script(tables: &[Table], dir: &str) -> String {
    let mut out = vec!["-- copytaster's records in DuckDB. Times are UTC. Reads the files anew with each query.\n\n".to_owned()];
    for table in tables {
        out.push(view(table, dir));
        out.push("\n".to_owned());
    }
    out.push(STATE.to_owned());
    out.concat()
}

fn view(table: &Table, dir: &str) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|c| format!("    {}: {}", quoted(&c.name), quoted(&sql(&c.of))))
        .collect();
    let columns = columns.join(",\n");
    let name = table.name;
    if ALWAYS.contains(&name) {
        return format!(
            "CREATE OR REPLACE VIEW {name} AS\nSELECT * FROM read_json({}, format = 'newline_delimited', columns = {{\n{columns}\n}});\n",
            quoted(&glob(dir, name))
        );
    }
    // A pattern without a match is an error, so this one matches all streams; the filter on the name prunes their files.
    format!(
        "CREATE OR REPLACE VIEW {name} AS\nSELECT * EXCLUDE (filename) FROM read_json({}, format = 'newline_delimited', filename = true, columns = {{\n{columns}\n}}) WHERE parse_filename(filename) LIKE '{name}-%';\n",
        quoted(&glob(dir, "*"))
    )
}

fn sql(of: &Type) -> String {
    match of {
        Type::Text => "VARCHAR".to_owned(),
        Type::Bool => "BOOLEAN".to_owned(),
        Type::Int => "BIGINT".to_owned(),
        Type::Float => "DOUBLE".to_owned(),
        Type::Time => "TIMESTAMP".to_owned(),
        Type::Date => "DATE".to_owned(),
        Type::List(of) => format!("{}[]", sql(of)),
        Type::Struct(columns) => {
            let field = |c: &Column| format!("\"{}\" {}", c.name, sql(&c.of));
            format!("STRUCT({})", columns.iter().map(field).collect::<Vec<_>>().join(", "))
        }
    }
}
