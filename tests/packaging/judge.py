"""Answers, by the `packaging` library, what crossloc is asked in the same cases: a JSON list in, a JSON list out."""

import json
import sys

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


def version(text):
    try:
        return str(Version(text))
    except InvalidVersion:
        return None


def order(one, other):
    one, other = Version(one), Version(other)
    return (one > other) - (one < other)


def specifier(text, versions):
    try:
        parsed = SpecifierSet(text)
    except InvalidSpecifier:
        return None
    return [parsed.contains(version, prereleases=True) for version in versions]


def requirement(text, versions):
    try:
        parsed = Requirement(text)
    except InvalidRequirement:
        return None
    return {
        "name": canonicalize_name(parsed.name),
        "extras": sorted(canonicalize_name(extra) for extra in parsed.extras),
        "admits": [parsed.specifier.contains(version, prereleases=True) for version in versions],
        "url": parsed.url,
        "marker": str(parsed.marker) if parsed.marker else None,
    }


def marker(text, environments):
    try:
        parsed = Marker(text)
        return [parsed.evaluate(environment) for environment in environments]
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return None


def name(text):
    try:
        return canonicalize_name(text, validate=True)
    except ValueError:
        return None


QUESTIONS = [version, order, specifier, requirement, marker, name]
QUESTIONS = {question.__name__: question for question in QUESTIONS}
print(json.dumps([QUESTIONS[kind](*rest) for kind, *rest in json.load(sys.stdin)]))
