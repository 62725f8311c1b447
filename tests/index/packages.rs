//! Wheels and sdists, and pages that list them.

use std::io::Write;

use sha2::{Digest, Sha256};

/// A wheel of `acme-shared` with one module.
pub fn wheel(version: &str) -> (String, Vec<u8>) {
    wheel_of(version, &[("acme_shared/__init__.py", &format!("VERSION = \"{version}\"\n"))])
}

/// A wheel of `acme-shared` with these modules.
pub fn wheel_of(version: &str, modules: &[(&str, &str)]) -> (String, Vec<u8>) {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let info = format!("acme_shared-{version}.dist-info");
    let record: String = modules.iter().map(|(path, _)| format!("{path},,\n")).collect();
    let mut files: Vec<(String, String)> =
        modules.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    files.push((format!("{info}/METADATA"), metadata(version)));
    let tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    files.push((format!("{info}/WHEEL"), tags.to_owned()));
    files.push((format!("{info}/RECORD"), record));
    for (path, text) in files {
        archive.start_file(path, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    (format!("acme_shared-{version}-py3-none-any.whl"), archive.finish().unwrap().into_inner())
}

/// An sdist of `acme-shared` with one module.
pub fn sdist(version: &str) -> (String, Vec<u8>) {
    sdist_of(version, &[("src/acme_shared/__init__.py", &format!("VERSION = \"{version}\"\n"))])
}

/// An sdist of `acme-shared` with these files.
pub fn sdist_of(version: &str, files: &[(&str, &str)]) -> (String, Vec<u8>) {
    let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(packed);
    let top = format!("acme_shared-{version}");
    let metadata = metadata(version);
    for (path, text) in [("PKG-INFO", metadata.as_str())].iter().chain(files) {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("{top}/{path}"), text.as_bytes()).unwrap();
    }
    (format!("{top}.tar.gz"), archive.into_inner().unwrap().finish().unwrap())
}

pub fn metadata(version: &str) -> String {
    format!("Metadata-Version: 2.1\nName: acme_shared\nVersion: {version}\n\nName: not this\n")
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A page in HTML whose anchors have these targets.
pub fn page(targets: &[&str]) -> String {
    let anchors: String =
        targets.iter().map(|target| format!("<a href=\"{target}\">file</a><br>\n")).collect();
    format!("<!DOCTYPE html><html><body><h1>Links</h1>{anchors}</body></html>")
}
