//! The one integration binary: each module shows a capability from outside.

#[cfg(test)]
mod access;
#[cfg(test)]
mod anchorage;
#[cfg(test)]
mod archive;
#[cfg(test)]
mod backlog;
mod behaviour;
#[cfg(test)]
mod breaker;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod daemon;
#[cfg(test)]
mod day;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod feeds;
#[cfg(test)]
mod full_text;
#[cfg(test)]
mod halves;
#[cfg(test)]
mod health;
#[cfg(test)]
mod hours;
#[cfg(test)]
mod house;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod kill9;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod polite;
#[cfg(test)]
mod poll;
#[cfg(test)]
mod records;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod server;
#[cfg(test)]
mod speech;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod story;
#[cfg(test)]
#[path = "../bench/town.rs"]
mod town;
#[cfg(test)]
mod watch;
#[cfg(test)]
mod wild;
