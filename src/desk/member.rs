//! What a story keeps of an article.

use super::identify::Item;
use super::independence;
use super::statements::Spoken;
use crate::news::{Article, Because, DispatchId, Fixed, Member, OutletKind, OwnSign, Signal, Time};

/// What a story keeps of an article.
pub(super) fn member(item: &Item, dispatch: DispatchId, arrival: u64) -> Member {
    let article = &item.article;
    let spoken = spoken(article);
    Member {
        article: item.id,
        arrival,
        dispatch,
        outlet: article.outlet.id.clone(),
        family: article.outlet.family.clone(),
        outlet_kind: article.outlet.kind,
        wire: article.provenance.wire.clone(),
        role: article.provenance.role,
        cited: spoken.cited(),
        sign: sign(article),
        title: article.title.clone(),
        lang: article.lang.clone(),
        chars: article.text.body.chars().count() as u64,
        fetched_at: Time(item.fetched_at),
        embargo_until: embargo_until(item),
        uncounted: article.notice.is_uncounted(),
        notice: article.notice.kind,
        mark: None,
        opened: false,
        split_off: false,
        is_sibling: false,
        people: article.people.iter().map(|p| p.id.clone()).collect(),
        places: article.places.iter().filter(|p| p.is_event_place).map(|p| p.id.clone()).collect(),
        watches: article.watch.iter().map(|w| w.id.clone()).collect(),
        said: spoken.said(),
    }
}

fn spoken(article: &Article) -> Spoken<'_> {
    Spoken {
        quotes: &article.quotes,
        people: &article.people,
        orgs: &article.orgs,
        places: &article.places,
        provenance: &article.provenance,
        body: Some(&article.text.body),
        lang: &article.lang,
    }
}

/// Until when it may not speak for anything: the end of an embargo, or the moment from which it dates itself.
fn embargo_until(item: &Item) -> Option<Time> {
    let article = &item.article;
    let until = [article.notice.until, article.published.time].into_iter().flatten();
    until.filter(|until| until.0 > item.fetched_at).max()
}

/// What an article shows about where its text comes from.
fn sign(article: &Article) -> Because {
    let says =
        |signal, detail: &str| Because { signal, weight: Fixed::ONE, detail: detail.to_owned() };
    match (article.outlet.kind, article.own_signs.first()) {
        (OutletKind::Wire | OutletKind::Official, _) => says(Signal::OwnFeed, &article.outlet.id),
        (_, Some(OwnSign::ToldOutlet(words))) => says(Signal::ToldOutlet, words),
        (_, Some(OwnSign::Byline(words))) => says(Signal::Byline, words),
        (_, Some(OwnSign::Dateline(words))) => says(Signal::Dateline, words),
        (_, None) if !article.provenance.credit.is_empty() => {
            says(Signal::Credit, &article.provenance.credit)
        }
        (_, None) if !article.provenance.wire.is_empty() => {
            let printed = [&article.provenance.dateline, &article.provenance.byline];
            let words = printed.iter().find(|words| !words.is_empty());
            says(Signal::Credit, words.map_or(&article.provenance.wire[0], |words| words))
        }
        _ => independence::no_sign(),
    }
}
