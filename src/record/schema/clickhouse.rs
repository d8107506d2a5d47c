//! For `ClickHouse`: tables to load into. A record loaded twice is one row once merged, since `id` is the sorting key.

use super::{Column, Table, Type, glob, quoted};

pub(super) fn script(tables: &[Table], dir: &str) -> String {
    let mut out = vec!["-- copytaster's records in ClickHouse.\n".to_owned()];
    for table in tables {
        let name = table.name;
        let columns: Vec<String> =
            table.columns.iter().map(|c| format!("    {}", column(c))).collect();
        out.push(format!(
            "\nCREATE TABLE IF NOT EXISTS {name}\n(\n{}\n)\nENGINE = ReplacingMergeTree\nORDER BY `id`;\n",
            columns.join(",\n")
        ));
        out.push(format!(
            "-- INSERT INTO {name} FROM INFILE {} SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow;\n",
            quoted(&glob(dir, name))
        ));
    }
    out.concat()
}

fn column(column: &Column) -> String {
    let of = sql(&column.of);
    let is_composite = matches!(column.of, Type::List(_) | Type::Struct(_));
    // Text that is absent is empty, a number or moment that is absent is null.
    if column.nullable && !is_composite && column.of != Type::Text {
        format!("`{}` Nullable({of})", column.name)
    } else {
        format!("`{}` {of}", column.name)
    }
}

fn sql(of: &Type) -> String {
    match of {
        Type::Text => "String".to_owned(),
        Type::Bool => "Bool".to_owned(),
        Type::Int => "UInt64".to_owned(),
        Type::Float => "Float64".to_owned(),
        Type::Time => "DateTime64(3, 'UTC')".to_owned(),
        Type::Date => "Date32".to_owned(),
        Type::List(of) => format!("Array({})", sql(of)),
        Type::Struct(columns) => {
            format!("Tuple({})", columns.iter().map(column).collect::<Vec<_>>().join(", "))
        }
    }
}
