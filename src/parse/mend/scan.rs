//! Walks a document with its own stack of open elements and gathers feed and items.

use std::rc::Rc;

use url::Url;

use crate::parse::claim::Defect;
use crate::parse::guard::{DEPTH_MAX, Guard, Limit, hash, innermost, is_void};
use crate::parse::text::{self, Entities};

use super::capture::Capture;
use super::collect::{Current, Href, Kept, RawFeed, RawItem};
use super::context::{FALLBACK, ends_field, rank_of};
use super::lex::{Lexer, Tag, Token};
use super::names::{Element, Field, Found, Scope, Space, element};
use super::store::{AuthorParts, OriginParts};
use super::{Refusal, Settings};

/// Defects of one document that are told singly; more of them say nothing more.
const DEFECTS_MAX: usize = 100;

/// Bytes kept of a field that is no prose; one over its own bound is judged later, whole.
const SHORT_BYTES_MAX: usize = 64 << 10;

/// What an open element is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
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
pub(super) struct Open {
    pub(super) role: Role,
    scope: usize,
    base: Option<Rc<Url>>,
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
    pub(super) stack: Vec<Open>,
    /// Hashes of the names on the stack, to look through at speed.
    names: Vec<u32>,
    /// Elements on the stack that hold nothing for us.
    asides: usize,
    limit: Option<Limit>,
    pub(super) base: Option<Rc<Url>>,
    pub(super) capture: Option<(Capture<'a>, usize, Option<Rc<Url>>)>,
    pub(super) entities: Entities,
    pub(super) feed: RawFeed,
    pub(super) item: Current,
    kept: Kept,
    pub(super) author: Option<AuthorParts>,
    pub(super) origin: Option<OriginParts>,
    pub(super) is_atom: bool,
    has_feed: bool,
    is_sitemap: bool,
    html_at: Option<usize>,
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
            item: Current::default(),
            kept: Kept::new(settings.entries_max),
            author: None,
            origin: None,
            is_atom: false,
            has_feed: false,
            is_sitemap: false,
            html_at: None,
            item_depth: 0,
            text_bytes_max: settings.text_bytes_max,
            defects: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<Scanned, Refusal> {
        while let Some(token) = self.lexer.next() {
            self.guard.see(&token).map_err(|limit| Refusal::Guard(limit, self.lexer.at()))?;
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
                return Err(Refusal::Guard(limit, self.lexer.at()));
            }
        }
        self.finish()
    }

    /// Notes something wrong with the document, or with the item being read.
    pub(super) fn defect(&mut self, word: &'static str, element: &'static str) {
        let at = self.lexer.at();
        // A document of nothing but strays notes the same defect a million times; most are found by their address.
        let is_it = |(w, e): (&str, &str)| std::ptr::eq(w, word) && std::ptr::eq(e, element);
        if let Some(defects) = self.item.defects() {
            let is_known = defects.last().is_some_and(|(w, e, _)| is_it((w, e)))
                || defects.iter().any(|(w, e, _)| (*w, *e) == (word, element));
            if defects.len() < DEFECTS_MAX && !is_known {
                defects.push((word, element, at));
            }
            return;
        }
        let known = self.defects.last().is_some_and(|d| is_it((d.word, d.element)))
            || self.defects.iter().any(|d| d.word == word && d.element == element);
        if !known && self.defects.len() < DEFECTS_MAX {
            self.defects.push(Defect { word, at: Some(at), element, detail: String::new() });
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
        if local.eq_ignore_ascii_case("html") {
            self.html_at.get_or_insert(self.lexer.at());
        }
        // A page may name its own boxes `item`; a feed in a page has a root of its own.
        let is_root =
            meaning == Element::Feed || meaning == Element::Item && self.html_at.is_none();
        if is_root {
            if !self.has_feed {
                self.feed.at = self.lexer.at();
            }
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
            Element::Author => Role::Author,
            Element::Hours => Role::Hours,
            Element::Days => Role::Days,
            Element::Origin if self.item.is_open() => Role::Origin,
            Element::Aside | Element::Origin => Role::Aside,
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
                self.item.open(self.kept.seen, self.lexer.at());
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

    fn field(
        &mut self,
        tag: Tag<'a>,
        field: Field,
        from: (Space, Found),
        outer: (usize, Option<Rc<Url>>),
    ) {
        let root = if self.item.is_open() { self.item_depth } else { 1 };
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
            Role::Item => self.item.close(self.lexer.at(), &mut self.kept),
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

    pub(super) fn close_capture(&mut self) {
        let Some((capture, scope, base)) = self.capture.take() else { return };
        self.store(capture);
        self.scope.leave(scope);
        self.base = base;
    }

    fn finish(mut self) -> Result<Scanned, Refusal> {
        if !self.has_feed {
            return Err(self.html_at.map_or(Refusal::NoFeed, Refusal::Html));
        }
        if self.item.is_open() {
            self.defect("item_cut", "");
        }
        self.cut();
        if !self.stack.is_empty() {
            while !self.stack.is_empty() {
                self.pop();
            }
            self.defect("document_cut", "");
        }
        let (items, over_limit) = self.kept.finish();
        Ok(Scanned { feed: self.feed, items, over_limit, defects: self.defects })
    }
}
