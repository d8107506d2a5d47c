//! Who publishes an article: by configuration, by `<source>`, by the link's host. Never guessed from the text.

use jiff::tz::TimeZone;
use url::Url;

use crate::news::{self, Feed, OutletKind, SourceElement};
use crate::tables::{self, Tables};

/// Longer ids help nobody; what names itself with a paragraph is cut.
const SLUG_CHARS_MAX: usize = 64;

/// The publisher of one article, with what the tables know of it.
#[derive(Clone, Debug)]
pub(super) struct Publisher<'a> {
    pub(super) shown: news::Outlet,
    /// Its entry in the tables, if it has one.
    pub(super) known: Option<&'a tables::Outlet>,
}

impl<'a> Publisher<'a> {
    fn known(outlet: &'a tables::Outlet) -> Self {
        Self { shown: outlet.shown.clone(), known: Some(outlet) }
    }

    /// An outlet nobody mapped is its own family.
    fn unmapped(id: &str) -> Self {
        let id = id.to_owned();
        let (name, family) = (id.clone(), id.clone());
        let shown = news::Outlet { id, name, family, ..news::Outlet::default() };
        Self { shown, known: None }
    }

    fn by_id(id: &str, tables: &'a Tables) -> Self {
        tables.outlet(id).map_or_else(|| Self::unmapped(id), Self::known)
    }

    pub(super) fn zone(&self) -> Option<&'a TimeZone> {
        self.known.and_then(|outlet| outlet.zone.as_ref())
    }

    /// The agency whose own feed this is, `""` otherwise.
    pub(super) fn agency(&self) -> &'a str {
        self.known.map_or("", |outlet| &outlet.agency)
    }

    /// Names it goes by; none for one known by its host alone.
    pub(super) fn names(&self) -> &'a [String] {
        self.known.map_or(&[], |outlet| &outlet.names)
    }

    pub(super) fn is(&self, kind: OutletKind) -> bool {
        self.shown.kind == kind
    }
}

/// The outlet of an item of a feed.
pub(super) fn of_item<'a>(
    feed: &Feed,
    source: Option<&SourceElement>,
    link: &str,
    tables: &'a Tables,
) -> Publisher<'a> {
    let configured = feed.outlet.as_deref().map(|id| Publisher::by_id(id, tables));
    match configured {
        // A feed of a proxy names its publisher item by item.
        Some(transport) if transport.is(OutletKind::Transport) => {
            by_source(source, tables).or_else(|| by_link(link, tables)).unwrap_or(transport)
        }
        Some(configured) => configured,
        None => by_source(source, tables)
            .or_else(|| by_link(link, tables))
            .or_else(|| unmapped_source(source, link, tables))
            .or_else(|| by_host(link, tables))
            .unwrap_or_else(|| Publisher::by_id(feed.id.as_str(), tables)),
    }
}

/// The outlet of a page: by configuration, by its link, by the name it gives itself where it has no link.
pub(super) fn of_page<'a>(
    feed: &Feed,
    site: &SourceElement,
    link: &str,
    tables: &'a Tables,
) -> Publisher<'a> {
    match feed.outlet.as_deref() {
        Some(id) => Publisher::by_id(id, tables),
        None => by_link(link, tables)
            .or_else(|| by_host(link, tables))
            .or_else(|| by_source(Some(site), tables))
            .unwrap_or_else(|| Publisher::by_id(feed.id.as_str(), tables)),
    }
}

/// The outlet of a line: its own word for it (an id, a name, a host), else the link's host.
pub(super) fn of_line<'a>(named: &str, url: &str, tables: &'a Tables) -> Publisher<'a> {
    let named = named.trim();
    if !named.is_empty() {
        return known(named, tables)
            .map_or_else(|| Publisher::unmapped(&slug(named)), Publisher::known);
    }
    by_link(url, tables)
        .or_else(|| by_host(url, tables))
        .unwrap_or_else(|| Publisher::unmapped("unknown"))
}

/// The outlet of this id, name or host.
pub(super) fn known<'a>(named: &str, tables: &'a Tables) -> Option<&'a tables::Outlet> {
    let named = named.trim();
    tables
        .outlet(named)
        .or_else(|| by_name(named, tables))
        .or_else(|| host_of(named).and_then(|host| tables.outlet_by_host(&host)))
}

fn by_source<'a>(source: Option<&SourceElement>, tables: &'a Tables) -> Option<Publisher<'a>> {
    let source = source?;
    let by_host = host_of(&source.url).and_then(|host| tables.outlet_by_host(&host));
    let known = by_host.filter(|outlet| publishes(outlet));
    known
        .or_else(|| by_name(&source.title, tables).filter(|outlet| publishes(outlet)))
        .map(Publisher::known)
}

fn publishes(outlet: &tables::Outlet) -> bool {
    outlet.shown.kind != OutletKind::Transport
}

/// An outlet by its name, also when the name carries a section (`Vale Post - World`, `Vale Post (Online)`).
fn by_name<'a>(name: &str, tables: &'a Tables) -> Option<&'a tables::Outlet> {
    let cut = |mark| name.split_once(mark).map(|(head, _)| head);
    let names = [Some(name), cut(" - "), cut(" ("), cut(" | ")];
    names.into_iter().flatten().find_map(|name| tables.outlet_by_name(name))
}

/// A link whose host, or whose publisher behind an AMP cache, the tables know.
fn by_link<'a>(link: &str, tables: &'a Tables) -> Option<Publisher<'a>> {
    let host = host_of(link)?;
    let known = |host: &str| tables.outlet_by_host(host).filter(|outlet| publishes(outlet));
    known(&host).or_else(|| amp_host(&host).and_then(|host| known(&host))).map(Publisher::known)
}

