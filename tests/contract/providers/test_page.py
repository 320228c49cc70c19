"""The page of a simulator: what it shows, and its forms, without any script."""

from __future__ import annotations

import pytest

from tests.support.simulated import DEMO, Caller, called


@pytest.fixture
def caller() -> Caller:
    return called(DEMO, rate_limit=True)


def page(caller: Caller, **params: str) -> str:
    answer = caller.http.get("/", params=params)
    assert answer.status_code == 200
    return answer.text


def press(caller: Caller, form: str, **fields: str) -> str:
    """Send a form as a browser does, and give the page that it leads to."""
    answer = caller.http.post(f"/_home/{form}", data=fields)
    assert answer.status_code == 303, answer.text
    return caller.http.get(answer.headers["location"]).text


def test_it_lists_the_lists_with_their_counts_and_shows_records_as_the_provider_tells_them(
    caller: Caller,
) -> None:
    [newest] = caller.edit("touch")
    shown = page(caller, list="by_change")
    assert "by_change <small>160</small>" in shown
    assert shown.index(newest) < shown.index("&#34;kind&#34;: &#34;Document&#34;")
    told = caller.get(f"/v1/by_change/{newest}").json()
    assert f"&#34;changed&#34;: &#34;{told['changed']}&#34;" in shown


def test_a_record_is_found_by_its_id_and_older_ones_by_leafing(caller: Caller) -> None:
    records = list(caller.simulator.world.companies[0].book.invoices)
    oldest, newest = records[0].id, records[-1].id
    assert oldest in page(caller, list="whole", record=oldest).partition("<pre>")[0]
    leafed = page(caller, list="whole", **{"from": "158"})
    assert f"<code>{oldest}</code>" in leafed
    assert f"<code>{newest}</code>" not in leafed
    assert "There is no such record" in page(caller, list="whole", record="nothing")


@pytest.mark.parametrize(
    ("operation", "expected"),
    [("touch", "Amend"), ("change-amount", "+10 %"), ("pay", "Pay"), ("void", "Void")],
)
def test_a_button_of_a_document_edits_the_books(
    caller: Caller, operation: str, expected: str
) -> None:
    press(caller, "change", operation="create", kind="invoice", organisation="0")
    book = caller.simulator.world.companies[0].book
    document = list(book.invoices)[-1]
    assert f">{expected}</button>" in page(caller)
    before = book.version
    press(caller, "change", operation=operation, id=document.id, organisation="0")
    after = book.invoices[document.id]
    assert book.version > before
    assert after != document
    assert {"pay": after.outstanding == 0, "void": after.status == "voided"}.get(operation, True)


def test_an_edit_that_cannot_be_made_says_why(caller: Caller) -> None:
    paid = next(e for e in caller.simulator.world.companies[0].book.invoices if e.status == "paid")
    shown = press(caller, "change", operation="void", id=paid.id)
    assert 'role="alert"' in shown
    assert "cannot be edited so" in shown
    assert "count" in press(caller, "change", operation="touch", count="0")


def test_what_was_typed_is_shown_as_text(caller: Caller) -> None:
    shown = page(caller, problem="<script>alert(1)</script>", record="<b>", list="<i>")
    assert "<script>alert" not in shown
    assert "<b>" not in shown


def test_calls_are_shown_with_their_status_and_what_was_done_to_them(caller: Caller) -> None:
    caller.get("/v1/whole/nothing")
    press(caller, "switch", name="unavailable", on="true")
    caller.get("/v1/items")
    shown = page(caller)
    assert "GET /v1/whole/nothing" in shown
    assert ">404<" in shown
    assert '<span class="badge warn">status</span>' in shown


def test_misbehaviour_is_switched_on_and_off(caller: Caller) -> None:
    shown = press(caller, "switch", name="html", on="true")
    assert 'aria-pressed="true" aria-label="html"' in shown
    assert caller.get("/v1/items").headers["Content-Type"].startswith("text/html")
    shown = press(caller, "switch", name="html", on="false")
    assert 'aria-pressed="true"' not in shown
    assert caller.get("/v1/items").json()["total"]


def test_limits_are_shown_in_use_changed_and_switched_off(caller: Caller) -> None:
    caller.get("/v1/items")
    assert "1 of 30" in page(caller)
    assert "1 of 2" in press(caller, "limits", perMinute="2", organisation="0", list="items")
    caller.get("/v1/items")
    assert caller.get("/v1/items").status_code == 429
    assert "0 of 2" in press(caller, "limits", reset="true")
    assert "No call is refused" in press(caller, "limits", enabled="false")


def test_webhooks_are_sent_where_the_form_says(caller: Caller) -> None:
    press(caller, "webhooks", url="http://127.0.0.1:9/hook", secret="s")
    shown = press(caller, "change", operation="touch", organisation="0")
    assert "ConnectError" in shown
    assert 'value="http://127.0.0.1:9/hook"' in shown
    press(caller, "webhooks", url="", secret="")
    assert caller.simulator.hooks.subscription is None
    assert "url" in press(caller, "webhooks", url="not a url")


def test_another_organisation_is_shown_with_its_own_key(caller: Caller) -> None:
    second = caller.simulator.world.companies[1]
    shown = page(caller, organisation=second.id)
    assert second.organisation.name in shown.partition('aria-current="page"')[2][:200]
    assert caller.simulator.keys[second.id] in shown
