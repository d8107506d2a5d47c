//! Many feeds on many hosts, and all of them overdue: nobody starves, no host is crowded, no backlog is a burst.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use copytaster::clock::Clock;
use copytaster::news::{Committed, Feed, FeedId};
use copytaster::poll::{self, Config, Poller};
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::poll::World;
use crate::server::{Reply, Server};
use crate::town::{SPACING, Service, Start, Town};

const INTERVAL: Duration = Duration::from_mins(15);

fn start() -> Timestamp {
    "2025-08-16T00:00:00Z".parse().unwrap()
}

fn quick(host: usize) -> Service {
    Service { host, takes: Duration::from_millis(300) }
}

/// Feeds of which none was asked for an hour, after which they were due within one interval.
fn after_an_outage(services: &[Service]) -> Town {
    let count = u32::try_from(services.len()).unwrap();
    let outage = SignedDuration::from_hours(1);
    Town::new(services, INTERVAL, 4_000, start(), |n| {
        start() - outage + INTERVAL * u32::try_from(n).unwrap() / count
    })
}

#[test]
fn an_hours_outage_is_caught_up_at_three_times_the_common_rate_and_within_half_an_interval() {
    let services: Vec<Service> = (0..9_000).map(quick).collect();
    let mut town = after_an_outage(&services);
    let (mut seconds, mut late_at) = (BTreeMap::new(), start());
    town.run(start() + SignedDuration::from_hours(1), |start: Start| {
        *seconds.entry(start.now.as_second()).or_insert(0_usize) += 1;
        if start.lag > Duration::from_mins(1) {
            late_at = start.now;
        }
    });
    let most = *seconds.values().max().unwrap();
    // Ten a second are common; sixty-four may start at once after a quiet time.
    assert!(most <= 30 + 64 + 1, "{most} in one second");
    let backlog = start().as_second() + 1..start().as_second() + 250;
    let most = seconds.range(backlog).map(|(_, &count)| count).max().unwrap();
    assert!(most <= 31, "{most} in a second of the backlog");
    let gone = late_at.duration_since(start());
    assert!(gone < SignedDuration::from_mins(6), "the lag was gone after {gone}");
    let asked: usize = seconds.values().sum();
    assert!(asked > 9_000 * 3, "{asked}");
}

#[test]
fn a_thousand_feeds_of_one_host_and_ten_thousand_hosts_are_all_asked_in_time() {
    let mut services: Vec<Service> = (1..10_001).map(quick).collect();
    services.extend((0..400).map(|_| quick(0)));
    let count = u32::try_from(services.len()).unwrap();
    let mut town = Town::new(&services, INTERVAL, 4_000, start(), |n| {
        start() + INTERVAL * u32::try_from(n).unwrap() / count
    });
    let (mut last, mut polls) = (None::<Timestamp>, vec![0; services.len()]);
    let mut worst = Duration::ZERO;
    town.run(start() + SignedDuration::from_hours(4), |start: Start| {
        polls[start.feed] += 1;
        if services[start.feed].host == 0 {
            if let Some(last) = last.replace(start.now) {
                assert!(start.now.duration_since(last) >= SPACING.try_into().unwrap());
            }
        } else {
            worst = worst.max(start.lag);
        }
    });
    assert!(worst < Duration::from_secs(1), "a host of its own waited {worst:?}");
    assert!(polls.iter().all(|&polls| (13..=17).contains(&polls)), "{:?}", polls.iter().min());
}

#[test]
fn half_of_a_thousand_being_slow_delays_the_others_by_less_than_a_tenth_of_an_interval() {
    let slow = |host| Service { host, takes: Duration::from_secs(30) };
    let services: Vec<Service> =
        (0..1_000).map(|host| if host % 2 == 0 { quick(host) } else { slow(host) }).collect();
    let interval = Duration::from_mins(5);
    let mut town = Town::new(&services, interval, 64, start(), |n| {
        start() + interval * u32::try_from(n).unwrap() / 1_000
    });
    let mut lags = Vec::new();
    town.run(start() + SignedDuration::from_hours(6), |start: Start| {
        if start.feed.is_multiple_of(2) {
            lags.push(start.lag);
        }
    });
    lags.sort();
    let p99 = lags[lags.len() * 99 / 100];
    assert!(lags.len() > 500 * 60, "{}", lags.len());
    assert!(p99 < interval / 10, "p99 {p99:?}");
}

/// Through the poller itself: its feeds were asked before, and then it stood still for an hour.
#[tokio::test]
async fn a_poller_that_stood_still_asks_its_overdue_feeds_a_few_at_a_time() {
    let server = Server::start(|seen| Reply::validated(seen, "<rss/>")).await;
    let names: Vec<String> = (0..150).map(|n| format!("/{n}")).collect();
    let paths: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::of(&server, &paths);
    world.config.host_spacing = Duration::ZERO;
    world.run(Duration::from_mins(15)).await;
    world.rest(Duration::from_hours(1));
    let polled = world.run(Duration::from_mins(5)).await;
    let mut seconds = HashMap::new();
    for one in &polled {
        *seconds.entry(one.batch.fetched_at.as_second()).or_insert(0) += 1;
    }
    let feeds: std::collections::BTreeSet<&FeedId> =
        polled.iter().map(|one| &one.batch.feed.id).collect();
    assert_eq!(feeds.len(), 150, "all are asked");
    let mut counts: Vec<i32> = seconds.values().copied().collect();
    counts.sort_unstable();
    assert!(counts.pop() <= Some(64 + 4), "at once after the quiet time");
    assert!(counts.last() <= Some(&4), "{counts:?}");
}

