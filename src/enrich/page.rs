//! The article that a page has, and when it may stand for what the feed said. Precision first: a wall, a list or
//! another story never replaces a text.

use std::collections::BTreeSet;

use super::credit::{self, Side};
use super::outlet::{self, Publisher};
use super::{Context, Source, assemble, html, of_draft};
use crate::news::{Article, Draft, Page, Rung, SourceElement, TextOrigin};
use crate::tables::Tables;

/// Share of the feed's words, in percent, that the page's text must have: an editor's own summary shares most names and
/// numbers with its story, a wall or another story a quarter at most.
const SHARED_PERCENT: usize = 50;
/// Words from which on the feed's text is compared; one of fewer is a label, and the headline helps it.
const TEXT_WORDS_MIN: usize = 6;
/// Words that must be shared of a text, where the feed has as many.
const SHARED_TEXT_MIN: usize = 3;
/// Words that must be shared where the headline is compared, whose verbs are seldom those of the text.
const SHARED_TITLE_MIN: usize = 2;
/// Words of a headline that must stand in the story's own page, most of them, where the teaser has other words.
const TITLE_WORDS_MIN: usize = 4;
/// Share of the headline's words, in percent, that the page's paragraphs must have then.
const TITLE_PERCENT: usize = 60;
/// Paragraphs that must have a word of the headline then: a wall or an offer has one that repeats it.
const TITLE_PARAGRAPHS_MIN: usize = 2;
/// Letters from which on a word of an alphabet with vowels tells something; others write shorter words.
const WORD_CHARS_MIN: usize = 4;
/// Words of the feed that are asked for.
const WORDS_MAX: usize = 200;

/// Bytes behind a wall that are part of it: prices, questions, another way to sign in.
const WALL_END_BYTES_MAX: usize = 600;
/// Bytes from which on a block is a paragraph.
const PROSE_BYTES: usize = 60;
/// Paragraphs from which on a text may be a list.
const LIST_PARAGRAPHS_MIN: usize = 4;
/// A text fewer of whose paragraphs, in percent, have a word of the story is a list.
const LIST_PERCENT: usize = 40;

/// What a page is to a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// The same story, and more of it.
    Text,
    /// The same story; the feed says as much.
    Shorter,
    /// No text to compare.
    Nothing,
    /// Something else.
    Other,
}

/// The article a draft becomes whose page was read. Identity, title, link and defects are the draft's; the text is the
/// page's where it is the same story and longer, and the page fills in what the feed does not say.
pub fn with_page(draft: &Draft, page: &Page, context: &Context<'_>) -> Article {
    let publisher = of_draft(draft, context);
    let mut source = Source::of(draft);
    let (blocks, is_walled) = before_wall(html::blocks(&page.content), context.tables);
    let used = judge(&source, page, &blocks, context.tables);
    let told = page.defects.iter().filter(|defect| defect.starts_with("page_"));
    source.defects.extend(told.cloned());
    if is_walled {
        source.defects.push("page_paywalled".to_owned());
    }
    let word = match used {
        Use::Text => "",
        Use::Shorter => "page_shorter",
        Use::Nothing => "page_no_text",
        Use::Other => "page_other_text",
    };
    if matches!(used, Use::Text | Use::Shorter) {
        fill(&mut source, page);
    }
    if used == Use::Text {
        source.blocks = with_credits(blocks, page, &publisher, context.tables);
        (source.origin, source.is_cut) = (TextOrigin::Page, is_cut(page) || is_walled);
    } else {
        source.defects.push(word.to_owned());
    }
    assemble(source, &publisher, context)
}

/// The article of a page alone, without a feed: keyed by its link, else by `name`.
pub fn page(page: &Page, name: &str, context: &Context<'_>) -> Article {
    let site = SourceElement { title: page.site.clone(), url: String::new() };
    let publisher = outlet::of_page(context.feed, &site, &page.link, context.tables);
    let is_linked = !page.link.is_empty();
    let (blocks, is_walled) = before_wall(html::blocks(&page.content), context.tables);
    let mut defects = page.defects.clone();
    if is_walled {
        defects.push("page_paywalled".to_owned());
    }
    let source = Source {
        rung: if is_linked { Rung::Url } else { Rung::Text },
        key: if is_linked { page.link.clone() } else { name.to_owned() },
        key_link: None,
        link_is_key: is_linked,
        guid: String::new(),
        url: page.link.clone(),
        title: html::plain_blocks(&page.title).join(" "),
        lang: &page.lang,
        blocks: with_credits(blocks, page, &publisher, context.tables),
        goes_on: false,
        origin: TextOrigin::Page,
        authors: &page.authors,
        rights: &page.rights,
        stated: None,
        raw_date: page.published_raw.trim(),
        stated_by_page: page.published.map(|date| (date, page.published_raw.as_str())),
        is_cut: is_cut(page) || is_walled,
        defects,
    };
    assemble(source, &publisher, context)
}

