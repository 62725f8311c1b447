//! Arguments in, exit code out.

use std::process::ExitCode;

/// The analysis allocates many small, short-lived values on all cores.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    crossloc::cli::run()
}
