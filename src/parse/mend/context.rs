//! What surroundings say: attributes of items, feeds and texts, the base for links, the element a field is in.

use std::rc::Rc;

use url::Url;

use crate::parse::text;

use super::capture::{Kind, Reading, kind_of};
use super::collect::Href;
use super::lex::{Attributes, Tag};
use super::names::{Element, Field, Found, Space};
use super::scan::{Role, Scanner};
use super::store::is_address;

/// Longest `xml:base` that links are resolved against: each link of a few letters becomes as long as that.
const BASE_LENGTH_MAX: usize = 512;

/// Added to the rank of a claim from a vocabulary that only helps out.
pub(super) const FALLBACK: u16 = 1000;

impl<'a> Scanner<'a> {
    pub(super) fn item_attributes(&mut self, attrs: &'a str) {
        if attrs.trim().is_empty() {
            return;
        }
        let [about, href, lastmod, lang] = self.own(attrs);
        if about.is_none() && href.is_none() && lastmod.is_none() && lang.is_none() {
            return;
        }
        let base = self.base.clone();
        let Some(item) = self.item.get() else { return };
        if let Some(about) = about {
            item.guid_is_link = is_address(&about);
            item.shared.guid.last(FALLBACK, about);
        }
        if let Some(text) = href {
            item.shared.link.last(1, Href { text, base });
        }
        if let Some(lastmod) = lastmod {
            item.shared.dates.updated.last(1, lastmod);
        }
        if let Some(lang) = lang {
            item.shared.lang.last(FALLBACK, lang);
        }
    }

    /// The document ends inside a value.
    pub(super) fn cut(&mut self) {
        if let Some((capture, ..)) = &self.capture {
            if capture.field.holds_markup() {
                let element = if capture.field == Field::Title { "title" } else { "" };
                self.defect("text_cut_by_feed", element);
                self.close_capture();
            } else {
                // Half a link leads elsewhere, half a guid is another article's, half a date another day.
                let element = match capture.field {
                    Field::Guid => "guid",
                    Field::Link => "link",
                    _ => "",
                };
                self.defect("value_cut", element);
                self.capture = None;
            }
        }
        // Half a name is somebody else's.
        self.author = None;
        if let Some(origin) = &mut self.origin {
            origin.text.clear();
        }
    }

    pub(super) fn feed_attributes(&mut self, attrs: &'a str) {
        if attrs.trim().is_empty() {
            return;
        }
        let [_, href, lastmod, lang] = self.own(attrs);
        let base = self.base.clone();
        if let Some(text) = href {
            self.feed.shared.link.last(FALLBACK, Href { text, base });
        }
        if let Some(lastmod) = lastmod {
            self.feed.shared.dates.updated.last(FALLBACK, lastmod);
        }
        if let Some(lang) = lang {
            self.feed.shared.lang.last(FALLBACK, lang);
        }
    }

    /// What an item or a feed says in its own tag: `rdf:about`, under whatever prefix RDF has here, `href`, `lastmod`,
    /// `xml:lang`. One walk over the attributes, since a document may have millions of items.
    fn own(&mut self, attrs: &'a str) -> [Option<String>; 4] {
        let mut found: [Option<&str>; 4] = [None; 4];
        for (name, value) in Attributes::new(attrs) {
            let place = match name.len() {
                4 if name.eq_ignore_ascii_case("href") => 1,
                7 if name.eq_ignore_ascii_case("lastmod") => 2,
                8 if name.eq_ignore_ascii_case("xml:lang") => 3,
                _ if name.strip_suffix("about").is_some_and(|prefix| prefix.ends_with(':')) => 0,
                _ => continue,
            };
            found[place] = found[place].or(Some(value));
        }
        if found.iter().all(Option::is_none) {
            return [const { None }; 4];
        }
        found.map(|value| value.map(|value| self.decoded(value)))
    }

    /// The first of the attributes that is there, decoded, without white space around it.
    pub(super) fn attribute(&mut self, attrs: &str, names: &[&str]) -> Option<String> {
        let (_, value) = Attributes::new(attrs)
            .find(|(name, _)| names.iter().any(|known| name.eq_ignore_ascii_case(known)))?;
        Some(self.decoded(value))
    }

