//! What is followed: hits on records, alerts once a step, and where they go.

mod delivery;
mod records;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

const FERRY: &str = "The ferry Aurelia sank in heavy seas off Kalmar before dawn on Tuesday with 48 passengers aboard, \
     the coast guard said. Helicopters from Visby lifted 31 people from two life rafts and trawlers took in nine more. \
     The master had reported a shifted cargo of timber an hour before the vessel listed.";
const BRIDGE: &str = "Engineers closed the Sandvik harbour bridge on Wednesday after cracks were found in three of its \
     eleven piers, the town council said. Buses will use the northern road until spring and the council set aside four \
     million kronor for repairs. A freighter had struck the second pier during a storm in January.";
const MARKET: &str = "Traders in Lund sold nine tonnes of winter apples before noon, the guild reported, and the price of a \
     crate rose to 84 kronor as frost kept pickers out of the orchards for a third week.";

fn copytaster(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_copytaster")).args(args).output().unwrap()
}

/// A feed of these items: guid, title, text.
fn feed(items: &[(&str, &str, &str)]) -> String {
    let item = |(guid, title, text): &(&str, &str, &str)| {
        format!(
            "<item><guid isPermaLink=\"false\">{guid}</guid><link>https://post.example/{guid}</link>\
             <title>{title}</title><description>{text}</description></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Post</title>{items}</channel></rss>")
}

/// One request that a receiver got.
#[derive(Clone, Debug)]
struct Got {
    fields: Vec<(String, String)>,
    body: String,
}

impl Got {
    fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    fn record(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What a receiver does with the n-th request, from 0.
type Manner = fn(usize) -> (u16, Duration);

/// A server that takes alerts, one connection a request.
struct Receiver {
    port: u16,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let got = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&got);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, kept) = (stream.unwrap(), Arc::clone(&kept));
                std::thread::spawn(move || answer(stream, &kept, manner));
            }
        });
        Self { port, got }
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

#[expect(clippy::disallowed_methods, reason = "a slow server has to be slow")]
fn answer(stream: TcpStream, kept: &Mutex<Vec<Got>>, manner: Manner) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut fields = Vec::new();
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        fields.push((name.to_owned(), value.to_owned()));
    }
    let mut got = Got { fields, body: String::new() };
    let mut body = vec![0; got.field("content-length").parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    got.body = String::from_utf8(body).ok()?;
    let number = {
        let mut kept = kept.lock().ok()?;
        kept.push(got);
        kept.len() - 1
    };
    let (status, pause) = manner(number);
    std::thread::sleep(pause);
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status} Answer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .ok()
}
