//! Names: which vocabulary an element belongs to, and what it means there.

use crate::parse::guard::{hash, innermost};

use super::lex::Attributes;

/// Vocabularies a news desk needs. Everything else is `Other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// RSS, Atom, RDF's RSS, CDF, sitemaps: they share their words.
    Core,
    DublinCore,
    Terms,
    Content,
    Media,
    Itunes,
    Xhtml,
    Rdf,
    Syndication,
    News,
    Other,
}

/// The vocabulary a namespace URI names, whatever its case, scheme and last slash.
fn space_of(uri: &str) -> Space {
    let uri = uri.trim().to_ascii_lowercase();
    let bare = uri.strip_prefix("https:").or_else(|| uri.strip_prefix("http:")).unwrap_or(&uri);
    let bare = bare.trim_end_matches('/');
    match bare {
        "//purl.org/dc/elements/1.1" | "//purl.org/dc/elements/1.0" => Space::DublinCore,
        "//purl.org/dc/terms" => Space::Terms,
        "//purl.org/rss/1.0/modules/content" => Space::Content,
        "//search.yahoo.com/mrss" => Space::Media,
        "//www.w3.org/1999/xhtml" => Space::Xhtml,
        "//www.w3.org/1999/02/22-rdf-syntax-ns#" => Space::Rdf,
        "//purl.org/rss/1.0/modules/syndication" => Space::Syndication,
        "//www.google.com/schemas/sitemap-news/0.9" => Space::News,
        ""
        | "//purl.org/rss/1.0"
        | "//www.w3.org/2005/atom"
        | "//purl.org/atom/ns#"
        | "//my.netscape.com/rdf/simple/0.9"
        | "//purl.org/rss/1.0/modules/rss091#"
        | "//blogs.law.harvard.edu/tech/rss"
        | "//purl.org/pie"
        | "//purl.org/echo"
        | "//example.com/newformat#"
        | "//example.com/necho"
        | "uri/of/echo/namespace#"
        | "//www.sitemaps.org/schemas/sitemap/0.9"
        | "//channel.netscape.com/rdf/simple/0.9"
        | "//purl.org/net/rss1.1#" => Space::Core,
        _ if bare.contains("backend.userland.com/rss") => Space::Core,
        _ if bare.contains("/dtds/podcast-1.0.dtd") => Space::Itunes,
        _ if bare.starts_with("//www.google.com/schemas/sitemap/") => Space::Core,
        _ => Space::Other,
    }
}

/// The vocabulary that a well-known prefix means where nobody declared it.
fn space_by_habit(prefix: &str) -> Option<Space> {
    let habits = [
        ("dc", Space::DublinCore),
        ("dcterms", Space::Terms),
        ("dct", Space::Terms),
        ("content", Space::Content),
        ("media", Space::Media),
        ("itunes", Space::Itunes),
        ("xhtml", Space::Xhtml),
        ("rdf", Space::Rdf),
        ("sy", Space::Syndication),
        ("news", Space::News),
        ("atom", Space::Core),
        ("atom10", Space::Core),
        ("a10", Space::Core),
        ("rss", Space::Core),
    ];
    habits.iter().find(|(known, _)| known.eq_ignore_ascii_case(prefix)).map(|(_, space)| *space)
}

/// Where a name's vocabulary was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// No prefix, or a declared one.
    Declared,
    /// By habit, or by dropping a prefix that nobody declared.
    Guessed,
}

/// Declarations in scope. A document has at most [`crate::parse::guard::NAMESPACES_MAX`].
#[derive(Debug, Default)]
pub(crate) struct Scope<'a> {
    declared: Vec<(&'a str, Space)>,
    /// Hashes of the prefixes: hundreds of declarations are looked through for each element.
    hashes: Vec<u32>,
}

impl<'a> Scope<'a> {
    /// A mark to come back to when the element closes.
    pub(crate) fn mark(&self) -> usize {
        self.declared.len()
    }

    /// Adds a tag's declarations.
    pub(crate) fn enter(&mut self, attrs: &'a str) {
        if attrs.len() < "xmlns=".len() || !attrs.contains("xmlns") {
            return;
        }
        for (name, value) in Attributes::new(attrs) {
            if name == "xmlns" {
                self.declare("", default_space(value));
            } else if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.declare(prefix, space_of(value));
            }
        }
    }

    fn declare(&mut self, prefix: &'a str, space: Space) {
        self.declared.push((prefix, space));
        self.hashes.push(hash(prefix));
    }

    /// Goes back to a mark.
    pub(crate) fn leave(&mut self, mark: usize) {
        self.declared.truncate(mark);
        self.hashes.truncate(mark);
    }

    /// The vocabulary and the local name of an element.
    pub(crate) fn resolve<'n>(&self, name: &'n str) -> (Space, &'n str, Found) {
        let colon = name.bytes().rposition(|byte| byte == b':');
        let split = |at| Some((name.get(..at)?, name.get(at + 1..)?));
        let (prefix, local) = colon.and_then(split).unwrap_or(("", name));
        let declared = innermost(&self.hashes, hash(prefix)).and_then(|at| self.declared.get(at));
        match declared {
            // The hash ignores case, the names do not; a stranger with our hash is no declaration.
            Some((known, space)) if known.eq_ignore_ascii_case(prefix) => {
                (*space, local, Found::Declared)
            }
            _ if prefix.is_empty() => (Space::Core, local, Found::Declared),
            _ => (space_by_habit(prefix).unwrap_or(Space::Core), local, Found::Guessed),
        }
    }
}

