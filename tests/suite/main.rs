//! The one integration binary: each module shows a capability from outside.

#[cfg(test)]
#[cfg(test)]
mod commands;
mod demo;
mod durability;
mod poll;
mod records;
mod server;
