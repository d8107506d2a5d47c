//! Reads what others write: attributes in any case, `url` for `xmlUrl`, `feed:` addresses, bare ampersands.

use url::Url;

use super::super::guard::Guard;
use super::super::keys::LINK_BYTES_MAX;
use super::super::mend::lex::{Attributes, Lexer, Tag, Token};
use super::super::{decode, text};
use super::{BYTES_MAX, FEEDS_MAX, Opml, OpmlError, SKIPPED_MAX, Skipped, Subscription};
use crate::news::has_possible_host;

/// Longest name of a feed or folder that is kept, in characters: as long as the configuration takes.
const NAME_CHARS_MAX: usize = 256;

/// Reads a list.
///
/// # Errors
/// What is no OPML, and a list without one outline.
pub fn read(bytes: &[u8]) -> Result<Opml, OpmlError> {
    if bytes.len() > BYTES_MAX {
        return Err(OpmlError::TooLong);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(OpmlError::Empty);
    }
    let decoded = decode::decode(bytes, None);
    let mut places = Places { text: &decoded.text, at: 0, line: 1, column: 1 };
    let mut list = List::default();
    let (mut lexer, mut guard) = (Lexer::new(&decoded.text), Guard::default());
    let (mut is_opml, mut is_whole) = (false, false);
    while let Some(token) = lexer.next() {
        let at = lexer.at();
        if let Err(limit) = guard.see(&token) {
            let (line, column) = places.of(at);
            return Err(OpmlError::Guard { line, column, limit });
        }
        match token {
            Token::Start(tag) if !is_opml => {
                if !local(tag.name).eq_ignore_ascii_case("opml") {
                    let (line, column) = places.of(at);
                    let found = cut(tag.name, 40);
                    return Err(OpmlError::Another { line, column, found });
                }
                is_opml = true;
            }
            Token::Start(tag) => list.start(&tag, || places.of(at)),
            Token::End(name) => {
                is_whole |= local(name).eq_ignore_ascii_case("opml");
                list.end(local(name));
            }
            Token::Text(words) if list.in_title => list.opml.title.push_str(&text::decoded(words)),
            Token::Cdata(words) if list.in_title => list.opml.title.push_str(words),
            _ => {}
        }
    }
    if !is_opml {
        return Err(OpmlError::NoElement);
    }
    if list.outlines == 0 {
        let (line, _) = places.of(decoded.text.len());
        return Err(OpmlError::NoOutline { line });
    }
    if !is_whole && list.opml.skipped.len() < SKIPPED_MAX {
        let (line, column) = places.of(decoded.text.len());
        let why =
            "the file ends here, before its list does: what came behind is missing".to_owned();
        list.opml.skipped.push(Skipped { line, column, title: String::new(), why });
    }
    list.opml.title = name(&list.opml.title);
    Ok(list.opml)
}

/// The list as it is read.
#[derive(Default)]
struct List {
    opml: Opml,
    /// Names of the outlines that are open; `None` for one that is a feed or has no name.
    open: Vec<Option<String>>,
    in_title: bool,
    outlines: usize,
}

impl List {
    fn start(&mut self, tag: &Tag<'_>, place: impl FnOnce() -> (usize, usize)) {
        let element = local(tag.name);
        if element.eq_ignore_ascii_case("title") {
            self.in_title = !tag.empty && self.outlines == 0;
        }
        if !element.eq_ignore_ascii_case("outline") {
            return;
        }
        self.outlines += 1;
        self.in_title = false;
        let said = Said::of(tag.attrs);
        let names_folder = said.url.is_empty() && !tag.empty;
        if names_folder {
            self.open.push(Some(name(&said.title)).filter(|name| !name.is_empty()));
            return;
        }
        if !tag.empty {
            self.open.push(None);
        }
        match self.subscription(&said) {
            Ok(feed) if self.opml.feeds.len() < FEEDS_MAX => self.opml.feeds.push(feed),
            Err(why) if self.opml.skipped.len() < SKIPPED_MAX => {
                let (line, column) = place();
                let title = cut(&name(&said.title), 80);
                self.opml.skipped.push(Skipped { line, column, title, why });
            }
            _ => self.opml.more += 1,
        }
    }

