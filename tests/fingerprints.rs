//! What a file shows to others has a hash, and with an equal one nothing is found elsewhere that was not found before.
//!
//! The number of edits is proptest's: `PROPTEST_CASES=10000 cargo test --test fingerprints`.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "test code may fail loudly"
)]

use std::cell::Cell;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::python::summarize;
use crossloc::rules::{Diagnostic, check};
use crossloc::text::Document;
use crossloc::vfs::{FileId, Files, relative};
use crossloc::workspace::Workspace;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// The module that is edited, of a project that others take.
const EDITED: &str = "shared/src/acme/io.py";

/// What lies beside it.
const FILES: [(&str, &str); 9] = [
    ("crossloc.toml", "[rules]\nprivate-import = \"warning\"\n"),
    (
        "shared/pyproject.toml",
        "[project]\nname = \"acme-shared\"\nversion = \"1.0\"\nrequires-python = \">=3.8\"\n\
         [project.optional-dependencies]\nfast = [\"acme-fast\"]\n[tool.uv.sources]\nacme-fast = { path = \"../fast\" }\n",
    ),
    ("shared/src/acme/__init__.py", "from acme.io import *\nfrom acme.io import load as loaded\n"),
    (
        "shared/src/acme/base.py",
        "class Base:\n    rows: int = 1\n    def read(self, path): return self\n\
         class Other:\n    size: int = 1\n    def read(self, path, mode): return self\n\
         def helper(): return Base()\nclass Old(Base):\n    def __init__(self, *, key): ...\n",
    ),
    ("fast/pyproject.toml", "[project]\nname = \"acme-fast\"\nversion = \"1.0\"\n"),
    ("fast/src/acme_fast/__init__.py", "def run(): ...\n"),
    (
        "etl/pyproject.toml",
        "[project]\nname = \"etl\"\nversion = \"1.0\"\nrequires-python = \">=3.8\"\ndependencies = [\"acme-shared\"]\n\
         [tool.uv.sources]\nacme-shared = { path = \"../shared\" }\n",
    ),
    (
        "etl/src/etl/__init__.py",
        "from acme.io import load, make, Table, Record, LIMIT, gone, _hidden\nfrom acme.io import helper as h\n\
         load('x').rows\nload('x').size\nload('x').read('a')\nload()\nload('x', strict=True)\n\
         make().rows\nmake().size\nmake().read(1)\nmake(1).read(1, 2)\n\
         Table(1).total\nTable(1).read('a')\nTable.of().total\nTable(1).part.rows\nTable(1).part.size\nTable()\nTable(1, 2)\n\
         Record(1)\nRecord(name='x')\nRecord(1, 2).name\nLIMIT.rows\nLIMIT()\nh().rows\nh(1)\n",
    ),
    (
        "etl/src/etl/all.py",
        "import acme\nfrom acme import *\nfrom acme import loaded, store\nacme.load().rows\nacme.io.make().size\nacme.gone\n\
         acme.io.gone\nacme.Table(1).total\nclass Own(acme.Table):\n    def go(self):\n        self.total\n        self.part.rows\n\
         \x20       self.read('a', 'b')\n        super().__init__(1, 2)\nOwn(1).part.size\nloaded(1, 2)\nstore(1)\n",
    ),
];

