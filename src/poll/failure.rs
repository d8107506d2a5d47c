//! Why a poll gave nothing, in the words and weights of Media Cloud.

use super::address::Refused;
use super::inflate::BodyError;

/// Why a poll gave nothing, in the words of Media Cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// An answer that is no news: anything but 200 and 304.
    Http(u16),
    /// The address guard refused it.
    Refused(Refused),
    TemporaryDns,
    UnknownHost,
    Tls,
    /// The proxy cannot be reached, does not let us through, or reaches nobody.
    Proxy,
    ConnectTimeout,
    ReadTimeout,
    Total,
    Connection,
    TooManyRedirects,
    /// A whole body that we do not take.
    Body(BodyError),
    /// A body that nobody could read.
    Parse(String),
    Fetch(&'static str),
}

impl Failure {
    /// The words that records and tables show.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Http(status) => format!("HTTP {status}"),
            Self::Refused(refused) => format!("bad URL ({refused})"),
            Self::TemporaryDns => "temporary DNS error".into(),
            Self::UnknownHost => "unknown hostname".into(),
            Self::Tls => "SSL error".into(),
            Self::Proxy => "proxy error".into(),
            Self::ConnectTimeout => "connect timeout".into(),
            Self::ReadTimeout => "read timeout".into(),
            Self::Total => "job timeout".into(),
            Self::Connection => "connection error".into(),
            Self::TooManyRedirects => "too many redirects".into(),
            Self::Body(error) => format!("fetch error ({error})"),
            Self::Parse(why) if why.is_empty() => "parse error".into(),
            Self::Parse(why) => format!("parse error ({why})"),
            Self::Fetch(why) => format!("fetch error ({why})"),
        }
    }

    /// Hard failures count 1, soft ones a half, passing ones a quarter. In thousandths.
    pub(super) fn weight(&self) -> i64 {
        match self {
            Self::Http(404 | 429) => 500,
            Self::Http(400..=499) | Self::Refused(_) => 1_000,
            Self::TemporaryDns | Self::Proxy => 250,
            _ => 500,
        }
    }

    pub(super) fn http(&self) -> Option<u16> {
        match self {
            Self::Http(status) => Some(*status),
            Self::Body(_) | Self::Parse(_) => Some(200),
            _ => None,
        }
    }
}