/// What a transport, or a host nobody mapped, says of its publisher.
fn unmapped_source<'a>(
    source: Option<&SourceElement>,
    link: &str,
    tables: &'a Tables,
) -> Option<Publisher<'a>> {
    let source = source?;
    if let Some(host) = host_of(&source.url).filter(|host| tables.outlet_by_host(host).is_none()) {
        return Some(Publisher::unmapped(without_www(&host)));
    }
    let transport = host_of(link).and_then(|host| tables.outlet_by_host(&host));
    let named = !source.title.trim().is_empty();
    (named && transport.is_some()).then(|| Publisher::unmapped(&slug(&source.title)))
}

fn by_host<'a>(link: &str, tables: &'a Tables) -> Option<Publisher<'a>> {
    let host = host_of(link)?;
    if let Some(host) = amp_host(&host) {
        return Some(Publisher::unmapped(without_www(&host)));
    }
    let known = tables.outlet_by_host(&host).map(Publisher::known);
    known.or_else(|| Some(Publisher::unmapped(without_www(&host))))
}

fn without_www(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// The host of a URL, or of a bare host name.
fn host_of(link: &str) -> Option<String> {
    let link = link.trim();
    let url = match Url::parse(link) {
        Ok(url) => url,
        Err(_) if link.contains('.') && !link.contains(char::is_whitespace) => {
            Url::parse(&format!("https://{}", link.trim_start_matches('/'))).ok()?
        }
        Err(_) => return None,
    };
    let host = url.host_str()?.trim_end_matches('.');
    (!host.is_empty()).then(|| host.to_lowercase())
}

/// The publisher's host inside an AMP cache's: `www-vale-post.cdn…` is `www.vale.post`, `--` is a hyphen.
fn amp_host(host: &str) -> Option<String> {
    let coded = host.strip_suffix(".cdn.ampproject.org")?;
    let host = coded.replace("--", "\u{0}").replace('-', ".").replace('\u{0}', "-");
    host.contains('.').then_some(host)
}

/// A name as an id: letters and digits in lower case, hyphens between.
fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || (c == '.' && !out.is_empty()) {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.chars().count() >= SLUG_CHARS_MAX {
            break;
        }
    }
    match out.trim_end_matches(['-', '.']) {
        "" => "unknown".to_owned(),
        slug => slug.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::tests::{TABLES, feed};

    fn item(outlet: Option<&str>, source: Option<(&str, &str)>, link: &str) -> news::Outlet {
        let source =
            source.map(|(title, url)| SourceElement { title: title.into(), url: url.into() });
        of_item(&feed(outlet), source.as_ref(), link, &TABLES).shown
    }

    #[test]
    fn the_configuration_comes_first_then_source_then_link_then_host_then_feed() {
        assert_eq!(
            item(Some("livemint"), Some(("CNN", "https://cnn.com")), "https://bbc.com/a").id,
            "livemint"
        );
        assert_eq!(
            item(None, Some(("CNN", "https://edition.cnn.com/x")), "https://bbc.com/a").id,
            "cnn"
        );
        assert_eq!(item(None, None, "https://www.bbc.co.uk/a").id, "bbc");
        assert_eq!(item(None, None, "https://www.vale-post.example/a").id, "vale-post.example");
        assert_eq!(item(None, None, "").id, "test-feed");
        assert_eq!(item(Some("my-paper"), None, "").family, "my-paper");
    }

    #[test]
    fn a_transport_is_resolved_to_its_publisher_where_the_item_names_it() {
        let google = "https://news.google.com/rss/articles/x";
        assert_eq!(item(None, Some(("Reuters", "https://www.reuters.com")), google).id, "reuters");
        assert_eq!(item(None, Some(("The Hindu", "")), google).id, "thehindu");
        assert_eq!(
            item(None, Some(("Vale Post", "https://www.vale.example")), google).id,
            "vale.example"
        );
        assert_eq!(item(None, Some(("Vale Post", "")), google).id, "vale-post");
        assert_eq!(item(Some("google-news"), Some(("CNN", "")), google).id, "cnn");
        let unknown = item(None, None, google);
        assert_eq!((unknown.id.as_str(), unknown.kind), ("google-news", OutletKind::Transport));
    }

    #[test]
    fn an_amp_cache_hides_no_publisher() {
        assert_eq!(
            item(None, None, "https://www-livemint-com.cdn.ampproject.org/c/s/a").id,
            "livemint"
        );
        assert_eq!(
            item(None, None, "https://vale--post-example.cdn.ampproject.org/c/a").id,
            "vale-post.example"
        );
    }

    #[test]
    fn a_line_names_its_outlet_by_id_name_or_host() {
        let line = |named: &str, url: &str| of_line(named, url, &TABLES).shown.id;
        assert_eq!(line("livemint", ""), "livemint");
        assert_eq!(line("Hindustan Times", ""), "hindustantimes");
        assert_eq!(line("CNN (Online)", ""), "cnn");
        assert_eq!(line("www.thehindu.com", ""), "thehindu");
        assert_eq!(line("The Vale Post", "https://cnn.com/a"), "the-vale-post");
        assert_eq!(line("", "https://cnn.com/a"), "cnn");
        assert_eq!(line("", "https://www.vale.example/a"), "vale.example");
        assert_eq!(line("", ""), "unknown");
        assert_eq!(line("???", ""), "unknown");
    }
}
