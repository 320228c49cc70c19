"""The pages carry no script, load nothing, and let no name break out."""

from __future__ import annotations

import base64
import re
from hashlib import sha256

import pytest

from shared_code.connect import pages
from shared_code.connect.tenant import Tenant

EVIL = '"><script>alert(1)</script>'

PAGES = {
    "linked": pages.linked("Xero", EVIL),
    "message": pages.message(EVIL, EVIL, action=pages.Action(EVIL, EVIL)),
    "choice": pages.choice(
        "Xero", [Tenant(EVIL, EVIL), Tenant("2", "Two")], action=EVIL, state=EVIL
    ),
    "way on": pages.way_on(EVIL, EVIL, pages.Action(EVIL, EVIL)),
    "menu": pages.menu(EVIL, EVIL, []),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_what_others_wrote_stays_text(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_loads_nothing(page: str) -> None:
    assert not re.search(r"<(link|img|iframe|script|object)\b|@import|url\(", page)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_policy_allows_exactly_the_pages_own_style(page: str) -> None:
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    allowed = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = pages.HEADERS["Content-Security-Policy"]
    assert f"style-src 'sha256-{allowed}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_pages_are_neither_kept_nor_framed_nor_told_of() -> None:
    assert pages.HEADERS["Cache-Control"] == "no-store"
    assert pages.HEADERS["X-Frame-Options"] == "DENY"
    assert pages.HEADERS["Referrer-Policy"] == "no-referrer"


def test_the_choice_is_among_all_that_were_offered() -> None:
    tenants = [Tenant("1", "One"), Tenant("2", "Two")]
    page = pages.choice("Xero", tenants, action="/there", state="s-1")
    assert re.findall(r'name="tenant" value="([^"]+)"', page) == ["1", "2"]
    assert 'name="state" value="s-1"' in page
    assert 'action="/there"' in page
