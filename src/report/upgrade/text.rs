//! What a change of a version means, for people.

use super::{Break, Consumer, Live, Pin, PinState, Upgrade};
use crate::report::printable;
use crate::report::summary::plural;

/// No more of what becomes available is listed.
const MAX_AVAILABLE: usize = 20;

/// No more names are listed in a line.
const MAX_NAMES: usize = 12;

/// A line for each consumer with the places that break below it, what becomes available, what was applied, and the sum.
pub fn text(upgrade: &Upgrade) -> String {
    let mut lines = vec![format!("{} {}", upgrade.distribution, upgrade.to), String::new()];
    if let Some(reason) = &upgrade.yanked {
        lines.push(format!("caution: its index says that it was withdrawn: {reason}"));
    }
    for consumer in &upgrade.consumers {
        lines.push(headline(consumer, upgrade));
        lines.extend(consumer.caution.iter().map(|caution| format!("  caution: {caution}")));
        for found in &consumer.breaks {
            push_break(&mut lines, found, consumer, upgrade);
        }
        for (word, all) in [("mends", &consumer.mends), ("note", &consumer.deprecated)] {
            lines.extend(all.iter().map(|found| format!("  {word}: {}", line(found))));
        }
    }
    lines.extend(live(&upgrade.live));
    push_available(&mut lines, upgrade);
    push_applied(&mut lines, upgrade);
    lines.push(String::new());
    lines.push(sum(upgrade));
    lines.iter().flat_map(|line| [printable(line), "\n".to_owned()]).collect()
}

/// `etl, from 0.1.3: 2 places break; …`.
fn headline(consumer: &Consumer, upgrade: &Upgrade) -> String {
    let from = match &consumer.from {
        Some(from) if *from == upgrade.to => format!(", at {from} already"),
        Some(from) => format!(", from {from}"),
        None => ", from an unknown version".to_owned(),
    };
    let through = match consumer.through.as_slice() {
        [] => String::new(),
        via => {
            format!(" through {}", via.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", "))
        }
    };
    let places = consumer.places();
    let outcome = match places {
        0 if consumer.is_open() => "not judged".to_owned(),
        0 => "nothing breaks".to_owned(),
        1 => "1 place breaks".to_owned(),
        _ => format!("{} break", plural(places, "place")),
    };
    let pins = consumer.pins.iter().map(|pin| format!("; {}", pin_in_words(pin, upgrade)));
    format!("{}{through}{from}: {outcome}{}", consumer.name, pins.collect::<String>())
}

fn pin_in_words(pin: &Pin, upgrade: &Upgrade) -> String {
    let to = &upgrade.to;
    let at = format!("{}:{}:{}", pin.file, pin.line, pin.column);
    let written = &pin.written;
    match pin.state {
        PinState::Moves => {
            let applied = upgrade.applied.as_ref().is_some_and(|applied| applied.changed.contains(&pin.file));
            let verb = if applied { "became" } else { "would become" };
            format!("`{written}` at {at} {verb} `{}`", pin.becomes.as_deref().unwrap_or(to))
        }
        PinState::Already => format!("`{written}` at {at} stays"),
        PinState::Admits if written.is_empty() => format!("any version will do at {at}"),
        PinState::Admits => format!("`{written}` at {at} admits {to}"),
        PinState::Excludes => format!("`{written}` at {at} does not admit {to} and is left to you"),
        PinState::Left => {
            let written = if written.is_empty() { at } else { format!("`{written}` at {at}") };
            let reason = pin.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("{written} is left to you{reason}")
        }
    }
}

/// Where, and what.
fn line(found: &Break) -> String {
    format!("{}:{}:{}: {}", found.file, found.line, found.column, found.message)
}

fn push_break(lines: &mut Vec<String>, found: &Break, consumer: &Consumer, upgrade: &Upgrade) {
    lines.push(format!("  {}", line(found)));
    if !found.also.is_empty() {
        let also: Vec<String> = found.also.iter().map(|at| format!("{}:{}", at.line, at.column)).collect();
        lines.push(format!("    also at {}", also.join(", ")));
    }
    let from = consumer.from.as_deref().unwrap_or("today");
    let width = from.chars().count().max(upgrade.to.chars().count());
    lines.extend(found.old.iter().map(|old| format!("    {from:width$}  {old}")));
    lines.extend(found.new.iter().map(|new| format!("    {:width$}  {new}", upgrade.to)));
}

/// One line for each folder that something is taken live from.
fn live(live: &[Live]) -> Vec<String> {
    let mut sources: Vec<&str> = live.iter().map(|one| one.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let line = |source: &str| {
        let takers = live.iter().filter(|one| one.source == source);
        let names: Vec<&str> = takers.map(|one| one.name.as_str()).collect();
        let verb = if names.len() == 1 { "takes" } else { "take" };
        format!("{} {verb} it live from `{source}`; nothing to move", listed(&names))
    };
    sources.into_iter().map(line).collect()
}

/// `etl, ml`, the end cut off where it is long.
pub(super) fn listed(names: &[&str]) -> String {
    let more = names.len().saturating_sub(MAX_NAMES);
    let shown: Vec<&str> = names.iter().take(MAX_NAMES).copied().collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn push_available(lines: &mut Vec<String>, upgrade: &Upgrade) {
    let Some(available) = upgrade.available.as_ref().filter(|available| !available.names.is_empty()) else {
        return;
    };
    lines.push(String::new());
    lines.push(format!("in {}, not in {}", upgrade.to, available.since));
    lines.extend(available.names.iter().take(MAX_AVAILABLE).map(|name| format!("  {name}")));
    let more = available.names.len().saturating_sub(MAX_AVAILABLE);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
}

/// What was written, and what is to be run then.
fn push_applied(lines: &mut Vec<String>, upgrade: &Upgrade) {
    let Some(applied) = &upgrade.applied else { return };
    lines.push(String::new());
    if applied.changed.is_empty() {
        lines.push("no manifest was changed".to_owned());
    }
    lines.extend(applied.changed.iter().map(|file| format!("changed {file}")));
    lines.extend(applied.left.iter().map(|file| format!("left {file}, which changed meanwhile")));
    let outside = applied.outside.iter();
    lines.extend(outside.map(|file| format!("left {file}, which lies outside of the opened folder")));
    let mut commands: Vec<&str> = upgrade.consumers.iter().filter_map(|one| one.relock.as_deref()).collect();
    commands.sort_unstable();
    commands.dedup();
    lines.extend(commands.into_iter().map(|command| format!("now run: {command}")));
}

fn sum(upgrade: &Upgrade) -> String {
    let all = upgrade.consumers.len();
    let breaking = upgrade.consumers.iter().filter(|consumer| consumer.places() > 0).count();
    let open = upgrade.consumers.iter().filter(|consumer| consumer.is_open()).count();
    let known = match upgrade.breaks {
        0 if open == all => "nothing is known to break".to_owned(),
        0 => format!("nothing breaks in {}", plural(all - open, "project")),
        1 => format!("1 place breaks in 1 of {}", plural(all, "project")),
        places => format!("{places} places break in {breaking} of {}", plural(all, "project")),
    };
    match open {
        0 => known,
        _ => format!(
            "{known}; {} {} not judged",
            plural(open, "project"),
            if open == 1 { "was" } else { "were" }
        ),
    }
}
