//! The date of an article: the moment where it is known, the day in the outlet's zone, never an hour made up.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use crate::news::{
    AHEAD_MAX, Day, FIRST_YEAR, Granularity, Published, PublishedOrigin, StatedDate, StatedZone,
    Time,
};

/// What is known of an article's date, before it is judged.
#[derive(Debug, Default)]
pub(super) struct Claims<'a> {
    /// The feed's date element.
    pub(super) stated: Option<StatedDate>,
    /// The feed's date text, understood or not, `""` if none.
    pub(super) raw: &'a str,
    /// The date of the article's page, with its text.
    pub(super) page: Option<(StatedDate, &'a str)>,
    /// The day of a crawler's prefix.
    pub(super) prefix: Option<Date>,
    /// Zone the feed's dates without one are in.
    pub(super) feed_zone: Option<TimeZone>,
    /// Zone of the outlet.
    pub(super) outlet_zone: Option<&'a TimeZone>,
}

/// Judges the claims; what is wrong with them is added to `defects`.
pub(super) fn judge(
    claims: &Claims<'_>,
    fetched_at: Timestamp,
    defects: &mut Vec<String>,
) -> Published {
    let mut by = |stated: Option<(StatedDate, &str)>, origin| {
        claims.understood(stated?, fetched_at, defects).map(|known| Published { origin, ..known })
    };
    let by_feed = by(claims.stated.map(|stated| (stated, claims.raw)), PublishedOrigin::Feed);
    let by_feed = by_feed.or_else(|| by(claims.page, PublishedOrigin::Page));
    let by_prefix = || {
        let day = claims.prefix?;
        let ahead = claims.local(fetched_at).saturating_add(AHEAD_MAX) < day;
        let known = Published {
            time: None,
            day: Day(day),
            granularity: Granularity::Day,
            origin: PublishedOrigin::TextPrefix,
        };
        (!ahead && day.year() >= FIRST_YEAR).then_some(known)
    };
    by_feed.or_else(by_prefix).unwrap_or_else(|| {
        if claims.stated.is_none() && !claims.raw.is_empty() {
            if !defects.iter().any(|defect| defect.starts_with("date_")) {
                defects.push("date_unreadable".to_owned());
            }
        } else if claims.stated.is_none() && claims.page.is_none() {
            defects.push("date_missing".to_owned());
        }
        Published {
            time: None,
            day: Day(claims.local(fetched_at)),
            granularity: Granularity::Unknown,
            origin: PublishedOrigin::Fetch,
        }
    })
}

impl Claims<'_> {
    fn understood(
        &self,
        (stated, raw): (StatedDate, &str),
        fetched_at: Timestamp,
        defects: &mut Vec<String>,
    ) -> Option<Published> {
        let moment = match stated.granularity {
            Granularity::Unknown => return None,
            Granularity::Day => None,
            _ => match self.moment(stated, raw) {
                Ok(moment) => Some(moment),
                Err(defect) => {
                    defects.push(defect.to_owned());
                    return None;
                }
            },
        };
        let day = match moment {
            Some(moment) if self.has_zone() => self.local(moment),
            _ => stated.day,
        };
        // A day begins somewhere before it begins at the fetcher's.
        let ahead = match moment {
            Some(moment) => moment.duration_since(fetched_at) > AHEAD_MAX,
            None => self.local(fetched_at).saturating_add(AHEAD_MAX) < day,
        };
        if ahead {
            defects.push("date_future".to_owned());
            return None;
        }
        if day.year() < FIRST_YEAR {
            defects.push("date_out_of_range".to_owned());
            return None;
        }
        Some(Published {
            time: moment.map(Time),
            day: Day(day),
            granularity: stated.granularity,
            origin: PublishedOrigin::Feed,
        })
    }

    /// The moment, if the words name one: in the zone that they state, else in the feed's or the outlet's where they
    /// state none, or state what that zone is called there and then.
    fn moment(&self, stated: StatedDate, raw: &str) -> Result<Timestamp, &'static str> {
        let offset = match stated.zone {
            StatedZone::Offset(seconds) => Offset::from_seconds(seconds).unwrap_or(Offset::UTC),
            StatedZone::Missing | StatedZone::Unclear => Offset::UTC,
        };
        let words = offset.to_datetime(stated.moment);
        let home = self.feed_zone.as_ref().or(self.outlet_zone);
        // An hour that the clocks repeat or skip names no moment.
        let at_home = home.and_then(|zone| {
            let moment = zone.to_ambiguous_timestamp(words).unambiguous().ok()?;
            Some((moment, names(zone, moment, raw)))
        });
        match (stated.zone, at_home) {
            // At home this very name means another zone: "CST" is China's as well as Chicago's.
            (StatedZone::Offset(_), Some((moment, true))) if moment != stated.moment => {
                Err("date_zone_unclear")
            }
            (StatedZone::Offset(_), _) => Ok(stated.moment),
            (StatedZone::Missing, Some((moment, _)))
            | (StatedZone::Unclear, Some((moment, true))) => Ok(moment),
            (StatedZone::Missing, None) => Err("date_zone_missing"),
            (StatedZone::Unclear, _) => Err("date_zone_unclear"),
        }
    }

    fn has_zone(&self) -> bool {
        self.outlet_zone.is_some() || self.feed_zone.is_some()
    }

    /// The day of a moment in the outlet's zone, else the feed's, else UTC.
    fn local(&self, moment: Timestamp) -> Date {
        let zone = self.outlet_zone.or(self.feed_zone.as_ref());
        zone.unwrap_or(&TimeZone::UTC).to_datetime(moment).date()
    }
}

