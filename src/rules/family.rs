//! Dagster and the libraries that are released with it.

use pep440_rs::Version;

use crate::manifest::DistributionName;

/// Libraries of which every release since 0.16.0 belongs to the release of `dagster` with the same last number: 0.25.3 to
/// 1.9.3. Others that begin with `dagster-` have versions of their own, some of them since they left this list.
const IN_LOCK_STEP: [&str; 36] = [
    "dagster-airbyte",
    "dagster-aws",
    "dagster-azure",
    "dagster-celery",
    "dagster-celery-k8s",
    "dagster-census",
    "dagster-databricks",
    "dagster-dbt",
    "dagster-dlt",
    "dagster-docker",
    "dagster-duckdb",
    "dagster-duckdb-pandas",
    "dagster-fivetran",
    "dagster-gcp",
    "dagster-ge",
    "dagster-k8s",
    "dagster-looker",
    "dagster-mlflow",
    "dagster-mysql",
    "dagster-omni",
    "dagster-openai",
    "dagster-pandas",
    "dagster-postgres",
    "dagster-powerbi",
    "dagster-pyspark",
    "dagster-rest-resources",
    "dagster-shell",
    "dagster-slack",
    "dagster-sling",
    "dagster-snowflake",
    "dagster-snowflake-pandas",
    "dagster-spark",
    "dagster-ssh",
    "dagster-tableau",
    "dagster-wandb",
    "dagstermill",
];

/// How far the libraries' second number is ahead: `dagster` 1.0 came with 0.16.
const AHEAD: u64 = 16;

/// Whether it is `dagster` itself.
pub(super) fn is_dagster(name: &DistributionName) -> bool {
    name.as_str() == "dagster"
}

/// Whether it is released in lock-step with `dagster`.
pub(super) fn is_library(name: &DistributionName) -> bool {
    IN_LOCK_STEP.contains(&name.as_str())
}

/// The names of the libraries, sorted.
pub(super) fn libraries() -> impl Iterator<Item = DistributionName> {
    IN_LOCK_STEP.iter().filter_map(|name| DistributionName::new(name))
}

/// The libraries' version that belongs to a version of `dagster`; `None` before 1.0.
pub(super) fn library_version(dagster: &Version) -> Option<Version> {
    let [1, minor, rest @ ..] = dagster.release() else { return None };
    let release = [0, minor.saturating_add(AHEAD)].into_iter().chain(rest.iter().copied());
    Some(dagster.clone().with_release(release))
}

/// The version of `dagster` that a library's version belongs to; `None` before 0.16.
pub(super) fn dagster_version(library: &Version) -> Option<Version> {
    let [0, minor, rest @ ..] = library.release() else { return None };
    let release = [1, minor.checked_sub(AHEAD)?].into_iter().chain(rest.iter().copied());
    Some(library.clone().with_release(release))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::parse_version;

    #[test]
    fn versions_belong_together() {
        for (dagster, library) in [
            ("1.0.0", "0.16.0"),
            ("1.9.3", "0.25.3"),
            ("1.13.0rc1", "0.29.0rc1"),
            ("1.5.13.post1", "0.21.13.post1"),
        ] {
            let (dagster, library) = (parse_version(dagster).unwrap(), parse_version(library).unwrap());
            assert_eq!(library_version(&dagster), Some(library.clone()));
            assert_eq!(dagster_version(&library), Some(dagster));
        }
        for early in ["0.15.9", "0.10", "2.0", "1"] {
            assert_eq!(dagster_version(&parse_version(early).unwrap()), None, "{early}");
        }
        assert_eq!(library_version(&parse_version("0.15.9").unwrap()), None);
    }

    #[test]
    fn the_list_is_sorted_and_names_are_normal() {
        assert!(IN_LOCK_STEP.is_sorted());
        for name in IN_LOCK_STEP {
            assert_eq!(DistributionName::new(name).unwrap().as_str(), name);
        }
    }
}