    fn end(&mut self, element: &str) {
        if element.eq_ignore_ascii_case("outline") {
            self.open.pop();
        } else if element.eq_ignore_ascii_case("title") || element.eq_ignore_ascii_case("head") {
            self.in_title = false;
        }
    }

    fn subscription(&self, said: &Said) -> Result<Subscription, String> {
        let mut folder: Vec<String> = self.open.iter().flatten().cloned().collect();
        if folder.is_empty() {
            let first = said.category.split(',').next().unwrap_or("");
            folder = first.split('/').map(name).filter(|name| !name.is_empty()).collect();
        }
        let url = match address(&said.url) {
            Ok(url) => url,
            Err(_) if said.url.is_empty() => return Err(said.why_no_feed().to_owned()),
            Err(why) => return Err(why.to_owned()),
        };
        Ok(Subscription {
            url,
            title: name(&said.title),
            site: address(&said.site).unwrap_or_default(),
            folder,
            id: name(&said.id),
            outlet: name(&said.outlet),
            interval: name(&said.interval),
        })
    }
}

/// What an outline says.
#[derive(Default)]
struct Said {
    url: String,
    title: String,
    site: String,
    category: String,
    kind: String,
    id: String,
    outlet: String,
    interval: String,
}

impl Said {
    fn of(attrs: &str) -> Self {
        let (mut said, mut other_url, mut text_attr) =
            (Self::default(), String::new(), String::new());
        for (known, value) in Attributes::new(attrs) {
            let place = match known.to_ascii_lowercase().as_str() {
                "xmlurl" => &mut said.url,
                "url" => &mut other_url,
                "htmlurl" => &mut said.site,
                "title" => &mut said.title,
                "text" => &mut text_attr,
                "category" => &mut said.category,
                "type" => &mut said.kind,
                "copytaster:id" => &mut said.id,
                "copytaster:outlet" => &mut said.outlet,
                "copytaster:interval" => &mut said.interval,
                _ => continue,
            };
            // The first of two equal names counts.
            if place.is_empty() {
                text::decoded(value).trim().clone_into(place);
            }
        }
        // `text` is what OPML 2.0 demands, `title` what feed readers wrote before it.
        if !text_attr.is_empty() && (said.title.is_empty() || said.url.is_empty()) {
            said.title = text_attr;
        }
        if said.url.is_empty() && matches!(said.kind.as_str(), "rss" | "atom" | "feed") {
            said.url = other_url;
        }
        said
    }

    fn why_no_feed(&self) -> &'static str {
        match self.kind.to_ascii_lowercase().as_str() {
            "link" => "a link to a page, no feed",
            "include" => "another list; import that file too",
            _ => "no xmlUrl",
        }
    }
}

/// An address that can be polled. It is never repeated where it is refused: it may carry a password.
fn address(written: &str) -> Result<String, &'static str> {
    const NONE: &str = "xmlUrl is no address";
    let bare = match written.split_at_checked(5) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("feed:") => match rest {
            rest if rest.starts_with("//") => format!("http:{rest}"),
            rest => rest.to_owned(),
        },
        _ => written.to_owned(),
    };
    if bare.len() > LINK_BYTES_MAX || !has_possible_host(&bare) {
        return Err(NONE);
    }
    let mut url = Url::parse(&bare).map_err(|_| NONE)?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err("xmlUrl is neither http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "xmlUrl carries a user or password; use the keys `user` and `password` instead",
        );
    }
    url.set_fragment(None);
    // As it is asked for: a host of foreign letters is longer in ASCII.
    if url.as_str().len() > LINK_BYTES_MAX || !has_possible_host(url.as_str()) {
        return Err(NONE);
    }
    Ok(url.into())
}

/// A name of one line.
fn name(text: &str) -> String {
    one_line(text, NAME_CHARS_MAX)
}

