//! The rules' pages.

use serde::Serialize;

use super::to_json;
use crate::rules::Rule;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    rules: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    severity: &'a str,
    summary: String,
    page: String,
}

/// The whole pages, as Markdown.
pub fn markdown(rules: &[&Rule]) -> String {
    let pages: Vec<String> = rules.iter().map(|rule| rule.page()).collect();
    pages.join("\n")
}

/// A line for each rule: name, severity, what it does.
pub fn list(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let line = |rule: &&Rule| format!("{:width$}  {:11}  {}\n", rule.name, severity(rule), rule.summary());
    rules.iter().map(line).collect()
}

/// One JSON object: name, severity ("off" for rules that are off by default), summary and page of each.
pub fn json(rules: &[&Rule]) -> String {
    let entries = rules.iter().map(|rule| Entry {
        name: rule.name,
        severity: severity(rule),
        summary: rule.summary(),
        page: rule.page(),
    });
    to_json(&Document { version: 1, rules: entries.collect() })
}

fn severity(rule: &Rule) -> &'static str {
    rule.default.map_or("off", |severity| severity.as_str())
}
