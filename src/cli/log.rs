//! What the program tells about itself, on stderr.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// The level to log at; with `debug`, each step of a check says how long it took.
const LOG_VARIABLE: &str = "CROSSLOC_LOG";

/// Logs warnings, or what the environment asks for.
pub fn to_stderr() {
    let level = std::env::var(LOG_VARIABLE).ok().and_then(|level| level.parse().ok());
    // The only way to fail is a logger that is installed already, which then does the same.
    let _ = tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::WARN))
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
}
