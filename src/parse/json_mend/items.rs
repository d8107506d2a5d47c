//! The items of a list that is no JSON, each cut out as it stands: what is whole stays as it is, and what is broken costs
//! only itself.
//!
//! An item that can be read ends where its brace says. Of one that cannot be read nobody knows the end but by the next
//! one's beginning: an object that is neither what a member is nor listed by a member.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::IgnoredAny;

use super::super::text;
use super::signs::{Looks, Names, Place, begins, looks, name, place, second_name};

/// Names with which items begin.
const NAMES: [&str; 16] = [
    "id",
    "url",
    "external_url",
    "title",
    "content_html",
    "content_text",
    "summary",
    "date_published",
    "date_modified",
    "image",
    "banner_image",
    "author",
    "authors",
    "tags",
    "attachments",
    "language",
];

/// Members of a feed that no item has.
const FEED_NAMES: [&str; 10] = [
    "version",
    "home_page_url",
    "feed_url",
    "description",
    "user_comment",
    "next_url",
    "icon",
    "favicon",
    "expired",
    "hubs",
];

/// Those of them that programs do not write into items either.
const FEED_ONLY: [&str; 7] =
    ["version", "home_page_url", "feed_url", "next_url", "hubs", "favicon", "user_comment"];

/// Members that a feed has as well as its items.
const SHARED: [&str; 4] = ["title", "author", "authors", "language"];

/// How often a text may be read in search of what is whole: more is an attack, and is told as a cut.
const READINGS_MAX: usize = 4;

/// From so many objects on, a list is one of items.
const LISTED_MAX: usize = 48;

/// One item as it stands in the text.
#[derive(Debug)]
pub(in super::super) struct Piece<'t> {
    pub(in super::super) span: Range<usize>,
    pub(in super::super) text: Cow<'t, str>,
    /// Whether it is JSON.
    pub(in super::super) is_whole: bool,
}

/// A walk over a list of items.
#[derive(Debug)]
pub(in super::super) struct Items<'t> {
    text: &'t str,
    at: usize,
    /// With what the first item begins: the others were written by the same program.
    key: Option<&'t str>,
    /// Where that one begins.
    first: usize,
    /// Where it was last seen that no JSON begins.
    broken: Option<usize>,
    /// Bytes that may yet be read in search of what is whole.
    budget: usize,
    /// Where something begins that may be an item, and was not read as one.
    pub(in super::super) lost: Option<usize>,
    /// Where the list ended; `None` where the text ends before it.
    pub(in super::super) end: Option<usize>,
}

/// What follows objects in a row.
enum Behind {
    /// The rest of an item: they are listed by one of its members.
    Member(usize),
    Feed,
    Unclear,
}

impl<'t> Items<'t> {
    /// From an item's beginning on, or from the list's; the first item of all may stand before it.
    pub(in super::super) fn new(text: &'t str, at: usize, first: usize) -> Self {
        let budget = READINGS_MAX * text.len();
        let mut items =
            Self { text, at, key: None, first, broken: None, budget, lost: None, end: None };
        items.key = items.first_name(first);
        items
    }

