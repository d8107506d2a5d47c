//! Scalars as the record format writes them: times with milliseconds, days, numbers with three decimals.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, written as RFC 3339 in UTC with milliseconds (finer parts are cut off).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Time(pub Timestamp);

impl Time {
    /// Whole milliseconds since the epoch.
    pub fn as_millisecond(self) -> i64 {
        self.0.as_millisecond()
    }
}

impl From<Timestamp> for Time {
    fn from(moment: Timestamp) -> Self {
        Self(moment)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A calendar day, `YYYY-MM-DD`; never stands where a [`Time`] does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(pub jiff::civil::Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A number in thousandths: exact to compare and to replay, written with a decimal point and at most 3 decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Fixed(pub i64);

impl Fixed {
    /// 1.0
    pub const ONE: Self = Self(1000);

    /// Rounds half away from zero to thousandths; values out of range saturate, NaN is 0.
    #[expect(clippy::cast_possible_truncation, reason = "float to int saturates, which is meant")]
    pub fn from_f64(value: f64) -> Self {
        Self((value * 1000.0).round() as i64)
    }

    /// The share `part / whole`, 0 where `whole` is 0.
    pub fn ratio(part: u64, whole: u64) -> Self {
        match whole {
            0 => Self(0),
            _ => Self(i64::try_from((part * 2000 + whole) / (2 * whole)).unwrap_or(i64::MAX)),
        }
    }

    /// The nearest float; what the record shows.
    #[expect(clippy::cast_precision_loss, reason = "records hold values far below 2^53")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl Serialize for Fixed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_f64())
    }
}

impl<'de> Deserialize<'de> for Fixed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::from_f64)
    }
}

impl JsonSchema for Fixed {
    fn schema_name() -> Cow<'static, str> {
        "Fixed".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_written_as_the_format_says() {
        let time = Time("2025-08-16T06:10:02.1679Z".parse().unwrap());
        assert_eq!(serde_json::to_string(&time).unwrap(), r#""2025-08-16T06:10:02.167Z""#);
        let whole = Time("2025-08-16T05:58:00Z".parse().unwrap());
        assert_eq!(serde_json::to_string(&whole).unwrap(), r#""2025-08-16T05:58:00.000Z""#);
        for (value, text) in [(0.0, "0.0"), (1.0, "1.0"), (0.9166, "0.917"), (-2.5, "-2.5")] {
            assert_eq!(serde_json::to_string(&Fixed::from_f64(value)).unwrap(), text);
        }
        assert_eq!(Fixed::ratio(2, 3), Fixed(667));
        assert_eq!(Fixed::ratio(1, 0), Fixed(0));
    }
}
