"""Connectors are where the platform is, unless they are said to be elsewhere."""

from __future__ import annotations

import pytest

from shared_code.connect.settings import connectors_root
from shared_code.errors import Abort


@pytest.mark.parametrize(
    ("chosen", "root"),
    [
        ("", "https://books.example"),
        ("https://inside.example/apps/", "https://inside.example/apps"),
    ],
)
def test_connectors_are_reached_by_the_public_address_or_by_their_own(
    monkeypatch: pytest.MonkeyPatch, chosen: str, root: str
) -> None:
    monkeypatch.setenv("CAUSEWAY_PUBLIC_URL", "https://books.example/")
    monkeypatch.setenv("CAUSEWAY_CONNECTORS_URL", chosen)
    assert connectors_root() == root


def test_an_address_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSEWAY_CONNECTORS_URL", "connectors")
    with pytest.raises(Abort) as refused:
        connectors_root()
    assert "CAUSEWAY_CONNECTORS_URL" in refused.value.internal
