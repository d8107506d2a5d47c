//! Spark: views with stated columns; a bad line fails the query instead of becoming a row of nulls.

use super::{Column, Table, Type, glob, quoted};

pub(super) fn script(tables: &[Table], dir: &str) -> String {
    let mut out = vec!["-- copytaster's records in Spark SQL.\n".to_owned()];
    for table in tables {
        let name = table.name;
        let columns: Vec<String> =
            table.columns.iter().map(|c| format!("    `{}` {}", c.name, sql(&c.of))).collect();
        out.push(format!(
            "\nCREATE OR REPLACE TEMPORARY VIEW {name} (\n{}\n)\nUSING json\nOPTIONS (path {}, mode 'FAILFAST');\n",
            columns.join(",\n"),
            quoted(&glob(dir, name))
        ));
    }
    out.concat()
}

fn sql(of: &Type) -> String {
    match of {
        Type::Text => "STRING".to_owned(),
        Type::Bool => "BOOLEAN".to_owned(),
        Type::Int => "BIGINT".to_owned(),
        Type::Float => "DOUBLE".to_owned(),
        Type::Time => "TIMESTAMP".to_owned(),
        Type::Date => "DATE".to_owned(),
        Type::List(of) => format!("ARRAY<{}>", sql(of)),
        Type::Struct(columns) => {
            let field = |c: &Column| format!("`{}`: {}", c.name, sql(&c.of));
            format!("STRUCT<{}>", columns.iter().map(field).collect::<Vec<_>>().join(", "))
        }
    }
}
