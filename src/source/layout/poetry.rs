//! poetry-core: <https://python-poetry.org/docs/pyproject/#packages>.

use camino::{Utf8Path, Utf8PathBuf};

use super::pattern::has_magic;
use super::{Globs, Root, Rule, add, at, entry, prefix_of};
use crate::manifest::Poetry;
use crate::vfs::Files;

/// The roots of a Poetry project; none where there is no package of the distribution's name.
pub(super) fn roots(files: &Files, dir: &Utf8Path, module: Option<&str>, poetry: &Poetry) -> Vec<Root> {
    let mut roots = Vec::new();
    for package in &poetry.packages {
        let base = at(dir, package.from.as_deref().unwrap_or("."));
        let rule = rule(&base, &package.include);
        match &package.to {
            None => add(&mut roots, base, None, vec![rule]),
            Some(to) => moved(&mut roots, base, to, &package.include, rule),
        }
    }
    if poetry.packages.is_empty() {
        let Some(module) = module else { return roots };
        let places = [dir.to_owned(), dir.join("src")];
        let found = places.into_iter().find_map(|base| {
            let folder = entry(files, &base, module).filter(|name| files.is_dir(&base.join(name)));
            let name = folder.or_else(|| entry(files, &base, &format!("{module}.py")))?;
            Some((base.join(name), base))
        });
        let Some((path, base)) = found else { return roots };
        add(&mut roots, base, None, vec![Rule::Path(path)]);
    }
    let exclude = Rule::Globs(Globs::anchored(dir, &poetry.exclude));
    roots.iter_mut().for_each(|root| root.packages.exclude = vec![exclude.clone()]);
    let python = poetry.include.iter().filter(|path| has_magic(path) || path.ends_with(".py"));
    let included: Vec<Rule> = python.map(|path| rule(dir, path)).collect();
    if !included.is_empty() {
        add(&mut roots, dir.to_owned(), None, included);
    }
    roots
}

/// A package that the wheel holds below another one. Nothing else of the folder it lies in goes there.
fn moved(roots: &mut Vec<Root>, base: Utf8PathBuf, to: &str, include: &str, rule: Rule) {
    let (path, placed) = match &rule {
        Rule::Path(path) => {
            (path.clone(), format!("{to}/{}", include.strip_suffix(".py").unwrap_or(include)))
        }
        _ => (base, to.to_owned()),
    };
    if let Some(prefix) = prefix_of(&placed) {
        add(roots, path, prefix, vec![rule]);
    }
}

fn rule(base: &Utf8Path, include: &str) -> Rule {
    if has_magic(include) {
        Rule::Globs(Globs::anchored(base, &[include.to_owned()]))
    } else {
        Rule::Path(at(base, include))
    }
}
