//! The program `venue`: everything it does is in the library.

use std::process::ExitCode;

/// Maps are read, judged and done with in some milliseconds, of which a third went to pages of memory. Elsewhere
/// the system's own allocator does: not every processor has the pages that this one is built for.
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    venue::cli::run(std::env::args_os())
}
