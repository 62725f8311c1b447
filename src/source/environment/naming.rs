//! The hashes in names that Poetry and hatch give to environments outside of projects, and in RECORD.

use sha2::{Digest, Sha256};

/// Characters of a hash that both tools take.
const LENGTH: usize = 8;

/// The first characters of the hash of a path, by which both tools tell projects apart.
pub(super) fn hash(path: &str) -> String {
    digest(path.as_bytes()).chars().take(LENGTH).collect()
}

/// The SHA-256 in the URL-safe base 64 without padding, as RECORD writes it too.
pub fn digest(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digest = Sha256::digest(bytes);
    let byte = |at: usize| digest.get(at).map_or(0, |byte| u32::from(*byte));
    let groups = (0..digest.len()).step_by(3).map(|at| byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2));
    let digits = groups.flat_map(|group| [18, 12, 6, 0].map(|shift| group >> shift & 63));
    let letters = digits.filter_map(|digit| DIGITS.get(usize::try_from(digit).ok()?));
    letters.take((digest.len() * 8).div_ceil(6)).map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `EnvManager.generate_env_name` of Poetry 2.5.1 and `Path.id` of hatch 1.18.2 have it.
    #[test]
    fn paths_hash_as_the_tools_hash_them() {
        assert_eq!(digest(b""), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        assert_eq!(hash("/ws/Acme Shared"), "pTaxqXtl");
        assert_eq!(hash("/ws/ml"), "VfhoFbM7");
    }
}
