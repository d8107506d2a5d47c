//! The one integration binary: each module shows a capability from outside.

#[cfg(test)]
mod breaker;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod house;
#[cfg(test)]
mod kill9;
#[cfg(test)]
mod poll;
#[cfg(test)]
mod records;
#[cfg(test)]
mod server;
