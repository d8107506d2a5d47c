//! The lists: feeds, outlets, agencies, watches, and what they say of each other.

use std::collections::BTreeMap;
use std::time::Duration;

use super::document::{Bad, Document, Place, Section};
use super::read::{self, echo};
use super::watch::{self, Watch};
use super::{Agency, Feed, Outlet, access, address};
use crate::news::{FeedId, OutletKind, Proxy};

/// A feed polled more seldom would be taken for dead.
const FEED_INTERVAL_MAX: Duration = Duration::from_hours(7 * 24);

/// What the lists say.
pub(super) struct Entries {
    pub(super) feeds: Vec<Feed>,
    pub(super) outlets: Vec<Outlet>,
    pub(super) agencies: Vec<Agency>,
    pub(super) watches: Vec<Watch>,
}

/// Names that must stand only once in the document, each with its place.
pub(super) type Taken<'t> = BTreeMap<String, Place<'t>>;

/// Reads all lists. A feed may name any outlet: one that nobody describes is its own family.
pub(super) fn read(document: &mut Document<'_>, proxy: Option<&Proxy>) -> Entries {
    let mut taken = Taken::new();
    let agencies = document.each("agency", |s| agency(s, &mut taken));
    let (mut taken, mut hosts) = (Taken::new(), Taken::new());
    let outlets = document.each("outlet", |s| outlet(s, &mut taken, &mut hosts));
    let mut taken = Taken::new();
    let feeds = document.each("feed", |s| feed(s, &mut taken, proxy));
    let mut taken = Taken::new();
    let watches = document.each("watch", |s| watch::read(s, &mut taken));
    Entries { feeds, outlets, agencies, watches }
}

fn agency<'t>(s: &mut Section<'_, 't>, taken: &mut Taken<'t>) -> Option<Agency> {
    let id = own_id(s, taken);
    let names = s.require("names", |v| read::list(v, read::line_of));
    if let Some(names) = names.as_ref().filter(|names| names.value.is_empty()) {
        s.problem(names.place, "names", Bad::new("must hold at least one spelling"));
    }
    Some(Agency { id: id?, names: names?.value })
}

fn outlet<'t>(
    s: &mut Section<'_, 't>,
    taken: &mut Taken<'t>,
    taken_hosts: &mut Taken<'t>,
) -> Option<Outlet> {
    let kinds = [
        ("outlet", OutletKind::Outlet),
        ("wire", OutletKind::Wire),
        ("official", OutletKind::Official),
        ("transport", OutletKind::Transport),
    ];
    let id = own_id(s, taken);
    let hosts = s.given("hosts", |v| read::list(v, address::host));
    for host in hosts.iter().flat_map(|given| &given.value) {
        let place = hosts.as_ref().map_or(Place::At(0), |given| given.place);
        once(s, taken_hosts, "hosts", host, place);
    }
    let outlet = Outlet {
        id: String::new(),
        name: s.get("name", read::line),
        family: s.get("family", read::id),
        kind: s.get("kind", |v| read::word(v, &kinds)),
        country: s.get("country", read::country),
        zone: s.get("zone", read::zone),
        hosts: hosts.map(|given| given.value),
        agency: s.get("agency", read::id_or_nothing),
        full_text: s.get("full_text", read::truth).unwrap_or(false),
    };
    Some(Outlet { id: id?, ..outlet })
}

fn feed<'t>(s: &mut Section<'_, 't>, taken: &mut Taken<'t>, proxy: Option<&Proxy>) -> Option<Feed> {
    let id = own_id(s, taken);
    let url = s.require("url", address::url);
    let outlet = s.get("outlet", read::id);
    let title = s.get("title", read::line);
    let site = s.get("site", address::url);
    let folder = s.get("folder", read::folder);
    let interval =
        s.get("interval", |v| read::duration(v, Duration::from_secs(1), FEED_INTERVAL_MAX));
    let full_text = s.get("full_text", read::truth).unwrap_or(false);
    let url = url.map(|given| given.value);
    let pass = access::pass(s, url.as_ref(), proxy);
    let (id, url) = (FeedId::new(id?), url?);
    Some(Feed { id, url, outlet, title, site, folder, interval, full_text, pass })
}

pub(super) fn own_id<'t>(s: &mut Section<'_, 't>, taken: &mut Taken<'t>) -> Option<String> {
    let id = s.require("id", read::id)?;
    once(s, taken, "id", &id.value, id.place);
    Some(id.value)
}

fn once<'t>(
    s: &mut Section<'_, 't>,
    taken: &mut Taken<'t>,
    key: &str,
    name: &str,
    place: Place<'t>,
) {
    match taken.get(name) {
        None => {
            taken.insert(name.to_owned(), place);
        }
        Some(first) => {
            // Finding the line costs a look through the file.
            let full = s.document.is_full();
            let first = if full { String::new() } else { s.document.words(*first) };
            s.problem(place, key, Bad::new(format!("{} is taken already {first}", echo(name))));
        }
    }
}
