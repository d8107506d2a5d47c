//! Who says what, and through whom: people, bodies and places of a text, its quotations and reported speech, and the
//! chains through which they came. Pure and linear in the text; what rests on no words of it is left out.

mod chains;
mod clause;
mod marks;
mod mentions;
mod parties;
mod places;
mod quotes;
mod roles;
mod scene;
mod sentences;
#[cfg(test)]
mod tests;
mod units;
mod voices;

use crate::news::{Chain, Evidence, Org, Person, Place, Quote, QuoteKind};
use crate::tables::{EntityKind, Tables};
use chains::{Hop, Route};
use quotes::Said;
use scene::Scene;

/// Quotations and statements of one article that its record lists.
const SAID_MAX: usize = 200;
/// So much of a text is heard: five times the longest report, and all that its lists have room for.
const HEARD_BYTES_MAX: usize = 128 * 1024;
/// Chains of one article that its record lists.
const CHAINS_MAX: usize = 60;

/// What is heard in a text.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) people: Vec<Person>,
    pub(super) orgs: Vec<Org>,
    pub(super) places: Vec<Place>,
    pub(super) quotes: Vec<Quote>,
    pub(super) chains: Vec<Chain>,
    /// Outlets named as sources, without the credited wires.
    pub(super) cites: Vec<String>,
    /// Words for what is odd in it.
    pub(super) defects: Vec<&'static str>,
}

/// What is known of a text before it is heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub(super) body: &'a str,
    pub(super) title: &'a str,
    pub(super) lang: &'a str,
    /// Id of the outlet.
    pub(super) publisher: &'a str,
    /// Its country.
    pub(super) country: &'a str,
    pub(super) wires: &'a [String],
    /// Credit lines as printed, with the agencies they name.
    pub(super) credits: &'a [(String, Vec<String>)],
    pub(super) dateline: &'a str,
}

/// What is said in a text, and how it came there.
struct Speech {
    routes: Vec<Route>,
    said: Vec<Said>,
    ids: Vec<String>,
}

/// Hears a text.
pub(super) fn hear(told: &Told<'_>, tables: &Tables) -> Heard {
    // Where the cut falls changes nothing before it: offsets count from the start.
    let heard_of = told.body.floor_char_boundary(HEARD_BYTES_MAX);
    let body = told.body.get(..heard_of).unwrap_or_default();
    let lang = if told.lang == "und" { tables.likeliest_lexicon(told.body) } else { told.lang };
    let mut scene = Scene::new(body, lang, (told.publisher, told.country), tables);
    roles::assign(&mut scene);
    let voices = voices::all(&scene);
    let routes = chains::routes(&scene, &voices);
    let mut said = quotes::all(&scene, &voices, &routes);
    said.truncate(SAID_MAX);
    let ids = ids(&said);
    let mut heard = Heard::default();
    heard.figures(&scene, told);
    let speech = Speech { routes, said, ids };
    heard.quotes(&scene, told, &speech);
    heard.chains(&scene, told, &speech);
    heard.credits(told);
    if scene.quotes.iter().any(|quote| quote.unclosed) {
        heard.defects.push("quote_unclosed");
    }
    if speech.said.iter().any(|said| said.variant_of.is_some()) {
        heard.defects.push("quote_variant");
    }
    heard
}

/// `q1` for marked words, `r1` for reported ones, in the order of the text.
fn ids(said: &[Said]) -> Vec<String> {
    let (mut marked, mut reported) = (0, 0);
    let name = |said: &Said| {
        if said.kind == QuoteKind::Reported {
            reported += 1;
            format!("r{reported}")
        } else {
            marked += 1;
            format!("q{marked}")
        }
    };
    said.iter().map(name).collect()
}

impl Heard {
    fn figures(&mut self, scene: &Scene<'_>, told: &Told<'_>) {
        let titles = roles::holders(scene);
        let counts = roles::counts(scene, &titles);
        let events = places::events(scene, told.dateline);
        for (who, mentions, _) in counts {
            let Some(figure) = scene.figure(who) else { continue };
            let (id, name) = (figure.id.clone(), figure.name.clone());
            match figure.kind {
                EntityKind::Person => self.people.push(Person {
                    id,
                    name,
                    wikidata: figure.wikidata.clone(),
                    role: figure.role.clone(),
                    role_of: figure.role_of.clone(),
                    mentions,
                }),
                EntityKind::Org if figure.newsroom.as_deref() != Some(told.publisher) => {
                    self.orgs.push(Org { id, name, kind: figure.sort.clone(), mentions });
                }
                EntityKind::Org => {}
                EntityKind::Place => self.places.push(Place {
                    id,
                    name,
                    country: figure.country.clone(),
                    is_event_place: events.contains(&who),
                    mentions,
                }),
            }
        }
        self.title(told, scene.text.tables);
    }

    /// Those whom the headline alone names, as far as the tables know them.
    fn title(&mut self, told: &Told<'_>, tables: &Tables) {
        for figure in
            mentions::known_in(told.title, told.lang, (told.publisher, told.country), tables)
        {
            match figure.kind {
                EntityKind::Person if !self.people.iter().any(|known| known.id == figure.id) => {
                    self.people.push(Person {
                        id: figure.id,
                        name: figure.name,
                        wikidata: figure.wikidata,
                        role: String::new(),
                        role_of: String::new(),
                        mentions: 0,
                    });
                }
                EntityKind::Place if !self.places.iter().any(|known| known.id == figure.id) => {
                    self.places.push(Place {
                        id: figure.id,
                        name: figure.name,
                        country: figure.country,
                        is_event_place: false,
                        mentions: 0,
                    });
                }
                _ => {}
            }
        }
    }

