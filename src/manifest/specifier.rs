//! Versions and version specifiers: PEP 440, and Poetry's dialect translated to it.

use std::str::FromStr;

use pep440_rs::{Operator, Version, VersionSpecifier, VersionSpecifiers};

use super::literal::Literal;
use super::model::ManifestError;
use crate::text::Spanned;

/// A version as PEP 440 reads it; `None` where it is none.
pub fn parse_version(text: &str) -> Option<Version> {
    Version::from_str(text.trim()).ok()
}

/// Whether `version` is inside `specifiers`, pre-releases admitted: `<0.6b0,>=0.4b0` admits `0.5b0.dev0`. What an
/// installer would add, that a pre-release must be asked for, is no part of it: a live tree is taken as it stands.
pub fn specifier_admits(specifiers: &VersionSpecifiers, version: &Version) -> bool {
    specifiers.iter().all(|one| match one.operator() {
        Operator::LessThan => is_below(version, one.version()),
        Operator::GreaterThan => is_above(version, one.version()),
        Operator::EqualStar => begins_with(version, one.version()),
        Operator::NotEqualStar => !begins_with(version, one.version()),
        _ => one.contains(version),
    })
}

/// PEP 440's prefix match: `==1.2.*` admits 1.2, 1.2.3 and 1.2rc1, and not 1, which is 1.0.
fn begins_with(version: &Version, prefix: &Version) -> bool {
    let numbers = version.release().iter().chain(std::iter::repeat(&0));
    version.epoch() == prefix.epoch() && prefix.release().iter().zip(numbers).all(|(own, other)| own == other)
}

/// PEP 440: `<V` excludes the pre-releases of V, unless V is one itself: `<0.5b0` admits 0.5b0.dev0, `<0.5` does not.
fn is_below(version: &Version, limit: &Version) -> bool {
    if limit.any_prerelease() { version < limit } else { *version < limit.clone().with_dev(Some(0)) }
}

/// PEP 440: `>V` excludes V's local versions, and its post-releases unless V is one itself: `>1.0` excludes 1.0.post1,
/// `>1.0rc1` does not.
fn is_above(version: &Version, limit: &Version) -> bool {
    let public = version.clone().without_local();
    let released = if limit.is_post() || limit.is_dev() {
        public.clone()
    } else {
        // The post-releases of V, their development releases among them, count as V.
        let of_post = public.is_post();
        let dev = if of_post { None } else { public.dev() };
        public.clone().with_post(None).with_dev(dev)
    };
    public > *limit && released > *limit
}

/// Reads PEP 440 specifiers; each part that is none becomes an error at its place. `None` where nothing is asked for,
/// or a part is not understood.
pub(super) fn parse_specifiers(
    text: Literal<'_>,
    errors: &mut Vec<ManifestError>,
) -> Option<Spanned<VersionSpecifiers>> {
    let text = text.trim();
    let mut all = Vec::new();
    let mut sound = true;
    for part in text.value.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match VersionSpecifier::from_str(part) {
            Ok(specifier) => all.push(specifier),
            Err(_) => {
                sound = false;
                errors.push(ManifestError {
                    message: format!("`{part}` is not a version specifier"),
                    range: text.part(part).range,
                });
            }
        }
    }
    (sound && !all.is_empty()).then(|| Spanned::new(all.into_iter().collect(), text.range))
}

/// Reads what Poetry, pixi and Pipfiles allow in place of PEP 440 specifiers: `^1.2`, `~1.2`, `1.2.*`, `1.2.3`, `*`.
/// `None` where any version will do, for a union (`^1 || ^2`), which PEP 440 cannot say, and where there is an error.
pub(super) fn parse_constraint(
    text: Literal<'_>,
    errors: &mut Vec<ManifestError>,
) -> Option<Spanned<VersionSpecifiers>> {
    let text = text.trim();
    if text.value.contains('|') || text.value.is_empty() {
        return None;
    }
    let mut all = Vec::new();
    for part in constraint_parts(text.value) {
        if part == "*" || part == "latest" {
            continue;
        }
        let Some(translated) = translate(part) else {
            let message = format!("`{part}` is not a version constraint");
            errors.push(ManifestError { message, range: text.part(part).range });
            return None;
        };
        all.extend(translated);
    }
    (!all.is_empty()).then(|| Spanned::new(all.into_iter().collect(), text.range))
}

/// Splits at commas, and at spaces between a version and the next operator (`>=1 <2`, not `>= 1`).
fn constraint_parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in text.split(',') {
        let mut rest = piece.trim();
        while let Some((at, _)) = rest.match_indices(char::is_whitespace).find(|(at, _)| {
            rest.get(..*at).is_some_and(|text| text.ends_with(|c: char| c.is_alphanumeric() || c == '*'))
                && rest
                    .get(*at..)
                    .is_some_and(|text| text.trim_start().starts_with(['<', '>', '=', '!', '~', '^']))
        }) {
            let (left, right) = rest.split_at_checked(at).unwrap_or((rest, ""));
            parts.push(left);
            rest = right.trim_start();
        }
        if !rest.is_empty() {
            parts.push(rest);
        }
    }
    parts
}

