//! What an article record shows on its own: spans and references inside it, and the member a story keeps of it.

use std::collections::HashSet;

use crate::desk::statements::Spoken;
use crate::news::{Because, Fixed, Member, OutletKind, QuoteKind, Signal, Time};
use crate::record::ArticleRecord;

/// The first span that does not cut out the words beside it.
pub(super) fn wrong_span(record: &ArticleRecord) -> Option<String> {
    let body: Option<Vec<char>> = record.text.body.as_ref().map(|body| body.chars().collect());
    let quotes = record.quotes.iter().map(|q| (q.id.as_str(), q.char_start, q.char_end, &q.text));
    let chains = record.provenance.chains.iter().map(|chain| {
        let evidence = &chain.evidence;
        (chain.root.as_str(), evidence.char_start, evidence.char_end, &evidence.text)
    });
    for (name, start, end, text) in quotes.chain(chains) {
        let chars = text.chars().count() as u64;
        if start > end || end - start != chars || end > record.text.chars {
            return Some(format!(
                "{name}: {start}..{end} of {} characters for {chars} characters of text",
                record.text.chars
            ));
        }
        let Some(body) = &body else { continue };
        let span = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let cut = span.and_then(|(start, end)| body.get(start..end));
        if !cut.is_some_and(|cut| cut.iter().copied().eq(text.chars())) {
            return Some(format!("{name}: {start}..{end} of the body is not the text beside it"));
        }
    }
    let counted = body.map(|body| body.len() as u64).filter(|&chars| chars != record.text.chars);
    counted.map(|chars| format!("a body of {chars} characters, text.chars {}", record.text.chars))
}

/// The first id inside the record that names nothing in it.
pub(super) fn wrong_reference(record: &ArticleRecord) -> Option<String> {
    let quotes: HashSet<&str> = record.quotes.iter().map(|quote| quote.id.as_str()).collect();
    if quotes.len() < record.quotes.len() {
        return Some("two quotes with one id".to_owned());
    }
    let people = record.people.iter().map(|person| person.id.as_str());
    let speakers: HashSet<&str> =
        people.chain(record.orgs.iter().map(|org| org.id.as_str())).chain([""]).collect();
    for quote in &record.quotes {
        if !speakers.contains(quote.speaker.as_str()) {
            return Some(format!("{}: speaker {} is nobody here", quote.id, quote.speaker));
        }
        if !quote.variant_of.is_empty() && !quotes.contains(quote.variant_of.as_str()) {
            return Some(format!(
                "{}: variant of {}, which is no quote here",
                quote.id, quote.variant_of
            ));
        }
    }
    for chain in &record.provenance.chains {
        if chain.path.last() != Some(&chain.root) {
            return Some(format!("chain to {} does not end there", chain.root));
        }
        if let Some(claim) = chain.claims.iter().find(|claim| !quotes.contains(claim.as_str())) {
            return Some(format!(
                "chain to {} carries {claim}, which is no quote here",
                chain.root
            ));
        }
    }
    None
}

/// Whether the record shows all that its story knew of what is said: a denial stands in the words before it, which only
/// a body shows.
pub(super) fn shows_all(record: &ArticleRecord) -> bool {
    let has_body = record.text.body.is_some() && !record.defects.iter().any(|d| d == "body_cut");
    let is_silent = record.quotes.iter().all(|quote| quote.kind != QuoteKind::Reported);
    (has_body || is_silent)
        && !record.defects.iter().any(|defect| defect == "list_cut" || defect == "value_cut")
}

/// What a story keeps of the article, as far as counting needs it and the record shows it.
pub(in crate::cli) fn member(record: &ArticleRecord, arrival: u64, uncounted: bool) -> Member {
    let spoken = spoken(record);
    Member {
        article: record.article_id,
        arrival,
        dispatch: record.dispatch_id,
        outlet: record.outlet.id.clone(),
        family: record.outlet.family.clone(),
        outlet_kind: record.outlet.kind,
        wire: record.provenance.wire.clone(),
        role: record.provenance.role,
        cited: spoken.cited(),
        sign: sign(record),
        title: String::new(),
        lang: record.lang.clone(),
        chars: record.text.chars,
        fetched_at: record.timing.fetched_at,
        embargo_until: embargo_until(record),
        uncounted,
        notice: record.notice.kind,
        mark: None,
        opened: false,
        split_off: false,
        is_sibling: false,
        people: Vec::new(),
        places: Vec::new(),
        watches: Vec::new(),
        said: spoken.said(),
    }
}

/// Until when it may be no origin: the end of an embargo, or the moment from which it dates itself.
fn embargo_until(record: &ArticleRecord) -> Option<Time> {
    let until = [record.notice.until, record.published.time].into_iter().flatten();
    until.filter(|until| until.0 > record.timing.fetched_at.0).max()
}

fn spoken(record: &ArticleRecord) -> Spoken<'_> {
    Spoken {
        quotes: &record.quotes,
        people: &record.people,
        orgs: &record.orgs,
        places: &record.places,
        provenance: &record.provenance,
        body: record.text.body.as_deref(),
        lang: &record.lang,
    }
}

/// A record does not show "told <this outlet>", so reporting is not recomputed from it.
fn sign(record: &ArticleRecord) -> Because {
    let (signal, detail) = match record.outlet.kind {
        OutletKind::Wire | OutletKind::Official => (Signal::OwnFeed, &record.outlet.id),
        _ if record.provenance.wire.is_empty() => (Signal::NoSign, &record.provenance.byline),
        _ => (Signal::Credit, &record.provenance.credit),
    };
    Because { signal, weight: Fixed::ONE, detail: detail.clone() }
}
