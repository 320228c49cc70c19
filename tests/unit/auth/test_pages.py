"""A form shows no secret again; a widget's page runs the provider's script and no other."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from hashlib import sha256

from shared_code.connect import asking, pages
from shared_code.connect.asking import Posting
from shared_code.connect.auth.declared import Widget
from shared_code.connect.auth.facts import Asked
from tests.support.strategies import CASES

EVIL = '"><script>alert(1)</script>'
PLACE = Posting("http://here/details", "s-1")


def widget() -> Widget:
    found = CASES["a widget"].auth
    assert isinstance(found, Widget)
    return found


def policy(of: Widget) -> dict[str, str]:
    """The directives of the widget's page."""
    text = asking.widget_headers(of)["Content-Security-Policy"]
    return {each.split()[0]: each.partition(each.split()[0])[2].strip() for each in text.split(";")}


def test_what_others_wrote_stays_text() -> None:
    asked = Asked("shop", EVIL, ".*", EVIL)
    place = Posting(EVIL, EVIL)
    page = asking.asking(EVIL, (asked,), place, typed={"shop": EVIL}, problems={"shop": EVIL})
    assert "<script" not in page
    assert "alert" not in asking.widget(EVIL, widget(), place, EVIL).replace(
        "&lt;script&gt;alert(1)&lt;/script&gt;", ""
    )


def test_a_secret_is_typed_unseen_and_never_shown_again() -> None:
    secret = Asked("key", "Key", ".*", "Ask your shop.", secret=True)
    page = asking.asking("Shop", (secret,), PLACE, typed={"key": "hush"}, problems={"key": "No."})
    assert "hush" not in page
    assert 'type="password"' in page
    assert "No." in page
    assert 'aria-invalid="true"' in page


def test_a_form_allows_no_script() -> None:
    assert "script-src" not in pages.HEADERS["Content-Security-Policy"]


def test_a_widgets_page_allows_its_script_our_glue_and_nothing_else() -> None:
    page = asking.widget("Bank", widget(), PLACE, "t-1")
    glue = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    allowed = {
        f"'sha256-{base64.b64encode(sha256(each.encode()).digest()).decode()}'" for each in glue
    }
    told = policy(widget())
    assert set(told["script-src"].split()) == {*allowed, "https://cdn.example/link.js"}
    assert told["frame-src"] == "https://cdn.example"
    assert told["connect-src"] == "https://api.cdn.example"
    assert told["default-src"] == "'none'"
    assert told["form-action"] == "'self'"
    assert "unsafe" not in " ".join(told.values())


def test_a_widget_that_frames_and_calls_nothing_may_not() -> None:
    told = policy(replace(widget(), frames=(), calls=()))
    assert told["frame-src"] == told["connect-src"] == "'none'"