    fn quotes(&mut self, scene: &Scene<'_>, told: &Told<'_>, speech: &Speech) {
        let Speech { routes, said, ids } = speech;
        for (n, said) in said.iter().enumerate() {
            let via = said.by.map(|by| &routes[by]).filter(|route| route.is_chain);
            let id_of = |who: u32| scene.figure(who).map(|figure| figure.id.clone());
            self.quotes.push(Quote {
                id: ids[n].clone(),
                speaker: said.speaker.and_then(id_of).unwrap_or_default(),
                text: scene.text.between(said.tokens.0, said.tokens.1).to_owned(),
                char_start: said.span.0.into(),
                char_end: said.span.1.into(),
                kind: said.kind,
                via: via.map(|route| path(scene, told, route)).unwrap_or_default(),
                variant_of: said.variant_of.and_then(|of| ids.get(of)).cloned().unwrap_or_default(),
            });
        }
    }

    fn chains(&mut self, scene: &Scene<'_>, told: &Told<'_>, speech: &Speech) {
        let Speech { routes, said, ids } = speech;
        for (n, route) in routes.iter().enumerate() {
            if !route.is_chain || route.is_outer || self.chains.len() >= CHAINS_MAX {
                continue;
            }
            let path = path(scene, told, route);
            let mut claims: Vec<String> = (0..said.len())
                .filter(|at| said[*at].by == Some(n) && said[*at].kind == QuoteKind::Reported)
                .map(|at| ids[at].clone())
                .collect();
            if claims.is_empty() {
                claims = (0..said.len())
                    .filter(|at| said[*at].by == Some(n))
                    .map(|at| ids[at].clone())
                    .collect();
            }
            let denial = scene.attributions[n].how == clause::Cue::Denial
                && scene.attributions[n].told.is_some();
            if claims.is_empty()
                && !denial
                && !scene.attributions[n]
                    .content
                    .iter()
                    .any(|content| content.to - content.from > 3)
            {
                continue;
            }
            for hop in &route.hops {
                if let Hop::Figure(who) = hop
                    && let Some(newsroom) = scene.newsroom(*who)
                    && !told.wires.iter().any(|wire| wire == newsroom)
                    && !self.cites.iter().any(|known| known == newsroom)
                {
                    self.cites.push(newsroom.to_owned());
                }
            }
            let (start, end) = scene.span(route.evidence);
            let text = scene.words(route.evidence).to_owned();
            let root = path.last().cloned().unwrap_or_default();
            let evidence = Evidence { char_start: start.into(), char_end: end.into(), text };
            self.chains.push(Chain { path, root, claims, inferred: vec![], evidence });
        }
        self.chains.sort_by_key(|chain| chain.evidence.char_start);
    }

    /// One chain for each agency that a line of the body credits, for the whole article.
    fn credits(&mut self, told: &Told<'_>) {
        // An agency's own text comes from nobody but itself.
        for wire in told.wires.iter().filter(|wire| *wire != told.publisher) {
            let Some((printed, _)) = told
                .credits
                .iter()
                .find(|(printed, agencies)| !printed.is_empty() && agencies.contains(wire))
            else {
                continue;
            };
            let Some(byte) = told.body.rfind(printed.as_str()) else { continue };
            let start = told.body.get(..byte).unwrap_or_default().chars().count() as u64;
            let end = start + printed.chars().count() as u64;
            let root = format!("org_{wire}");
            self.chains.push(Chain {
                path: vec![told.publisher.to_owned(), root.clone()],
                root,
                claims: vec![],
                inferred: vec![],
                evidence: Evidence { char_start: start, char_end: end, text: printed.clone() },
            });
        }
    }
}

fn path(scene: &Scene<'_>, told: &Told<'_>, route: &Route) -> Vec<String> {
    let mut path = vec![told.publisher.to_owned()];
    path.extend(route.hops.iter().filter_map(|hop| match hop {
        Hop::Figure(who) => scene.figure(*who).map(|figure| figure.id.clone()),
        Hop::Unnamed(word) => Some((*word).to_owned()),
        Hop::Us => None,
    }));
    path
}

/// Words that attribute something, as spans of scalar values; for measuring against texts marked by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributed {
    /// Who.
    pub source: Option<(u32, u32)>,
    /// The words that attribute.
    pub cue: (u32, u32),
    /// What.
    pub content: Vec<(u32, u32)>,
    /// `speech`, `thought`, …
    pub how: String,
}

/// All attributions of a text, those of stance and thought among them that records leave out.
pub fn attributions(text: &str, lang: &str, tables: &Tables) -> Vec<Attributed> {
    let scene = Scene::new(text, lang, ("", ""), tables);
    let attributed = |known: &clause::Attribution| Attributed {
        source: known.source.filter(|range| !range.is_empty()).map(|range| scene.span(range)),
        cue: scene.span(known.cue),
        content: known.content.iter().map(|range| scene.span(*range)).collect(),
        how: format!("{:?}", known.how).to_lowercase(),
    };
    scene.attributions.iter().map(attributed).collect()
}
