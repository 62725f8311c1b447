//! Wheels that stand for an index, so that nothing has to be fetched.

use std::io::Write as _;

use camino::Utf8Path;
use zip::write::SimpleFileOptions;

/// Versions of each distribution, each with an extra `io`.
pub const VERSIONS: [&str; 4] = ["1.0", "1.5", "2.0", "2.1rc1"];

/// Writes those of one distribution into a folder.
pub fn write(dir: &Utf8Path, name: &str) {
    std::fs::create_dir_all(dir).unwrap();
    for version in VERSIONS {
        let file = std::fs::File::create(dir.join(format!("{name}-{version}-py3-none-any.whl"))).unwrap();
        let mut wheel = zip::ZipWriter::new(file);
        let mut member = |file: &str, text: &str| {
            wheel
                .start_file(format!("{name}-{version}.dist-info/{file}"), SimpleFileOptions::default())
                .unwrap();
            wheel.write_all(text.as_bytes()).unwrap();
        };
        let metadata =
            format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: io\n");
        member("METADATA", &metadata);
        member("WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
        member("RECORD", "");
        wheel.finish().unwrap();
    }
}