fn translate(part: &str) -> Option<Vec<VersionSpecifier>> {
    let part = part.trim();
    if let Some(version) = part.strip_prefix('^') {
        let version = parse_version(version)?;
        let release = version.release();
        let fixed = release.iter().position(|number| *number != 0).unwrap_or(release.len().saturating_sub(1));
        return Some(between(version.clone(), fixed));
    }
    if let Some(version) = part.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
        let version = parse_version(version)?;
        let fixed = usize::from(version.release().len() > 1);
        return Some(between(version, fixed));
    }
    if let Ok(specifier) = VersionSpecifier::from_str(part) {
        return Some(vec![specifier]);
    }
    let bare = part.trim_start_matches('=').trim();
    let bare = bare.strip_suffix(".x").map_or_else(|| bare.to_owned(), |release| format!("{release}.*"));
    VersionSpecifier::from_str(&format!("=={bare}")).ok().map(|specifier| vec![specifier])
}

/// From `version` up to the release that differs at the segment `fixed`.
fn between(version: Version, fixed: usize) -> Vec<VersionSpecifier> {
    let release = version.release();
    let upper: Vec<u64> = release
        .iter()
        .enumerate()
        .take(fixed + 1)
        .map(|(place, number)| if place == fixed { number.saturating_add(1) } else { *number })
        .collect();
    let upper = Version::new(upper).with_epoch(version.epoch());
    vec![VersionSpecifier::greater_than_equal_version(version), VersionSpecifier::less_than_version(upper)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pre_releases_are_admitted() {
        let cases = [
            ("<0.6b0,>=0.4b0", "0.5b0.dev0", true),
            (">=0.1", "0.2.dev1", true),
            ("==0.1.3", "0.1.3+local", true),
            ("~=1.2", "2.0", false),
            ("<0.2", "0.2.0", false),
            (">=0.4b0,<0.5b0", "0.5b0.dev0", true),
            ("<0.5b0", "0.5b0", false),
            ("<0.5", "0.5.0b1", false),
            ("<0.5.1", "0.5.0b1", true),
            ("<1.0.post1", "1.0rc1", true),
            ("<1.0.post1", "1.0.post1.dev0", false),
            (">1.0", "1.0.post1", false),
            (">1.0", "1.0.post1.dev0", false),
            (">1.0", "1.0+local", false),
            (">1.0rc1", "1.0.post1", true),
            (">1.0rc1", "1.0rc1.post1", false),
            (">1.0rc1", "1.0", true),
            (">1.0.post1", "1.0.post2.dev0", true),
            (">1.0.post1", "1.0.post1+local", false),
            (">1.0.dev1", "1.0.dev2", true),
            (">1.0.dev1", "1.0.post1", true),
            ("==1.2.*", "1", false),
            ("==1.0.*", "1", true),
            ("!=1.2.*", "1", true),
            ("!=1.0.*", "1rc1", false),
        ];
        for (specifier, version, expected) in cases {
            let specifiers = VersionSpecifiers::from_str(specifier).unwrap();
            assert_eq!(
                specifier_admits(&specifiers, &parse_version(version).unwrap()),
                expected,
                "{specifier} {version}"
            );
        }
    }

    #[test]
    fn constraints_are_translated() {
        let cases = [
            ("^1.2.3", ">=1.2.3, <2"),
            ("^0.2.3", ">=0.2.3, <0.3"),
            ("^0.0.3", ">=0.0.3, <0.0.4"),
            ("^0.0", ">=0.0, <0.1"),
            ("^0", ">=0, <1"),
            ("~1.2.3", ">=1.2.3, <1.3"),
            ("~1", ">=1, <2"),
            ("~=1.2", "~=1.2"),
            ("1.2.*", "==1.2.*"),
            ("1.2.x", "==1.2.*"),
            ("1.2.3", "==1.2.3"),
            ("=1.2.3", "==1.2.3"),
            (">=1 <2", ">=1, <2"),
            (">= 1.0, !=1.5", ">=1.0, !=1.5"),
            ("*", ""),
            ("^1 || ^2", ""),
        ];
        for (text, expected) in cases {
            let mut errors = Vec::new();
            let found = parse_constraint(Literal::at(text, 0), &mut errors);
            let found = found.map(|s| s.value.to_string()).unwrap_or_default();
            assert_eq!((found.as_str(), errors.len()), (expected, 0), "{text}");
        }
        let mut errors = Vec::new();
        assert_eq!(parse_constraint(Literal::at("^x", 5), &mut errors), None);
        assert_eq!(errors[0].range.start, 5);
    }
}
