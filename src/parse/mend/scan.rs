//! Walks a document with its own stack of open elements and gathers feed and items.

use std::rc::Rc;

use url::Url;

use crate::parse::claim::Defect;
use crate::parse::guard::{DEPTH_MAX, Guard, Limit, hash, innermost, is_void};
use crate::parse::text::{self, Entities};

use super::capture::{Capture, Kind, Reading, kind_of};
use super::collect::{Href, Kept, RawFeed, RawItem};
use super::lex::{Attributes, Lexer, Tag, Token};
use super::names::{Element, Field, Found, Scope, Space, element};
use super::store::is_address;
use super::{Refusal, Settings};

/// Defects of one document that are told singly; more of them say nothing more.
const DEFECTS_MAX: usize = 100;

/// Longest base that links are resolved against: a longer one is no address, and each link would pay for it.
const BASE_LENGTH_MAX: usize = 2 << 10;

/// Bytes kept of a field that is no prose; a guid or link over its own bound is judged later, whole.
const SHORT_BYTES_MAX: usize = 64 << 10;

/// Added to the rank of a claim from a vocabulary that only helps out.
const FALLBACK: u16 = 1000;

/// What an open element is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Plain,
    Feed,
    Item,
    Aside,
    Origin,
    Author,
    Hours,
    Days,
}

/// An open element.
#[derive(Debug)]
struct Open {
    role: Role,
    scope: usize,
    base: Option<Rc<Url>>,
}

/// An author being read.
#[derive(Debug, Default)]
pub(super) struct AuthorParts {
    pub(super) text: String,
    pub(super) name: String,
    pub(super) mail: String,
    pub(super) is_fallback: bool,
}

/// A `<source>` being read.
#[derive(Debug, Default)]
pub(super) struct OriginParts {
    pub(super) text: String,
    pub(super) title: String,
    pub(super) href: Href,
}

/// What a walk gathered.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) feed: RawFeed,
    pub(super) items: Vec<RawItem>,
    pub(super) over_limit: u64,
    pub(super) defects: Vec<Defect>,
}

