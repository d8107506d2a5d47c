//! Articles and members for tests of the desk.

use jiff::Timestamp;

use crate::news::{
    Article, ArticleId, Because, Day, DispatchId, Granularity, Member, Notice, NoticeKind, Outlet,
    OutletKind, Provenance, Published, PublishedOrigin, Role, Rung, Text, TextOrigin, Time, hash16,
};

/// A plain article of an unmapped outlet, without a date.
pub(crate) fn article(outlet: &str, title: &str, body: &str) -> Article {
    Article {
        rung: Rung::Guid,
        key: title.to_owned(),
        key_link: None,
        link_is_key: true,
        guid: title.to_owned(),
        url: String::new(),
        title: title.to_owned(),
        lang: "en".to_owned(),
        outlet: Outlet {
            id: outlet.to_owned(),
            name: outlet.to_owned(),
            country: String::new(),
            family: outlet.to_owned(),
            kind: OutletKind::Outlet,
        },
        own_agency: String::new(),
        text: Text {
            origin: TextOrigin::FeedContent,
            complete: true,
            summary: String::new(),
            body: body.to_owned(),
        },
        published: Published {
            time: None,
            day: Day(jiff::civil::date(2025, 8, 16)),
            granularity: Granularity::Unknown,
            origin: PublishedOrigin::Fetch,
        },
        provenance: Provenance::default(),
        own_signs: Vec::new(),
        not_text: Vec::new(),
        people: Vec::new(),
        orgs: Vec::new(),
        places: Vec::new(),
        quotes: Vec::new(),
        watch: Vec::new(),
        notice: Notice::default(),
        defects: Vec::new(),
        feed_words: None,
    }
}

/// A member of a story, in a dispatch named by a number.
pub(crate) fn member(arrival: u64, dispatch: u64, outlet: &str) -> Member {
    Member {
        article: ArticleId(hash16(&["article", &arrival.to_string()])),
        arrival,
        dispatch: DispatchId(hash16(&["dispatch", &dispatch.to_string()])),
        outlet: outlet.to_owned(),
        family: outlet.to_owned(),
        outlet_kind: OutletKind::Outlet,
        wire: Vec::new(),
        role: Role::Unknown,
        cited: Vec::new(),
        sign: super::independence::no_sign(),
        title: format!("title {arrival}"),
        lang: "en".to_owned(),
        chars: 1000,
        fetched_at: Time(Timestamp::from_second(i64::try_from(arrival).unwrap()).unwrap()),
        embargo_until: None,
        uncounted: false,
        notice: NoticeKind::None,
        mark: None,
        opened: false,
        split_off: false,
        is_sibling: false,
        people: Vec::new(),
        places: Vec::new(),
        watches: Vec::new(),
        said: Vec::new(),
    }
}

/// A sign with the word it rests on.
pub(crate) fn sign(signal: crate::news::Signal, detail: &str) -> Because {
    Because { signal, weight: crate::news::Fixed::ONE, detail: detail.to_owned() }
}
