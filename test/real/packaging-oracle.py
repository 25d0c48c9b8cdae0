"""Answers questions with the `packaging` library: JSON on stdin, JSON on stdout."""
import json
import sys

from packaging import _manylinux, tags
from packaging.markers import Marker, UndefinedComparison
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


def evaluate(question):
    """One row for each marker, one answer for each environment; null where the comparison is undefined."""
    environments = [
        environment | {"extra": extra, "extras": {extra} - {""}, "dependency_groups": {"dev"}}
        for environment, extra in question["environments"]
    ]

    def answer(marker, environment):
        try:
            return marker.evaluate(environment)
        except UndefinedComparison:
            return None

    return [[answer(Marker(text), each) for each in environments] for text in question["markers"]]


def parse(texts):
    requirements = [Requirement(text) for text in texts]
    return [
        {
            "name": canonicalize_name(each.name),
            "extras": sorted({canonicalize_name(extra) for extra in each.extras}),
            "clauses": sorted({str(clause) for clause in each.specifier}),
            "url": each.url,
            "hasMarker": each.marker is not None,
        }
        for each in requirements
    ]


def satisfy(question):
    def answer(version, specifier):
        try:
            return SpecifierSet(specifier).contains(version, prereleases=True)
        except InvalidSpecifier:
            return False

    return [[answer(version, each) for version in question["versions"]] for each in question["specifiers"]]


def compare(texts):
    versions = [Version(text) for text in texts]
    return [[(a > b) - (a < b) for b in versions] for a in versions]


def normalise(texts):
    def answer(text):
        try:
            return str(Version(text))
        except InvalidVersion:
            return None

    return [answer(text) for text in texts]


def list_tags(question):
    minor, machine, glibc = question["minor"], question["machine"], question["glibc"]
    _manylinux._get_glibc_version = lambda: _manylinux._GLibCVersion(*glibc)
    _manylinux._have_compatible_abi = lambda *_: True
    platforms = [*_manylinux.platform_tags([machine]), f"linux_{machine}"]
    native = tags.cpython_tags((3, minor), [f"cp3{minor}"], platforms)
    return [str(tag) for tag in [*native, *tags.compatible_tags((3, minor), f"cp3{minor}", platforms)]]


ANSWERS = {
    "evaluate": evaluate,
    "parse": parse,
    "satisfy": satisfy,
    "compare": compare,
    "normalise": normalise,
    "tags": lambda questions: [list_tags(question) for question in questions],
}
json.dump({name: ANSWERS[name](question) for name, question in json.load(sys.stdin).items()}, sys.stdout)
