//! What a page says about its article: title, link, dates, authors, by JSON-LD first, then by its head.

use url::Url;

use super::lines::{Line, Moment, Swept};
use super::linked::Linked;
use super::words;
use crate::news::{Page, StatedDate};
use crate::parse::{date, keys, text};

/// Bytes of a title.
const TITLE_BYTES_MAX: usize = 2 << 10;
/// Authors of an article.
const AUTHORS_MAX: usize = 8;

const PUBLISHED: [&str; 14] = [
    "article:published_time",
    "og:published_time",
    "datepublished",
    "article.published",
    "parsely-pub-date",
    "publish-date",
    "publishdate",
    "pubdate",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "date",
    "sailthru.date",
];
const UPDATED: [&str; 6] = [
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
    "lastmod",
];
const AUTHORS: [&str; 7] = [
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "sailthru.author",
    "byl",
];

/// The claims alone; `content` is left empty.
pub(super) fn page(swept: &Swept, linked: &Linked, base: &Url) -> Page {
    let meta = |keys: &[&str]| keys.iter().find_map(|key| first(swept, key)).unwrap_or_default();
    let or = |value: &str, keys: &[&str]| {
        if value.is_empty() { meta(keys) } else { value.to_owned() }
    };
    let mut page = Page {
        title: title(swept, linked),
        site: or(&linked.publisher, &["og:site_name", "application-name"]),
        rights: or(&linked.rights, &["copyright", "dc.rights", "dcterms.rights", "rights"]),
        lang: lang(swept, linked, &meta(&["content-language", "og:locale"])),
        link: link(swept, linked, base),
        authors: authors(swept, linked),
        ..Page::default()
    };
    let published = or(&linked.published, &PUBLISHED);
    let published = if published.is_empty() { moment(swept) } else { published };
    (page.published, page.published_raw) = (understood(&published, &mut page.defects), published);
    page.updated = date::read(&or(&linked.updated, &UPDATED)).map(|read| read.date);
    if linked.is_paid {
        page.defects.push("page_paywalled".to_owned());
    }
    if swept.is_cut {
        page.defects.push("page_cut".to_owned());
    }
    page
}

fn first(swept: &Swept, key: &str) -> Option<String> {
    swept.metas.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
}

fn understood(raw: &str, defects: &mut Vec<String>) -> Option<StatedDate> {
    let read = date::read(raw);
    match &read {
        Some(read) if !read.defect.is_empty() => defects.push(read.defect.to_owned()),
        None if !raw.is_empty() => defects.push("date_unreadable".to_owned()),
        _ => {}
    }
    read.map(|read| read.date)
}

/// The headline; the site's name behind it is none of it.
pub(super) fn title(swept: &Swept, linked: &Linked) -> String {
    if !linked.headline.is_empty() {
        return linked.headline.clone();
    }
    let site = first(swept, "og:site_name").unwrap_or_default();
    let heading = swept.lines.iter().find(|line| line.level == 1 && !line.is_noise);
    let heading = heading.map(|line| super::one_space(&line.text));
    let claimed = first(swept, "og:title").or_else(|| first(swept, "twitter:title"));
    let claimed = claimed.unwrap_or_else(|| swept.title.clone());
    let title = match heading {
        // A heading that the head's title repeats is the title, without what the head adds.
        Some(heading) if words::squeezed(&claimed).contains(&words::squeezed(&heading)) => heading,
        Some(heading) if claimed.is_empty() => heading,
        _ => without_site(&claimed, &site).to_owned(),
    };
    text::head(&title, TITLE_BYTES_MAX).to_owned()
}

fn without_site<'a>(title: &'a str, site: &str) -> &'a str {
    let cut = [" | ", " - ", " – ", " — ", " : "].into_iter().find_map(|mark| {
        let (head, tail) = title.rsplit_once(mark)?;
        (!site.is_empty() && words::squeezed(tail) == words::squeezed(site)).then_some(head)
    });
    cut.unwrap_or(title).trim()
}

fn lang(swept: &Swept, linked: &Linked, meta: &str) -> String {
    let lang = [swept.lang.as_str(), &linked.lang, meta].into_iter().find(|lang| !lang.is_empty());
    let lang = lang.unwrap_or("").replace('_', "-");
    let is_tag = lang.len() <= 35 && lang.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_tag { lang } else { String::new() }
}

