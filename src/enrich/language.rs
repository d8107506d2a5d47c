//! Which language a text is in. The script decides where it can; the feed's word is the prior; detectors decide the rest.
//!
//! One detector is fast and always answers one of its sixteen languages, the other is slow and knows seventy. The slow
//! one is asked about a short piece, and only where the fast one has no support.

use whatlang::Detector;
use whichlang::Lang;

use super::text::head;
use crate::tables::Tables;

/// What the fast detector and the script count see.
const LOOK_CHARS: usize = 400;
/// What the slow detector sees: more costs more, and decides no better.
const SLOW_CHARS: usize = 200;
/// Characters that tell the writing system: far more than a quotation in another one takes.
const SCRIPT_CHARS: usize = 8_192;
/// Fewer letters tell no language apart.
const LETTERS_MIN: usize = 12;
/// Different everyday words that confirm a detector's answer.
const FUNCTION_WORDS_MIN: usize = 2;

/// The language of title and body, `und` where it cannot be told.
pub(super) fn detect(title: &str, body: &str, declared: &str, tables: &Tables) -> String {
    let mut text = head(title, LOOK_CHARS / 2).to_owned();
    text.push(' ');
    text.push_str(head(body, LOOK_CHARS));
    let declared = primary(declared);
    let script = Script::of(&text);
    let found = match script {
        Script::Sure(lang) => Some(prefer(&declared, lang)),
        Script::Devanagari if among(&["hi", "mr", "ne", "sa", "mai", "kok", "bho"], &declared) => {
            None
        }
        Script::Devanagari => slow(&text).or(Some("hi")),
        Script::Arabic => Some(arabic(&text, &declared)),
        Script::Cyrillic => cyrillic(&text, &declared),
        Script::Latin => latin(&text, &declared, tables),
        Script::Unknown => None,
    };
    match found {
        Some(lang) => lang.to_owned(),
        None if script.writes(&declared) => declared,
        None => "und".to_owned(),
    }
}

/// The primary subtag, old codes renewed, `""` if it is none.
fn primary(declared: &str) -> String {
    let tag = declared.trim().split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let well = (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase());
    match tag.as_str() {
        "iw" => "he".to_owned(),
        "in" => "id".to_owned(),
        "ji" => "yi".to_owned(),
        "und" | "mul" | "zxx" => String::new(),
        _ if well => tag,
        _ => String::new(),
    }
}

fn among(langs: &[&str], lang: &str) -> bool {
    langs.contains(&lang)
}

/// A declared language that is written in the same script as the usual one.
fn prefer<'a>(declared: &str, usual: &'a str) -> &'a str {
    match (usual, declared) {
        ("he", "yi") => "yi",
        ("am", "ti") => "ti",
        ("bn", "as") => "as",
        _ => usual,
    }
}

/// Writing systems, as far as they narrow the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Sure(&'static str),
    Devanagari,
    Arabic,
    Cyrillic,
    Latin,
    Unknown,
}

impl Script {
    fn of(text: &str) -> Self {
        let mut counts: Vec<(Self, usize)> = Vec::new();
        let (mut kana, mut letters) = (0, 0);
        for c in head(text, SCRIPT_CHARS).chars().filter(|c| c.is_alphabetic()) {
            let script = Self::of_char(c);
            letters += 1;
            kana += usize::from(script == Self::Sure("ja"));
            match counts.iter_mut().find(|(known, _)| *known == script) {
                Some((_, count)) => *count += 1,
                None => counts.push((script, 1)),
            }
        }
        // Japanese mixes in Chinese characters; Chinese never mixes in kana.
        if kana * 10 > letters {
            return Self::Sure("ja");
        }
        let best = counts.into_iter().max_by_key(|(_, count)| *count);
        best.map_or(Self::Unknown, |(script, _)| script)
    }

    fn of_char(c: char) -> Self {
        match u32::from(c) {
            0x41..=0x24F | 0x1E00..=0x1EFF => Self::Latin,
            0x370..=0x3FF | 0x1F00..=0x1FFF => Self::Sure("el"),
            0x400..=0x52F => Self::Cyrillic,
            0x530..=0x58F => Self::Sure("hy"),
            0x590..=0x5FF => Self::Sure("he"),
            0x600..=0x6FF | 0x750..=0x77F | 0xFB50..=0xFEFC => Self::Arabic,
            0x900..=0x97F => Self::Devanagari,
            0x980..=0x9FF => Self::Sure("bn"),
            0xA00..=0xA7F => Self::Sure("pa"),
            0xA80..=0xAFF => Self::Sure("gu"),
            0xB00..=0xB7F => Self::Sure("or"),
            0xB80..=0xBFF => Self::Sure("ta"),
            0xC00..=0xC7F => Self::Sure("te"),
            0xC80..=0xCFF => Self::Sure("kn"),
            0xD00..=0xD7F => Self::Sure("ml"),
            0xD80..=0xDFF => Self::Sure("si"),
            0xE00..=0xE7F => Self::Sure("th"),
            0xE80..=0xEFF => Self::Sure("lo"),
            0x1000..=0x109F => Self::Sure("my"),
            0x10A0..=0x10FF => Self::Sure("ka"),
            0x1100..=0x11FF | 0xAC00..=0xD7AF => Self::Sure("ko"),
            0x1200..=0x139F => Self::Sure("am"),
            0x1780..=0x17FF => Self::Sure("km"),
            0x3040..=0x30FF => Self::Sure("ja"),
            0x3400..=0x9FFF | 0x2_0000..=0x2_FA1F => Self::Sure("zh"),
            _ => Self::Unknown,
        }
    }

