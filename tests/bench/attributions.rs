//! Prints what a text attributes to whom, one JSON object a line: `{"doc","source":[from,to]|null,"cue","content":[…],"how"}`
//! with offsets in scalar values. Input on stdin: lines `{"id","text","lang"}`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for measuring")]

use std::io::{BufRead, Write};

use copytaster::enrich;
use copytaster::tables::Tables;

fn main() {
    let tables = Tables::builtin();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let doc: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let text = doc["text"].as_str().unwrap_or_default();
        for found in enrich::attributions(text, doc["lang"].as_str().unwrap_or("en"), &tables) {
            let line = serde_json::json!({
                "doc": doc["id"], "source": found.source, "cue": found.cue, "content": found.content, "how": found.how,
            });
            writeln!(out, "{line}").unwrap();
        }
    }
}