/// A stranger's name in one line of at most so many characters. White space in which a line ends is one space; spaces
/// that were written in a line stay, so that a name comes back as it went out.
pub fn one_line(text: &str, chars_max: usize) -> String {
    let is_space = |c: char| c.is_whitespace() || c.is_control();
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let (mut line, mut rest) = (String::with_capacity(text.len()), text);
    while !rest.is_empty() {
        let (word, behind) = rest.split_at(rest.find(is_space).unwrap_or(rest.len()));
        let (space, next) = behind.split_at(behind.find(|c| !is_space(c)).unwrap_or(behind.len()));
        line.push_str(word);
        line.push_str(if space.contains(is_break) { " " } else { space });
        rest = next;
    }
    cut(line.trim(), chars_max).trim_end().to_owned()
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Lines and columns of offsets that only ever grow.
struct Places<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    column: usize,
}

impl Places<'_> {
    fn of(&mut self, at: usize) -> (usize, usize) {
        for c in self.text.get(self.at..at).unwrap_or("").chars() {
            if c == '\n' {
                (self.line, self.column) = (self.line + 1, 1);
            } else {
                self.column += 1;
            }
        }
        self.at = self.at.max(at);
        (self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Opml {
        read(body.as_bytes()).unwrap()
    }

    fn told(opml: &Opml) -> Vec<(&str, &str, String)> {
        let feeds = opml.feeds.iter();
        feeds.map(|f| (f.url.as_str(), f.title.as_str(), f.folder.join("/"))).collect()
    }

    #[test]
    fn folders_nest_and_a_category_stands_for_one() {
        let opml = of(
            "<?xml version='1.0'?>\n<opml version='2.0'><head><title>My &amp; feeds</title></head><body>\
            <outline text='News'><outline text='Wires'><outline type='rss' text='A' title='Ann' xmlUrl='https://a.example/f' htmlUrl='https://a.example/'/>\
            </outline><outline text='B' xmlUrl='http://b.example/'/></outline>\
            <outline text='C' xmlUrl='https://c.example/' category='/Tech/Rust,/other'/>\
            <outline text='D' xmlUrl='https://d.example/'/></body></opml>",
        );
        assert_eq!(opml.title, "My & feeds");
        assert_eq!(
            told(&opml),
            [
                ("https://a.example/f", "Ann", "News/Wires".to_owned()),
                ("http://b.example/", "B", "News".to_owned()),
                ("https://c.example/", "C", "Tech/Rust".to_owned()),
                ("https://d.example/", "D", String::new()),
            ]
        );
        assert_eq!((opml.feeds[0].site.as_str(), opml.skipped.len()), ("https://a.example/", 0));
    }

    #[test]
    fn a_name_keeps_its_spaces_and_becomes_one_line() {
        let line = |text: &str| one_line(text, 6);
        assert_eq!(line("A  !"), "A  !");
        assert_eq!(line(" A\u{a0} b "), "A\u{a0} b");
        assert_eq!(line("\tA\r\n    b\u{2028} c\n"), "A b c");
        assert_eq!(line("12345 7"), "12345");
        assert_eq!(line("\u{1}"), "");
    }

    #[test]
    fn a_list_that_is_cut_says_so() {
        let opml = of(
            "<opml version='2.0'><body>\n<outline text='A' xmlUrl='https://a.example/'/>\n<outline text='B' xmlUrl='https://b",
        );
        assert_eq!(opml.feeds.len(), 1);
        let [cut] = opml.skipped.as_slice() else { panic!("{:?}", opml.skipped) };
        assert_eq!(cut.line, 3);
        assert!(cut.why.contains("ends here"), "{}", cut.why);
    }

    #[test]
    fn what_other_readers_write_is_understood() {
        let opml = of("<OPML version=1.0><body>\
            <outline TEXT='Ampersand &amp; Sons' xmlurl='https://a.example/?x=1&y=2&amp;z=3'/>\
            <outline text='old' type='rss' url='http://b.example/rss'/>\
            <outline text='scheme' xmlUrl='feed://c.example/x'/>\
            <outline text='scheme' xmlUrl='feed:https://d.example/x'></outline>\
            <outline text='unclosed' xmlUrl=https://e.example/f>");
        let urls: Vec<&str> = opml.feeds.iter().map(|feed| feed.url.as_str()).collect();
        assert_eq!(
            urls,
            [
                "https://a.example/?x=1&y=2&z=3",
                "http://b.example/rss",
                "http://c.example/x",
                "https://d.example/x",
                "https://e.example/f",
            ]
        );
        assert_eq!(opml.feeds[0].title, "Ampersand & Sons");
    }

    #[test]
    fn a_bad_outline_costs_itself_and_is_told_with_its_place() {
        let opml = of(
            "<opml><body>\n<outline text='no url'/>\n  <outline text='x' xmlUrl='ftp://a.example/'/>\n\
            <outline text='secret' xmlUrl='https://u:hunter2@b.example/'/>\n<outline type='link' text='l' url='https://c.example'/>\n\
            <outline text='good' xmlUrl='https://d.example/'/>\n<outline text='bad' xmlUrl='https://[/'/>\n<outline type='include' url='http://e.example/o'/>",
        );
        assert_eq!(opml.feeds.len(), 1);
        let told: Vec<_> =
            opml.skipped.iter().map(|s| (s.line, s.column, s.title.as_str())).collect();
        assert_eq!(
            told,
            [
                (2, 1, "no url"),
                (3, 3, "x"),
                (4, 1, "secret"),
                (5, 1, "l"),
                (7, 1, "bad"),
                (8, 1, ""),
                (8, 51, "")
            ]
        );
        assert!(!format!("{opml:?}").contains("hunter2"));
        assert_eq!(opml.skipped[5].why, "another list; import that file too");
    }

    #[test]
    fn a_host_that_is_too_long_once_it_is_in_ascii_leads_nowhere() {
        let opml = of(&format!(
            "<opml><body><outline xmlUrl='http://{}/'/></body></opml>",
            "ü".repeat(60)
        ));
        assert_eq!((opml.feeds.len(), opml.skipped.len()), (0, 1), "{opml:?}");
        let opml = of(&format!(
            "<opml><body><outline xmlUrl='http://{}/'/></body></opml>",
            "ü".repeat(50)
        ));
        assert_eq!(opml.feeds.len(), 1, "{opml:?}");
    }

    #[test]
    fn what_is_no_list_is_refused_with_its_place() {
        let refused = |body: &str| read(body.as_bytes()).unwrap_err().to_string();
        assert_eq!(refused(" \n "), "empty file");
        assert_eq!(refused("words"), "no OPML: there is no element in it");
        assert_eq!(
            refused("<?xml version='1.0'?>\n <rss><channel/></rss>"),
            "line 2, column 2: expected <opml>, found <rss>"
        );
        assert_eq!(refused("<opml>\n<body/>\n</opml>"), "line 3: no <outline> in it up to the end");
        let deep = format!("<opml><body>{}", "<outline text='a'>".repeat(300));
        assert_eq!(refused(&deep), "line 1, column 4585: depth over 256");
        assert_eq!(read(&vec![b'<'; BYTES_MAX + 1]), Err(OpmlError::TooLong));
    }

    #[test]
    fn entities_of_a_bomb_stay_as_they_are() {
        let bomb = "<!DOCTYPE opml [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>\
            <!ENTITY x SYSTEM 'file:///etc/passwd'>]>\
            <opml><body><outline text='&c;&x;' xmlUrl='https://a.example/'/></body></opml>";
        assert_eq!(of(bomb).feeds[0].title, "&c;&x;");
    }

    #[test]
    fn other_charsets_are_decoded_whatever_is_declared() {
        let body = "<?xml version='1.0' encoding='ISO-8859-1'?><opml><body><outline text='Größe' xmlUrl='https://a.example/'/></body></opml>";
        let latin: Vec<u8> = body.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let wide: Vec<u8> =
            format!("\u{FEFF}{body}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [latin, wide, body.as_bytes().to_vec()] {
            assert_eq!(read(&bytes).unwrap().feeds[0].title, "Größe");
        }
    }

    #[test]
    fn more_feeds_than_anybody_has_are_counted() {
        let one = "<outline xmlUrl='http://a.example/'/>";
        let body =
            format!("<opml>{}{}", one.repeat(FEEDS_MAX + 2), "<outline/>".repeat(SKIPPED_MAX + 3));
        let opml = of(&body);
        assert_eq!((opml.feeds.len(), opml.skipped.len(), opml.more), (FEEDS_MAX, SKIPPED_MAX, 5));
    }
}