/// A default namespace nobody knows is some publisher's spelling of the core one, unless it is known to be no feed's.
fn default_space(uri: &str) -> Space {
    match space_of(uri) {
        Space::Other if uri.contains("/svg") || uri.contains("/Math/") => Space::Other,
        Space::Other => Space::Core,
        known => known,
    }
}

/// What an element means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    /// `rss`, `feed`, `channel`, …
    Feed,
    /// `item`, `entry`; `url` in a sitemap.
    Item,
    /// Known to hold nothing for us, with all that is in it.
    Aside,
    /// `<source>`.
    Origin,
    Author,
    Hours,
    Days,
    Field(Field),
    Unknown,
}

/// An element whose text we keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Title,
    Link,
    Guid,
    Description,
    Summary,
    Abstract,
    Content,
    Encoded,
    Body,
    Subtitle,
    Rights,
    PersonName,
    PersonMail,
    PersonOther,
    Category,
    Tags,
    Enclosure,
    Published,
    Updated,
    CoreDate,
    Created,
    Language,
    Ttl,
    Period,
    Frequency,
    Hour,
    Day,
}

impl Field {
    /// Whether tags inside it may be its own markup.
    pub(crate) fn holds_markup(self) -> bool {
        matches!(
            self,
            Self::Title
                | Self::Description
                | Self::Summary
                | Self::Abstract
                | Self::Content
                | Self::Encoded
                | Self::Body
                | Self::Subtitle
                | Self::Rights
        )
    }
}

/// Longest local name that means something.
const NAME_BYTES_MAX: usize = 20;

/// What an element means by its vocabulary and local name, in any case.
pub(crate) fn element(space: Space, local: &str) -> Element {
    let mut lower = [0_u8; NAME_BYTES_MAX];
    let Some(name) = lower.get_mut(..local.len()) else { return unknown(space) };
    name.copy_from_slice(local.as_bytes());
    name.make_ascii_lowercase();
    let Ok(name) = std::str::from_utf8(name) else { return unknown(space) };
    let field = match space {
        Space::Core => return core(name),
        Space::DublinCore | Space::Terms => return dublin_core(space, name),
        Space::Itunes => return itunes(name),
        Space::Content => match name {
            "encoded" => Field::Encoded,
            _ => return Element::Aside,
        },
        Space::Media => match name {
            "title" => Field::Title,
            "description" => Field::Description,
            "category" => Field::Category,
            _ => return Element::Unknown,
        },
        Space::Xhtml => match name {
            "body" => Field::Body,
            _ => return Element::Aside,
        },
        Space::Rdf => match name {
            "rdf" => return Element::Feed,
            _ => return Element::Unknown,
        },
        Space::Syndication => match name {
            "updateperiod" => Field::Period,
            "updatefrequency" => Field::Frequency,
            _ => return Element::Unknown,
        },
        Space::News => match name {
            "title" => Field::Title,
            "publication_date" => Field::Published,
            "keywords" => Field::Tags,
            "language" => Field::Language,
            _ => return Element::Unknown,
        },
        Space::Other => return unknown(space),
    };
    Element::Field(field)
}

fn unknown(space: Space) -> Element {
    if matches!(space, Space::Other | Space::Xhtml) { Element::Aside } else { Element::Unknown }
}

fn core(name: &str) -> Element {
    Element::Field(match name {
        "rss" | "rdf" | "feed" | "channel" | "urlset" => return Element::Feed,
        "item" | "entry" => return Element::Item,
        "image" | "textinput" | "cloud" | "items" | "contributor" | "webmaster" | "svg"
        | "math" => return Element::Aside,
        "source" => return Element::Origin,
        "author" | "managingeditor" => return Element::Author,
        "skiphours" => return Element::Hours,
        "skipdays" => return Element::Days,
        "title" => Field::Title,
        "link" | "loc" => Field::Link,
        "guid" | "id" => Field::Guid,
        "description" => Field::Description,
        "summary" => Field::Summary,
        "abstract" => Field::Abstract,
        "content" => Field::Content,
        "encoded" | "fullitem" => Field::Encoded,
        "body" => Field::Body,
        "subtitle" | "tagline" => Field::Subtitle,
        "rights" | "copyright" => Field::Rights,
        "name" => Field::PersonName,
        "email" => Field::PersonMail,
        "uri" | "url" | "homepage" => Field::PersonOther,
        "category" | "keywords" => Field::Category,
        "tags" => Field::Tags,
        "enclosure" => Field::Enclosure,
        "pubdate" | "published" | "issued" => Field::Published,
        "updated" | "modified" | "lastbuilddate" | "lastmod" => Field::Updated,
        "date" => Field::CoreDate,
        "created" => Field::Created,
        "language" => Field::Language,
        "ttl" => Field::Ttl,
        "hour" => Field::Hour,
        "day" => Field::Day,
        _ => return Element::Unknown,
    })
}

fn dublin_core(space: Space, name: &str) -> Element {
    Element::Field(match (space, name) {
        (_, "title") => Field::Title,
        (_, "description" | "abstract") => Field::Description,
        (_, "creator" | "author") => return Element::Author,
        (_, "subject") => Field::Category,
        (_, "rights") => Field::Rights,
        (_, "language") => Field::Language,
        (_, "date") => Field::CoreDate,
        (_, "issued") => Field::Published,
        (_, "modified") => Field::Updated,
        (_, "created") => Field::Created,
        _ => return Element::Aside,
    })
}

fn itunes(name: &str) -> Element {
    Element::Field(match name {
        "title" => Field::Title,
        "summary" => Field::Summary,
        "subtitle" => Field::Subtitle,
        "author" => return Element::Author,
        "category" => Field::Category,
        _ => return Element::Aside,
    })
}
