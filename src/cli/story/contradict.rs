//! What the claims of a story say against each other: told as a range over time, never as an average.

use serde::Serialize;

use super::gather::{Claim, Whole};
use crate::desk::statements::alike_but_for_numbers;
use crate::news::{Fixed, Time};

/// Units of which a story has one number at a time, whatever words stand around it.
const TOLLS: [&str; 7] =
    ["dead", "injured", "missing", "arrested", "evacuated", "displaced", "rescued"];

/// Numbers that differ, or a claim and its denial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(super) enum Contradiction {
    /// One thing counted differently.
    Numbers {
        /// What is counted.
        unit: String,
        low: Fixed,
        high: Fixed,
        /// As they came.
        values: Vec<Value>,
    },
    /// Said by one and denied by another.
    Denied {
        statement_id: String,
        text: String,
        said_by: String,
        denied_by: Vec<String>,
        first_seen: Option<Time>,
    },
}

/// A number as somebody gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Value {
    pub(super) low: Fixed,
    pub(super) high: Fixed,
    pub(super) since: Time,
    pub(super) speaker: String,
}

/// All of a story.
pub(super) fn all(whole: &Whole) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let mut units: Vec<&str> = Vec::new();
    for number in whole.claims.iter().flat_map(|claim| &claim.statement.numbers) {
        if !units.contains(&number.unit.as_str()) {
            units.push(&number.unit);
        }
    }
    for unit in units {
        let mut claims: Vec<&Claim> =
            whole.claims.iter().filter(|c| value(c, unit).is_some()).collect();
        while let Some(first) = claims.first().copied() {
            // Other things than tolls are one thing only in the same words.
            let is_one = |claim: &&Claim| {
                TOLLS.contains(&unit) || alike_but_for_numbers(&first.statement, &claim.statement)
            };
            let (one, rest): (Vec<&Claim>, Vec<&Claim>) =
                claims.into_iter().partition(|claim| std::ptr::eq(*claim, first) || is_one(claim));
            claims = rest;
            found.extend(range(unit, one.iter().filter_map(|claim| value(claim, unit)).collect()));
        }
    }
    found.extend(whole.claims.iter().filter(|claim| !claim.statement.denied_by.is_empty()).map(
        |claim| Contradiction::Denied {
            statement_id: claim.statement.id.clone(),
            text: claim.statement.text.clone(),
            said_by: claim.statement.speaker.clone(),
            denied_by: claim.statement.denied_by.clone(),
            first_seen: claim.first_seen,
        },
    ));
    found
}

/// A range, where there is more than one number; as they came.
fn range(unit: &str, mut values: Vec<Value>) -> Option<Contradiction> {
    values.sort_by_key(|value| value.since);
    let low = values.iter().map(|value| value.low).min()?;
    let high = values.iter().map(|value| value.high).max()?;
    let is_range = values.iter().any(|value| value.low != low || value.high != high);
    is_range.then(|| Contradiction::Numbers { unit: unit.to_owned(), low, high, values })
}

fn value(claim: &Claim, unit: &str) -> Option<Value> {
    let number = claim.statement.numbers.iter().find(|number| number.unit == unit)?;
    Some(Value {
        low: number.low,
        high: number.high,
        since: number.since,
        speaker: claim.statement.speaker.clone(),
    })
}
