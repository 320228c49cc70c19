"""`codat-platform` reads companies, connections, integrations, syncs and settings."""

from __future__ import annotations

import re

import pytest

from tests.contract.sdk.conftest import Open
from tests.contract.sdk.platform import OTHERS, arrive, lost_on_the_way
from tests.contract.sdk.reading import Reader, unread
from tests.support.sdks import Operation, Package


@pytest.fixture(scope="module")
def reader(open_reader: Open) -> Reader:
    return open_reader(Package("codat_platform", "CodatPlatform"), {})


@pytest.fixture(scope="module")
def wanted(reader: Reader) -> list[Operation]:
    """What the SDK reads and the platform has."""
    apart = [re.compile(each) for each in OTHERS]
    return [
        each
        for each in reader.operations
        if not any(other.match(f"{each.method} {each.path}") for other in apart)
    ]


def test_no_reason_to_leave_an_operation_out_is_idle(reader: Reader) -> None:
    assert unread(reader.operations, OTHERS) & OTHERS.keys() == set()


def test_all_that_is_sent_arrives(reader: Reader, wanted: list[Operation]) -> None:
    assert len(wanted) == 14
    visitor = arrive(reader.world)
    told = set(lost_on_the_way(reader.sdk, visitor, wanted))
    assert not told, sorted(told)
