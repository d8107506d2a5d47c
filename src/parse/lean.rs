//! JSON values as far as feeds need them: what has a name that feeds have, bounded in depth and
//! length, read without a tree of the rest.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::text;

/// Depth to which values are kept; deeper ones say nothing we read.
pub(super) const DEPTH_MAX: u8 = 3;
/// Members of one list that are kept.
const MEMBERS_MAX: usize = 48;

/// Names of members that are read, in items and what stands in them.
pub(super) const NAMES: [&str; 15] = [
    "id",
    "url",
    "external_url",
    "title",
    "content_html",
    "content_text",
    "summary",
    "date_published",
    "date_modified",
    "author",
    "authors",
    "name",
    "tags",
    "attachments",
    "language",
];

/// A value, as far as feeds need it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lean {
    Text(String),
    List(Vec<Lean>),
    /// Only members of names that feeds have.
    Object(Vec<(&'static str, Lean)>),
    Nothing,
}

/// Reads a value down to a depth.
pub(super) struct Depth(pub(super) u8);

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Lean;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Lean, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Lean;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Lean, E> {
        Ok(Lean::Nothing)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Lean, E> {
        Ok(Lean::Text(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Lean, E> {
        Ok(Lean::Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Lean, E> {
        Ok(Lean::Text(number.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Lean, E> {
        Ok(Lean::Nothing)
    }

    fn visit_str<E>(self, text: &str) -> Result<Lean, E> {
        let mut out = String::with_capacity(text.len());
        text::clean_into(&mut out, text);
        Ok(Lean::Text(out))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Lean, A::Error> {
        let mut list = Vec::new();
        if let Some(deeper) = self.0.checked_sub(1) {
            while list.len() < MEMBERS_MAX {
                match seq.next_element_seed(Depth(deeper))? {
                    Some(value) => list.push(value),
                    None => return Ok(Lean::List(list)),
                }
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lean::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Lean, A::Error> {
        let mut object = Vec::new();
        members(map, self.0, &mut object)?;
        Ok(Lean::Object(object))
    }
}

fn members<'de, A: MapAccess<'de>>(
    mut map: A,
    depth: u8,
    into: &mut Vec<(&'static str, Lean)>,
) -> Result<(), A::Error> {
    let deeper = depth.checked_sub(1);
    while let Some(name) = map.next_key_seed(Name)? {
        let (Some(name), Some(deeper)) = (name, deeper) else {
            map.next_value::<IgnoredAny>()?;
            continue;
        };
        let value = map.next_value_seed(Depth(deeper))?;
        // A repeated key: the last one counts.
        match into.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => into.push((name, value)),
        }
    }
    Ok(())
}

/// An object's members, as many as can be read.
pub(super) struct Members<'o>(pub(super) &'o mut Vec<(&'static str, Lean)>);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        members(map, DEPTH_MAX, self.0)
    }
}

/// The name of a member, if it is one that is read.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(NAMES.into_iter().find(|known| *known == name))
    }
}

impl Lean {
    pub(super) fn get(&self, name: &str) -> &Self {
        debug_assert!(NAMES.contains(&name), "{name} is not kept");
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(known, _)| *known == name)
                .map_or(&Self::Nothing, |(_, value)| value),
            _ => &Self::Nothing,
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            _ => String::new(),
        }
    }

    pub(super) fn list(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            _ => &[],
        }
    }
}
