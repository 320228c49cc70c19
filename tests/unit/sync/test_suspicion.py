"""What makes a sync suspect, and what does not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_code.suspicion import LIKELY, Bounds, Changes, Kind, Listed, Suspicion, in_words, judge
from shared_code.sync.settings import SuspectSettings

QUIET = Changes(published=1_000, mapped=1_000)
NUMBERS = st.integers(0, 10_000)


def of_list(listed: Listed, bounds: Bounds = LIKELY) -> list[Suspicion]:
    return judge([listed], QUIET, bounds)


def of_type(changes: Changes, bounds: Bounds = LIKELY) -> list[Suspicion]:
    return judge([Listed("Invoices", full=True, records=10)], changes, bounds)


def test_a_sync_that_looks_as_usual_is_not_suspect() -> None:
    lists = [Listed("Invoices", full=False, records=0, before=5_000), Listed("Items", True, 9_999)]
    assert judge(lists, Changes(1_000, 20, 1_000, 20), LIKELY) == []


def test_nothing_where_there_was_something_is_suspect() -> None:
    [found] = of_list(Listed("Items", full=True, records=0, before=5_000))
    assert (found.kind, found.seen, found.against, found.resource) == (
        Kind.NOTHING,
        0,
        5_000,
        "Items",
    )
    assert found.sentence == "Items listed nothing where it has 5,000 published records"


def test_nothing_new_is_no_suspicion() -> None:
    assert of_list(Listed("Items", full=False, records=0, before=5_000)) == []
    assert of_list(Listed("Items", full=True, records=0, before=0)) == []


@pytest.mark.parametrize("records", [10_000, 100_000])
def test_a_list_that_ends_where_the_provider_cuts_is_suspect(records: int) -> None:
    listed = Listed("Lines", full=True, records=records, answers=100, cuts=(10_000, 100_000))
    [found] = of_list(listed)
    assert (found.kind, found.seen) == (Kind.CUT_OFF, records)
    assert f"exactly {records:,} records" in found.sentence
    for others in (-1, 1):
        assert of_list(replace(listed, records=records + others)) == []
    assert of_list(replace(listed, cuts=())) == []


@pytest.mark.parametrize("missing", [1, -1])
def test_one_answer_has_to_tally(missing: int) -> None:
    listed = Listed("Items", full=True, records=5_000, missing=missing)
    [found] = of_list(listed)
    assert (found.kind, found.seen, found.against) == (Kind.COUNT, 5_000, 5_000 + missing)
    assert found.sentence == (
        f"Items listed 5,000 records where the provider counts {5_000 + missing:,},"
        " which may differ by 0"
    )


def test_a_list_of_many_answers_may_differ_by_as_much_as_can_happen_unseen() -> None:
    listed = Listed("Invoices", full=True, records=4_996, answers=50)
    assert of_list(replace(listed, missing=4)) == []
    assert of_list(replace(listed, records=4_990, missing=10)) != []
    # The smaller the list, the less happens while it is read.
    assert of_list(replace(listed, records=990, missing=10)) != []


def test_a_thousand_counted_and_990_listed_is_suspect() -> None:
    [found] = of_list(Listed("Invoices", full=True, records=990, missing=10, answers=10))
    assert found.kind == Kind.COUNT


def test_forty_per_cent_gone_at_once_is_suspect() -> None:
    [found] = of_type(Changes(published=5_000, vanishing=2_000, mapped=3_000))
    assert (found.kind, found.seen, found.against, found.bound) == (
        Kind.DELETIONS,
        2_000,
        5_000,
        1_250,
    )
    assert found.sentence == "2,000 of 5,000 records would be deleted, where 1,250 may"


@pytest.mark.parametrize(
    ("published", "vanishing"), [(20, 20), (3, 2), (1_000, 250), (100, 25), (0, 0)]
)
def test_few_deletions_or_a_small_share_are_not_suspect(published: int, vanishing: int) -> None:
    assert of_type(Changes(published, vanishing, mapped=1)) == []


def test_many_rejects_are_suspect_even_of_a_first_sync() -> None:
    [found] = of_type(Changes(mapped=50, rejected=50))
    assert (found.kind, found.seen, found.against, found.bound) == (Kind.REJECTS, 50, 100, 20)
    assert found.sentence == "50 of 100 records could not be mapped, where 20 may"


@pytest.mark.parametrize(("mapped", "rejected"), [(0, 20), (1_000, 200), (0, 0)])
def test_few_rejects_or_a_small_share_are_not_suspect(mapped: int, rejected: int) -> None:
    assert of_type(Changes(mapped=mapped, rejected=rejected)) == []


@given(published=NUMBERS, vanishing=NUMBERS, more=st.integers(0, 100))
def test_more_deletions_are_never_less_suspect(published: int, vanishing: int, more: int) -> None:
    vanishing, more = min(published, vanishing), min(published, vanishing + more)
    if of_type(Changes(published, vanishing)):
        assert of_type(Changes(published, more))


@given(changes=st.builds(Changes, NUMBERS, NUMBERS, NUMBERS, NUMBERS), share=st.floats(0, 1))
def test_wider_bounds_let_more_pass(changes: Changes, share: float) -> None:
    narrow = Bounds(deleted_share=share, rejected_share=share)
    wide = Bounds(1, 10_000, 1, 10_000, 1)
    assert of_type(changes, wide) == []
    kinds = {each.kind for each in of_type(changes, replace(narrow, deleted_records=10_000))}
    assert kinds <= {each.kind for each in of_type(changes, narrow)}


@given(
    st.builds(
        Suspicion, st.sampled_from(Kind), NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["", "Items"])
    )
)
def test_a_suspicion_is_kept_as_json_and_says_its_numbers(found: Suspicion) -> None:
    assert Suspicion.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert f"{found.against:,}" in found.sentence or f"{found.seen:,}" in found.sentence


def test_all_that_looks_wrong_is_said() -> None:
    lists = [Listed("Items", full=True, records=0, before=7), Listed("Ids", True, 5, missing=2)]
    found = judge(lists, Changes(100, 90), LIKELY)
    assert in_words(found) == (
        "Items listed nothing where it has 7 published records; Ids listed 5 records where the"
        " provider counts 7, which may differ by 0; 90 of 100 records would be deleted, where 25"
        " may. The last good data is kept"
    )


def test_the_settings_are_the_platforms_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SuspectSettings().bounds() == LIKELY
    monkeypatch.setenv("CAUSEWAY_SUSPECT_DELETED_SHARE", "0.5")
    monkeypatch.setenv("CAUSEWAY_SUSPECT_REJECTED_RECORDS", "7")
    assert SuspectSettings().bounds() == replace(LIKELY, deleted_share=0.5, rejected_records=7)
