//! The one integration binary: each module shows a capability from outside.

mod durability;
