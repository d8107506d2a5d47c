//! The date of an article: the moment where it is known, the day in the outlet's zone, never an hour made up.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::news::{Day, Granularity, Published, PublishedOrigin, StatedDate, Time};

/// Clocks of publishers run ahead by hours and feeds announce the next morning; further ahead is a mistake.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);
/// No feed carries news from before; older dates are zero, or a mistake.
pub(super) const FIRST_YEAR: i16 = 1990;

/// What is known of an article's date, before it is judged.
#[derive(Debug, Default)]
pub(super) struct Claims<'a> {
    /// The feed's date element.
    pub(super) stated: Option<StatedDate>,
    /// Whether the feed had some date text, understood or not.
    pub(super) raw: bool,
    /// The date of the article's page.
    pub(super) page: Option<StatedDate>,
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
    let mut by = |stated: Option<StatedDate>, origin| {
        claims.understood(stated?, fetched_at, defects).map(|known| Published { origin, ..known })
    };
    let by_feed = by(claims.stated, PublishedOrigin::Feed);
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
        if claims.stated.is_none() && claims.raw {
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
        stated: StatedDate,
        fetched_at: Timestamp,
        defects: &mut Vec<String>,
    ) -> Option<Published> {
        let moment = match stated.granularity {
            Granularity::Unknown => return None,
            Granularity::Day => None,
            _ if stated.zoned => Some(stated.moment),
            _ => {
                let Some(zone) = self.feed_zone.as_ref().or(self.outlet_zone) else {
                    defects.push("date_zone_missing".to_owned());
                    return None;
                };
                // The words were read as UTC; they meant this zone.
                let words = TimeZone::UTC.to_datetime(stated.moment);
                Some(zone.to_timestamp(words).ok()?)
            }
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

    fn has_zone(&self) -> bool {
        self.outlet_zone.is_some() || self.feed_zone.is_some()
    }

    /// The day of a moment in the outlet's zone, else the feed's, else UTC.
    fn local(&self, moment: Timestamp) -> Date {
        let zone = self.outlet_zone.or(self.feed_zone.as_ref());
        zone.unwrap_or(&TimeZone::UTC).to_datetime(moment).date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::date;

    fn shown(raw: &str, zone: Option<&str>, prefix: Option<&str>) -> String {
        let zone = zone.and_then(crate::tables::zone);
        let claims = Claims {
            stated: date::read(raw),
            raw: !raw.is_empty(),
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
