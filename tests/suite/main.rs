//! The one integration binary: each module shows a capability from outside.

#[cfg(test)]
#[cfg(test)]
mod demo;
mod records;
mod poll;
mod server;
mod commands;
