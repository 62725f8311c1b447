//! `crossloc cache`: what is kept between runs, and how to be rid of it.

use std::collections::BTreeMap;
use std::process::ExitCode;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::{AnswerFormat, Failure, output};
use crate::source::store::{bytes_below, delete};
use crate::source::{Surroundings, cache_folder};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Print the folder
    Dir,
    /// Print how many bytes it takes, by what they are kept for
    Size {
        /// How to print
        #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
        format: AnswerFormat,
    },
    /// Delete everything in it
    Clean,
}

pub fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<ExitCode, Failure> {
    let folder = cache_folder(surroundings).ok_or_else(|| {
        Failure::new("there is no cache: the user's cache folder is not known")
            .with_hint("set `XDG_CACHE_HOME`")
    })?;
    let text = match arguments.action {
        Action::Dir => format!("{folder}\n"),
        Action::Size { format } => size(&folder, format),
        Action::Clean => clean(&folder)?,
    };
    output::data(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// What `size --format json` prints.
#[derive(Serialize)]
struct Size<'a> {
    version: u32,
    dir: &'a str,
    /// Summaries of workspaces (`index`), written sources (`sources`), archives and pages of indexes (`downloads`, `pages`).
    kinds: BTreeMap<&'a str, u64>,
    bytes: u64,
}

fn size(folder: &Utf8Path, format: AnswerFormat) -> String {
    let inside = entries(folder);
    let kinds: BTreeMap<&str, u64> =
        inside.iter().filter_map(|path| Some((path.file_name()?, bytes_below(path)))).collect();
    let bytes = kinds.values().sum();
    match format {
        AnswerFormat::Json => {
            let size = Size { version: 1, dir: folder.as_str(), kinds, bytes };
            serde_json::to_string_pretty(&size).unwrap_or_default() + "\n"
        }
        AnswerFormat::Text => {
            let lines = kinds.into_iter().chain([("total", bytes)]);
            lines
                .map(|(name, bytes)| format!("{name:<10} {:>10}  ({bytes} bytes)\n", readable(bytes)))
                .collect()
        }
    }
}

fn clean(folder: &Utf8Path) -> Result<String, Failure> {
    let before = bytes_below(folder);
    for path in entries(folder) {
        delete(&path).map_err(|error| Failure::new(format!("cannot delete `{path}`: {error}")))?;
    }
    Ok(format!("deleted {} ({before} bytes) from {folder}\n", readable(before)))
}

/// What lies in the folder, sorted; nothing where it is not there.
fn entries(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let found = folder.read_dir_utf8().into_iter().flatten().flatten();
    let mut paths: Vec<Utf8PathBuf> = found.map(|entry| entry.path().to_owned()).collect();
    paths.sort();
    paths
}

/// `1.2 MiB`.
fn readable(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = UNITS.iter().find(|(_, size)| bytes >= *size);
    unit.map_or(format!("{bytes} B"), |(name, size)| {
        let tenths = bytes.saturating_mul(10) / size;
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    })
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn sizes_are_readable() {
        for (bytes, expected) in
            [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_572_864, "1.5 MiB"), (1 << 40, "1024.0 GiB")]
        {
            assert_eq!(readable(bytes), expected);
        }
    }
}
