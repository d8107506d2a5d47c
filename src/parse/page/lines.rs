//! What is kept of a page: lines of text in boxes, and what its head claims.

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Kind {
    #[default]
    Paragraph,
    Heading,
    Item,
    Quote,
}

/// An element that holds others.
#[derive(Clone, Debug, Default)]
pub(super) struct Box {
    pub(super) parent: usize,
    pub(super) depth: u16,
    pub(super) tag: &'static str,
    /// `class` and `id`, escaped.
    pub(super) label: String,
    /// Whether its name, class or role says it is no story.
    pub(super) is_noise: bool,
}

/// A run of text that stands by itself; line breaks inside it are U+000A.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) text: String,
    /// Bytes of it that are links.
    pub(super) links: Vec<(usize, usize)>,
    pub(super) kind: Kind,
    pub(super) level: u8,
    pub(super) inside: usize,
    pub(super) label: String,
    pub(super) is_noise: bool,
    /// Bytes of it that stand in a `<time>`.
    pub(super) timed: usize,
    /// Whether an inline element in it is named for an author.
    pub(super) is_byline: bool,
}

impl Line {
    /// Share of its bytes that are links, in percent.
    pub(super) fn link_percent(&self) -> usize {
        let linked: usize = self.links.iter().map(|(from, to)| to - from).sum();
        linked * 100 / self.text.len().max(1)
    }
}

/// What a `<time>` says.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) datetime: String,
    /// Whether it is named for the publication.
    pub(super) is_publication: bool,
    /// The line that it stands in, or that comes next.
    pub(super) line: usize,
    /// The box around it.
    pub(super) inside: usize,
}

/// All that one walk found.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// The first is the body.
    pub(super) boxes: Vec<Box>,
    pub(super) lines: Vec<Line>,
    /// `name`, `property` or `itemprop` in lower case, and `content`.
    pub(super) metas: Vec<(String, String)>,
    /// Dates that stand as `itemprop` in a `<meta>` of the body: of the article, or of one that a list shows.
    pub(super) dates: Vec<Moment>,
    pub(super) linked: Vec<String>,
    pub(super) times: Vec<Moment>,
    pub(super) title: String,
    pub(super) lang: String,
    pub(super) canonical: String,
    pub(super) base: String,
    /// Whether a bound left something out.
    pub(super) is_cut: bool,
}
