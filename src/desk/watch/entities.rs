//! Whom and what an article names, as the fields of a rule ask for it.

use super::fold::Words;
use super::variants::holds;
use crate::news::{Article, Field};

/// An id with the words of its name.
type Named = (String, Vec<String>);

/// What the fields of one article hold.
#[derive(Debug, Default)]
pub(super) struct Entities {
    people: Vec<Named>,
    orgs: Vec<Named>,
    places: Vec<Named>,
    outlet: Named,
    lang: String,
}

impl Entities {
    pub(super) fn of(article: &Article) -> Self {
        let named = |id: &str, name: &str| (id.to_owned(), Words::of(name).to_vec());
        Self {
            people: article.people.iter().map(|person| named(&person.id, &person.name)).collect(),
            orgs: article.orgs.iter().map(|org| named(&org.id, &org.name)).collect(),
            places: article.places.iter().map(|place| named(&place.id, &place.name)).collect(),
            outlet: named(&article.outlet.id, &article.outlet.name),
            lang: article.lang.to_lowercase(),
        }
    }

    /// Whether a field holds a value: an id whole, a name by any of its words in a row. `ways` are the words of the value
    /// in all spellings.
    pub(super) fn has(&self, field: Field, value: &str, ways: &[Vec<String>]) -> bool {
        let lower = value.to_lowercase();
        match field {
            Field::Person => any(&self.people, "per_", &lower, ways),
            Field::Org => any(&self.orgs, "org_", &lower, ways),
            Field::Place => any(&self.places, "plc_", &lower, ways),
            // Half a name is another paper: the Times is not the Financial Times.
            Field::Outlet => self.outlet.0 == lower || ways.contains(&self.outlet.1),
            Field::Lang => {
                let rest = self.lang.strip_prefix(&lower);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            }
            Field::Text | Field::Title => false,
        }
    }
}

fn any(named: &[Named], prefix: &str, value: &str, ways: &[Vec<String>]) -> bool {
    let is_id = value.starts_with(prefix);
    named.iter().any(|(id, name)| {
        if is_id {
            let own = Words::of(id.strip_prefix(prefix).unwrap_or(id)).to_vec();
            id == value || ways.contains(&own)
        } else {
            ways.iter().any(|way| holds(name, way))
        }
    })
}
