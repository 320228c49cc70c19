"""The matrix and the connectors' READMEs follow the declarations and what was seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared_code import capabilities as findings
from shared_code.capabilities import Capability, Findings, findings_of
from shared_code.catalogue import XERO
from tools import capabilities
from tools.capabilities import ROOT, certified, checks, keep, matrix, pages, readme, sentence

SEEN = Capability("items", False, "absence", True, False, True)


def test_the_pages_are_what_was_seen_and_declared() -> None:
    for path, text in pages().items():
        assert (ROOT / path).read_text() == text, "run `make capabilities`"


def test_a_connector_is_certified_for_what_the_catalogue_lists() -> None:
    assert XERO in certified()
    for each in certified():
        assert tuple(one.data_type for one in each.capabilities) == each.data_types


def test_there_are_at_least_twenty_five_checks_and_each_is_a_sentence() -> None:
    found = checks()
    assert len(set(found)) == len(found) >= 25
    assert all(each[0].isupper() and each.endswith(".") for each in found)


def test_a_readme_lists_what_was_seen_of_every_type_and_what_does_not_apply() -> None:
    text = readme(XERO)
    for each in XERO.capabilities:
        assert f"| `{each.data_type}` |" in text
    for name in findings_of("xero").passed_over:
        assert f"* {name} (" in text
    assert "offline_access" in text


def test_a_run_is_kept_by_connector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "FINDINGS", tmp_path)
    monkeypatch.setattr(findings, "FOLDER", tmp_path)
    skipped = {"tests/x.py::TestA::test_a_b[c]": "no c", "tests/y.py::TestB::test_d": "no d"}
    keep({"tests/x.py::TestA": ("shop", (SEEN,))}, skipped)
    assert findings_of("shop") == Findings((SEEN,), {"A b.": "no c"})
    findings_of.cache_clear()


def test_what_was_never_certified_can_do_nothing() -> None:
    assert findings_of("nobody").data_types == ()


def test_the_matrix_leads_to_every_readme() -> None:
    assert all(f"functions/{each.platform}/README.md" in matrix() for each in certified())


def test_what_an_author_wrote_below_a_readme_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capabilities, "ROOT", tmp_path)
    made = readme(XERO)
    (tmp_path / "functions/xero").mkdir(parents=True)
    written = f"{made}\n## Notes\n\nIts sandbox sleeps on Sundays.\n"
    (tmp_path / "functions/xero/README.md").write_text(written)
    assert readme(XERO) == written


def test_a_checks_name_reads_as_a_sentence() -> None:
    assert sentence("test_a_pdf_can_be_had[x]") == "A PDF can be had."