/// The walk.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    lexer: Lexer<'a>,
    guard: Guard,
    scope: Scope<'a>,
    stack: Vec<Open>,
    /// Hashes of the names on the stack, to look through at speed.
    names: Vec<u32>,
    /// Elements on the stack that hold nothing for us.
    asides: usize,
    limit: Option<Limit>,
    base: Option<Rc<Url>>,
    capture: Option<(Capture<'a>, usize, Option<Rc<Url>>)>,
    pub(super) entities: Entities,
    pub(super) feed: RawFeed,
    pub(super) item: Option<RawItem>,
    kept: Kept,
    pub(super) author: Option<AuthorParts>,
    pub(super) origin: Option<OriginParts>,
    pub(super) is_atom: bool,
    has_feed: bool,
    is_sitemap: bool,
    saw_html: bool,
    item_depth: usize,
    pub(super) text_bytes_max: usize,
    defects: Vec<Defect>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, settings: &Settings, base: Option<Rc<Url>>) -> Self {
        Self {
            lexer: Lexer::new(text),
            guard: Guard::default(),
            scope: Scope::default(),
            stack: Vec::new(),
            names: Vec::new(),
            asides: 0,
            limit: None,
            base,
            capture: None,
            entities: Entities::default(),
            feed: RawFeed::default(),
            item: None,
            kept: Kept::new(settings.entries_max),
            author: None,
            origin: None,
            is_atom: false,
            has_feed: false,
            is_sitemap: false,
            saw_html: false,
            item_depth: 0,
            text_bytes_max: settings.text_bytes_max,
            defects: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<Scanned, Refusal> {
        while let Some(token) = self.lexer.next() {
            self.guard.see(&token)?;
            match token {
                Token::Start(tag) => self.start(tag),
                Token::End(name) => self.end(name),
                Token::Text(run) => self.text(run, true),
                Token::Cdata(run) => self.text(run, false),
                Token::Doctype(text) => self.entities.declare(text),
                Token::Cut => self.defect("markup_unclosed", ""),
                Token::Skip => {}
            }
            if let Some(limit) = self.limit {
                return Err(limit.into());
            }
        }
        self.finish()
    }

    /// Notes something wrong with the document, or with the item being read.
    pub(super) fn defect(&mut self, word: &'static str, element: &'static str) {
        if let Some(item) = &mut self.item {
            if item.defects.len() < DEFECTS_MAX && !item.defects.contains(&(word, element)) {
                item.defects.push((word, element));
            }
            return;
        }
        let known = self.defects.iter().any(|d| d.word == word && d.element == element);
        if !known && self.defects.len() < DEFECTS_MAX {
            self.defects.push(Defect { word, item: None, element, detail: String::new() });
        }
    }

    fn text(&mut self, run: &str, has_references: bool) {
        if let Some((capture, ..)) = &mut self.capture {
            if has_references {
                capture.text(run, &mut self.entities);
            } else {
                capture.cdata(run);
            }
            return;
        }
        let parts = match (&mut self.author, &mut self.origin) {
            (Some(author), _) => &mut author.text,
            (None, Some(origin)) => &mut origin.text,
            (None, None) => return,
        };
        if parts.len() < self.text_bytes_max {
            let run = text::head(run, self.text_bytes_max);
            if has_references {
                text::decode_into(parts, run, &mut self.entities, text::Mode::Decode);
            } else {
                text::clean_into(parts, run);
            }
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        let mut mark = self.scope.mark();
        self.scope.enter(tag.attrs);
        let (space, local, found) = self.scope.resolve(tag.name);
        let mut meaning = element(space, local);
        if self.is_sitemap && meaning == Element::Field(Field::PersonOther) {
            meaning = Element::Item;
        }
        if let Some((capture, ..)) = &mut self.capture {
            // Markup inside a field declares for itself only.
            self.scope.leave(mark);
            if !ends_field(capture.field, meaning, &tag) {
                capture.open(&tag);
                return;
            }
            if capture.field != Field::Category {
                self.defect("tag_unclosed", "");
            }
            self.close_capture();
            mark = self.scope.mark();
            self.scope.enter(tag.attrs);
        }
        if self.stack.is_empty() && !self.root(meaning, local) {
            self.scope.leave(mark);
            return;
        }
        if found == Found::Guessed {
            self.defect("prefix_undeclared", "");
        }
        self.act(tag, meaning, (space, found), mark);
    }

    /// Whether an element opens a feed; text and tags before one are some program's warnings.
    fn root(&mut self, meaning: Element, local: &str) -> bool {
        self.saw_html |= local.eq_ignore_ascii_case("html");
        let is_root = matches!(meaning, Element::Feed | Element::Item);
        if is_root {
            self.has_feed = true;
            self.is_atom =
                local.eq_ignore_ascii_case("feed") || local.eq_ignore_ascii_case("entry");
            self.is_sitemap = local.eq_ignore_ascii_case("urlset");
        }
        is_root
    }

    fn act(&mut self, tag: Tag<'a>, meaning: Element, from: (Space, Found), scope: usize) {
        let outer = self.base.clone();
        self.enter_base(tag.attrs);
        let in_aside = self.asides > 0;
        let role = match meaning {
            Element::Item => {
                self.close_items();
                Role::Item
            }
            Element::Feed => Role::Feed,
            _ if in_aside => Role::Plain,
            Element::Aside => Role::Aside,
            Element::Author => Role::Author,
            Element::Hours => Role::Hours,
            Element::Days => Role::Days,
            Element::Origin if self.item.is_some() => Role::Origin,
            Element::Origin => Role::Aside,
            Element::Unknown => Role::Plain,
            Element::Field(field) => {
                self.field(tag, field, from, (scope, outer));
                return;
            }
        };
        if role == Role::Plain && is_void(tag.name) {
            self.scope.leave(scope);
            self.base = outer;
            return;
        }
        if self.stack.len() >= DEPTH_MAX {
            self.limit = Some(Limit::Depth);
            return;
        }
        self.stack.push(Open { role, scope, base: outer });
        self.names.push(hash(tag.name));
        self.asides += usize::from(role == Role::Aside);
        self.opened(role, &tag, from);
        if tag.empty {
            self.pop();
        }
    }

    fn opened(&mut self, role: Role, tag: &Tag<'a>, from: (Space, Found)) {
        match role {
            Role::Item => {
                self.item_depth = self.stack.len();
                self.item = Some(RawItem { ordinal: self.kept.seen, ..RawItem::default() });
                self.item_attributes(tag.attrs);
            }
            Role::Feed => self.feed_attributes(tag.attrs),
            Role::Author => {
                let is_fallback = rank_of(from) > 0;
                self.author = Some(AuthorParts { is_fallback, ..AuthorParts::default() });
            }
            Role::Origin => {
                let text = self.attribute(tag.attrs, &["url", "href"]).unwrap_or_default();
                let href = Href { text, base: self.base.clone() };
                self.origin = Some(OriginParts { href, ..OriginParts::default() });
            }
            _ => {}
        }
    }

    fn item_attributes(&mut self, attrs: &'a str) {
        if attrs.trim().is_empty() {
            return;
        }
        let about = self.attribute(attrs, &["rdf:about"]);
        let href = self.attribute(attrs, &["href"]);
        let lastmod = self.attribute(attrs, &["lastmod"]);
        let lang = self.attribute(attrs, &["xml:lang"]);
        let base = self.base.clone();
        let Some(item) = &mut self.item else { return };
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

    fn feed_attributes(&mut self, attrs: &'a str) {
        if attrs.trim().is_empty() {
            return;
        }
        let shared = [
            self.attribute(attrs, &["href"]),
            self.attribute(attrs, &["lastmod"]),
            self.attribute(attrs, &["xml:lang"]),
        ];
        let base = self.base.clone();
        let [href, lastmod, lang] = shared;
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

    /// The first of the attributes that is there, decoded.
    pub(super) fn attribute(&mut self, attrs: &str, names: &[&str]) -> Option<String> {
        let (_, value) = Attributes::new(attrs)
            .find(|(name, _)| names.iter().any(|known| name.eq_ignore_ascii_case(known)))?;
        let mut out = String::new();
        text::decode_into(&mut out, value, &mut self.entities, text::Mode::Decode);
        Some(out)
    }

    fn enter_base(&mut self, attrs: &str) {
        if !attrs.contains("base") {
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

    fn field(
        &mut self,
        tag: Tag<'a>,
        field: Field,
        from: (Space, Found),
        outer: (usize, Option<Rc<Url>>),
    ) {
        let root = if self.item.is_some() { self.item_depth } else { 1 };
        let depth = self.stack.len().saturating_sub(root);
        let rank = u16::try_from(depth).unwrap_or(FALLBACK) + rank_of(from);
        let reading = self.reading(field, from.0, tag.attrs);
        let max = if field.holds_markup() { self.text_bytes_max } else { SHORT_BYTES_MAX };
        let capture = Capture::new(&tag, field, rank, reading).at_most(max);
        self.capture = Some((capture, outer.0, outer.1));
        if tag.empty {
            self.close_capture();
        }
    }

    fn reading(&mut self, field: Field, space: Space, attrs: &str) -> Reading {
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

    fn end(&mut self, name: &'a str) {
        if let Some((capture, ..)) = &mut self.capture {
            let at = innermost(&self.names, hash(name)).and_then(|at| self.stack.get(at));
            let is_frame = at.is_some_and(|open| matches!(open.role, Role::Item | Role::Feed));
            if is_frame && !name.eq_ignore_ascii_case(capture.name) {
                self.defect("tag_unclosed", "");
                self.close_capture();
            } else {
                if capture.close(name) {
                    self.close_capture();
                }
                return;
            }
        }
        let found = innermost(&self.names, hash(name));
        let Some(at) = found else {
            if !self.stack.is_empty() {
                self.defect("tag_unopened", "");
            }
            return;
        };
        while self.stack.len() > at {
            self.pop();
        }
    }

    fn pop(&mut self) {
        let Some(open) = self.stack.pop() else { return };
        self.names.pop();
        self.asides -= usize::from(open.role == Role::Aside);
        match open.role {
            Role::Author => self.take_author(),
            Role::Origin => self.take_origin(),
            Role::Item => {
                if let Some(item) = self.item.take() {
                    self.kept.push(item);
                }
            }
            _ => {}
        }
        self.scope.leave(open.scope);
        self.base = open.base;
    }

    /// An item that begins inside another ends it: its own end was forgotten.
    fn close_items(&mut self) {
        let Some(at) = self.stack.iter().position(|open| open.role == Role::Item) else {
            // An image or a text box left open in the channel ends as well.
            while self
                .stack
                .last()
                .is_some_and(|open| !matches!(open.role, Role::Feed | Role::Plain))
            {
                self.pop();
            }
            return;
        };
        self.defect("tag_unclosed", "item");
        while self.stack.len() > at {
            self.pop();
        }
    }

    fn close_capture(&mut self) {
        let Some((capture, scope, base)) = self.capture.take() else { return };
        self.store(capture);
        self.scope.leave(scope);
        self.base = base;
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

    fn finish(mut self) -> Result<Scanned, Refusal> {
        if !self.has_feed {
            return Err(if self.saw_html { Refusal::Html } else { Refusal::NoFeed });
        }
        if self.item.is_some() {
            self.defect("item_cut", "");
        }
        if let Some((capture, ..)) = &self.capture {
            if capture.field.holds_markup() {
                self.defect("text_cut_by_feed", "");
            }
            self.close_capture();
        }
        let is_open = !self.stack.is_empty();
        while !self.stack.is_empty() {
            self.pop();
        }
        if is_open {
            self.defect("document_cut", "");
        }
        let (items, over_limit) = self.kept.finish();
        Ok(Scanned { feed: self.feed, items, over_limit, defects: self.defects })
    }
}

/// How much worse a claim is than the core vocabulary's own.
fn rank_of((space, found): (Space, Found)) -> u16 {
    match (space, found) {
        (_, Found::Guessed) if space == Space::Core => FALLBACK,
        (Space::Media | Space::Itunes, _) => FALLBACK,
        (Space::DublinCore | Space::Terms, _) => 1,
        _ => 0,
    }
}

/// Whether a start tag shows that the end of the field before it was forgotten.
fn ends_field(field: Field, meaning: Element, tag: &Tag<'_>) -> bool {
    match meaning {
        Element::Item => true,
        Element::Field(found) if !field.holds_markup() => {
            !found.holds_markup() || tag.attrs.is_empty()
        }
        Element::Author => true,
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
