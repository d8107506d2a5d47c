//! The one integration binary: each module shows a capability from outside.

#[cfg(test)]
mod durability;