    /// Whether a declared language may be believed of a text in this script.
    fn writes(self, declared: &str) -> bool {
        if declared.is_empty() {
            return false;
        }
        match self {
            Self::Sure(lang) => lang == declared,
            Self::Devanagari => among(&["hi", "mr", "ne", "sa", "mai", "kok", "bho"], declared),
            Self::Arabic => among(&["ar", "fa", "ur", "ps", "sd", "ug", "ckb", "ku"], declared),
            Self::Cyrillic => among(
                &[
                    "ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg", "tt", "uz", "bs",
                    "ba",
                ],
                declared,
            ),
            Self::Latin => !among(
                &[
                    "ja", "ko", "zh", "th", "hi", "el", "he", "ar", "fa", "ur", "ru", "uk", "bg",
                    "bn", "ta", "te",
                ],
                declared,
            ),
            Self::Unknown => false,
        }
    }
}

/// Letters that Persian and Urdu have and Arabic lacks.
fn arabic<'a>(text: &str, declared: &'a str) -> &'a str {
    if Script::Arabic.writes(declared) {
        return declared;
    }
    if text.contains(['ٹ', 'ڈ', 'ڑ', 'ے', 'ں']) {
        "ur"
    } else if text.contains(['پ', 'چ', 'ژ', 'گ', 'ی', 'ک']) {
        "fa"
    } else {
        "ar"
    }
}

fn cyrillic<'a>(text: &'a str, declared: &'a str) -> Option<&'a str> {
    if text.contains(['і', 'ї', 'є', 'ґ', 'І', 'Ї', 'Є']) && !text.contains('ў') {
        let other = !declared.is_empty() && Script::Cyrillic.writes(declared);
        return Some(if other && !among(&["ru", "bg"], declared) { declared } else { "uk" });
    }
    if text.contains('ў') {
        return Some("be");
    }
    if !declared.is_empty() && Script::Cyrillic.writes(declared) {
        return Some(declared);
    }
    if text.contains(['ы', 'э', 'ё', 'Э']) {
        return Some("ru");
    }
    enough(text).then(|| slow(text).unwrap_or("ru"))
}

fn latin<'a>(text: &str, declared: &'a str, tables: &Tables) -> Option<&'a str> {
    if !enough(text) {
        return None;
    }
    let fast = code(whichlang::detect_language(text));
    if fast == declared || (declared.is_empty() && confirmed(text, fast, tables)) {
        return Some(fast);
    }
    let known = LANGS.contains(&declared);
    if !known && !declared.is_empty() {
        return match slow_reliable(text) {
            Some(slow) if slow != declared && confirmed(text, slow, tables) => Some(slow),
            _ if Script::Latin.writes(declared) => Some(declared),
            other => other,
        };
    }
    // The two disagree, or nothing supports the fast one.
    match slow_reliable(text) {
        Some(slow) => Some(slow),
        None if known && Script::Latin.writes(declared) => {
            Some(if confirmed(text, fast, tables) { fast } else { declared })
        }
        None => confirmed(text, fast, tables).then_some(fast),
    }
}

fn enough(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).take(LETTERS_MIN).count() == LETTERS_MIN
}

/// Whether the text has everyday words of the language.
fn confirmed(text: &str, lang: &str, tables: &Tables) -> bool {
    let Some(words) = tables.function_words(lang) else { return false };
    let mut seen: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        if words.contains(&word) && !seen.contains(&word) {
            seen.push(word);
            if seen.len() == FUNCTION_WORDS_MIN {
                return true;
            }
        }
    }
    false
}

fn slow(text: &str) -> Option<&'static str> {
    Detector::new().detect(head(text, SLOW_CHARS)).and_then(|info| iso(info.lang().code()))
}

fn slow_reliable(text: &str) -> Option<&'static str> {
    let info = Detector::new().detect(head(text, SLOW_CHARS))?;
    if info.is_reliable() { iso(info.lang().code()) } else { None }
}

