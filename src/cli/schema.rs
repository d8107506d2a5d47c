//! `schema`: the record format, for those who read it.

use clap::ValueEnum;

use super::{Exit, print};
use crate::record::schema::{self, Form};

/// Print the schema of all records, from the same types that write them.
///
/// In the output directory: `copytaster schema --as duckdb > views.sql && duckdb -init views.sql`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Who reads it
    #[arg(long = "as", value_name = "FORM", value_enum, default_value_t = Reader::Jsonschema)]
    pub form: Reader,
    /// Where the files are, as the reader will name it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: String,
}

/// Those who have a form of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Reader {
    /// JSON Schema 2020-12
    Jsonschema,
    /// `DuckDB`: views over the files
    Duckdb,
    /// `ClickHouse`: tables to load into
    Clickhouse,
    /// Spark SQL: views over the files
    Spark,
    /// Polars: Python dicts for schema=
    Polars,
    /// Elastic: an index template
    Elastic,
}

/// Prints the schema.
pub fn run(args: &Args) -> Exit {
    let form = match args.form {
        Reader::Jsonschema => Form::JsonSchema,
        Reader::Duckdb => Form::DuckDb,
        Reader::Clickhouse => Form::ClickHouse,
        Reader::Spark => Form::Spark,
        Reader::Polars => Form::Polars,
        Reader::Elastic => Form::Elastic,
    };
    print(schema::text(form, &args.dir).as_bytes(), Exit::Ok)
}
