//! The program `venue`: everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    venue::cli::run(std::env::args_os())
}
