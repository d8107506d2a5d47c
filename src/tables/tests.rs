use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use super::*;

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::builtin);

fn setting() -> Setting<'static> {
    Setting { country: "", own: TABLES.outlet_index("cnn"), dateline: false }
}

#[test]
fn every_credit_row_matches_its_example_and_not_its_look_alike() {
    let raw = Raw::load(&Config::default()).unwrap();
    assert!(raw.credits.len() >= 40);
    let mut wrong = Vec::new();
    for entry in &raw.credits {
        let one = std::slice::from_ref(entry);
        let row = Rows::compile(entry.slot, false, one, &raw.macros).unwrap();
        let find = |text: &str| {
            row.find(&TABLES.mask(text, &setting()), |place| TABLES.is_dateline_place(place))
        };
        if find(&entry.yes).map(|hit| hit.extent) != Some(entry.extent) {
            wrong.push(format!("{} misses {:?}", entry.id, entry.yes));
        }
        if find(&entry.no).is_some() {
            wrong.push(format!("{} takes {:?}", entry.id, entry.no));
        }
        if entry.inside {
            let inside = Rows::compile(entry.slot, true, one, &raw.macros).unwrap();
            let ends = format!("The talks ended at dawn. {}", entry.yes);
            if inside.find(&TABLES.mask(&ends, &setting()), |_| true).is_none() {
                wrong.push(format!("{} misses {ends:?}", entry.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_label_row_matches_its_example_and_not_its_look_alike() {
    let raw = Raw::load(&Config::default()).unwrap();
    assert!(raw.labels.len() >= 15);
    for entry in &raw.labels {
        let labels = Labels::compile(entry.place, std::slice::from_ref(entry)).unwrap();
        let hit = labels.find(&entry.yes);
        assert_eq!(hit.map(|hit| hit.kind), Some(entry.kind), "{}: {:?}", entry.id, entry.yes);
        assert_eq!(labels.find(&entry.no), None, "{}: {:?}", entry.id, entry.no);
    }
}

#[test]
fn every_headline_of_a_round_up_matches_its_example_and_not_its_look_alike() {
    let raw = Raw::load(&Config::default()).unwrap();
    let mut wrong = Vec::new();
    for entry in &raw.round_ups {
        let row = RoundUps::compile(std::slice::from_ref(entry)).unwrap();
        if !row.is(&entry.yes) {
            wrong.push(format!("{} misses {:?}", entry.id, entry.yes));
        }
        if TABLES.is_round_up(&entry.no) {
            wrong.push(format!("a row takes {:?}, as {} must not", entry.no, entry.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_report_is_not_taken_for_a_round_up_by_its_headline() {
    for title in [
        "What we know about the ferry that sank off Kalmar",
        "Police live-stream raid on harbour",
        "Thousands live in tents a week after the storm",
        "In brief statement, minister resigns",
        "The week in which the bank fell",
        "Morning fog closes airport",
        "Newsletter platform sued over data",
        "Summit talks end: the highlights",
        "Lebt das Tier noch? Live-Kamera zeigt Wolf",
        "Live export ban: farmers sue",
        "Daily brief",
    ] {
        let is_form = title == "Daily brief";
        assert_eq!(TABLES.is_round_up(title), is_form, "{title}");
    }
    for title in [
        "War in Ukraine live: drones hit harbour – latest updates",
        "Ukraine war live updates: drones hit harbour",
        "Europe live – as it happened",
        "Guerra en Ucrania, en directo",
        "Newsblog: Fähren stellen Betrieb ein",
    ] {
        assert!(TABLES.is_round_up(title), "{title}");
    }
}

#[test]
fn every_boilerplate_row_matches_its_example_and_not_its_look_alike() {
    let raw = Raw::load(&Config::default()).unwrap();
    assert!(raw.boilerplate.len() >= 10);
    let mut wrong = Vec::new();
    for entry in &raw.boilerplate {
        let row = Boilerplate::compile(std::slice::from_ref(entry)).unwrap();
        let (is_block, is_end) = (row.is(&entry.yes), entry.standing == entry::Standing::End);
        if !is_block || TABLES.is_boilerplate(&entry.no) {
            wrong.push(format!("{}: block", entry.id));
        }
        let after = |text: &str| row.end(&format!("It sailed at dawn. {text}"));
        let starts = is_end.then_some("It sailed at dawn. ".len());
        if after(&entry.yes) != starts || after(&entry.no).is_some() {
            wrong.push(format!("{}: end", entry.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_credit_is_boilerplate() {
    let raw = Raw::load(&Config::default()).unwrap();
    let credits = raw.credits.iter().filter(|entry| entry.slot != Slot::Plain);
    for entry in credits {
        assert!(!TABLES.is_boilerplate(&entry.yes), "{}: {:?}", entry.id, entry.yes);
        let ends = format!("It sailed at dawn. {}", entry.yes);
        assert_eq!(TABLES.boilerplate_end(&ends), None, "{}: {:?}", entry.id, entry.yes);
    }
}

#[test]
fn every_agency_is_found_by_each_of_its_names_where_the_name_means_it() {
    let raw = Raw::load(&Config::default()).unwrap();
    assert!(raw.agencies.len() >= 25);
    for (index, entry) in raw.agencies.iter().enumerate() {
        for name in &entry.names {
            let country = entry.only.get(name).map_or("", |countries| countries[0].as_str());
            let masked = TABLES.mask(&format!("({name})"), &Setting { country, ..setting() });
            let hit = TABLES.credit(Slot::Tail, &masked);
            assert_eq!(hit.map(|hit| hit.names), Some(vec![Named::Agency(index)]), "{name}");
            for country in entry.except.get(name).into_iter().flatten() {
                let masked = TABLES.mask(&format!("({name})"), &Setting { country, ..setting() });
                assert!(!masked.has_names(), "{name} in {country}");
            }
        }
    }
}

#[test]
fn the_ids_others_rely_on_are_there_and_families_have_one_owner() {
    for id in ["ani", "cnn", "kremlin", "livemint"] {
        assert!(TABLES.outlet(id).is_some(), "{id}");
    }
    assert!(TABLES.outlets.len() >= 60);
    assert_eq!(TABLES.outlet("livemint").unwrap().shown.family, "ht-media");
    assert_eq!(TABLES.outlet("hindustantimes").unwrap().shown.family, "ht-media");
    assert_eq!(TABLES.outlet("kremlin").unwrap().shown.kind, news::OutletKind::Official);
    assert_eq!(TABLES.outlet("ani").unwrap().agency, "ani");
    let ids: BTreeSet<_> = TABLES.outlets.iter().map(|outlet| &outlet.shown.id).collect();
    assert_eq!(ids.len(), TABLES.outlets.len());
}

#[test]
fn a_host_stands_for_its_subdomains_and_for_no_other_domain() {
    let by = |host: &str| TABLES.outlet_by_host(host).map(|outlet| outlet.shown.id.as_str());
    assert_eq!(by("edition.cnn.com"), Some("cnn"));
    assert_eq!(by("WWW.LIVEMINT.COM"), Some("livemint"));
    assert_eq!(by("news.google.com"), Some("google-news"));
    assert_eq!(by("fakecnn.com"), None);
    assert_eq!(by(""), None);
}

#[test]
fn the_users_outlet_wins_over_the_built_in_one_and_takes_its_host() {
    let entry = |id: &str, host: &str| OutletEntry {
        id: id.to_owned(),
        hosts: Some(vec![host.to_owned()]),
        ..OutletEntry::default()
    };
    let outlets = vec![entry("my-cnn", "cnn.com"), entry("livemint", "mint.example")];
    let tables = Tables::with(&Config { outlets, ..Config::default() }).unwrap();
    let by = |host: &str| tables.outlet_by_host(host).map(|outlet| outlet.shown.id.as_str());
    assert_eq!(by("edition.cnn.com"), Some("my-cnn"));
    assert_eq!(by("mint.example"), Some("livemint"));
    assert_eq!(tables.outlet("my-cnn").unwrap().shown.family, "my-cnn");
    assert_eq!(tables.outlet("livemint").unwrap().shown.family, "ht-media");
    assert_ne!(tables.hash(), TABLES.hash());
}

#[test]
fn the_hash_is_that_of_the_content() {
    assert_eq!(Tables::builtin().hash(), TABLES.hash());
    let same = TABLES.outlet("cnn").unwrap().shown.name.clone();
    let outlets =
        vec![OutletEntry { id: "cnn".into(), name: Some(same), ..OutletEntry::default() }];
    assert_eq!(
        Tables::with(&Config { outlets, ..Config::default() }).unwrap().hash(),
        TABLES.hash()
    );
}

fn folder(name: &str, text: &str) -> (tempfile::TempDir, Config) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), text).unwrap();
    let config = Config { dir: Some(dir.path().to_owned()), ..Config::default() };
    (dir, config)
}

#[test]
fn a_folder_goes_over_the_built_in_tables() {
    let text = "[[agency]]\nid = \"valewire\"\nnames = [\"Valewire\"]\n";
    let (_dir, config) = folder("agencies.toml", text);
    let tables = Tables::with(&config).unwrap();
    assert!(tables.agency("valewire").is_some() && tables.agency("ani").is_some());
}

#[test]
fn a_bad_table_is_refused_with_file_key_reason_and_suggestion() {
    let bad = |name: &str, text: &str| {
        let (_dir, config) = folder(name, text);
        Tables::with(&config).unwrap_err()
    };
    let error = bad("outlets.toml", "[[outlet]]\nid = \"x\"\nfamly = \"y\"\n");
    assert!(error.file.ends_with("outlets.toml") && error.key == "famly", "{error:?}");
    assert!(error.reason.contains("line 3") && error.suggestion.contains("family"), "{error:?}");
    let error = bad("outlets.toml", "[[outlet]]\nid = \"x\"\nzone = \"Asia/Nowhere\"\n");
    assert!(error.key == "x" && error.reason.contains("Asia/Nowhere"), "{error:?}");
    let error = bad("outlets.toml", "[[outlet]]\nid = \"x\"\nagency = \"anii\"\n");
    assert!(error.suggestion.contains("`ani`"), "{error:?}");
    let error = bad("credit.toml", "");
    assert!(error.suggestion.contains("credits.toml"), "{error:?}");
    let row = |pattern: &str| {
        format!(
            "[[credit]]\nid = \"r\"\nslot = \"tail\"\nextent = \"full\"\nyes = \"\"\nno = \"\"\nmatch = '{pattern}'"
        )
    };
    assert!(bad("credits.toml", &row("(")).reason.contains("no pattern"));
    assert!(bad("credits.toml", &row("{NOPE}")).reason.contains("{NOPE}"));
    assert!(bad("labels.toml", "x = 1").file.ends_with("labels.toml"));
    let missing = Config { dir: Some(Path::new("/nowhere/at/all").into()), ..Config::default() };
    assert!(Tables::with(&missing).unwrap_err().reason.contains("cannot read"));
}
