//! What version specifiers admit: their bounds, and whether anything at all is inside.

use pep440_rs::{
    LocalSegment, Operator, Prerelease, PrereleaseKind, Version, VersionSpecifier, VersionSpecifiers,
};

use super::specifier_admits;

/// A number that no version in use reaches, in place of "as high as one likes".
const HIGH: u64 = 1 << 40;

/// Whether no version is inside all of the ranges: neither a release nor a pre-, post- or development release.
pub fn admit_nothing(ranges: &[&VersionSpecifiers]) -> bool {
    let admitted = |version: &Version| ranges.iter().all(|range| specifier_admits(range, version));
    !representatives(ranges.iter().copied()).iter().any(admitted)
}

/// Versions that stand for all others, sorted: whatever version is inside a set of these ranges, one of them is inside the
/// same set. Specifiers tell versions apart only around the versions that they name, so these are taken with all that
/// can lie right before, at and behind each.
pub fn representatives<'a>(ranges: impl IntoIterator<Item = &'a VersionSpecifiers>) -> Vec<Version> {
    let mut found = stages(&Version::new([0])).to_vec();
    for specifier in ranges.into_iter().flat_map(|range| range.iter()) {
        let version = specifier.version();
        for release in neighbours(version.release()) {
            found.extend(stages(&Version::new(release).with_epoch(version.epoch())));
        }
        found.extend(around(version));
    }
    // Equal versions stay: `===` tells 1 from 1.0.
    found.sort();
    found
}

/// Releases at which a specifier that names this one can begin or end: `~=1.4.2` ends at 1.5, `==1.4.*` begins at 1.4.
fn neighbours(release: &[u64]) -> Vec<Vec<u64>> {
    let mut found = Vec::new();
    for length in 1..=release.len() {
        let own: Vec<u64> = release.iter().take(length).copied().collect();
        let (mut next, mut before, mut behind) = (own.clone(), own.clone(), own.clone());
        behind.resize(release.len() + 3, 0);
        if let (Some(next), Some(before), Some(behind)) =
            (next.last_mut(), before.last_mut(), behind.last_mut())
        {
            *next = next.saturating_add(1);
            *before = before.saturating_sub(1);
            *behind = 1;
        }
        before.push(HIGH);
        found.extend([own, next, before, behind]);
    }
    found
}

/// The forms of one release, from the lowest to the highest.
fn stages(release: &Version) -> [Version; 5] {
    let alpha = Some(Prerelease { kind: PrereleaseKind::Alpha, number: 0 });
    [
        release.clone().with_dev(Some(0)),
        release.clone().with_pre(alpha),
        release.clone(),
        release.clone().with_post(Some(0)),
        release.clone().with_post(Some(HIGH)),
    ]
}

/// A version itself and those next to it that differ in its pre-, post- or development number.
fn around(version: &Version) -> Vec<Version> {
    let public = version.clone().without_local();
    let mut found = vec![version.clone(), public.clone(), public.clone().with_dev(Some(0))];
    if let Some(number) = public.dev() {
        found.push(public.clone().with_dev(Some(number.saturating_add(1))));
    }
    let settled = public.with_dev(None);
    found.extend([settled.clone(), settled.clone().with_dev(Some(HIGH))]);
    if let Some(number) = settled.post() {
        let next = settled.clone().with_post(Some(number.saturating_add(1)));
        found.extend([next.clone().with_dev(Some(0)), next]);
    }
    if let Some(pre) = settled.pre() {
        let numbered = |number| settled.clone().with_post(None).with_pre(Some(Prerelease { number, ..pre }));
        let next = numbered(pre.number.saturating_add(1));
        found.extend([
            numbered(pre.number.saturating_sub(1)),
            next.clone().with_dev(Some(0)),
            next,
            numbered(HIGH),
            numbered(pre.number).with_post(Some(HIGH)),
        ]);
    }
    found
}

/// Whether two specifiers admit the same versions, and neither lets in what was yanked or is no release yet where the other
/// does not: `==1.0` by itself admits a yanked version, `>=1.0rc1` pre-releases.
pub fn admit_the_same(one: &VersionSpecifiers, other: &VersionSpecifiers) -> bool {
    let pre_releases = |range: &VersionSpecifiers| {
        range.iter().any(|part| {
            part.version().any_prerelease()
                && !matches!(part.operator(), Operator::NotEqual | Operator::NotEqualStar)
        })
    };
    is_pin(one) == is_pin(other)
        && pre_releases(one) == pre_releases(other)
        && admit_the_same_versions(one, other)
}

/// Whether two specifiers admit the same versions.
pub fn admit_the_same_versions(one: &VersionSpecifiers, other: &VersionSpecifiers) -> bool {
    if have_the_same_parts(one, other) {
        return true;
    }
    let mut versions = representatives([one, other]);
    // A local version is what tells `===1.0` from `==1.0`.
    let local = |part: &VersionSpecifier| part.version().clone().with_local(vec![LocalSegment::Number(HIGH)]);
    versions.extend(one.iter().chain(other.iter()).map(local));
    let admits = |range: &VersionSpecifiers, version: &Version| {
        range.iter().all(|part| match part.operator() {
            Operator::ExactEqual => version == part.version(),
            _ => specifier_admits(&part.clone().into(), version),
        })
    };
    versions.iter().all(|version| admits(one, version) == admits(other, version))
}

