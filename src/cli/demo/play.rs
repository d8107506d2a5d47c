//! Plays the day: the feeds on loopback, the desk as `run` starts it, and the picture.

use std::io::{IsTerminal, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::board::Board;
use super::show::{CONFIG, alerts};
use super::{Args, Colour, Day, Ending, Screen, config_toml, frame, serve, summary};
use crate::cli::daemon::{self, Daemon};
use crate::cli::{Exit, complain, complain_of, print, start_log};
use crate::clock::{Clock, Simulated};
use crate::config::Config;
use crate::news::Line;
use crate::telemetry::{Count, Counters};

/// Simulated seconds in a real one when people watch: the day passes in little more than a minute.
const PACE: f64 = 600.0;

/// Columns and stories where nothing says how large the terminal is.
const SCREEN: (usize, usize) = (100, 16);

/// Plays the day and says what came of it.
pub fn run(args: &Args) -> Exit {
    let out = match directory(args.out.as_deref()) {
        Ok(out) => out,
        Err(reason) => {
            complain(&reason);
            return Exit::CannotCreate;
        }
    };
    match daemon::runtime() {
        Ok(runtime) => runtime.block_on(play(args, &out)),
        Err(error) => {
            complain(&format_args!("cannot start: {error}"));
            Exit::Failed
        }
    }
}

/// The directory asked for, if it holds nothing yet, or a fresh one.
fn directory(wish: Option<&Path>) -> Result<PathBuf, String> {
    let out = match wish {
        Some(out) => std::path::absolute(out).map_err(|error| error.to_string())?,
        None => std::env::temp_dir().join(format!("copytaster-demo-{}", std::process::id())),
    };
    let is_used = std::fs::read_dir(&out).is_ok_and(|mut entries| entries.next().is_some());
    if is_used {
        return Err(format!(
            "{} is not empty: the demo wants a directory of its own",
            out.display()
        ));
    }
    std::fs::create_dir_all(&out)
        .map_err(|error| format!("cannot create {}: {error}", out.display()))?;
    Ok(out)
}

/// Lets `day` pass at full speed and writes its records to `out`, showing nothing: the demo as tests play it, with other
/// days than the bundled one.
pub fn pass(day: Day, out: &Path) -> Exit {
    match daemon::runtime() {
        Ok(runtime) => runtime.block_on(async {
            let stop = CancellationToken::new();
            let show = Show { is_fast: true, is_on: false, leaves_config: false, stop };
            desk(Arc::new(day), out, show, &Arc::default(), &Arc::default()).await
        }),
        Err(_) => Exit::Failed,
    }
}

async fn play(args: &Args, out: &Path) -> Exit {
    let board = Arc::new(Mutex::new(Board::default()));
    let counters = Arc::new(Counters::default());
    let is_on = std::io::stdout().is_terminal() && !args.fast;
    let stop = CancellationToken::new();
    if !args.fast && !is_on {
        let hours = "twelve hours of news in little more than a minute";
        complain(&format_args!(
            "playing {hours}, records go to {} (--fast: in seconds)",
            out.display()
        ));
    }
    let show = Show { is_fast: args.fast, is_on, leaves_config: true, stop: stop.clone() };
    let day = Arc::new(Day::builtin());
    let until = day.end;
    let exit = desk(day, out, show, &board, &counters).await;
    if exit != Exit::Ok {
        return exit;
    }
    let exit = print(end(&board, &counters, until, out).as_bytes(), Exit::Ok);
    // Whoever ended the day early does not want to be asked again.
    if !args.exit && !stop.is_cancelled() && std::io::stdout().is_terminal() {
        drop(std::io::stdout().write_all(b"\nCtrl-C ends the demo.\n"));
        drop(tokio::signal::ctrl_c().await);
    }
    exit
}

/// How a day passes.
struct Show {
    is_fast: bool,
    is_on: bool,
    /// Whether the configuration is left with the records, for `feeds list` and the like.
    leaves_config: bool,
    /// Cancelled by a signal.
    stop: CancellationToken,
}

/// Serves a day and runs the desk on it until it is over.
async fn desk(
    day: Arc<Day>,
    out: &Path,
    show: Show,
    board: &Arc<Mutex<Board>>,
    counters: &Arc<Counters>,
) -> Exit {
    let listener = match tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await {
        Ok(listener) => listener,
        Err(error) => {
            complain(&format_args!("cannot listen on loopback: {error}"));
            return Exit::Unavailable;
        }
    };
    let port = listener.local_addr().map_or(0, |address| address.port());
    let text = config_toml(&day, port, out);
    let config = match Config::parse("demo", &text, crate::cli::environment()) {
        Ok(config) => config,
        Err(problems) => return complain_of(&problems),
    };
    if show.leaves_config
        && let Err(error) = std::fs::write(out.join(CONFIG), text)
    {
        complain(&format_args!("cannot write to {}: {error}", out.display()));
        return Exit::CannotCreate;
    }
    if std::env::var_os("RUST_LOG").is_some() {
        start_log(config.log);
    }
    let simulated = Simulated::starting(day.start).until(day.end);
    let clock = Clock::Simulated(if show.is_fast { simulated } else { simulated.paced(PACE) });
    let picture = Picture { clock: clock.clone(), is_on: show.is_on };
    let seen = Arc::clone(board);
    let daemon = daemon::run(Daemon {
        config,
        reload_from: None,
        clock: clock.clone(),
        group_wait: Duration::ZERO,
        observer: Box::new(move |lines| picture.show(&seen, lines)),
        stop: show.stop,
        counters: Arc::clone(counters),
    });
    let over = CancellationToken::new();
    let now = clock.clone();
    let feeds = serve(day, move || now.now(), listener, over.clone().cancelled_owned());
    let (exit, served) = tokio::join!(
        async {
            let exit = daemon.await;
            over.cancel();
            exit
        },
        feeds
    );
    if let Err(error) = served {
        complain(&format_args!("the demo's feeds ended early: {error}"));
    }
    exit
}

/// The last words: what the day came to.
fn end(board: &Mutex<Board>, counters: &Counters, until: Timestamp, out: &Path) -> String {
    let mut board = board.lock().unwrap_or_else(PoisonError::into_inner);
    let counted = counters.summary();
    summary(&Ending {
        stories: &board.look(),
        behind_main: &board.behind_main(),
        copies: board.copies,
        material: board.material,
        cosmetic: board.cosmetic,
        notices: board.notices,
        polls: counted.of(Count::Polls),
        not_modified: counted.of(Count::PollsUnchanged),
        failed: counted.of(Count::PollsFailed),
        quarantined: board.quarantined,
        defects: &board.survived(),
        until,
        out,
    })
}

/// The table of stories on a terminal, drawn anew with each group of lines.
struct Picture {
    clock: Clock,
    is_on: bool,
}

impl Picture {
    fn show(&self, board: &Mutex<Board>, lines: &[Line]) {
        let mut board = board.lock().unwrap_or_else(PoisonError::into_inner);
        board.take(lines);
        if !self.is_on {
            return;
        }
        let width = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let has_colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let screen = Screen {
            width: width.unwrap_or(SCREEN.0),
            rows: SCREEN.1,
            colour: if has_colour { Colour::Ansi } else { Colour::Plain },
        };
        let drawn = frame(&board.look(), self.clock.now(), &screen);
        let drawn = drawn + &alerts(&board.alerts, &screen);
        // Home, each line cleared to its end, then everything below.
        let drawn = drawn.replace('\n', "\x1b[K\n");
        let mut out = std::io::stdout().lock();
        drop(out.write_all(format!("\x1b[H{drawn}\x1b[J").as_bytes()).and_then(|()| out.flush()));
    }
}
