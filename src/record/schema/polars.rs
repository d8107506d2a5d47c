//! Polars: one dict a stream. Times and dates arrive as strings, which is what the JSON reader gives.

use super::{Table, Type, glob};

pub(super) fn script(tables: &[Table], dir: &str) -> String {
    let mut out = vec!["# copytaster's records in Polars, for example:\n".to_owned()];
    out.push(format!(
        "#   pl.scan_ndjson({:?}, schema=ARTICLES).with_columns(pl.col(\"time\").str.to_datetime(time_zone=\"UTC\"))\n",
        glob(dir, "articles")
    ));
    out.push("import polars as pl\n".to_owned());
    for table in tables {
        out.push(format!("\n{} = {{\n", table.name.to_uppercase()));
        for column in &table.columns {
            out.push(format!("    \"{}\": {},\n", column.name, python(&column.of)));
        }
        out.push("}\n".to_owned());
    }
    out.concat()
}

fn python(of: &Type) -> String {
    match of {
        Type::Text | Type::Time | Type::Date => "pl.String".to_owned(),
        Type::Bool => "pl.Boolean".to_owned(),
        Type::Int => "pl.Int64".to_owned(),
        Type::Float => "pl.Float64".to_owned(),
        Type::List(of) => format!("pl.List({})", python(of)),
        Type::Struct(columns) => {
            let fields: Vec<String> =
                columns.iter().map(|c| format!("\"{}\": {}", c.name, python(&c.of))).collect();
            format!("pl.Struct({{{}}})", fields.join(", "))
        }
    }
}