/// For each stretch of the edited module what may stand there.
const STRETCHES: [&[&str]; 14] = [
    &["", "'''Doc.'''\n", "# why\n\n", "# crossloc: ignore[missing-symbol]\n"],
    &[
        "from acme.base import Base, Other, Old, helper\n",
        "from acme.base import *\n",
        "import acme.base as base\nBase = base.Base\nOther = base.Other\nhelper = base.helper\nOld = base.Old\n",
        "try:\n    from acme.base import Base, Other, Old, helper\nexcept ImportError:\n    Base = Other = None\n",
    ],
    &[
        "",
        "import acme_fast\n",
        "import importlib\nimportlib.import_module('acme_fast')\n",
        "import sys\nif sys.version_info > (3, 9):\n    import acme_fast\n",
        "if True:\n    import acme_fast\n",
        "with open('x') as f:\n    import acme_fast\n",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    import acme_fast\n",
    ],
    &[
        "",
        "__all__ = ['load', 'Table', 'make', 'LIMIT']\n",
        "__all__ = ['load']\n__all__ += names()\n",
        "__all__ = ['load', 'gone']\n",
    ],
    &[
        "def load(path):\n",
        "def load(path='a', *, strict=False):\n",
        "def load(path='b', *, strict=True):\n",
        "def load(path) -> 'Base':\n",
        "async def load(path):\n",
        "@wraps\ndef load(path):\n",
    ],
    &[
        "    return Base()\n",
        "    return path\n",
        "    x = Base()\n    return x\n",
        "    x = Base()\n    x = Other()\n    return x\n",
        "    x: Base = path\n    return x\n",
        "    if path:\n        return Other()\n    return Base()\n",
        "    yield Base()\n",
        "    yield from [Base()]\n",
        "    import warnings\n    warnings.warn('old', DeprecationWarning)\n    return Base()\n",
        "    import warnings\n    if path:\n        warnings.warn('old', DeprecationWarning)\n    return Base()\n",
        "    from acme.base import Other as Base\n    return Base()\n",
        "    import acme.base\n    return acme.base.Other()\n",
        "    def inner():\n        return Other()\n    return inner()\n",
        "    def inner():\n        return Base()\n    return inner()\n",
        "    class Inner(Base):\n        size = 1\n    return Inner()\n",
        "    class Inner(Other): ...\n    return Inner()\n",
        "    return (lambda: Base())()\n",
        "    return [Base() for _ in path][0]\n",
        "    for x in [Base(), Other()]:\n        return x\n",
        "    with Base() as x:\n        return x\n",
        "    x, y = Base(), Other()\n    return y\n",
        "    x, y = Base(), Other()\n    return x\n",
        "    try:\n        x = Base()\n    except ValueError as x:\n        pass\n    return x\n",
        "    return helper()\n",
        "    return helper().read('a')\n",
        "    return make(path)\n",
        "    return Table(path).part\n",
        "    global LIMIT\n    LIMIT = Base()\n    return LIMIT\n",
        "    global store\n    def store(a): ...\n    return Base()\n",
        "    raise NotImplementedError\n",
        "    match path:\n        case 1:\n            return Base()\n",
        "    return (x := Base())\n",
        "    assert isinstance(path, Base)\n    return path\n",
        "    return path if path else Base()\n",
        "    return path or Other()\n",
        "    x = []\n    x.append(Base())\n    return x[0]\n",
        "    return = =\n",
    ],
    &[
        "def make(a=None): return Base()\n",
        "def make(a=None): return Other()\n",
        "def make(a=None, *b): return load(a)\n",
        "make = helper\n",
        "make = lambda a=None: Base()\n",
        "def make(a=None):\n    '''Make.'''\n    return globals()['Base']()\n",
        "if LIMIT:\n    def make(a): return Base()\nelse:\n    def make(a): return Other()\n",
    ],
    &[
        "",
        "class Mixin:\n    total = 1\n",
        "class Mixin:\n    def __getattr__(self, name): ...\n",
        "class Mixin(Other): ...\n",
    ],
    &[
        "class Table(Base):\n",
        "class Table(Other):\n",
        "class Table(Base, Other):\n",
        "class Table(unknown()):\n",
        "class Table(Base, metaclass=M):\n",
    ],
    &[
        "    def __init__(self, a):\n        self.part = Base()\n        self.total = a\n",
        "    def __init__(self, a):\n        self.part = Other()\n",
        "    def __init__(self, a):\n        part = Base()\n        self.part = part\n",
        "    def __init__(self, a):\n        part = Other()\n        self.part = part\n",
        "    def __init__(self, a, b=1):\n        self.make()\n    def make(self):\n        self.part = self.total = helper()\n",
        "    total: int = 1\n    part: Base = None\n    def __new__(cls, a): return object.__new__(cls)\n",
        "    @property\n    def part(self):\n        return Base()\n    def __init__(self, a): setattr(self, 'total', a)\n",
        "    @property\n    def part(self):\n        x = self.other()\n        return x\n    def other(self): return Base()\n    def __init__(self, *a): ...\n",
        "    @property\n    def part(self):\n        x = self.other()\n        return x\n    def other(self): return Other()\n    def __init__(self, *a): ...\n",
        "    __slots__ = ('total',)\n    def __init__(self, a): self.__dict__.update(a)\n",
    ],
    &[
        "    @classmethod\n    def of(cls): return cls(1)\n",
        "    @staticmethod\n    def of(): return Other()\n",
        "    of = staticmethod(helper)\n",
        "",
    ],
    &[
        "from dataclasses import dataclass, field\n@dataclass\nclass Record:\n    name: str\n    size: int = 1\n",
        "from dataclasses import dataclass, field\n@dataclass\nclass Record:\n    name: str\n    size: int = field(default=1)\n",
        "from dataclasses import dataclass, field\n@dataclass\nclass Record:\n    name: str\n    size: int = field(default=1, init=False)\n",
        "from dataclasses import dataclass, field\n@dataclass(kw_only=True)\nclass Record:\n    name: str\n",
        "from typing import NamedTuple\nclass Record(NamedTuple):\n    name: str\n    size: int = 2\n",
        "from collections import namedtuple\nRecord = namedtuple('Record', 'name size')\n",
        "from collections import namedtuple\nRecord = namedtuple('Record', 'name')\n",
        "from enum import Enum\nclass Record(Enum):\n    name = 1\n",
    ],
    &[
        "LIMIT = 1\n",
        "LIMIT = Base()\n",
        "LIMIT = Other()\n",
        "LIMIT: 'Base' = None\n",
        "LIMIT = load\n",
        "LIMIT = 'x'\n",
        "for LIMIT in [Base()]: pass\n",
        "(LIMIT := Base())\n",
        "",
    ],
    &[
        "",
        "_hidden = 1\n",
        "def __getattr__(name):\n    return 1\n",
        "def __getattr__(name):\n    if name == 'gone': return 1\n    raise AttributeError\n",
        "def __getattr__(name):\n    if name == 'other': return 1\n    raise AttributeError\n",
        "globals()['gone'] = 1\n",
        "globals().update(x)\n",
        "def store(a): ...\ndel store\n",
        "try:\n    store = 1\nexcept: pass\n",
        "import sys\nsys.modules[__name__] = Base()\n",
        "def f():\n    global gone\n    gone = 1\n",
        "exec('gone = 1')\n",
    ],
];

