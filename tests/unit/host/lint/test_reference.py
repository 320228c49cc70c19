"""The reference tells the rules as the lint knows them."""

from __future__ import annotations

import re

from local.host.lint.rules import RULES
from tests.support.hosting import ROOT

PAGE = ROOT / "docs" / "reference" / "orchestrator-lint.md"
ROW = re.compile(r"^\| `(.+?)` \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


def test_the_references_table_holds_the_rules_as_they_are() -> None:
    told = [(rule.name, rule.finds, rule.reason, rule.instead) for rule in RULES]
    assert ROW.findall(PAGE.read_text()) == told


def test_no_two_rules_share_a_name() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