/// A thousand hosts of one port, each with its address.
struct Hosts {
    port: u16,
    busy: Vec<AtomicUsize>,
    asked: Vec<AtomicUsize>,
    crowded: AtomicUsize,
    together: AtomicUsize,
    together_most: AtomicUsize,
    /// Polls of quick hosts so far; the slow ones answer when it is high enough.
    quick: watch::Sender<usize>,
}

const HOSTS: usize = 1_000;
const AT_ONCE: usize = 600;

/// Polls of the quick hosts before any slow one answers.
const QUICK_POLLS: usize = HOSTS / 2 * 2;

/// The address of a host in 127.0.0.0/8.
fn address(n: usize) -> String {
    format!("127.7.{}.{}", n / 250, n % 250 + 1)
}

impl Hosts {
    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let std::net::IpAddr::V4(ip) = stream.local_addr()?.ip() else { return Ok(()) };
        let [.., c, d] = ip.octets();
        let host = usize::from(c) * 250 + usize::from(d) - 1;
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
        self.asked[host].fetch_add(1, Ordering::SeqCst);
        if self.busy[host].fetch_add(1, Ordering::SeqCst) > 0 {
            self.crowded.fetch_add(1, Ordering::SeqCst);
        }
        let together = self.together.fetch_add(1, Ordering::SeqCst) + 1;
        self.together_most.fetch_max(together, Ordering::SeqCst);
        if host % 2 == 1 {
            let mut quick = self.quick.subscribe();
            quick.wait_for(|&polls| polls >= QUICK_POLLS).await.ok();
        }
        self.busy[host].fetch_sub(1, Ordering::SeqCst);
        self.together.fetch_sub(1, Ordering::SeqCst);
        let body = "<rss version=\"2.0\"><channel><title>Here</title></channel></rss>";
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", body.len());
        stream.write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes()).await
    }

    fn feeds(&self) -> Vec<Arc<Feed>> {
        let feed = |n: usize| {
            let url = Url::parse(&format!("http://{}:{}/", address(n), self.port)).unwrap();
            let interval = Some(Duration::from_secs(2));
            Arc::new(Feed { interval, ..Feed::new(format!("host-{n}"), url) })
        };
        (0..HOSTS).map(feed).collect()
    }

    fn config(&self) -> Config {
        Config {
            interval_min: Duration::from_secs(1),
            in_flight: AT_ONCE,
            host_spacing: Duration::ZERO,
            allow_private: vec![format!("127.0.0.0/8:{}", self.port).parse().unwrap()],
            limits: poll::Limits {
                connect: Duration::from_mins(1),
                first_byte: Duration::from_mins(5),
                total: Duration::from_mins(10),
                ..poll::Limits::default()
            },
            ..Config::default()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_real_hosts_of_which_half_hang_are_asked_one_at_a_time_each_and_the_good_ones_go_on()
 {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let zero = || (0..HOSTS).map(|_| AtomicUsize::new(0)).collect();
    let hosts = Arc::new(Hosts {
        port: listener.local_addr().unwrap().port(),
        busy: zero(),
        asked: zero(),
        crowded: AtomicUsize::new(0),
        together: AtomicUsize::new(0),
        together_most: AtomicUsize::new(0),
        quick: watch::Sender::new(0),
    });
    let mut tasks = JoinSet::new();
    let served = Arc::clone(&hosts);
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let hosts = Arc::clone(&served);
            connections.spawn(async move { hosts.serve(stream).await.ok() });
        }
    });
    let poller = Poller::new(hosts.config(), hosts.feeds(), HashMap::new(), Clock::System).unwrap();
    let (out, mut batches) = mpsc::channel(16);
    let (committed, commits) = mpsc::channel(16);
    let (_control, orders) = mpsc::channel(1);
    let stop = CancellationToken::new();
    tasks.spawn(poll::run(poller, out, commits, orders, stop.clone()));
    let order = Mutex::new(Vec::new());
    let mut slow = std::collections::BTreeSet::new();
    while let Some(polled) = batches.recv().await {
        let (feed, state) = (polled.batch.feed.id.clone(), polled.batch.state.unwrap());
        assert_eq!(state.last_error, "", "{feed}");
        let host: usize = feed.as_str().trim_start_matches("host-").parse().unwrap();
        order.lock().unwrap().push(host);
        if host.is_multiple_of(2) {
            hosts.quick.send_modify(|polls| *polls += 1);
        } else {
            slow.insert(host);
        }
        if slow.len() == HOSTS / 2 {
            break;
        }
        let done = Committed { feed, state, new: None, overrun: false };
        committed.send(done).await.unwrap();
    }
    stop.cancel();
    let order = order.into_inner().unwrap();
    let first_slow = order.iter().position(|host| host % 2 == 1).unwrap();
    assert!(first_slow >= QUICK_POLLS, "{first_slow} polls before a slow host answered");
    let before: std::collections::BTreeSet<usize> = order[..first_slow].iter().copied().collect();
    assert_eq!(before.len(), HOSTS / 2, "each good host was heard while the others hung");
    assert!(hosts.asked.iter().all(|asked| asked.load(Ordering::SeqCst) > 0));
    assert_eq!(hosts.crowded.load(Ordering::SeqCst), 0, "one at a time on each host");
    let most = hosts.together_most.load(Ordering::SeqCst);
    assert!((HOSTS / 2..=AT_ONCE).contains(&most), "{most} at once");
}