/// Whether two specifiers are written the same but for order and repetition: the usual case, and the one that is told at
/// once. `1.0` and `1.0.0` are one version, yet `~=` means another range with each.
fn have_the_same_parts(one: &VersionSpecifiers, other: &VersionSpecifiers) -> bool {
    let same = |part: &VersionSpecifier, other: &VersionSpecifier| {
        part == other && part.version().release().len() == other.version().release().len()
    };
    let all_in = |parts: &VersionSpecifiers, others: &VersionSpecifiers| {
        parts.iter().all(|part| others.iter().any(|other| same(part, other)))
    };
    all_in(one, other) && all_in(other, one)
}

/// Whether a specifier is one version and nothing else.
pub fn is_pin(range: &VersionSpecifiers) -> bool {
    let mut parts = range.iter();
    let first = parts.next().map(VersionSpecifier::operator);
    parts.next().is_none() && matches!(first, Some(Operator::Equal | Operator::ExactEqual))
}

/// The version that nothing inside lies below; `None` where there is no such bound.
pub fn lower_bound(range: &VersionSpecifiers) -> Option<Version> {
    let bounds = range.iter().filter(|specifier| {
        !matches!(
            specifier.operator(),
            Operator::LessThan | Operator::LessThanEqual | Operator::NotEqual | Operator::NotEqualStar
        )
    });
    bounds.map(|specifier| specifier.version().clone()).max()
}

/// Whether versions as high as one likes are inside.
pub fn is_open_above(range: &VersionSpecifiers) -> bool {
    range.iter().all(|specifier| {
        matches!(
            specifier.operator(),
            Operator::GreaterThan | Operator::GreaterThanEqual | Operator::NotEqual | Operator::NotEqualStar
        )
    })
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn range(text: &str) -> VersionSpecifiers {
        VersionSpecifiers::from_str(text).unwrap()
    }

    #[test]
    fn ranges_admit_nothing_together_where_no_version_lies_between() {
        for (texts, empty) in [
            (&[">=0.2", "<0.2"][..], true),
            (&[">1.0,<2", "<1.5"], false),
            (&[">1.0", "<=1.0"], true),
            (&["~=1.4.2", ">=1.4"], false),
            (&["~=1.4.2", ">=1.5"], true),
            (&["==1.2.*", "==1.3.*"], true),
            (&["==1.2.*", ">1.2"], false),
            (&["==1.2.*", ">=1.2.99999"], false),
            (&["<1", ">2"], true),
            (&[">0.9,<1"], false),
            (&[">0.9.9,<0.10"], false),
            (&["<0.5b0", ">=0.5b0"], true),
            (&[">=0.5b0", "<0.5"], true),
            (&[">0.5b0", "<0.5b2"], false),
            (&[">=0.5b0", "<0.5b1"], false),
            (&[">=1.0.dev1", "<1.0.dev2"], false),
            (&[">1.0.dev1", "<1.0.dev2"], true),
            (&[">1.0", "<1.0.post1"], true),
            (&[">=1.0.post1", "<1.0.1"], false),
            (&[">1.0.post1", "<1.0.post3"], false),
            (&["==1.0", "!=1.0"], true),
            (&["==1.0+a", "==1.0+b"], true),
            (&["==1.0+a", "==1.0"], false),
            (&["==1!1.0", ">=2"], false),
            (&["<1!0", ">=2"], false),
            (&[">=1,!=1.*,<2"], true),
            (&["===1.0", ">=1"], false),
            (&[">1.0rc1", "<1.0.post1.dev1,!=1.0"], false),
            (&["<0"], true),
            (&["<0.dev0"], true),
            (&[">=18446744073709551615"], false),
        ] {
            let ranges: Vec<VersionSpecifiers> = texts.iter().map(|text| range(text)).collect();
            assert_eq!(admit_nothing(&ranges.iter().collect::<Vec<_>>()), empty, "{texts:?}");
        }
    }

    #[test]
    fn specifiers_are_compared_by_what_they_admit() {
        for (one, other, same) in [
            (">=1.16", ">=1.16.0", true),
            (">=1.16,>=1.10", ">=1.16", true),
            (">=1,<2", "~=1.0", true),
            ("~=1.2", ">=1.2,<2", true),
            ("~=1.2.0", "~=1.2", false),
            ("==1.*", ">=1.dev0,<2.dev0", false),
            ("==1.*", "==1.0.*", false),
            ("!=1.*", "!=1.0.*", false),
            ("===1", "==1", false),
            ("===1", "===1.0", true),
            (">=1,<=1.0", "==1.0", false),
            ("==1,>=0", "==1", false),
            ("==1.0", "==1", true),
            (">=1,!=1.5", ">=1", false),
            (">=1,!=0.5", ">=1", true),
            (">=1rc1,>=1", ">=1", false),
            ("", ">=0", false),
            ("", "", true),
            ("==1.0+a", "==1.0", false),
            (">=18446744073709551615", ">=18446744073709551615.0", true),
        ] {
            assert_eq!(admit_the_same(&range(one), &range(other)), same, "{one} {other}");
        }
    }

    #[test]
    fn bounds() {
        for (text, lower, open) in [
            (">=3.9,<4", Some("3.9"), false),
            (">3.8", Some("3.8"), true),
            ("~=3.10", Some("3.10"), false),
            ("==3.11.*", Some("3.11"), false),
            (">=3.8,!=3.9.0,>=3.9", Some("3.9"), true),
            ("<4", None, false),
            ("!=1.0", None, true),
        ] {
            let found = lower_bound(&range(text)).map(|version| version.to_string());
            assert_eq!((found.as_deref(), is_open_above(&range(text))), (lower, open), "{text}");
        }
    }
}
