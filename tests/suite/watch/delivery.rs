//! Alerts on their way out, from a running daemon: webhook, program and file; slow, failing and killed.

use std::collections::BTreeSet;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{BRIDGE, FERRY, Got, MARKET, Receiver, copytaster, feed};
use crate::desk::{Desk, end};
use crate::server::{Reply, Server};

const KEY: &str = "whsec_c2VjcmV0IG9mIHRoZSBkZXNr";
const FERRY_ITEM: (&str, &str, &str) = ("a", "Ferry sinks off Kalmar", FERRY);
const BRIDGE_ITEM: (&str, &str, &str) = ("b", "Harbour bridge closed", BRIDGE);
const MARKET_ITEM: (&str, &str, &str) = ("c", "Apples dear", MARKET);

/// A feed that can be changed while it is polled.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<String>>);

impl Page {
    fn show(&self, items: &[(&str, &str, &str)]) {
        *self.0.lock().unwrap() = feed(items);
    }
}

/// A desk that polls one page each second and follows these rules; `more` goes into `[poll]`.
async fn desk(page: &Page, private: &[u16], watches: &str) -> Desk {
    let shown = page.clone();
    let server = Server::start(move |seen| {
        let body = shown.0.lock().unwrap().clone();
        Reply::validated(seen, body)
    })
    .await;
    let desk = Desk::new(server, "");
    configure(&desk, private, watches);
    desk
}

fn configure(desk: &Desk, private: &[u16], watches: &str) {
    let ports: Vec<String> = std::iter::once(desk.server.port())
        .chain(private.iter().copied())
        .map(|port| format!("\"127.0.0.1:{port}\""))
        .collect();
    let text = format!(
        "[store]\npath = \"state/copytaster.db\"\n[output]\ndir = \"out\"\n[poll]\ninterval_min = \"1s\"\n\
         host_spacing = \"0s\"\nbackfill = \"all\"\nallow_private = [{}]\n[[feed]]\nid = \"post\"\nurl = \"{}\"\n\
         interval = \"1s\"\n{watches}",
        ports.join(", "),
        desk.server.url("/feed")
    );
    std::fs::write(desk.dir.path().join("copytaster.toml"), text).unwrap();
}

fn webhook(receiver: &Receiver) -> String {
    format!(
        "[[watch]]\nid = \"sea\"\nmatch = \"ferry OR bridge\"\nwebhook = \"http://127.0.0.1:{}/desk\"\n\
         secret_env = \"ALERTS\"\n",
        receiver.port
    )
}

fn start(desk: &Desk) -> Child {
    desk.start("ALERTS", KEY)
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message);
    let outer = Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c));
    outer.chain_update(inner.finalize()).finalize().to_vec()
}

fn assert_signed(got: &Got) {
    let key = STANDARD.decode(KEY.strip_prefix("whsec_").unwrap()).unwrap();
    let signed =
        format!("{}.{}.{}", got.field("webhook-id"), got.field("webhook-timestamp"), got.body);
    let signature = format!("v1,{}", STANDARD.encode(hmac(&key, signed.as_bytes())));
    assert_eq!(got.field("webhook-signature"), signature);
    assert_eq!(got.field("content-type"), "application/json");
}

