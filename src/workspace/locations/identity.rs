//! Which declarations speak of one location.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::CodeLocation;
use super::declarations::{Declaration, Rank, Source};
use super::targets::Code;

/// The declarations of one location.
type Group = Vec<Declaration>;

/// Puts the declarations of the same location together: each entry of a deployment's file is one, and what other files and
/// the project's own tables say of the same code, or by the same name, is said of it.
pub(super) fn put_together(mut declarations: Vec<Declaration>) -> Vec<CodeLocation> {
    declarations.sort_by(|a, b| (b.rank, &a.place).cmp(&(a.rank, &b.place)));
    let (known, unknown): (Vec<_>, Vec<_>) =
        declarations.into_iter().partition(|declaration| declaration.code.project.is_some());
    let (deployed, own): (Vec<_>, Vec<_>) = known.into_iter().partition(Declaration::is_deployment);
    let mut groups: Vec<Group> = Vec::new();
    for declaration in deployed {
        let at = groups.iter().position(|group| group.iter().all(|other| is_one_entry(other, &declaration)));
        add(&mut groups, at, vec![declaration]);
    }
    for tables in by_project(own).into_values() {
        let tables = of_one_project(tables);
        let alone = tables.len() == 1;
        for table in tables {
            let at = entry_of(&groups, &table, alone);
            add(&mut groups, at, table);
        }
    }
    for declaration in unknown {
        let at = namesake(&groups, &declaration);
        add(&mut groups, at, vec![declaration]);
    }
    groups.retain(|group| group.iter().any(|declaration| declaration.counts));
    groups.iter().filter_map(location).collect()
}

/// The location that an entry speaks of which does not say what it loads (a gRPC server): the one of its name in a file
/// beside it, else the only one whose code is known.
fn namesake(groups: &[Group], declaration: &Declaration) -> Option<usize> {
    let apart = |group: &Group| group.iter().all(|other| other.place.file != declaration.place.file);
    let named = |group: &Group| apart(group) && group.iter().any(|other| other.name == declaration.name);
    let beside = |group: &Group| {
        named(group) && group.iter().any(|other| other.place.file.dir() == declaration.place.file.dir())
    };
    let known = |group: &Group| named(group) && group.iter().any(|other| other.code.project.is_some());
    let mut all = groups.iter().enumerate().filter(|(_, group)| known(group)).map(|(at, _)| at);
    let only = all.next().filter(|_| all.next().is_none());
    groups.iter().position(beside).or(only)
}

fn add(groups: &mut Vec<Group>, at: Option<usize>, mut declarations: Group) {
    match at.and_then(|at| groups.get_mut(at)) {
        Some(group) => group.append(&mut declarations),
        None => groups.push(declarations),
    }
}

/// Whether two entries of deployments' files are one location: two of one file never are, unless one repeats the other.
fn is_one_entry(one: &Declaration, other: &Declaration) -> bool {
    let same_code = one.code.is_same(&other.code);
    let same_name = one.name == other.name;
    if one.place.file == other.place.file {
        return same_code && same_name;
    }
    // Files beside each other are read together, or one in place of the other: a name is then one location, whatever each of
    // them loads of its project.
    let beside = one.place.file.dir() == other.place.file.dir() && one.code.project == other.code.project;
    // Dagster tells locations apart by their names. Only Dagster+ asks for one, so that it may be the first that is written.
    let unnamed = one.source != other.source && one.rank.min(other.rank) == Rank::Entry;
    (same_name && (same_code || beside)) || (unnamed && same_code)
}

fn by_project(own: Vec<Declaration>) -> BTreeMap<Option<Utf8PathBuf>, Vec<Declaration>> {
    let mut by_project: BTreeMap<_, Vec<Declaration>> = BTreeMap::new();
    for declaration in own {
        by_project.entry(declaration.code.project.clone()).or_default().push(declaration);
    }
    by_project
}

/// What a project's own tables declare: each module of `[tool.dagster]` is a location, unless they share a name, of which
/// Dagster keeps the last. dg has one location, which is the same where there is one.
fn of_one_project(tables: Vec<Declaration>) -> Vec<Group> {
    let (dagster, others): (Vec<_>, Vec<_>) =
        tables.into_iter().partition(|declaration| declaration.source == Source::Dagster);
    let mut groups: Vec<Group> = Vec::new();
    for declaration in dagster {
        match groups.iter_mut().find(|group| group.iter().any(|other| other.name == declaration.name)) {
            Some(group) => group.insert(0, declaration),
            None => groups.push(vec![declaration]),
        }
    }
    for declaration in others {
        let same = |group: &Group| group.iter().any(|other| other.code.is_same(&declaration.code));
        let only = (groups.len() == 1).then_some(0);
        let at = groups.iter().position(same).or(only);
        add(&mut groups, at, vec![declaration]);
    }
    groups
}

/// The entry of a deployment's file that a project's own table speaks of: that of the same code; where the table stands
/// alone, the project's only one.
fn entry_of(groups: &[Group], table: &Group, alone: bool) -> Option<usize> {
    let project = table.first().map(|declaration| &declaration.code.project);
    let of_project = |group: &Group| {
        group.iter().any(|other| other.is_deployment() && Some(&other.code.project) == project)
    };
    let same_code = |group: &Group| {
        let same = |other: &Declaration| table.iter().any(|one| one.code.is_same(&other.code));
        group.iter().any(|other| other.is_deployment() && same(other))
    };
    let mut all = groups.iter().enumerate().filter(|(_, group)| of_project(group)).map(|(at, _)| at);
    let only = all.next().filter(|_| alone && all.next().is_none());
    groups.iter().position(same_code).or(only)
}

fn location(group: &Group) -> Option<CodeLocation> {
    let best = group.iter().map(|declaration| declaration.rank).max()?;
    let name = group.iter().find(|declaration| declaration.rank == best)?.name.clone();
    let codes = || group.iter().map(|declaration| &declaration.code);
    let mut declared_in: Vec<_> = group.iter().map(|declaration| declaration.place.clone()).collect();
    declared_in.sort();
    declared_in.dedup();
    let gap =
        codes().all(|code| code.gap.is_some()).then(|| codes().find_map(|code| code.gap.clone())).flatten();
    let gap = gap.map(|gap| gap.told_of(&name));
    Some(CodeLocation {
        name,
        gap,
        project: codes().find_map(|code| code.project.clone()),
        module: codes().find_map(|code| code.module.clone()),
        declared_in,
    })
}

impl Code {
    /// Whether two declarations load the same code.
    fn is_same(&self, other: &Self) -> bool {
        let attribute = match (&self.attribute, &other.attribute) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let target = match (&self.file, &other.file) {
            (Some(one), Some(other)) => one == other,
            _ => self.project == other.project && self.module == other.module,
        };
        attribute && target
    }
}
