//! Hashes of what indexes send.

use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::error::IndexError;
use super::page::Hashes;

/// A hash that is being computed.
pub(super) enum Digest {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Digest {
    /// The hash that counts of those an index gives, sha256 before the longer ones. Older ones (md5, sha1) do not: two
    /// files can be made that share them.
    pub fn expected(hashes: &Hashes) -> Option<(Self, &str)> {
        let known = [
            ("sha256", Self::Sha256(Sha256::new())),
            ("sha384", Self::Sha384(Sha384::new())),
            ("sha512", Self::Sha512(Sha512::new())),
        ];
        known.into_iter().find_map(|(name, digest)| Some((digest, hashes.get(name)?.as_str())))
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(digest) => digest.update(bytes),
            Self::Sha384(digest) => digest.update(bytes),
            Self::Sha512(digest) => digest.update(bytes),
        }
    }

    /// Whether what was computed is what the index says.
    pub fn verify(self, file: &str, expected: &str) -> Result<(), IndexError> {
        let (name, found) = match self {
            Self::Sha256(digest) => ("sha256", hex(&digest.finalize())),
            Self::Sha384(digest) => ("sha384", hex(&digest.finalize())),
            Self::Sha512(digest) => ("sha512", hex(&digest.finalize())),
        };
        if found == expected {
            return Ok(());
        }
        let digits = expected.chars().filter(char::is_ascii_hexdigit).take(found.len());
        let expected = format!("{name}:{}", digits.collect::<String>());
        Err(IndexError::HashDiffers { file: file.to_owned(), expected, found })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the empty text, as FIPS 180 has them.
    const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const SHA384: &str =
        "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b";

    #[test]
    fn the_strongest_known_hash_decides() {
        let check = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let hashes: Hashes = pairs.collect();
            Digest::expected(&hashes).map(|(digest, expected)| digest.verify("f", expected).is_ok())
        };
        assert_eq!(check(&[("sha256", SHA256), ("md5", "0")]), Some(true));
        assert_eq!(check(&[("sha256", SHA384)]), Some(false));
        assert_eq!(check(&[("sha384", SHA384)]), Some(true));
        let hostile = Hashes::from([("sha256".to_owned(), "\u{1b}[31mz0".to_owned())]);
        let (digest, expected) = Digest::expected(&hostile).unwrap();
        let said = digest.verify("f", expected).unwrap_err().to_string();
        assert!(said.contains("sha256:310") && !said.contains('\u{1b}'), "{said}");
        assert_eq!(check(&[("md5", "d41d8cd98f00b204e9800998ecf8427e")]), None);
    }
}
