//! Serves the scripted day over HTTP by a clock that is handed in. What is answered is pure ([`document`]);
//! [`serve`] only carries it.

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderName, Response, header};
use axum::routing::get;
use jiff::Timestamp;
use tokio::net::TcpListener;

use super::day::{Day, Fault, Sends};
use super::write;
use crate::news::hash16;

/// Seconds a feed asks to be left alone while it is unavailable.
const RETRY_AFTER_S: u32 = 600;

/// Sent with status 200 by a site under repair: no feed, and no reason to forget the feed.
const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Back soon</title></head>\
    <body><p>We are changing a few pipes. Please come back in a moment.</p></body></html>\n";

/// What the server answers to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Media type, `""` for none.
    pub content_type: &'static str,
    /// `ETag` with its quotes.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// `Retry-After` in seconds.
    pub retry_after: Option<u32>,
    /// The body.
    pub body: String,
}

impl Answer {
    fn bare(status: u16) -> Self {
        Self {
            status,
            content_type: "",
            etag: None,
            last_modified: None,
            retry_after: None,
            body: String::new(),
        }
    }

    /// The answer to a conditional request: 304 where a validator is the one we would send; `ETag` counts first.
    #[must_use]
    pub fn given(self, if_none_match: Option<&str>, if_modified_since: Option<&str>) -> Self {
        let same = match (if_none_match, &self.etag) {
            (Some(theirs), Some(ours)) => theirs == ours,
            (Some(_), None) => false,
            (None, _) => {
                self.last_modified.is_some() && self.last_modified.as_deref() == if_modified_since
            }
        };
        if self.status == 200 && same {
            Self { status: 304, content_type: "", body: String::new(), ..self }
        } else {
            self
        }
    }
}

/// What the feed's URL answers at `now`, before conditions; 404 for a feed that the day does not have.
pub fn document(day: &Day, feed: &str, now: Timestamp) -> Answer {
    let Some(feed) = day.feeds.iter().find(|known| known.id == feed) else {
        return Answer::bare(404);
    };
    let fault = feed.faults.iter().find(|fault| fault.from <= now && now < fault.until);
    // A broken answer carries no validators: with them, the next one would be "not modified".
    match fault.map(|fault| fault.answer) {
        Some(Fault::Unavailable) => {
            Answer { retry_after: Some(RETRY_AFTER_S), ..Answer::bare(503) }
        }
        Some(Fault::Page) => {
            Answer { content_type: "text/html", body: PAGE.into(), ..Answer::bare(200) }
        }
        Some(Fault::Cut) => {
            let whole = write::feed_at(day, feed, now).body;
            // Between two items: half of one would look like a shorter version of its text.
            let last = whole.rfind("<item>").or_else(|| whole.rfind("<entry>"));
            let body = last.and_then(|at| whole.get(..at)).unwrap_or_default().into();
            Answer { content_type: "application/xml", body, ..Answer::bare(200) }
        }
        None => {
            let document = write::feed_at(day, feed, now);
            let etag = || format!("\"{}\"", hash16(&[&feed.id, &document.body]));
            Answer {
                content_type: "application/xml",
                etag: matches!(feed.validators, Sends::Both | Sends::Etag).then(etag),
                last_modified: matches!(feed.validators, Sends::Both | Sends::LastModified)
                    .then(|| write::http_date(document.modified)),
                body: document.body,
                ..Answer::bare(200)
            }
        }
    }
}

/// Serves every feed of the day at `/<feed id>.xml` until `shutdown` is done.
///
/// `now` is read once a request, so a day can pass at any speed.
pub async fn serve(
    day: Arc<Day>,
    now: impl Fn() -> Timestamp + Clone + Send + Sync + 'static,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let answer = move |Path(file): Path<String>, request: Request| {
        let feed = file.strip_suffix(".xml").unwrap_or(&file);
        let headers = request.headers();
        let answer = document(&day, feed, now()).given(
            text(headers, &header::IF_NONE_MATCH),
            text(headers, &header::IF_MODIFIED_SINCE),
        );
        std::future::ready(response(answer))
    };
    let router = Router::new().route("/{file}", get(answer));
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn response(answer: Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    let fields = [
        (header::CONTENT_TYPE, Some(answer.content_type.to_owned()).filter(|it| !it.is_empty())),
        (header::ETAG, answer.etag),
        (header::LAST_MODIFIED, answer.last_modified),
        (header::RETRY_AFTER, answer.retry_after.map(|seconds| seconds.to_string())),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(answer.body)).expect("status and fields are ours and valid")
}
