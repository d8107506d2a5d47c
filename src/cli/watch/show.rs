//! What rules would have raised, for people and for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::heard::{Followed, Tried};
use crate::cli::{Table, count_of};
use crate::desk::watch::Heard;
use crate::news::Time;

pub(super) fn page(tried: &Tried) -> Vec<u8> {
    let mut text = String::new();
    for (place, watch) in tried.watches.iter().enumerate() {
        let gap = if place > 0 { "\n" } else { "" };
        let articles = count_of(watch.articles, "article", "articles");
        let stories = count_of(watch.stories, "story", "stories");
        let alerts = count_of(watch.alerts.len() as u64, "alert", "alerts");
        let Followed { id, rule, .. } = watch;
        let since = Time(tried.since);
        writeln!(text, "{gap}{id}: {articles} in {stories}, {alerts} since {since}\n  {rule}")
            .expect("a string takes all");
        if watch.alerts.is_empty() {
            continue;
        }
        let mut table = Table::new(&[
            "TIME", "LEVEL", "REASON", "ARTICLES", "OUTLETS", "SOURCES", "OUTLET", "HEADLINE",
        ]);
        for Heard { at, alert } in &watch.alerts {
            table.row([
                at.strftime("%m-%d %H:%M:%S").to_string(),
                alert.level.as_str().to_owned(),
                alert.reason.as_str().to_owned(),
                alert.articles.to_string(),
                alert.outlets.to_string(),
                alert.independent.to_string(),
                alert.outlet.clone(),
                alert.title.clone(),
            ]);
        }
        text += &table.to_string();
    }
    text.into_bytes()
}

pub(super) fn json(tried: &Tried) -> Vec<u8> {
    let alert = |heard: &Heard| {
        let alert = &heard.alert;
        json!({
            "time": Time(heard.at), "reason": alert.reason, "level": alert.level,
            "story_id": alert.story, "article_id": alert.article, "title": alert.title,
            "outlet_id": alert.outlet, "article_count": alert.articles,
            "outlet_count": alert.outlets, "independent_source_count": alert.independent,
            "url": alert.url,
        })
    };
    let watch = |watch: &Followed| {
        let alerts: Vec<Value> = watch.alerts.iter().map(alert).collect();
        json!({
            "id": watch.id, "rule": watch.rule, "articles": watch.articles,
            "stories": watch.stories, "alerts": alerts,
        })
    };
    let watches: Vec<Value> = tried.watches.iter().map(watch).collect();
    let whole = json!({
        "since": Time(tried.since), "until": Time(tried.until), "watches": watches,
    });
    format!("{whole}\n").into_bytes()
}
