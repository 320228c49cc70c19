"""Each line of the corpus breaks the rules it says it breaks, and no other."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from local.host.lint.findings import Finding, lint
from local.host.lint.rules import RULES

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(CORPUS.rglob("*.py"))
MARK = re.compile(r"# expect: (?P<rules>[a-z -]+)$")

Lines = set[tuple[int, str]]


@cache
def findings() -> list[Finding]:
    return lint(CORPUS).findings


def expected(file: Path) -> Lines:
    lines = enumerate(file.read_text().splitlines(), start=1)
    marked = [(number, mark["rules"]) for number, line in lines if (mark := MARK.search(line))]
    return {(number, rule) for number, rules in marked for rule in rules.split()}


def found(file: Path) -> Lines:
    return {(finding.line, finding.rule) for finding in findings() if finding.path == file}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_exactly_what_a_file_marks_is_found_in_it(file: Path) -> None:
    assert found(file) == expected(file)


def test_every_rule_has_its_bad_example() -> None:
    assert {rule for file in FILES for _, rule in expected(file)} == {rule.name for rule in RULES}


def test_no_good_example_is_marked() -> None:
    assert not any(expected(file) for file in (CORPUS / "good").glob("*.py"))


def test_nothing_is_reported_twice() -> None:
    places = [(one.path, one.line, one.column, one.rule) for one in findings()]
    assert len(places) == len(set(places))
