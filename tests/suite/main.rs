//! The one integration binary: each module shows a capability from outside.

#[cfg(test)]
#[cfg(test)]
mod demo;
mod poll;
mod server;
