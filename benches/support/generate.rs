//! A generated workspace: code locations, one shared library, and files of nine kilobytes of plain Python.
//!
//! The same numbers give the same bytes on every machine. One file in ten imports the shared library and uses what it
//! imports; the others import their own package and the standard library only. Everything resolves, so that a check
//! has nothing to report.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// How large a workspace is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Code locations, each a project of its own.
    pub locations: usize,
    /// Python files of all locations together.
    pub files: usize,
}

impl Size {
    /// 20 locations, 1,000 files.
    pub const SMALL: Size = Size { locations: 20, files: 1_000 };
    /// 200 locations, 10,000 files.
    pub const LARGE: Size = Size { locations: 200, files: 10_000 };
}

/// Modules of the shared library.
const SHARED_MODULES: usize = 40;
/// A file is filled with functions until it has this many bytes.
const FILE_BYTES: usize = 9_000;
/// One file in so many uses shared code.
const ONE_IN: usize = 10;

/// The folder of the workspace of this size, written below cargo's folder for such things where it is not there yet.
pub fn workspace(size: Size) -> PathBuf {
    let name = format!("workspace-1-{}-{}", size.locations, size.files);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let complete = root.join(".complete");
    if !complete.exists() {
        let _ = std::fs::remove_dir_all(&root);
        write_workspace(&root, size);
        put(&complete, "");
    }
    root
}

/// A file that uses shared code.
pub fn using_file(root: &Path) -> PathBuf {
    module_path(root, 0, 0)
}

fn write_workspace(root: &Path, size: Size) {
    put(&root.join("crossloc.toml"), "");
    let mut declared = String::from("load_from:\n");
    write_shared(&root.join("libs/shared"));
    for location in 0..size.locations {
        let dir = root.join(format!("locations/loc_{location:03}"));
        let _ = writeln!(
            declared,
            "  - python_module:\n      module_name: loc_{location:03}.definitions\n      \
             working_directory: locations/loc_{location:03}/src"
        );
        put(&dir.join("pyproject.toml"), &location_manifest(location));
        put(&dir.join(format!("src/loc_{location:03}/__init__.py")), "");
        put(
            &dir.join(format!("src/loc_{location:03}/definitions.py")),
            "from dagster import Definitions\n\ndefs = Definitions()\n",
        );
        let first = location * size.files / size.locations;
        let behind = (location + 1) * size.files / size.locations;
        for file in 0..behind - first {
            put(&module_path(root, location, file), &module_text(location, file, first + file));
        }
    }
    put(&root.join("workspace.yaml"), &declared);
}

fn module_path(root: &Path, location: usize, file: usize) -> PathBuf {
    root.join(format!("locations/loc_{location:03}/src/loc_{location:03}/module_{file:03}.py"))
}

fn location_manifest(location: usize) -> String {
    format!(
        "[project]\nname = \"loc-{location:03}\"\nversion = \"0.1.0\"\ndependencies = [\"dagster\", \"acme-shared\"]\n\n\
         [tool.uv.sources]\nacme-shared = {{ path = \"../../libs/shared\", editable = true }}\n\n\
         [build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n"
    )
}

fn write_shared(dir: &Path) {
    put(
        &dir.join("pyproject.toml"),
        "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n\n[build-system]\nrequires = [\"hatchling\"]\n\
         build-backend = \"hatchling.build\"\n\n[tool.hatch.build.targets.wheel]\npackages = [\"src/acme\"]\n",
    );
    put(&dir.join("src/acme/__init__.py"), "from acme.part_00 import Client as Client\n");
    for module in 0..SHARED_MODULES {
        let mut text = String::from(
            "\"\"\"A part of the shared library.\"\"\"\n\nfrom __future__ import annotations\n\n",
        );
        text.push_str(
            "class Client:\n    def __init__(self, url: str, timeout: float = 10.0) -> None:\n        self.url = url\n\
             \x20       self.timeout = timeout\n\n    def fetch(self, key: str) -> dict:\n        return {\"key\": key}\n\n",
        );
        let mut random = Random(module as u64 + 1);
        while text.len() < FILE_BYTES {
            function(&mut text, &mut random);
        }
        put(&dir.join(format!("src/acme/part_{module:02}.py")), &text);
    }
}

/// The text of one file; `number` counts through the whole workspace.
fn module_text(location: usize, file: usize, number: usize) -> String {
    let mut random = Random(number as u64 + 1_000);
    let mut text = format!(
        "\"\"\"Module {file} of location {location}.\"\"\"\n\nfrom __future__ import annotations\n\nimport logging\nimport os\n"
    );
    if file > 0 {
        let _ = writeln!(text, "from loc_{location:03} import module_{:03}", file - 1);
    }
    if number.is_multiple_of(ONE_IN) {
        let part = random.below(SHARED_MODULES);
        let _ = writeln!(
            text,
            "from acme.part_{part:02} import Client\nfrom acme import part_{:02} as part\n\n\
             client = Client(\"https://example.org\", timeout=3.0)\n\n\n\
             def fetch_all(names):\n    return [client.fetch(name) for name in names] + [part.Client(\"x\").fetch(\"y\")]\n",
            random.below(SHARED_MODULES)
        );
    }
    text.push_str("\nlogger = logging.getLogger(__name__)\n\n\n");
    while text.len() < FILE_BYTES {
        function(&mut text, &mut random);
    }
    text
}

/// One function or class as people write them: a docstring, calls, a loop, a comprehension.
fn function(text: &mut String, random: &mut Random) {
    let (name, field, limit) = (random.word(), random.word(), random.below(900));
    let number = random.below(100_000);
    if random.below(4) == 0 {
        let _ = write!(
            text,
            "class {}{number}:\n    \"\"\"Holds one {field} and what is known of it.\"\"\"\n\n    \
             limit: int = {limit}\n\n    def __init__(self, {field}: str, *, strict: bool = False) -> None:\n        \
             self.{field} = {field}\n        self.strict = strict\n        self.seen: dict[str, int] = {{}}\n\n    \
             def {name}(self, key: str, default: int | None = None) -> int | None:\n        \
             if self.strict and key not in self.seen:\n            raise KeyError(f\"no {{key}} in {{self.{field}}}\")\n        \
             return self.seen.get(key, default)\n\n\n",
            capitalized(name)
        );
        return;
    }
    let _ = write!(
        text,
        "def {name}_{number}(rows: list[dict[str, str]], {field}: str, limit: int = {limit}) -> list[str]:\n    \
         \"\"\"Collect the {field} of each row that is worth keeping.\n\n    Rows without one are counted and left out.\n    \"\"\"\n    \
         kept: list[str] = []\n    skipped = 0\n    for index, row in enumerate(rows):\n        \
         value = row.get({field}) or os.environ.get(\"{name}\", \"\")\n        \
         if not value or len(value) > limit:\n            skipped += 1\n            continue\n        \
         kept.append(value.strip().lower() if index % 2 else value.strip())\n    \
         logger.info(\"%d rows kept, %d left out\", len(kept), skipped)\n    \
         return sorted({{value for value in kept if value.startswith(\"{field}\")}})\n\n\n"
    );
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}

/// Marsaglia's xorshift: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn word(&mut self) -> &'static str {
        const WORDS: [&str; 16] = [
            "account",
            "batch",
            "catalog",
            "digest",
            "event",
            "folder",
            "grade",
            "history",
            "invoice",
            "journal",
            "ledger",
            "metric",
            "notice",
            "order",
            "partition",
            "quota",
        ];
        WORDS[self.below(WORDS.len())]
    }
}

/// Writes a file and the folders above it.
pub fn put(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}