const LANGS: [&str; 16] = [
    "ar", "zh", "de", "en", "fr", "hi", "it", "ja", "ko", "nl", "pt", "ru", "es", "sv", "tr", "vi",
];

fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}

/// The two-letter code of a three-letter one, where there is one.
fn iso(code: &str) -> Option<&'static str> {
    const PAIRS: [(&str, &str); 67] = [
        ("epo", "eo"),
        ("eng", "en"),
        ("rus", "ru"),
        ("cmn", "zh"),
        ("spa", "es"),
        ("por", "pt"),
        ("ita", "it"),
        ("ben", "bn"),
        ("fra", "fr"),
        ("deu", "de"),
        ("ukr", "uk"),
        ("kat", "ka"),
        ("ara", "ar"),
        ("hin", "hi"),
        ("jpn", "ja"),
        ("heb", "he"),
        ("yid", "yi"),
        ("pol", "pl"),
        ("amh", "am"),
        ("jav", "jv"),
        ("kor", "ko"),
        ("nob", "nb"),
        ("dan", "da"),
        ("swe", "sv"),
        ("fin", "fi"),
        ("tur", "tr"),
        ("nld", "nl"),
        ("hun", "hu"),
        ("ces", "cs"),
        ("ell", "el"),
        ("bul", "bg"),
        ("bel", "be"),
        ("mar", "mr"),
        ("kan", "kn"),
        ("ron", "ro"),
        ("slv", "sl"),
        ("hrv", "hr"),
        ("srp", "sr"),
        ("mkd", "mk"),
        ("lit", "lt"),
        ("lav", "lv"),
        ("est", "et"),
        ("tam", "ta"),
        ("vie", "vi"),
        ("urd", "ur"),
        ("tha", "th"),
        ("guj", "gu"),
        ("uzb", "uz"),
        ("pan", "pa"),
        ("aze", "az"),
        ("ind", "id"),
        ("tel", "te"),
        ("pes", "fa"),
        ("mal", "ml"),
        ("ori", "or"),
        ("mya", "my"),
        ("nep", "ne"),
        ("sin", "si"),
        ("khm", "km"),
        ("tuk", "tk"),
        ("aka", "ak"),
        ("zul", "zu"),
        ("sna", "sn"),
        ("afr", "af"),
        ("slk", "sk"),
        ("cat", "ca"),
        ("hye", "hy"),
    ];
    PAIRS.iter().find(|(three, _)| *three == code).map(|(_, two)| *two)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::tests::TABLES;

    fn check(text: &str, declared: &str, expected: &str) {
        assert_eq!(detect("", text, declared, &TABLES), expected, "{text:?} declared {declared:?}");
    }

    #[test]
    fn the_script_decides_where_it_can() {
        check("首脑会谈在安克雷奇结束", "", "zh");
        check("首脳会談はアンカレジで終わった", "", "ja");
        check("정상 회담이 끝났다", "en", "ko");
        check("Οι συνομιλίες τελείωσαν", "", "el");
        check("השיחות הסתיימו בערב", "", "he");
        check("การเจรจาสิ้นสุดลงแล้ว", "", "th");
        check("वार्ता शुक्रवार को समाप्त हो गई और नेता लौट गए", "", "hi");
        check("चर्चा संपली", "mr", "mr");
        check("Переговори завершилися, і делегації поїхали", "ru", "uk");
        check("Переговоры завершились, и делегации уехали", "", "ru");
        check("انتهت المحادثات في المساء", "", "ar");
        check("مذاکرات شامگاه جمعه پایان گرفت", "", "fa");
    }

    #[test]
    fn words_decide_between_languages_of_one_script() {
        check("The talks between the two leaders ended on Friday without a deal", "", "en");
        check("The talks between the two leaders ended on Friday without a deal", "de", "en");
        check("Die Gespräche zwischen den beiden Präsidenten sind ohne Ergebnis zu Ende", "", "de");
        check("Las conversaciones entre los dos presidentes terminaron sin un acuerdo", "en", "es");
        check("Les discussions entre les deux présidents ont pris fin sans un accord", "", "fr");
        check("As conversas entre os dois presidentes terminaram sem um acordo na sexta", "", "pt");
    }

    #[test]
    fn a_language_the_fast_detector_lacks_is_believed_when_declared() {
        check(
            "Pembicaraan antara kedua pemimpin berakhir tanpa kesepakatan pada Jumat",
            "id",
            "id",
        );
        check("Rozmowy przywódców zakończyły się w piątek bez porozumienia", "pl-PL", "pl");
    }

    #[test]
    fn what_cannot_be_told_is_und_or_the_feeds_word() {
        check("", "", "und");
        check("42 – 17", "en", "und");
        check("OK", "", "und");
        check("OK", "en-GB", "en");
        check("OK", "ja", "und");
    }
}
