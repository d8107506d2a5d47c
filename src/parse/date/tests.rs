//! Tables: right, uncertain, refused. No row may move from the last table to the first.

use super::*;

fn told(text: &str) -> (String, Granularity, &'static str) {
    let read = read(text).unwrap_or_else(|| panic!("{text} is a date"));
    (read.date.moment.to_string(), read.date.granularity, read.defect)
}

#[test]
fn dates_with_a_zone_are_moments() {
    for (text, moment) in [
        ("Sat, 16 Aug 2025 05:58:00 GMT", "2025-08-16T05:58:00Z"),
        ("Sat, 16 Aug 2025 05:58:00 +0530", "2025-08-16T00:28:00Z"),
        ("16 Aug 25 05:58:00 EST", "2025-08-16T10:58:00Z"),
        ("Thu, 01 Jan 04 19:48:21 GMT", "2004-01-01T19:48:21Z"),
        ("1 Jan 99 00:00:00 Z", "1999-01-01T00:00:00Z"),
        ("Saturday, 16 August 2025 05:58:00 UT", "2025-08-16T05:58:00Z"),
        ("Sat,16 Aug 2025, 05:58:00 GMT", "2025-08-16T05:58:00Z"),
        ("Sat, 16 Aug 2025 5:58:7 -0430", "2025-08-16T10:28:07Z"),
        ("Sat, 16 Aug 2025 05:58:00 GMT-01:01", "2025-08-16T06:59:00Z"),
        ("Sat, 16 Aug 2025 05:58:00 +0530 (IST)", "2025-08-16T00:28:00Z"),
        ("Sat, 16 Aug 2025 05:58:00 MEST", "2025-08-16T03:58:00Z"),
        ("Sat, 16 Aug 2025 05:58:00 MET", "2025-08-16T04:58:00Z"),
        ("Sat, 16 Aug 2025 05:58 PM PDT", "2025-08-17T00:58:00Z"),
        ("Aug 16, 2025 12:05:00 AM UTC", "2025-08-16T00:05:00Z"),
        ("Sat Aug 16 05:58:00 UTC 2025", "2025-08-16T05:58:00Z"),
        ("Sat Aug 16 05:58:00 +0200 2025", "2025-08-16T03:58:00Z"),
        ("2025-08-16T05:58:00Z", "2025-08-16T05:58:00Z"),
        ("2025-08-16T05:58:00.999+02:00", "2025-08-16T03:58:00Z"),
        ("2025-08-16 05:58:00 +0200", "2025-08-16T03:58:00Z"),
        ("2025-08-16T05:58:7+02", "2025-08-16T03:58:07Z"),
        ("20250816T055800Z", "2025-08-16T05:58:00Z"),
        ("2025-08-16T24:00:00Z", "2025-08-17T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("mar., 12 août 2025 05:58:00 +0200", "2025-08-12T03:58:00Z"),
        ("Пн, 11 авг 2025 05:58:00 +0300", "2025-08-11T02:58:00Z"),
        ("Di, 12 Dez 2025 05:58:00 MEZ", "2025-12-12T04:58:00Z"),
        ("lun, 11 ago 2025 05:58:00 +0000", "2025-08-11T05:58:00Z"),
        ("Σάβ, 16 Αύγ 2025 05:58:00 EET", "2025-08-16T03:58:00Z"),
    ] {
        let (found, granularity, defect) = told(text);
        assert_eq!((found.as_str(), defect), (moment, ""), "{text}");
        assert!(matches!(granularity, Granularity::Second | Granularity::Minute));
    }
}

#[test]
fn a_time_without_a_clear_zone_is_told_as_utc_and_says_so() {
    for (text, defect) in [
        ("2025-08-16 05:58:00", "date_zone_missing"),
        ("2025/8/16 05:58:00", "date_zone_missing"),
        ("Sat Aug 16 05:58:00 2025", "date_zone_missing"),
        ("Sat, 16 Aug 2025 05:58:00", "date_zone_missing"),
        ("Sat, 16 Aug 2025 05:58:00 IST", "date_zone_unclear"),
        ("Sat, 16 Aug 2025 05:58:00 BST", "date_zone_unclear"),
        ("Sat, 16 Aug 2025 05:58:00 ET", "date_zone_unclear"),
        ("Sat, 16 Aug 2025 05:58:00 PT", "date_zone_unclear"),
        ("Sat, 16 Aug 2025 05:58:00 XYZ", "date_zone_unclear"),
    ] {
        let read = read(text).unwrap();
        assert_eq!(
            told(text),
            ("2025-08-16T05:58:00Z".to_owned(), Granularity::Second, defect),
            "{text}"
        );
        assert!(!read.date.is_zoned(), "{text}");
    }
}

#[test]
fn a_weekday_that_may_be_a_month_is_none_before_a_month_that_nobody_knows() {
    for text in [
        "mar, 12 noi 2025",
        "mar, 12 xan 2025",
        "mar, 4 iul 2025",
        "mart. 12 lip 2025",
        "mai 12 noi 2024",
        "2025-08-16T05:58:07",
    ] {
        let day = read(text).map(|read| read.date.granularity == Granularity::Day);
        assert_ne!(day, Some(true), "{text}");
    }
    assert_eq!(told("mar 12 2025").0, "2025-03-12T00:00:00Z");
    assert_eq!(told("mar, 12 août 2025").0, "2025-08-12T00:00:00Z");
}

#[test]
fn moscow_was_an_hour_further_ahead_for_three_years() {
    assert_eq!(told("Sat, 16 Aug 2012 05:58:07 MSK").0, "2012-08-16T01:58:07Z");
    assert_eq!(told("Sat, 16 Aug 2025 05:58:07 MSK").0, "2025-08-16T02:58:07Z");
}

#[test]
fn a_day_is_a_day_and_a_minute_a_minute() {
    for text in [
        "2025-08-16",
        "20250816",
        "Sat, 16 Aug 2025",
        "16 August 2025",
        "August 16th, 2025",
        "16-Aug-2025",
        "16.08.2025",
        "16/08/2025",
        "08/16/2025",
    ] {
        assert_eq!(told(text), ("2025-08-16T00:00:00Z".to_owned(), Granularity::Day, ""), "{text}");
    }
    assert_eq!(told("2025-08-16T05:58+00:00").1, Granularity::Minute);
    assert_eq!(told("2025-08").1, Granularity::Unknown);
    assert_eq!(told("2025").1, Granularity::Unknown);
    let read = read("Sat, 16 Aug 2025 23:30:00 -0500").unwrap();
    assert_eq!(read.date.day.to_string(), "2025-08-16");
}

#[test]
fn an_offset_is_read_to_its_end_or_not_at_all() {
    assert_eq!(told("2025-08-16T05:58:00+05:30:00").0, "2025-08-16T00:28:00Z");
    assert_eq!(told("2025-08-16T05:58:00\u{2212}05:30").0, "2025-08-16T11:28:00Z");
    for text in ["2025-08-16T05:58:00+05:30:15", "Sat, 16 Aug 2025 05:58:00 +05:3099"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn what_needs_a_guess_is_no_date() {
    for text in [
        "",
        "soon",
        "03/04/2025",
        "3-4-2025",
        "04-08-16",
        "25-08-16",
        "16 08 2025",
        "08/16",
        "16 Aug",
        "Sat, 31 Feb 2025 05:58:00 GMT",
        "2025-02-30",
        "2025-13-01",
        "2025-08-16T25:00:00Z",
        "2025-08-16T05:61:00Z",
        "Sat, 16 Aug 2025 05:58:00 +9900",
        "Sat, 16 Aug 2025 05:58:00 +05x0",
        "13:00 PM 16 Aug 2025",
        "20250816T9",
        "1755324000",
        "2025-08-16T05:58:00 maybe later",
        "Mar, 10 feb",
        "99999-01-01",
        "2025-08-16Tlater",
        "16 Aug 2025 17 Aug 2025",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(read(&"1".repeat(10_000)), None);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn any_shuffle_of_date_words_is_read_or_refused(words in proptest::collection::vec(0..12_usize, 0..8)) {
        const WORDS: [&str; 12] =
            ["Sat,", "16", "Aug", "2025", "05:58:00", "GMT", "+0530", "PM", "25", "-", "août", "2025-08-16T"];
        let text: Vec<&str> = words.into_iter().map(|at| WORDS[at]).collect();
        let _ = read(&text.join(" "));
    }
}

#[test]
fn a_letter_for_the_half_of_the_day_is_read_or_costs_the_date() {
    matrix::check(&[
        ("Sat, 16 Aug 2025 5:30p", "2025-08-16 17:30?"),
        ("Sat, 16 Aug 2025 5:30a", "2025-08-16 05:30?"),
        ("Sat, 16 Aug 2025 12:30a", "2025-08-16 00:30?"),
        ("Sat, 16 Aug 2025 5:30P EDT", "2025-08-16 21:30Z"),
        ("Sat, 16 Aug 2025 5:30 p GMT", "2025-08-16 17:30Z"),
        ("August 16, 2025, 5:30p", "2025-08-16 17:30?"),
        ("8/16/2025 5:30:07p", "2025-08-16 17:30:07?"),
        ("2025-08-16 5:30p", "2025-08-16 17:30?"),
        ("2025-08-16 05:30 p", "2025-08-16 17:30?"),
        ("2025-08-16 12:30a", "2025-08-16 00:30?"),
        // RFC 822 calls zones by letters.
        ("Sat, 16 Aug 2025 05:30 P", "none"),
        ("Sat, 16 Aug 2025 05:30:00P", "none"),
        ("2025-08-16 05:30:00 A", "2025-08-16 05:30:00?"),
        ("2025-08-16T05:30P", "none"),
        ("Sat, 16 Aug 2025 17:30:00 P", "2025-08-16 17:30:00?"),
        ("Sat, 16 Aug 2025 00:30:00 A", "2025-08-16 00:30:00?"),
    ]);
}

#[test]
fn a_range_of_times_and_two_zones_at_odds_say_no_zone() {
    matrix::check(&[
        ("Thu, 01 Jan 2026 10:00-11:00 GMT", "2026-01-01 10:00?"),
        ("Thu, 01 Jan 2026 10:00-11:00", "2026-01-01 10:00?"),
        ("Thu, 01 Jan 2026 10:00-11:30 EST", "2026-01-01 10:00?"),
        ("2004-07-01 09:00-12:00", "2004-07-01 09:00?"),
        ("2025-08-16 10:00-11:00 GMT", "2025-08-16 10:00?"),
        ("13.03.2026 10:00-12 Uhr", "2026-03-13 10:00?"),
        ("13.03.2026 10:00 -12 Uhr", "2026-03-13 10:00?"),
        ("March 13, 2026 2:30-4 pm", "none"),
        ("March 13, 2026 2:30 -4 pm", "none"),
        ("13 March 2026, 10:00-11", "2026-03-13 10:00?"),
        ("March 13, 2026 10:00-1130", "2026-03-13 10:00?"),
        ("13 March 2026 9:00-11 am", "none"),
        ("13/03/2026 10:00-12", "2026-03-13 10:00?"),
        ("2026-03-13 10:00-12", "2026-03-13 10:00?"),
        ("2026-03-13 10:00:00 -12 Uhr", "2026-03-13 10:00:00?"),
        ("2026/03/13 10:00-12", "2026-03-13 10:00?"),
        ("2026年3月13日 10:00-12", "2026-03-13 10:00?"),
        ("2025-08-16T10:00-04:00", "2025-08-16 14:00Z"),
        ("2025-08-16T10:00+0200", "2025-08-16 08:00Z"),
        ("2025-08-16 10:00:00-04", "2025-08-16 14:00:00Z"),
        ("2025-08-16 10:00 -0400", "2025-08-16 14:00Z"),
        ("2025-08-16 10:00+02", "2025-08-16 08:00Z"),
        ("Sat, 16 Aug 2025 10:00 -0400", "2025-08-16 14:00Z"),
        ("Sat Aug 16 05:58:00 CST 2025", "2025-08-16 05:58:00?"),
        ("Sat Aug 16 05:58:00 EST 2025", "2025-08-16 10:58:00Z"),
        ("Sat, 16 Aug 2025 05:58:00 CST", "2025-08-16 11:58:00Z"),
        ("2025-08-16T10:00-05:00", "2025-08-16 15:00Z"),
        ("2025-08-16 10:00:00-05:00", "2025-08-16 15:00:00Z"),
        ("2025-08-16 10:00+05:30", "2025-08-16 04:30Z"),
        ("2025-08-16T10:00:00+14:30", "none"),
        ("2025-08-16T10:00:00-13:00", "none"),
        ("Thu, 01 Jan 2026 10:00:00 +0000 EST", "2026-01-01 10:00:00?"),
        ("Thu, 01 Jan 2026 10:00:00 +0200 EST", "2026-01-01 10:00:00?"),
        ("Thu, 01 Jan 2026 10:00:00 -0500 GMT", "2026-01-01 10:00:00?"),
        ("Thu, 01 Jan 2026 10:00:00 EST (GMT)", "2026-01-01 10:00:00?"),
        ("2004-06-01T10:00:00+05:00[Europe/Paris]", "2004-06-01 10:00:00?"),
        ("2004-06-01T10:00:00+02:00[Europe/Paris]", "2004-06-01 08:00:00Z"),
        ("Thu, 01 Jan 2026 10:00:00 -0500 EST", "2026-01-01 15:00:00Z"),
        ("Thu, 01 Jan 2026 10:00:00 -0500 (EST)", "2026-01-01 15:00:00Z"),
        ("Thu, 01 Jan 2026 10:00:00 +0000 (UTC)", "2026-01-01 10:00:00Z"),
        ("Thu, 01 Jan 2026 10:00:00 +0530 (IST)", "2026-01-01 04:30:00Z"),
        ("Thu, 01 Jan 2026 10:00:00 +0100 CET", "2026-01-01 09:00:00Z"),
        (
            "Thu, 01 Jan 2026 10:00:00 GMT+0100 (Central European Standard Time)",
            "2026-01-01 09:00:00Z",
        ),
    ]);
}

#[test]
fn a_month_stays_the_month_and_a_cut_zone_is_unclear() {
    let told = |text: &str| {
        read(text).map_or_else(
            || "none".to_owned(),
            |read| format!("{} {}", read.date.moment, read.defect),
        )
    };
    for (text, expected) in [
        ("2025. aug. 13., sze", "2025-08-13T00:00:00Z "),
        ("2025. augusztus 13., sze.", "2025-08-13T00:00:00Z "),
        ("August 12, 2025, mar.", "2025-08-12T00:00:00Z "),
        ("mar 12 ago 2025", "2025-08-12T00:00:00Z "),
        ("mar, 12 noi 2025", "none"),
        ("Mar, Noi 12 2025", "none"),
        ("mar, août 12, 2025", "2025-08-12T00:00:00Z "),
        ("mar. agosto 12, 2025 10:00 GMT", "2025-08-12T10:00:00Z "),
        ("Mar Ago 12 10:00:00 CEST 2025", "2025-08-12T08:00:00Z "),
        ("sze, aug. 13. 2025 10:00 GMT", "2025-08-13T10:00:00Z "),
        ("10:00, mar 12 ago 2025", "2025-08-12T10:00:00Z date_zone_missing"),
        ("Tue Mar 12 10:00:00 MART 2024", "2024-03-12T10:00:00Z date_zone_unclear"),
        ("Wed, Mar 12 2025", "2025-03-12T00:00:00Z "),
        ("Sat, 16 Aug 2025 05:58:07 GMT+053", "2025-08-16T05:58:07Z date_zone_unclear"),
        ("Mar 12 2025", "2025-03-12T00:00:00Z "),
        ("Mar 10 - Apr 12", "none"),
        ("Mar 10 Apr 12", "none"),
        ("mar 12 avr 25", "2025-04-12T00:00:00Z "),
        ("Mar 12 2025 10:00 ago", "2025-03-12T10:00:00Z date_zone_unclear"),
        ("Aug 12 2025 10:00 MART", "2025-08-12T10:00:00Z date_zone_unclear"),
        ("Aug 12, 2025, Tue 10:00:00 GMT", "2025-08-12T10:00:00Z "),
        ("2025. jan. 1., sze 10:00:00 +0100", "2025-01-01T09:00:00Z "),
        ("August 30, 2025 September", "none"),
        ("2025-08-16T05:58:07+05:3", "2025-08-16T05:58:07Z date_zone_unclear"),
        ("2025-08-16T05:58:07-050", "2025-08-16T05:58:07Z date_zone_unclear"),
        ("Sat, 16 Aug 2025 05:58:07 +053", "2025-08-16T05:58:07Z date_zone_unclear"),
        ("Sat, 16 Aug 2025 05:58:07 +05:30", "2025-08-16T00:28:07Z "),
        ("Sat, 16 Aug 2025 05:58:07 +5:30", "2025-08-16T00:28:07Z "),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}
