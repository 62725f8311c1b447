//! Wheels and sdists, and pages that list them.

use std::io::Write;

use sha2::{Digest, Sha256};

/// A wheel of `acme-shared` with one module.
pub fn wheel(version: &str) -> (String, Vec<u8>) {
    wheel_of(version, &format!("VERSION = \"{version}\"\n"))
}

/// The same with this text as its module.
pub fn wheel_of(version: &str, module: &str) -> (String, Vec<u8>) {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let info = format!("acme_shared-{version}.dist-info");
    for (path, text) in [
        ("acme_shared/__init__.py".to_owned(), module.to_owned()),
        (format!("{info}/METADATA"), metadata(version)),
        (
            format!("{info}/WHEEL"),
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_owned(),
        ),
        (format!("{info}/RECORD"), "acme_shared/__init__.py,,\n".to_owned()),
    ] {
        archive.start_file(path, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    (format!("acme_shared-{version}-py3-none-any.whl"), archive.finish().unwrap().into_inner())
}

/// An sdist of `acme-shared` with one module.
pub fn sdist(version: &str) -> (String, Vec<u8>) {
    let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(packed);
    let top = format!("acme_shared-{version}");
    for (path, text) in [
        ("PKG-INFO", metadata(version)),
        ("src/acme_shared/__init__.py", format!("VERSION = \"{version}\"\n")),
    ] {
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