/// The canonical link, else `og:url`, else JSON-LD's. A site that calls its front page canonical is not believed.
fn link(swept: &Swept, linked: &Linked, base: &Url) -> String {
    let base = base.join(&swept.base).unwrap_or_else(|_| base.clone());
    let og = first(swept, "og:url").unwrap_or_default();
    let said = [&swept.canonical, &og, &linked.link];
    let links = said.into_iter().filter(|link| !link.is_empty());
    links
        .filter_map(|link| base.join(link.trim()).ok())
        .filter(|url| url.path().len() > 1 || url.query().is_some())
        .find_map(|url| keys::shown_link(url.as_str()))
        .unwrap_or_default()
}

fn authors(swept: &Swept, linked: &Linked) -> Vec<String> {
    if !linked.authors.is_empty() {
        return linked.authors.clone();
    }
    for key in AUTHORS {
        let named: Vec<String> = swept
            .metas
            .iter()
            .filter(|(known, name)| known == key && !name.contains("://") && !name.starts_with('@'))
            .map(|(_, name)| name.clone())
            .take(AUTHORS_MAX)
            .collect();
        if !named.is_empty() {
            return named;
        }
    }
    Vec::new()
}

/// The moment that the head of the article states: below its headline and above its first paragraph, or named for the
/// publication and above that paragraph. Menus, lists of other stories, comments and the text itself have times of
/// their own, and a date that is another's is worse than none.
fn moment(swept: &Swept) -> String {
    let head = Head::of(swept);
    let own = |moments: &[Moment], is: &dyn Fn(&Moment) -> bool| {
        let mut found: Vec<&str> =
            moments.iter().filter(|at| is(at)).map(|at| at.datetime.as_str()).collect();
        found.dedup();
        match found.as_slice() {
            [one] => Some((*one).to_owned()),
            _ => None,
        }
    };
    own(&swept.dates, &|at| head.names(at))
        .or_else(|| own(&swept.times, &|at| head.names(at)))
        .or_else(|| own(&swept.times, &|at| head.dates(at)))
        .unwrap_or_default()
}

/// Bytes from which on a line is the first paragraph of a story.
const LEAD_BYTES: usize = 80;
/// Lines that a head may have where no paragraph ends it.
const HEAD_LINES_MAX: usize = 4;
/// Beginnings of words that say of a time that it is of a change.
const OF_A_CHANGE: [&str; 14] = [
    "updat",
    "modif",
    "edit",
    "revis",
    "aktualis",
    "geändert",
    "actualiz",
    "mis à jour",
    "mise à jour",
    "atualiz",
    "обновл",
    "изменен",
    "अपडेट",
    "更新",
];

/// The lines between the headline and the first paragraph.
struct Head<'s> {
    swept: &'s Swept,
    from: usize,
    to: usize,
}

impl<'s> Head<'s> {
    fn of(swept: &'s Swept) -> Self {
        let lines = &swept.lines;
        let heading = lines.iter().position(|line| line.level == 1 && !line.is_noise);
        let from = heading.unwrap_or(0);
        let is_lead = |line: &Line| {
            let is_prose = line.level == 0 && line.text.len() >= LEAD_BYTES;
            is_prose && !line.is_noise && !is_noisy(swept, line.inside) && line.link_percent() < 50
        };
        let to =
            lines.iter().skip(from).position(is_lead).map_or(from + HEAD_LINES_MAX, |at| from + at);
        Self { swept, from, to }
    }

    fn names(&self, at: &Moment) -> bool {
        at.is_publication && at.line <= self.to && !is_noisy(self.swept, at.inside)
    }

    fn dates(&self, at: &Moment) -> bool {
        let is_change = |line: &Line| {
            let lower = line.text.to_lowercase();
            OF_A_CHANGE.iter().any(|word| lower.contains(word))
        };
        at.line >= self.from
            && at.line < self.to
            && !is_noisy(self.swept, at.inside)
            && !self.swept.lines.get(at.line).is_some_and(is_change)
    }
}

/// Whether a box, or one around it, is none of the story.
fn is_noisy(swept: &Swept, mut inside: usize) -> bool {
    while let Some(own) = swept.boxes.get(inside) {
        if own.is_noise {
            return true;
        }
        if inside == 0 {
            break;
        }
        inside = own.parent;
    }
    false
}
