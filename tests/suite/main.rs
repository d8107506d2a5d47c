//! The one integration binary: each module shows a capability from outside.

mod demo;
#[cfg(test)]
mod poll;
#[cfg(test)]
mod server;