fn verify(desk: &Desk) {
    let out = desk.dir.path().join("out");
    let verified = copytaster(&["verify", out.to_str().unwrap()]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_signed_and_tried_again_under_its_id_and_never_after_its_receipt() {
    let receiver = Receiver::start(|n| (if n == 0 { 500 } else { 204 }, Duration::ZERO));
    let page = Page::default();
    page.show(&[FERRY_ITEM, MARKET_ITEM]);
    let desk = desk(&page, &[receiver.port], &webhook(&receiver)).await;
    let child = start(&desk);
    desk.until("tried twice", |_| receiver.got().len() == 2).await;
    let got = receiver.got();
    got.iter().for_each(assert_signed);
    assert_eq!(got[0].field("webhook-id"), got[1].field("webhook-id"));
    let hits = desk.records("watch-");
    assert_eq!((hits.len(), &hits[0]), (1, &got[1].record()), "the same object as the record");
    assert_eq!(hits[0]["id"], got[1].field("webhook-id"));
    desk.stop(child).await;
    let child = start(&desk);
    page.show(&[FERRY_ITEM, MARKET_ITEM, BRIDGE_ITEM]);
    desk.until("told of the bridge", |_| receiver.got().len() == 3).await;
    assert_eq!(receiver.got()[2].record()["title"], "Harbour bridge closed");
    desk.stop(child).await;
    verify(&desk);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_does_not_answer_holds_up_nothing_and_loses_nothing() {
    let silent = Receiver::start(|_| (204, Duration::from_mins(2)));
    let page = Page::default();
    page.show(&[FERRY_ITEM]);
    let desk = desk(&page, &[silent.port], &webhook(&silent)).await;
    let child = start(&desk);
    desk.until("asked", |_| silent.got().len() == 1).await;
    page.show(&[FERRY_ITEM, BRIDGE_ITEM, MARKET_ITEM]);
    desk.until("written", |desk| desk.articles("post") == 3).await;
    assert_eq!(silent.got().len(), 1, "one attempt a watch at a time");
    // It ends while an attempt is under way.
    desk.stop(child).await;
    let quick = Receiver::start(|_| (200, Duration::ZERO));
    configure(&desk, &[quick.port], &webhook(&quick));
    let child = start(&desk);
    desk.until("received", |_| quick.got().len() == 2).await;
    let ids = |got: &[Got]| -> BTreeSet<String> {
        got.iter().map(|got| got.field("webhook-id").to_owned()).collect()
    };
    let told: BTreeSet<String> =
        desk.records("watch-").iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids(&quick.got()), told);
    assert!(ids(&silent.got()).is_subset(&told));
    desk.stop(child).await;
    verify(&desk);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_tells_nothing_twice_and_loses_nothing() {
    let receiver = Receiver::start(|_| (200, Duration::from_millis(30)));
    let page = Page::default();
    page.show(&[]);
    let desk = desk(&page, &[receiver.port], &webhook(&receiver)).await;
    let texts = [
        (
            "Kalmar pier burns",
            "Firemen fought all night to save the ferry pier at Kalmar, where a spark had set tar alight.",
        ),
        (
            "Chess by the sea",
            "A retired ferry master from Visby beat the national champion at chess in nineteen moves.",
        ),
        (
            "Bridge toll rises",
            "Motorists will pay eleven kronor more to cross the strait bridge, parliament decided on Monday.",
        ),
        (
            "Whale in the sound",
            "Passengers of the morning ferry saw a young humpback whale follow them for an hour.",
        ),
        (
            "Strike averted",
            "Deckhands accepted a raise of four per cent, so every ferry sails on Midsummer as planned.",
        ),
        (
            "Old bridge found",
            "Archaeologists dug up oak piles of a Viking bridge beneath a car park in the old town of Lund.",
        ),
        (
            "Captain honoured",
            "The king gave a medal to the woman who steered her burning ferry into shallow water in 1994.",
        ),
        (
            "Rats close kitchen",
            "Inspectors shut the galley of a night ferry after cooks reported rats among the flour sacks.",
        ),
    ];
    for round in 1..=4 {
        let guids: Vec<String> = (0..round * 2).map(|n| format!("g{n}")).collect();
        let items: Vec<_> = guids
            .iter()
            .zip(&texts)
            .map(|(guid, (title, text))| (guid.as_str(), *title, *text))
            .collect();
        page.show(&items);
        let mut child = start(&desk);
        desk.until("written", |desk| desk.articles("post") >= round * 2 - 1).await;
        child.kill().unwrap();
        end(child).await;
    }
    let child = start(&desk);
    // Before that it does not hear that it is to stop.
    let opened = |desk: &Desk| desk.log().matches("the desk is open").count();
    desk.until("open for the fifth time", |desk| opened(desk) == 5).await;
    let hits = || desk.records("watch-");
    desk.until("all received", |_| {
        let got: BTreeSet<String> =
            receiver.got().iter().map(|got| got.field("webhook-id").to_owned()).collect();
        hits().len() >= 8 && hits().iter().all(|hit| got.contains(hit["id"].as_str().unwrap()))
    })
    .await;
    desk.stop(child).await;
    let told: BTreeSet<(String, String)> =
        hits().iter().map(|hit| (hit["story_id"].to_string(), hit["reason"].to_string())).collect();
    assert_eq!(told.len(), hits().len(), "each step of a story once");
    for got in receiver.got() {
        let record = got.record();
        assert!(hits().contains(&record), "only what was committed was sent: {record}");
    }
    verify(&desk);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_and_a_file_receive_and_a_failing_program_is_asked_again() {
    let page = Page::default();
    page.show(&[FERRY_ITEM, BRIDGE_ITEM]);
    let script = "if [ -e tried ]; then cat >> heard; else touch tried; exit 3; fi";
    let watches = format!(
        "[[watch]]\nid = \"sea\"\nmatch = \"ferry\"\ncommand = [\"sh\", \"-c\", \"{script}\"]\n\
         [[watch]]\nid = \"land\"\nmatch = \"bridge\"\nfile = \"alerts/land.jsonl\"\nlevel = \"flash\"\n"
    );
    let desk = desk(&page, &[], &watches).await;
    let child = desk.start("PATH", &std::env::var("PATH").unwrap());
    let read = |desk: &Desk, name: &str| {
        let text = std::fs::read_to_string(desk.dir.path().join(name)).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect::<Vec<Value>>()
    };
    desk.until("both", |desk| {
        read(desk, "heard").len() == 1 && read(desk, "alerts/land.jsonl").len() == 1
    })
    .await;
    desk.stop(child).await;
    let mut told = desk.records("watch-");
    told.sort_by_key(|hit| hit["watch_id"].to_string());
    assert_eq!(told, [read(&desk, "alerts/land.jsonl"), read(&desk, "heard")].concat());
    assert!(desk.log().contains("exit status: 3"), "{}", desk.log());
    verify(&desk);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_address_gets_no_alert_unless_it_is_allowed() {
    let receiver = Receiver::start(|_| (200, Duration::ZERO));
    let page = Page::default();
    page.show(&[FERRY_ITEM]);
    let desk = desk(&page, &[], &webhook(&receiver)).await;
    let child = start(&desk);
    desk.until("refused", |desk| desk.log().contains("not a public address")).await;
    desk.stop(child).await;
    assert!(receiver.got().is_empty());
    assert!(!desk.log().contains("c2VjcmV0"), "no secret in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_a_reload_or_a_start_adds_tells_of_what_the_window_holds_once() {
    let page = Page::default();
    page.show(&[FERRY_ITEM, BRIDGE_ITEM]);
    let desk = desk(&page, &[], "").await;
    let child = start(&desk);
    desk.until("written", |desk| desk.articles("post") == 2).await;
    assert!(desk.records("watch-").is_empty());
    let sea = "[[watch]]\nid = \"sea\"\nmatch = \"Kalmar NEAR/9 ferry\"\n";
    configure(&desk, &[], sea);
    Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap();
    desk.until("marked", |desk| desk.records("watch-").len() == 1).await;
    let hit = desk.records("watch-")[0].clone();
    assert_eq!((&hit["watch_id"], &hit["reason"]), (&"sea".into(), &"new".into()));
    assert_eq!(hit["url"], "https://post.example/a");
    // The article's next record carries the mark, and so does the story's.
    let more = format!("{FERRY} Divers found 3 more life rafts in the evening and 12 coats.");
    page.show(&[("a", "Ferry sinks off Kalmar", &more), BRIDGE_ITEM]);
    desk.until("revised", |desk| desk.articles("post") == 3).await;
    assert_eq!(desk.records("articles-").last().unwrap()["watch"][0]["id"], "sea");
    desk.stop(child).await;
    let both = format!("{sea}[[watch]]\nid = \"land\"\nmatch = \"bridge\"\n");
    configure(&desk, &[], &both);
    let child = start(&desk);
    desk.until("told of the bridge", |desk| desk.records("watch-").len() == 2).await;
    desk.stop(child).await;
    let child = start(&desk);
    page.show(&[BRIDGE_ITEM, MARKET_ITEM]);
    desk.until("gone on", |desk| desk.articles("post") == 4).await;
    desk.stop(child).await;
    let told = desk.records("watch-");
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1]["watch_id"], "land");
    verify(&desk);
}