/// The text up to a wall that stands at its end. One with a story behind it is an offer in the middle, and goes with the
/// other boilerplate.
fn before_wall(mut blocks: Vec<String>, tables: &Tables) -> (Vec<String>, bool) {
    let Some(wall) = blocks.iter().position(|block| tables.is_wall(block)) else {
        return (blocks, false);
    };
    let behind: usize = blocks.iter().skip(wall + 1).map(String::len).sum();
    if behind > WALL_END_BYTES_MAX {
        return (blocks, false);
    }
    blocks.truncate(wall);
    (blocks, true)
}

fn is_cut(page: &Page) -> bool {
    page.defects.iter().any(|defect| matches!(defect.as_str(), "page_cut" | "page_paywalled"))
}

/// What the feed does not say, the page may.
fn fill<'a>(source: &mut Source<'a>, page: &'a Page) {
    if source.authors.is_empty() {
        source.authors = &page.authors;
    }
    if source.rights.is_empty() {
        source.rights = &page.rights;
    }
    if source.lang.is_empty() {
        source.lang = &page.lang;
    }
    source.stated_by_page = page.published.map(|date| (date, page.published_raw.as_str()));
}

/// The text with the lines beside it that credit or date it.
fn with_credits(
    blocks: Vec<String>,
    page: &Page,
    publisher: &Publisher<'_>,
    tables: &Tables,
) -> Vec<String> {
    if blocks.is_empty() {
        return blocks;
    }
    let take = |lines: &[String], side| -> Vec<String> {
        let taken = lines.iter().filter(|line| {
            !blocks.contains(line) && credit::is_beside(line, side, publisher, tables)
        });
        taken.cloned().collect()
    };
    let (mut all, after) = (take(&page.before, Side::Before), take(&page.after, Side::After));
    all.extend(blocks);
    all.extend(after);
    all
}

fn judge(source: &Source<'_>, page: &Page, blocks: &[String], tables: &Tables) -> Use {
    let bytes = |blocks: &[String]| blocks.iter().map(String::len).sum::<usize>();
    if blocks.is_empty() {
        Use::Nothing
    } else if !is_its_story(source, page, blocks, tables) {
        Use::Other
    } else if bytes(blocks) <= bytes(&source.blocks) {
        Use::Shorter
    } else {
        Use::Text
    }
}

/// Whether the page's text is the feed's story. Its own page is believed where the headline is told in the text, though
/// the teaser be in other words; a list of stories is not.
fn is_its_story(source: &Source<'_>, page: &Page, blocks: &[String], tables: &Tables) -> bool {
    let is_own = is_its_page(source, page, tables);
    if is_same_story(source, blocks, tables) {
        return is_own || !is_list(source, blocks, tables);
    }
    is_own && tells_title(source, blocks, tables)
}

/// Whether the paragraphs tell what the headline says.
fn tells_title(source: &Source<'_>, blocks: &[String], tables: &Tables) -> bool {
    let title = words(std::iter::once(source.title.as_str()), WORDS_MAX, tables);
    let mut told = BTreeSet::new();
    let mut paragraphs = 0;
    for block in blocks.iter().filter(|block| block.len() >= PROSE_BYTES) {
        let known = words(std::iter::once(block.as_str()), usize::MAX, tables);
        paragraphs += usize::from(!title.is_disjoint(&known));
        told.extend(title.intersection(&known).cloned());
    }
    title.len() >= TITLE_WORDS_MIN
        && told.len() * 100 >= title.len() * TITLE_PERCENT
        && paragraphs >= TITLE_PARAGRAPHS_MIN
}

/// Whether the page's text has the words of the feed's headline and text. The page's own headline does not count: walls
/// have it too.
fn is_same_story(source: &Source<'_>, blocks: &[String], tables: &Tables) -> bool {
    let known = words(blocks.iter().map(String::as_str), usize::MAX, tables);
    let title = words(std::iter::once(source.title.as_str()), WORDS_MAX, tables);
    let text = words(source.blocks.iter().map(String::as_str), WORDS_MAX, tables);
    let has = |wanted: &BTreeSet<String>, min: usize| {
        let shared = wanted.iter().filter(|word| known.contains(*word)).count();
        shared >= min.min(wanted.len()) && shared * 100 >= wanted.len() * SHARED_PERCENT
    };
    if text.len() >= TEXT_WORDS_MIN {
        return has(&text, SHARED_TEXT_MIN);
    }
    let both: BTreeSet<String> = title.union(&text).cloned().collect();
    !both.is_empty() && has(&both, SHARED_TITLE_MIN)
}

