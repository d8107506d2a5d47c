use super::*;
use crate::desk::testing::{member, sign};
use crate::news::Time;

fn wire(mut member: Member, agency: &str) -> Member {
    member.wire = vec![agency.to_owned()];
    member.sign = sign(Signal::Credit, agency);
    member
}

fn agency_own(mut member: Member, agency: &str) -> Member {
    member.outlet_kind = OutletKind::Wire;
    member.sign = sign(Signal::OwnFeed, agency);
    member.wire = vec![agency.to_owned()];
    member
}

fn counts(members: &[Member]) -> (u64, u64, u64, usize) {
    let tally = tally(members);
    (tally.articles, tally.outlets, tally.dispatches, tally.independence.len())
}

#[test]
fn the_published_growth_of_the_seed_is_counted() {
    let mut seed = wire(member(1, 1, "livemint"), "ani");
    seed.role = Role::Rewrite;
    let ani = agency_own(member(2, 2, "ani"), "ani");
    let paper = wire(member(3, 2, "theprint"), "ani");
    let mut cnn = member(4, 3, "cnn");
    cnn.role = Role::Original;
    let all = [seed, ani, paper, cnn];
    assert_eq!(counts(&all[..1]), (1, 1, 1, 1));
    assert_eq!(counts(&all[..2]), (2, 2, 2, 1));
    assert_eq!(counts(&all[..3]), (3, 3, 2, 1));
    assert_eq!(counts(&all), (4, 4, 3, 2));
    let tally = tally(&all);
    let reporting: Vec<_> = tally.independence.iter().map(|o| (&*o.origin, o.reporting)).collect();
    assert_eq!(reporting, [("ani", Reporting::Confirmed), ("cnn", Reporting::Confirmed)]);
    assert_eq!(tally.independence.iter().map(|o| o.article_count).sum::<u64>(), 4);
}

#[test]
fn one_owner_is_one_source_and_one_outlet_may_carry_two_wires() {
    let mut sister = member(2, 2, "hindustan");
    sister.family = "livemint".to_owned();
    assert_eq!(counts(&[member(1, 1, "livemint"), sister]), (2, 2, 2, 1));
    let two = [wire(member(1, 1, "livemint"), "ani"), wire(member(2, 2, "livemint"), "pti")];
    assert_eq!(counts(&two), (2, 1, 2, 2));
}

#[test]
fn the_most_credited_wire_is_the_origin_and_the_root_decides_a_tie() {
    let tie = [wire(member(1, 1, "a"), "pti"), wire(member(2, 1, "b"), "ani")];
    assert_eq!(tally(&tie).independence[0].origin, "pti");
    let majority = [
        wire(member(1, 1, "a"), "pti"),
        wire(member(2, 1, "b"), "ani"),
        wire(member(3, 1, "c"), "ani"),
    ];
    assert_eq!(tally(&majority).independence[0].origin, "ani");
    let own = [majority.to_vec(), vec![agency_own(member(4, 1, "pti"), "pti")]].concat();
    assert_eq!(tally(&own).independence[0].origin, "pti");
}

#[test]
fn an_official_body_is_a_primary_source_and_a_transport_is_none() {
    let mut kremlin = member(1, 1, "kremlin");
    kremlin.outlet_kind = OutletKind::Official;
    let mut transport = member(2, 2, "news.google.com");
    transport.outlet_kind = OutletKind::Transport;
    let tally = tally(&[kremlin, transport.clone()]);
    assert_eq!(tally.independence.len(), 1);
    assert_eq!(tally.independence[0].kind, OriginKind::Primary);
    assert_eq!(tally.independence[0].article_count, 2);
    assert_eq!(counts(&[transport]), (1, 1, 1, 1));
}

#[test]
fn what_was_withdrawn_counts_nowhere() {
    let mut gone = member(2, 2, "b");
    gone.uncounted = true;
    assert_eq!(counts(&[member(1, 1, "a"), gone.clone()]), (1, 1, 1, 1));
    assert_eq!(counts(&[gone]), (0, 0, 0, 0));
}

#[test]
fn the_lead_stands_nearest_to_the_origin_and_is_never_embargoed() {
    let mut copy = member(1, 1, "a");
    copy.role = Role::WireCopy;
    copy.chars = 9000;
    let mut own = member(2, 2, "b");
    own.role = Role::Original;
    own.chars = 100;
    let now = Timestamp::from_second(100).unwrap();
    let chosen = |members: &[Member]| lead(members, now).map(|m| m.arrival);
    assert_eq!(chosen(&[copy.clone(), own.clone()]), Some(2));
    own.embargo_until = Some(Time(Timestamp::from_second(200).unwrap()));
    assert_eq!(chosen(&[copy, own.clone()]), Some(1));
    assert_eq!(chosen(&[own]), Some(2));
}

fn citing(mut member: Member, whom: &str) -> Member {
    member.cited = vec![whom.to_owned()];
    member
}

#[test]
fn outlets_that_have_it_from_each_other_are_one_source_until_one_shows_reporting() {
    let (a, b) = (citing(member(1, 1, "a"), "b"), citing(member(2, 2, "b"), "a"));
    let circle = tally(&[a.clone(), b.clone()]);
    assert_eq!(circle.independence.len(), 1);
    let origin = &circle.independence[0];
    assert_eq!((origin.article_count, origin.outlets.len()), (2, 2));
    assert!(origin.because.iter().any(|b| b.detail == "a and b cite each other"));
    let mut own = b.clone();
    own.role = Role::Original;
    assert_eq!(counts(&[a.clone(), own]), (2, 2, 2, 2));
    let c = citing(member(3, 3, "c"), "b");
    assert_eq!(counts(&[a.clone(), b, c]), (3, 3, 3, 2));
    let ring = [a, citing(member(2, 2, "b"), "c"), citing(member(3, 3, "c"), "a")];
    assert_eq!(counts(&ring), (3, 3, 3, 1));
}

#[test]
fn a_digest_of_one_newsroom_counts_under_its_family() {
    let mut digest = citing(member(1, 1, "digest"), "cnn");
    digest.role = Role::Aggregation;
    assert_eq!(tally(&[digest.clone()]).independence[0].origin, "cnn");
    let mut cnn = member(2, 2, "cnn");
    cnn.family = "warner".to_owned();
    let both = tally(&[digest.clone(), cnn]);
    assert_eq!(both.independence.len(), 1);
    assert_eq!(both.independence[0].origin, "warner");
    let wire = tally(&[digest, agency_own(member(2, 2, "cnn"), "cnn")]);
    assert_eq!((wire.independence.len(), wire.independence[0].kind), (1, OriginKind::Wire));
}