    /// The name with which an object begins.
    fn first_name(&self, object: usize) -> Option<&'t str> {
        name(
            self.rest(object)
                .trim_start_matches(|c: char| c.is_whitespace() || "{[]},:".contains(c)),
        )
    }

    /// Whether an item may begin with this name.
    fn is_known(&self, name: &str) -> bool {
        self.key == Some(name) || NAMES.contains(&name)
    }

    fn rest(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or("")
    }

    /// Where the next thing stands that is none of these.
    fn past(&self, at: usize, what: fn(char) -> bool) -> usize {
        self.text.len() - self.rest(at).trim_start_matches(what).len()
    }

    /// An item from where it begins, its own brace before it or lost.
    fn item(&mut self, start: usize, has_brace: bool) -> Piece<'t> {
        self.key = self.key.or_else(|| self.first_name(start));
        let mut hole = None;
        if has_brace {
            if let Some(end) = self.whole(start) {
                let inside = self.text.get(start..end).unwrap_or("");
                if !self.goes_on(inside, end) {
                    self.at = end;
                    return Piece { span: start..end, text: inside.into(), is_whole: true };
                }
                hole = Some(end - 1);
            }
        } else if let Some(end) = self.closed(start) {
            self.at = end;
        }
        if self.at <= start || has_brace {
            self.at = self.next_beginning(hole.unwrap_or(start + 1));
        }
        let span = start..self.at;
        let part = |range: Range<usize>| self.text.get(range).unwrap_or("");
        let text = match hole {
            Some(hole) => [part(start..hole), part(hole + 1..self.at)].concat().into(),
            None if has_brace => part(span.clone()).into(),
            None => ["{", part(span.clone())].concat().into(),
        };
        Piece { span, text, is_whole: false }
    }

    /// Whether an item goes on behind a brace too many: with a member that it lacks.
    fn goes_on(&self, inside: &str, end: usize) -> bool {
        let behind = self.rest(end).trim_start().strip_prefix(',').map(str::trim_start);
        let Some(next) = behind.filter(|next| next.starts_with('"')).and_then(name) else {
            return false;
        };
        let is_members = NAMES.contains(&next) && self.key != Some(next);
        is_members && !Names::new(inside.get(1..).unwrap_or("")).any(|known| known == next)
    }

    /// Whether what stands from here on, behind a brace or one of its members, is the feed's and no item's.
    fn is_feeds(&mut self, at: usize) -> bool {
        let first = self.first_name(at);
        if !first.is_some_and(|first| SHARED.contains(&first) || FEED_ONLY.contains(&first)) {
            return false;
        }
        let rest = text::head(self.rest(at), self.budget);
        let mut names = Names::new(rest);
        let is_telling = |name: &&str| {
            FEED_ONLY.contains(name) || NAMES.contains(name) && !SHARED.contains(name)
        };
        let told = names.find(is_telling);
        self.budget = self.budget.saturating_sub(names.at);
        told.is_some_and(|name| FEED_ONLY.contains(&name))
    }

    /// Where the value that begins here ends, if it is JSON.
    fn whole(&mut self, start: usize) -> Option<usize> {
        if self.budget == 0 || self.broken == Some(start) {
            return None;
        }
        let rest = self.rest(start);
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        let read = match values.next()? {
            Ok(_) => values.byte_offset(),
            Err(error) => {
                let spent = super::super::json::offset(rest, error.line(), error.column());
                self.budget = self.budget.saturating_sub(spent + 1);
                self.broken = Some(start);
                return None;
            }
        };
        self.budget = self.budget.saturating_sub(read);
        Some(start + read)
    }

    /// Where an object ends whose opening brace was lost: behind the one that closes it.
    fn closed(&mut self, start: usize) -> Option<usize> {
        let (mut depth, mut in_string, mut is_escaped) = (0_u32, false, false);
        for (at, byte) in self.rest(start).bytes().enumerate().take(self.budget) {
            match byte {
                b'"' if !is_escaped => in_string = !in_string,
                b'[' | b'{' if !in_string => depth += 1,
                b']' | b'}' if !in_string && depth > 0 => depth -= 1,
                b']' | b'}' if !in_string => {
                    self.budget -= at;
                    return (byte == b'}').then_some(start + at + 1);
                }
                _ => {}
            }
            is_escaped = byte == b'\\' && !is_escaped;
        }
        self.budget = self.budget.saturating_sub(self.text.len() - start);
        None
    }

    /// Where the next item begins behind one that nobody can read; the text's end where none does.
    fn next_beginning(&mut self, from: usize) -> usize {
        let mut from = from;
        while let Some((at, name)) = self.beginning(from) {
            from = at + 1;
            let is_alike = self.key == Some(name);
            match place(self.text.get(..at).unwrap_or("")) {
                Place::Member => continue,
                Place::Odd => {
                    if is_alike {
                        self.lost = self.lost.or(Some(at));
                    }
                    continue;
                }
                Place::Listed => {}
            }
            let end = self.whole(at);
            let looks = looks(self.rest(at));
            match end.map(|end| self.behind(end)) {
                Some(Behind::Member(end)) => from = end,
                _ if looks == Looks::Other => {}
                Some(Behind::Feed) if is_alike || self.is_behind_object(at) => return at,
                _ if is_alike && looks != Looks::Listed && self.goes_like_first(at) => return at,
                Some(Behind::Unclear) if looks == Looks::Item => self.lost = self.lost.or(Some(at)),
                _ if is_alike => self.lost = self.lost.or(Some(at)),
                _ => {}
            }
        }
        self.text.len()
    }

    /// Notes what may be an item behind the end of the list: the bracket may have been that of a member's list.
    fn check_end(&mut self, next: usize) {
        if !self.rest(next).starts_with('"') || self.is_feeds(next) {
            return;
        }
        let found = self.beginning(next).filter(|(_, name)| self.key == Some(*name));
        if let Some((at, _)) = found.filter(|(at, _)| looks(self.rest(*at)) != Looks::Other) {
            self.lost = self.lost.or(Some(at));
        }
    }

    fn is_behind_object(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or("");
        before.trim_end_matches(|c: char| c == ',' || c.is_whitespace()).ends_with('}')
    }

    /// Whether an object goes on as the first item does, where it may be a file instead: those begin with their address.
    fn goes_like_first(&self, at: usize) -> bool {
        let (one, other) = (second_name(self.rest(self.first)), second_name(self.rest(at)));
        let may_be_file = self.key == Some("url") || other == Some("url");
        !may_be_file || one.is_none() || one == other
    }

    /// The next object that begins with a name of items.
    fn beginning(&self, from: usize) -> Option<(usize, &'t str)> {
        let braces = self.rest(from).match_indices('{');
        braces.into_iter().find_map(|(at, _)| {
            let at = from + at;
            let inside = self.rest(at + 1).trim_start();
            // One sign too many before it.
            let inside = inside.strip_prefix(['[', '{', '}', ']', ',', ':']).unwrap_or(inside);
            let name = name(inside.trim_start())?;
            self.is_known(name).then_some((at, name))
        })
    }

    /// What stands behind a whole object, and behind those that follow it in its list.
    fn behind(&mut self, end: usize) -> Behind {
        let mut end = end;
        for _ in 0..LISTED_MAX {
            let rest = self.rest(end).trim_start();
            let is_over = |rest: &str| {
                rest.strip_prefix(',').is_some_and(|rest| rest.trim_start().starts_with(']'))
            };
            let rest = if is_over(rest) {
                rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace())
            } else {
                rest
            };
            if let Some(next) = rest.strip_prefix(',').map(str::trim_start) {
                if next.starts_with('{') {
                    let Some(after) = self.whole(self.text.len() - next.len()) else {
                        return Behind::Unclear;
                    };
                    end = after;
                    continue;
                }
                return Behind::Unclear;
            }
            let Some(outside) = rest.strip_prefix(']').map(str::trim_start) else {
                return Behind::Unclear;
            };
            let next = outside.strip_prefix(',').map(str::trim_start);
            let is_feeds = |next: &str| FEED_NAMES.iter().any(|known| begins(next, known));
            let beyond = outside.trim_start_matches(|c: char| c == '}' || c.is_whitespace());
            return match next {
                Some(next) if next.starts_with('{') => Behind::Unclear,
                Some(next) if is_feeds(next) || self.is_feeds(self.text.len() - next.len()) => {
                    Behind::Feed
                }
                None if beyond.is_empty() => Behind::Feed,
                _ => Behind::Member(end),
            };
        }
        Behind::Feed
    }
}

