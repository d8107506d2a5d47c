//! Cases of who says what.
