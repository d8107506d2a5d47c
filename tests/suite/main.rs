//! The one integration binary: each module shows a capability from outside.
mod commands;
mod demo;
mod durability;
mod house;
mod kill9;
mod poll;
mod records;
mod server;