fn text(choices: &[usize]) -> String {
    STRETCHES.iter().zip(choices).map(|(stretch, choice)| stretch[choice % stretch.len()]).collect()
}

/// All that is found outside of the project that is edited, without what is quoted of the edited file.
fn elsewhere(root: &Utf8Path, text: &str) -> Vec<String> {
    let file = FileId::new(&root.join(EDITED));
    let files = Files::default().with_document(&file, Document::new(text, 1), Vec::new());
    let workspace = Workspace::new(files, vec![root.to_owned()]);
    let place =
        |other: &FileId, range| if *other == file { String::new() } else { format!("{other:?} {range:?}") };
    let line = |found: &Diagnostic| {
        let message = found.message.split("; it takes").next();
        let related: Vec<String> = found
            .related
            .iter()
            .map(|other| format!("{} {}", place(&other.file, other.range), other.message))
            .collect();
        format!("{} {} {:?} {related:?}", place(&found.file, found.range), found.rule, message)
    };
    let findings = check(&workspace);
    let outside =
        findings.diagnostics.iter().filter(|found| !relative(found.file.path(), root).starts_with("shared/"));
    outside.map(line).collect()
}

#[test]
fn an_equal_fingerprint_means_equal_findings_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let root: Utf8PathBuf = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
    for (path, text) in FILES {
        std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        std::fs::write(root.join(path), text).unwrap();
    }
    std::fs::write(root.join(EDITED), "").unwrap();
    let choices = || prop::collection::vec(prop_oneof![1 => Just(0usize), 1 => 0usize..40], STRETCHES.len());
    let edits = (choices(), 0..STRETCHES.len(), 0usize..40);
    let (equal, found) = (Cell::new(0), Cell::new(0));
    let mut runner =
        TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() });
    let outcome = runner.run(&edits, |(choices, stretch, choice)| {
        let before = text(&choices);
        let mut edited = choices;
        edited[stretch] = choice;
        let after = text(&edited);
        if before != after && summarize(&before).fingerprint == summarize(&after).fingerprint {
            equal.set(equal.get() + 1);
            let told = elsewhere(&root, &before);
            found.set(found.get() + told.len());
            prop_assert_eq!(told, elsewhere(&root, &after), "{}\n-----\n{}", before, after);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(equal.get() > 0 && found.get() > equal.get(), "{equal:?} equal, {found:?} found");
}