/// Whether the page says by its title or its link that it is this story's.
fn is_its_page(source: &Source<'_>, page: &Page, tables: &Tables) -> bool {
    let known = words(std::iter::once(page.title.as_str()), WORDS_MAX, tables);
    let title = words(std::iter::once(source.title.as_str()), WORDS_MAX, tables);
    let shared = title.intersection(&known).count();
    let is_named = shared > 0 && shared * 100 >= title.len() * SHARED_PERCENT;
    is_named || !page.link.is_empty() && page.link == source.url
}

/// Whether the text is a list of stories of which one is this: most of its paragraphs have no word of it.
fn is_list(source: &Source<'_>, blocks: &[String], tables: &Tables) -> bool {
    let texts = source.blocks.iter().map(String::as_str);
    let story = words(texts.chain(std::iter::once(source.title.as_str())), WORDS_MAX, tables);
    let has_word = |block: &&String| {
        !words(std::iter::once(block.as_str()), usize::MAX, tables).is_disjoint(&story)
    };
    let paragraphs: Vec<&String> =
        blocks.iter().filter(|block| block.len() >= PROSE_BYTES).collect();
    let told = paragraphs.iter().copied().filter(has_word).count();
    paragraphs.len() >= LIST_PARAGRAPHS_MIN && told * 100 < paragraphs.len() * LIST_PERCENT
}

/// Words that tell something, folded; of scripts without spaces, pairs of characters.
fn words<'a>(
    texts: impl Iterator<Item = &'a str>,
    max: usize,
    tables: &Tables,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in texts.flat_map(|text| text.split(|c: char| !is_letter(c))) {
        if found.len() >= max {
            break;
        }
        let lower = word.to_lowercase();
        if lower.chars().any(is_wide) {
            let chars: Vec<char> = lower.chars().collect();
            found.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if tells(&lower, tables) {
            found.insert(lower);
        }
    }
    found
}

fn tells(word: &str, tables: &Tables) -> bool {
    let is_number = word.bytes().any(|b| b.is_ascii_digit());
    // Latin, Greek and Cyrillic end before the scripts that leave vowels out or hang them on.
    let has_vowels =
        word.chars().all(|c| u32::from(c) < 0x530 || (0x1E00..0x2000).contains(&u32::from(c)));
    let is_long =
        word.chars().count() >= if has_vowels { WORD_CHARS_MIN } else { WORD_CHARS_MIN - 1 };
    (is_number || is_long) && !tables.is_function_word(word)
}

/// Vowel signs and joiners are parts of words.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(u32::from(c), 0x300..=0x36F | 0x900..=0xDFF | 0x200C | 0x200D)
}

fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::tests::{TABLES, feed};
    use crate::news::{Granularity, PublishedOrigin, Role};

    const TEXT: &str = "<p>The night ferry to Lindholm sailed on Friday for the first time in eleven weeks.</p>\
        <p>Ada Brandt, who runs the line, has four boats and three crews.</p><p>The council votes in October.</p>";

    fn draft(summary: &str) -> Draft {
        Draft {
            rung: Rung::Guid,
            key: "k".into(),
            key_link: None,
            guid: "k".into(),
            link: "https://vale.example/a".into(),
            title: "Night ferry sails again".into(),
            summary: summary.into(),
            content: String::new(),
            authors: vec![],
            source: None,
            rights: String::new(),
            lang: String::new(),
            tags: vec![],
            published: None,
            published_raw: String::new(),
            updated: None,
            defects: vec!["guid_missing".into()],
        }
    }

    fn found(content: &str) -> Page {
        Page {
            title: "Another headline".into(),
            link: "https://elsewhere.example/b".into(),
            content: content.into(),
            after: vec!["(PTI)".into(), "Reuters".into(), "Most read".into()],
            authors: vec!["Ada Vale".into()],
            lang: "en".into(),
            published: crate::enrich::stated_date("2025-08-15T19:40:00Z"),
            published_raw: "2025-08-15T19:40:00Z".into(),
            ..Page::default()
        }
    }

    fn made(draft: &Draft, page: &Page) -> Article {
        let feed = feed(Some("livemint"));
        let fetched_at = "2025-08-16T06:10:02Z".parse().unwrap();
        with_page(draft, page, &Context { feed: &feed, fetched_at, tables: &TABLES })
    }

    #[test]
    fn a_longer_text_of_the_same_story_is_taken_and_the_rest_stays_the_feeds() {
        let article =
            made(&draft("Ferry to Lindholm sailed on Friday after eleven weeks."), &found(TEXT));
        assert_eq!(article.text.origin, TextOrigin::Page);
        assert!(article.text.complete && article.text.body.ends_with("October.\n\n(PTI)"));
        assert_eq!((article.key.as_str(), article.url.as_str()), ("k", "https://vale.example/a"));
        assert_eq!(
            (article.title.as_str(), article.provenance.role),
            ("Night ferry sails again", Role::WireCopy)
        );
        assert_eq!((article.provenance.byline.as_str(), article.lang.as_str()), ("Ada Vale", "en"));
        assert_eq!(article.published.origin, PublishedOrigin::Page);
        assert_eq!(article.published.granularity, Granularity::Second);
        assert_eq!(article.defects, ["guid_missing"]);
    }

    #[test]
    fn what_the_feed_says_counts_more_than_the_page() {
        let mut said = draft("");
        said.published = crate::enrich::stated_date("2025-08-14");
        said.published_raw = "2025-08-14".into();
        said.authors = vec!["PTI".into()];
        let article = made(&said, &found(TEXT));
        assert_eq!(article.text.origin, TextOrigin::Page, "{:?}", article.defects);
        assert_eq!(
            (article.published.origin, article.published.day.to_string()),
            (PublishedOrigin::Feed, "2025-08-14".into())
        );
        assert_eq!(article.provenance.byline, "PTI");
    }

    #[test]
    fn a_wall_another_story_or_a_shorter_text_never_replaces_the_feeds() {
        let summary = "The night ferry to Lindholm sailed on Friday after eleven weeks, with 212 people on board.";
        let wall = "<p>We value your privacy. We and our partners store information on a device, such as cookies, and process personal data for personalised advertising and content.</p>\
            <p>You may click to consent, or change your choices at any time in the settings of this site.</p>";
        let other = "<p>The bridge over the sound stays closed until spring, engineers said on Friday after weeks of tests on its cables.</p>\
            <p>The council had hoped to open it again in October, in time for the night market and the boats.</p>";
        for (content, defect) in [
            (wall, "page_other_text"),
            (other, "page_other_text"),
            (
                "<p>The night ferry to Lindholm sailed on Friday after eleven weeks.</p>",
                "page_shorter",
            ),
            ("", "page_no_text"),
        ] {
            let article = made(&draft(summary), &found(content));
            assert_eq!(article.text.body, summary, "{defect}");
            assert_eq!(article.text.origin, TextOrigin::FeedSummary);
            assert!(article.defects.iter().any(|known| known == defect), "{:?}", article.defects);
        }
        let date = made(&draft(summary), &found(wall)).published.origin;
        assert_eq!(date, PublishedOrigin::Fetch);
    }

    #[test]
    fn a_text_that_ends_at_a_wall_is_not_whole_and_the_wall_is_none_of_it() {
        let said = draft("The night ferry to Lindholm sailed on Friday after eleven weeks.");
        let lead = "<p>The night ferry to Lindholm sailed on Friday for the first time in eleven weeks, the harbour office said.</p>";
        for wall in [
            "<p>You have read your three free articles this month. To go on, become a member.</p><p>Already a member? Sign in here.</p>",
            "<p>Dieser Artikel ist nur für Abonnenten.</p><p>Zwei Euro in der Woche.</p>",
        ] {
            let article = made(&said, &found(&format!("{lead}{wall}")));
            assert_eq!(article.text.origin, TextOrigin::Page);
            assert!(!article.text.complete && !article.text.body.contains("member"), "{wall}");
            assert!(!article.text.body.contains("Abonnenten"));
            assert!(article.defects.iter().any(|word| word == "page_paywalled"));
        }
        // With the story behind it, it is an offer.
        let rest = "<p>Ada Brandt, who runs the line to Lindholm, has four boats and three crews, and hopes for a fifth.</p>".repeat(8);
        let offer = "<p>Subscribe now to read the rest of our stories.</p>";
        let article = made(&said, &found(&format!("{lead}{offer}{rest}")));
        assert!(article.text.complete && !article.text.body.contains("Subscribe"));
    }

    #[test]
    fn a_list_of_stories_that_has_this_one_among_them_is_no_text() {
        let said = draft("The night ferry to Lindholm sailed on Friday after eleven weeks.");
        let own = "<p>The night ferry to Lindholm sailed on Friday for the first time in eleven weeks, the harbour office said.</p>";
        let others = [
            "Pupils of four schools planted two hundred apple trees along the new cycle path to the mill.",
            "A baker in the old town sells bread by weight again, as her grandmother did before the war.",
            "The library lends tools from October, drills and ladders above all, for three days at a time.",
            "Two owls were hatched in the church tower, and the bells stay silent until they have flown.",
            "The swimming pool opens an hour earlier, since so many asked for it in a survey in spring.",
        ];
        let others = format!("<p>{}</p>", others.join("</p><p>"));
        let list = found(&format!("{others}{own}"));
        let article = made(&said, &list);
        assert_eq!(article.text.origin, TextOrigin::FeedSummary, "{}", article.text.body);
        assert!(article.defects.iter().any(|word| word == "page_other_text"));
        // Its own page may wander from the story as far as it likes.
        let named = Page { title: "Night ferry sails again - Vale Post".into(), ..list.clone() };
        assert_eq!(made(&said, &named).text.origin, TextOrigin::Page);
        let linked = Page { link: said.link.clone(), ..list };
        assert_eq!(made(&said, &linked).text.origin, TextOrigin::Page);
    }

    #[test]
    fn a_teaser_in_other_words_gives_way_to_the_page_whose_paragraphs_tell_the_headline() {
        let mut said = draft(
            "After a long pause, islanders may once more leave after supper and be home by dawn.",
        );
        said.title = "Night ferry to Lindholm sails again after eleven weeks".into();
        let text = "<p>The night ferry to Lindholm sailed on Friday for the first time in eleven weeks.</p>\
            <p>Ada Brandt, who runs the ferry line, has four boats and three crews, and hopes for more.</p>";
        let own = Page { title: said.title.clone(), ..found(text) };
        assert_eq!(made(&said, &own).text.origin, TextOrigin::Page);
        // Another page that tells as much may be anything.
        assert_eq!(made(&said, &found(text)).text.origin, TextOrigin::FeedSummary);
        // A wall of the very page says the headline once, and nothing of it.
        let wall = "<p>Night ferry to Lindholm sails again after eleven weeks: this story is for our members only.</p>\
            <p>We value your privacy, and store information on your device, such as cookies, to show advertising.</p>";
        let walled = Page { title: said.title.clone(), ..found(wall) };
        assert_eq!(made(&said, &walled).text.origin, TextOrigin::FeedSummary);
    }

    #[test]
    fn scripts_without_spaces_and_with_joiners_are_compared_too() {
        let same = |title: &str, summary: &str, text: &str| {
            let mut said = draft(summary);
            said.title = title.into();
            made(&said, &found(&format!("<p>{text}</p>"))).text.origin == TextOrigin::Page
        };
        assert!(same(
            "夜间渡轮复航",
            "开往林霍尔姆的夜间渡轮周五复航。",
            "开往林霍尔姆的夜间渡轮周五在停航十一周后复航，港务局说。市政会议将在十月投票。"
        ));
        assert!(!same(
            "夜间渡轮复航",
            "开往林霍尔姆的夜间渡轮周五复航。",
            "本网站使用饼干来改善您的体验，请您同意我们的条款和隐私政策，然后继续浏览。"
        ));
        assert!(same(
            "रात की नाव फिर चली",
            "लिंडहोम की नाव शुक्रवार को फिर चली।",
            "लिंडहोम की नाव शुक्रवार को ग्यारह हफ्तों बाद फिर चली। परिषद अक्टूबर में मतदान करेगी।"
        ));
    }

    #[test]
    fn a_paid_page_is_never_complete() {
        let mut page = found(TEXT);
        page.defects = vec!["page_paywalled".into()];
        let article = made(&draft("The ferry sailed."), &page);
        assert!(!article.text.complete && article.text.origin == TextOrigin::Page);
    }

    #[test]
    fn a_page_alone_is_keyed_by_its_link_and_published_by_its_host() {
        let feed = feed(None);
        let fetched_at = "2025-08-16T06:10:02Z".parse().unwrap();
        let context = Context { feed: &feed, fetched_at, tables: &TABLES };
        let article = page(&found(TEXT), "x.html", &context);
        assert_eq!(
            (article.rung, article.key.as_str()),
            (Rung::Url, "https://elsewhere.example/b")
        );
        assert_eq!(
            (article.outlet.id.as_str(), article.published.origin),
            ("elsewhere.example", PublishedOrigin::Page)
        );
        let mut bare = found(TEXT);
        (bare.link, bare.site) = (String::new(), "The Hindu".into());
        let article = page(&bare, "x.html", &context);
        assert_eq!(
            (article.rung, article.key.as_str(), article.outlet.id.as_str()),
            (Rung::Text, "x.html", "thehindu")
        );
    }
}