fn is_bracket(c: char) -> bool {
    c.is_whitespace() || "{[]},:".contains(c)
}

impl<'t> Iterator for Items<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        loop {
            let at = self.past(self.at, |c| c.is_whitespace() || c == ',');
            let rest = self.rest(at);
            match rest.chars().next()? {
                // No object begins with one.
                '{' if self.rest(at + 1).trim_start().starts_with('{') => self.at = at + 1,
                '{' if self.is_feeds(self.past(at, is_bracket)) => {
                    self.end = Some(self.past(at, is_bracket));
                    return None;
                }
                '{' => return Some(self.item(at, true)),
                // Between items a colon says nothing.
                '[' | ':' => self.at = at + 1,
                '"' if self.rest(at + 1).trim_start().starts_with(['{', '[']) => {
                    self.at = at + 1;
                }
                '}' | ']' => {
                    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | '}' | ']');
                    let next = self.past(at, is_between);
                    let signs = self.text.get(at..next).unwrap_or("");
                    let is_item = || self.beginning(next).is_some_and(|(at, _)| at == next);
                    let goes_on =
                        self.rest(next).starts_with('{') && (signs.contains(',') || is_item());
                    if let (false, Some(closer)) = (goes_on, signs.find(']')) {
                        self.check_end(next);
                        self.end = Some(at + closer + 1);
                        return None;
                    }
                    self.at = next;
                }
                '"' if self.is_feeds(at) => {
                    self.end = Some(at);
                    return None;
                }
                '"' if name(rest).is_some_and(|name| self.is_known(name)) => {
                    return Some(self.item(at, false));
                }
                _ => self.at = self.next_beginning(at + 1),
            }
        }
    }
}