/// Whether a date text calls its zone as this zone is called at the moment, or short for summer and winter alike: "ET".
fn names(zone: &TimeZone, moment: Timestamp, raw: &str) -> bool {
    let info = zone.to_offset_info(moment);
    let name = info.abbreviation();
    let is_name = name.len() >= 3 && name.bytes().all(|b| b.is_ascii_alphabetic());
    let is_it = |word: &str| {
        let is_short = || {
            let (word, name) = (word.as_bytes(), name.as_bytes());
            matches!((word, name), ([a, b'T'], [first, b'S' | b'D', b'T']) if a == first)
        };
        word.eq_ignore_ascii_case(name) || is_short()
    };
    // A number behind the time says it without any name.
    let has_number = raw.split_once(':').is_some_and(|(_, after)| after.contains(['+', '-']));
    is_name && !has_number && raw.split(|c: char| !c.is_ascii_alphanumeric()).any(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::date;

    fn shown(raw: &str, zone: Option<&str>, prefix: Option<&str>) -> String {
        let zone = zone.and_then(crate::tables::zone);
        let claims = Claims {
            stated: date::read(raw),
            raw,
            page: None,
            prefix: prefix.map(|day| day.parse().unwrap()),
            feed_zone: None,
            outlet_zone: zone.as_ref(),
        };
        let mut defects = Vec::new();
        let p = judge(&claims, "2025-08-16T20:00:00Z".parse().unwrap(), &mut defects);
        let time = p.time.map_or("null".to_owned(), |time| time.to_string());
        format!("{time} {} {:?} {:?} {}", p.day, p.granularity, p.origin, defects.join(","))
    }

    /// The date as the reader of feeds understands it.
    fn in_a_feed(raw: &str) -> Option<StatedDate> {
        let body = format!(
            "<rss version=\"2.0\"><channel><item><title>a</title><pubDate>{raw}</pubDate></item></channel></rss>"
        );
        let feed = crate::enrich::tests::feed(None);
        let url = feed.url.clone();
        let fetched = crate::news::Fetched::at_hand(feed, url, body.into_bytes());
        let parsed = crate::parse::read(&fetched, &crate::parse::Config::default());
        parsed.drafts.first().and_then(|draft| draft.published)
    }

    const INDIA: Option<&str> = Some("Asia/Kolkata");

    #[test]
    fn the_day_is_that_of_the_outlets_zone() {
        let text = "2025-08-15T20:00:00Z";
        assert_eq!(shown(text, INDIA, None), "2025-08-15T20:00:00.000Z 2025-08-16 Second Feed ");
        assert_eq!(shown(text, None, None), "2025-08-15T20:00:00.000Z 2025-08-15 Second Feed ");
    }

    #[test]
    fn a_time_without_a_zone_is_in_the_outlets_or_none() {
        let text = "2025-08-16 05:30:00";
        assert_eq!(shown(text, INDIA, None), "2025-08-16T00:00:00.000Z 2025-08-16 Second Feed ");
        assert_eq!(shown(text, None, None), "null 2025-08-16 Unknown Fetch date_zone_missing");
    }

    #[test]
    fn a_zone_is_taken_from_the_outlet_only_where_it_is_called_so_there() {
        let (india, york, london) = ("Asia/Kolkata", "America/New_York", "Europe/London");
        for (raw, zone, moment) in [
            ("Thu, 03 Apr 2025 10:00:00 IST", india, "2025-04-03T04:30:00"),
            ("Thu, 03 Apr 2025 10:00:00 IST", "Europe/Dublin", "2025-04-03T09:00:00"),
            ("Thu, 03 Apr 2025 10:00:00 IST", london, "null"),
            ("Thu, 03 Apr 2025 10:00:00 BST", london, "2025-04-03T09:00:00"),
            // London keeps no summer time in January, so this is another BST.
            ("Fri, 03 Jan 2025 10:00:00 BST", london, "null"),
            ("Thu, 03 Apr 2025 10:00:00 ET", york, "2025-04-03T14:00:00"),
            ("Thu, 03 Apr 2025 10:00:00 ET", london, "null"),
            ("Thu, 03 Apr 2025 10:00:00 ET", india, "null"),
            ("Thu, 03 Apr 2025 10:00:00 XYZ", india, "null"),
            // Two zones go by one name, and the feed is at home in the other.
            ("Thu, 03 Apr 2025 13:00:00 CST", "Asia/Shanghai", "null"),
            ("Thu, 03 Apr 2025 13:00:00 CST", london, "2025-04-03T19:00:00"),
            ("Thu, 16 Jan 2025 13:00:00 CST", "America/Chicago", "2025-01-16T19:00:00"),
            ("Thu, 03 Apr 2025 13:00:00 EDT", york, "2025-04-03T17:00:00"),
            // A number is clear, whatever the remark behind it.
            ("Thu, 03 Apr 2025 13:00:00 +0000 (CST)", "Asia/Shanghai", "2025-04-03T13:00:00"),
            ("2025-04-03 13:00:00", "Asia/Shanghai", "2025-04-03T05:00:00"),
            // The clocks went from one to two, so half past never was.
            ("2025-03-30 01:30:00", london, "null"),
        ] {
            let stated = in_a_feed(raw);
            let zone_found = crate::tables::zone(zone);
            let claims =
                Claims { stated, raw, outlet_zone: zone_found.as_ref(), ..Claims::default() };
            let judged = judge(&claims, "2025-08-16T20:00:00Z".parse().unwrap(), &mut Vec::new());
            let told = judged.time.map_or("null".to_owned(), |time| time.to_string());
            assert_eq!(told.trim_end_matches(".000Z"), moment, "{raw} in {zone}");
        }
    }

    #[test]
    fn a_day_has_no_hour_and_a_prefix_gives_a_day() {
        assert_eq!(shown("2025-08-16", INDIA, None), "null 2025-08-16 Day Feed ");
        assert_eq!(shown("", INDIA, Some("2025-08-16")), "null 2025-08-16 Day TextPrefix ");
    }

    #[test]
    fn a_wrong_date_is_none_with_its_defect_and_the_day_is_that_of_the_fetch() {
        assert_eq!(
            shown("2025-08-18T20:00:01Z", INDIA, None),
            "null 2025-08-17 Unknown Fetch date_future"
        );
        assert_eq!(
            shown("1970-01-01T00:00:00Z", None, None),
            "null 2025-08-16 Unknown Fetch date_out_of_range"
        );
        assert_eq!(shown("next week", None, None), "null 2025-08-16 Unknown Fetch date_unreadable");
        assert_eq!(shown("", None, None), "null 2025-08-16 Unknown Fetch date_missing");
    }
}
