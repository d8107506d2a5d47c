//! `[[watch]]`: what is followed, how loudly, and where its alerts go.

use std::path::PathBuf;

use serde::Serialize;
use toml::de::DeValue;
use url::Url;

use super::document::{Bad, Given, Place, Section, Value};
use super::entries::{Taken, own_id};
use super::files::{self, Loaded};
use super::{access, address, read};
use crate::news::{Level, Rule, Secret};

/// A rule longer than this is a list that belongs into several.
const MATCH_CHARS_MAX: usize = 4096;

/// A program and its arguments.
const COMMAND_PARTS_MAX: usize = 64;

/// The keys of the three places, one of which a watch may name.
const TARGETS: [&str; 3] = ["webhook", "command", "file"];

/// One `[[watch]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Watch {
    /// Unique id.
    pub id: String,
    /// What it looks for.
    pub rule: Rule,
    /// How loudly its alerts are told.
    pub level: Level,
    /// Where they go beside the records, if anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

/// Where alerts go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Target {
    /// Sent by POST, signed where there is a secret.
    Webhook {
        /// The address.
        url: Url,
        /// What they are signed with.
        secret: Option<Secret>,
    },
    /// Handed to a program on its standard input.
    Command(Vec<String>),
    /// Appended to a file.
    File(PathBuf),
}

/// Reads one `[[watch]]`.
pub(super) fn read<'t>(s: &mut Section<'_, 't>, taken: &mut Taken<'t>) -> Option<Watch> {
    let levels = [Level::Flash, Level::Urgent, Level::Alert].map(|level| (level.as_str(), level));
    let id = own_id(s, taken);
    let rule = rule(s);
    let level = s.get("level", |v| read::word(v, &levels)).unwrap_or_default();
    let target = target(s);
    Some(Watch { id: id?, rule: rule?, level, target })
}

fn rule(s: &mut Section<'_, '_>) -> Option<Rule> {
    let text = s.require("match", |v| {
        let text = read::text(v)?;
        let fits = !text.trim().is_empty() && text.chars().count() <= MATCH_CHARS_MAX;
        let bad = || Bad::new(format!("must have 1 to {MATCH_CHARS_MAX} characters"));
        fits.then(|| text.to_owned()).ok_or_else(bad)
    })?;
    match Rule::parse(&text.value) {
        Ok(rule) => Some(rule),
        Err(error) => {
            let at = s.document.inside(text.place, error.at);
            let bad = Bad { at, ..Bad::new(error.to_string()) };
            s.problem(text.place, "match", bad.meant(error.suggestion));
            None
        }
    }
}

fn target(s: &mut Section<'_, '_>) -> Option<Target> {
    let url = s.given("webhook", address::url);
    let secret = secret(s);
    let command = s.get("command", command);
    let file = s.get("file", read::path);
    let named: Vec<&str> = TARGETS.into_iter().filter(|key| s.says(key)).collect();
    if let [first, second, ..] = named[..]
        && let Some(place) = s.find_place(second)
    {
        let message = format!("stands beside {first}: a watch has one place for its alerts");
        s.problem(place, second, Bad::new(message).meant(Some("a second [[watch]] with the rule")));
    }
    if let Some(Given { value, place }) = &url {
        check_webhook(s, value, *place, secret.is_some());
    }
    match (url, command, file) {
        (Some(url), None, None) => Some(Target::Webhook { url: url.value, secret }),
        (None, Some(command), None) => Some(Target::Command(command)),
        (None, None, Some(file)) => Some(Target::File(file)),
        _ => None,
    }
}

fn check_webhook<'t>(s: &mut Section<'_, 't>, url: &Url, place: Place<'t>, is_signed: bool) {
    if url.scheme() == "http" {
        s.warn(place, "webhook", "its alerts are sent unencrypted: the address is http");
    }
    if !is_signed {
        s.warn(place, "webhook", "its alerts are not signed: there is no secret");
    }
}

/// The secret of a webhook: in a file, or in the environment.
fn secret(s: &mut Section<'_, '_>) -> Option<Secret> {
    let places = s.document.places;
    let given = s.given("secret", |v| files::secret(v, places).and_then(usable));
    let by_name = s.given("secret_env", |v| {
        let name = read::line(v)?;
        files::from_environment(&name, places).and_then(usable)
    });
    for key in ["secret", "secret_env"] {
        access::beside(s, key, "webhook");
    }
    if s.says("secret")
        && let Some(place) = s.find_place("secret_env")
    {
        s.problem(place, "secret_env", Bad::new("stands beside secret: one of them is enough"));
    }
    if let Some(Given { value, place }) = &given {
        access::warn_if_open(s, value.is_open, *place, "secret");
    }
    given.or(by_name).map(|given| given.value.secret)
}

/// A secret that begins as those of Standard Webhooks do is base64 behind that.
fn usable(loaded: Loaded) -> Result<Loaded, Bad> {
    match crate::news::webhook_key(loaded.secret.expose()) {
        Some(_) => Ok(loaded),
        None => Err(Bad::new("begins with whsec_ and is no base64 behind it")),
    }
}

fn command(value: Value<'_>) -> Result<Vec<String>, Bad> {
    if let Value::Toml(DeValue::String(text)) = value {
        let parts: Vec<String> = text.split_whitespace().map(|part| format!("{part:?}")).collect();
        return Err(Bad::new(
            "expected a list: the program, then each argument; no shell reads it",
        )
        .meant(Some(format!("[{}]", parts.join(", ")))));
    }
    let parts = read::list(value, |part| {
        if part.contains('\0') {
            return Err(Bad::new("must not contain a NUL character"));
        }
        Ok(part.to_owned())
    })?;
    match parts.first() {
        Some(program) if !program.trim().is_empty() && parts.len() <= COMMAND_PARTS_MAX => {
            Ok(parts)
        }
        _ => Err(Bad::new(format!(
            "must name a program, and have at most {COMMAND_PARTS_MAX} parts"
        ))),
    }
}
