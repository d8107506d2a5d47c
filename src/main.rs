//! Arguments → command → exit code.

use copytaster::cli::{self, Exit};

fn main() -> Exit {
    cli::main(std::env::args_os())
}