    fn decoded(&mut self, value: &str) -> String {
        let mut out = String::new();
        text::decode_into(&mut out, value, &mut self.entities, text::Mode::Decode);
        let trimmed = out.trim();
        if trimmed.len() == out.len() { out } else { trimmed.to_owned() }
    }

    pub(super) fn enter_base(&mut self, attrs: &str) {
        if attrs.len() < "xml:base=".len() || !attrs.contains("base") {
            return;
        }
        let Some(stated) = self.attribute(attrs, &["xml:base"]) else { return };
        let stated = stated.trim();
        let joined = match &self.base {
            Some(base) => base.join(stated),
            None => Url::parse(stated),
        };
        match joined {
            Ok(url)
                if matches!(url.scheme(), "http" | "https")
                    && url.as_str().len() <= BASE_LENGTH_MAX =>
            {
                self.base = Some(Rc::new(url));
            }
            _ => self.defect("base_unusable", "xml:base"),
        }
    }

    pub(super) fn reading(&mut self, field: Field, space: Space, attrs: &str) -> Reading {
        let has_type = !attrs.is_empty() && field.holds_markup();
        let stated = has_type.then(|| self.attribute(attrs, &["type"])).flatten();
        let mode = has_type.then(|| self.attribute(attrs, &["mode"])).flatten();
        let default = match field {
            Field::Encoded => Kind::Html,
            Field::Body => Kind::Markup,
            Field::Description if !self.is_atom || space != Space::Core => Kind::Html,
            _ => Kind::Plain,
        };
        let known = stated.as_deref().and_then(kind_of);
        let is_odd = stated.as_deref().is_some_and(|s| !s.trim().is_empty()) && known.is_none();
        if is_odd {
            self.defect("type_unknown", "");
        }
        let mut kind = known.unwrap_or(default);
        match mode.as_deref() {
            Some("escaped") if kind == Kind::Markup => kind = Kind::Html,
            Some("base64") if known.is_none() => kind = Kind::Guess,
            _ => {}
        }
        let is_base64 = mode.as_deref() == Some("base64") || (is_odd && self.is_atom);
        if is_base64 && kind == Kind::Markup {
            kind = Kind::Html;
        }
        if is_odd {
            kind = Kind::Guess;
        }
        Reading { kind, is_base64, may_guess: !self.is_atom }
    }

    /// The base that links resolve against here.
    pub(super) fn base(&self) -> Option<Rc<Url>> {
        self.base.clone()
    }

    /// Whether the innermost open element has the role that its fields belong to.
    pub(super) fn is_in_hours(&self) -> bool {
        self.stack.last().is_some_and(|open| open.role == Role::Hours)
    }

    /// As above, for days.
    pub(super) fn is_in_days(&self) -> bool {
        self.stack.last().is_some_and(|open| open.role == Role::Days)
    }
}

/// How much worse a claim is than the core vocabulary's own.
pub(super) fn rank_of((space, found): (Space, Found)) -> u16 {
    match (space, found) {
        (_, Found::Guessed) if space == Space::Core => FALLBACK,
        (Space::Media | Space::Itunes, _) => FALLBACK,
        (Space::DublinCore | Space::Terms, _) => 1,
        _ => 0,
    }
}

/// Whether a start tag shows that the end of the field before it was forgotten.
pub(super) fn ends_field(field: Field, meaning: Element, tag: &Tag<'_>) -> bool {
    match meaning {
        Element::Item | Element::Author => true,
        Element::Field(found) if !field.holds_markup() => {
            !found.holds_markup() || tag.attrs.is_empty()
        }
        Element::Origin => !field.holds_markup(),
        Element::Field(Field::Link) => tag.attrs.is_empty(),
        Element::Field(found) => {
            matches!(
                found,
                Field::Guid
                    | Field::Published
                    | Field::Updated
                    | Field::CoreDate
                    | Field::Created
                    | Field::Category
                    | Field::Enclosure
            ) || (found != field && matches!(found, Field::Encoded | Field::Description))
        }
        _ => false,
    }
}
