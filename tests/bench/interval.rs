//! How long news waits at equal requests: the interval that the poller keeps beside the rules of other programs, on
//! simulated news.
//!
//! `cargo bench --bench interval` prints the figures and writes the plot `tests/bench/interval.svg`.
//!
//! The news is made up from a seed: log-normal rates with a median of 5 items a day, one feed in ten dead, day and night,
//! bursts. The first half of the days teaches, the second half counts. Ours spends what its controller lets it; then each
//! other rule has its own setting moved until it spends the same. The ratios are the claim, not the minutes.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark prints")]
#![expect(clippy::unwrap_used, reason = "a benchmark ends where its ground gives way")]

mod figures;
#[path = "interval/plot.rs"]
mod plot;
#[path = "interval/rules.rs"]
mod rules;
#[path = "interval/weather.rs"]
mod weather;

use figures::{Figures, is_measuring, size};
use plot::{Line, Plot};
use rules::{CommaFeed, Fixed, Miniflux, Ours, Root, StormCrawler};
use weather::{Outcome, Rule, Weather};

/// Requests a feed a day of the table.
const TABLE: [f64; 2] = [24.0, 8.0];

/// And of the plot.
const CURVE: [f64; 5] = [4.0, 8.0, 24.0, 48.0, 96.0];

/// A rule spends as much as another if it comes this near.
const NEAR: f64 = 0.003;

/// A peer's rule with the setting that decides what it spends, from thrifty to lavish.
struct Peer {
    name: &'static str,
    thrifty: f64,
    lavish: f64,
    make: fn(f64) -> Box<dyn Rule>,
}

const PEERS: [Peer; 5] = [
    Peer {
        name: "fixed interval",
        thrifty: 864_000.0,
        lavish: 300.0,
        make: |seconds| Box::new(Fixed(seconds)),
    },
    Peer {
        name: "Miniflux, entry frequency",
        thrifty: 0.01,
        lavish: 10_000.0,
        make: |factor| Box::new(Miniflux { factor }),
    },
    Peer {
        name: "CommaFeed, empirical",
        thrifty: 0.01,
        lavish: 10_000.0,
        make: |factor| Box::new(CommaFeed { factor }),
    },
    Peer {
        name: "StormCrawler, adaptive",
        thrifty: 5.0,
        lavish: 0.005,
        make: |increase| Box::new(StormCrawler::new(increase)),
    },
    Peer {
        name: "square root of the rate",
        thrifty: 1e8,
        lavish: 1.0,
        make: |scale| Box::new(Root::new(scale)),
    },
];

fn main() {
    let seeds: &[u64] = if is_measuring() { &[1, 2, 3] } else { &[1] };
    let mut figures = Figures::default();
    if is_measuring() {
        let svg = curve(&Weather::new(1, 1_500, 28)).svg();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/interval.svg");
        std::fs::write(path, svg).unwrap();
    }
    for &seed in seeds {
        let weather = Weather::new(seed, size(1_500, 40), size(28, 8));
        for budget in TABLE {
            table(&weather, budget, seed, &mut figures);
        }
    }
    println!();
    figures.print();
}

/// All rules at one budget.
fn table(weather: &Weather, budget: f64, seed: u64, figures: &mut Figures) {
    println!("\nseed {seed}, {} items, {budget} requests a feed a day", weather.items());
    println!(
        "{:<28} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "rule", "requests", "mean min", "median", "p95", "x fixed"
    );
    let ours = weather.run(&mut Ours::new(weather.feeds(), budget));
    let mut fixed = f64::NAN;
    for peer in &PEERS {
        let (outcome, setting) = tuned(weather, peer, ours.requests);
        if peer.name == "fixed interval" {
            fixed = outcome.mean;
        }
        show(peer.name, outcome, fixed);
        if (outcome.requests / ours.requests - 1.0).abs() > 0.02 {
            println!("    spends no more than that, whatever its setting");
        } else {
            println!("    setting {setting:.4}");
        }
        figures.add(key(budget, peer.name), "x", outcome.mean / fixed);
    }
    show("copytaster", ours, fixed);
    figures.add(key(budget, "copytaster"), "x", ours.mean / fixed);
    figures.add(format!("interval.{budget}.held"), "x", ours.requests / budget);
}

fn key(budget: f64, rule: &str) -> String {
    let rule: String = rule.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    format!("interval.{budget}.{rule}.delay_to_fixed")
}

fn show(name: &str, outcome: Outcome, fixed: f64) {
    let Outcome { mean, median, p95, requests } = outcome;
    println!(
        "{name:<28} {requests:>9.2} {mean:>9.1} {median:>9.1} {p95:>9.1} {:>9.3}",
        mean / fixed
    );
}

/// The rule at the setting at which it spends `requests` a feed a day, or as near as it gets.
fn tuned(weather: &Weather, peer: &Peer, requests: f64) -> (Outcome, f64) {
    let try_out = |setting: f64| weather.run(&mut *(peer.make)(setting.exp()));
    let (mut low, mut high) = (peer.thrifty.ln(), peer.lavish.ln());
    let (mut low_spends, mut high_spends) = (try_out(low), try_out(high));
    let mut best = if high_spends.requests < requests { high_spends } else { low_spends };
    let mut setting = if high_spends.requests < requests { high } else { low };
    if high_spends.requests < requests || low_spends.requests > requests {
        return (best, setting.exp());
    }
    for turn in 0..24 {
        // Spending is nearly a power of the setting; the middle now and then, where it is not.
        let (a, b) = (low_spends.requests.ln(), high_spends.requests.ln());
        let share = if turn % 3 == 2 { 0.5 } else { (requests.ln() - a) / (b - a) };
        setting = low + (high - low) * share.clamp(0.02, 0.98);
        best = try_out(setting);
        if (best.requests / requests - 1.0).abs() < NEAR {
            break;
        }
        if best.requests < requests {
            (low, low_spends) = (setting, best);
        } else {
            (high, high_spends) = (setting, best);
        }
    }
    (best, setting.exp())
}

/// Mean delay over requests, for all rules.
fn curve(weather: &Weather) -> Plot {
    let mut ours = Line { name: "copytaster", points: Vec::new() };
    let mut lines: Vec<Line> =
        PEERS.iter().map(|peer| Line { name: peer.name, points: Vec::new() }).collect();
    for budget in CURVE {
        let spent = weather.run(&mut Ours::new(weather.feeds(), budget));
        ours.points.push((spent.requests, spent.mean));
        for (peer, line) in PEERS.iter().zip(&mut lines) {
            let (outcome, _) = tuned(weather, peer, spent.requests);
            if (outcome.requests / spent.requests - 1.0).abs() < 0.02 {
                line.points.push((outcome.requests, outcome.mean));
            }
        }
    }
    lines.push(ours);
    Plot {
        title: "How long news waits: mean delay at equal requests, simulated news",
        across: "requests a feed a day",
        up: "mean delay, minutes",
        lines,
    }
}
