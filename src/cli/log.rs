//! What the program tells about itself, on stderr.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Logs warnings, or what is asked for.
pub fn to_stderr(level: Option<String>) {
    let level = level.and_then(|level| level.parse().ok());
    // The only way to fail is a logger that is installed already, which then does the same.
    let _ = tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::WARN))
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
}
