//! Records on disk, as readers meet them: what is written is verified, and every damage is found.

mod desk;
mod verify;
