"""Kinds of misbehaviour, switched on and seen on the wire."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from local.providers.simulation.misbehaviour import BOMB, CROWD, KINDS, SKEW, STORM, WITHHELD
from tests.contract.providers.session import Visitor


@pytest.fixture
def switch(linked: Visitor) -> Callable[..., None]:
    def turn(name: str, *, on: bool = True) -> None:
        linked.order("misbehaviour", name=name, on=on)

    return turn


def test_a_storm_refuses_so_many_calls_and_then_blows_over(
    linked: Visitor, switch: Callable[..., None]
) -> None:
    switch("storm")
    answers = [linked.get("Accounts") for _ in range(STORM + 1)]
    assert [each.status_code for each in answers] == [429] * STORM + [200]
    assert {each.headers.get("Retry-After") for each in answers[:-1]} == {"1"}


def test_an_answer_drips(linked: Visitor, switch: Callable[..., None]) -> None:
    switch("slow-drip")
    headers = {"Accept": "application/json", "Xero-tenant-id": linked.tenant, **linked.bearer()}
    with linked.http.stream("GET", "/api.xro/2.0/Organisation", headers=headers) as answer:
        pieces = list(answer.iter_raw())
    assert len(pieces) > 1
    assert {len(each) for each in pieces[:-1]} == {400}


def test_a_truncated_answer_is_whole_by_its_head(
    linked: Visitor, switch: Callable[..., None]
) -> None:
    whole = linked.get("TaxRates")
    switch("truncated")
    cut = linked.get("TaxRates")
    assert cut.status_code == 200
    assert len(cut.content) < len(whole.content)
    assert int(cut.headers["Content-Length"]) == len(cut.content)


def test_a_web_page_comes_in_place_of_data(linked: Visitor, switch: Callable[..., None]) -> None:
    switch("html")
    page = linked.get("Accounts")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")


def test_a_connection_breaks(linked: Visitor, switch: Callable[..., None]) -> None:
    switch("lost")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        linked.get("Accounts")


def test_the_provider_is_unavailable(linked: Visitor, switch: Callable[..., None]) -> None:
    switch("unavailable")
    assert linked.get("Accounts").status_code == 503


def test_a_page_comes_again_in_place_of_the_next(
    linked: Visitor, switch: Callable[..., None]
) -> None:
    second = linked.get("Invoices", page="2", pageSize="50").json()["Invoices"]
    switch("duplicate-pages")
    pages = [linked.get("Invoices", page=page, pageSize="50").json() for page in ("1", "2")]
    assert pages[0]["Invoices"] == pages[1]["Invoices"] != second
    switch("duplicate-pages", on=False)
    assert linked.get("Invoices", page="2", pageSize="50").json()["Invoices"] == second


def test_rows_move_from_one_page_to_the_next(linked: Visitor, switch: Callable[..., None]) -> None:
    switch("moved-rows")
    seen: list[str] = []
    for page in ("1", "2", "3", "4", "5"):
        rows = linked.get("Invoices", page=page, pageSize="50").json()["Invoices"]
        seen += [each["InvoiceID"] for each in rows]
    held = {
        each["InvoiceID"] for each in linked.books(resources="Invoices")["resources"]["Invoices"]
    }
    assert held - set(seen), "counting pages while rows move loses records"
    assert len(seen) > len(set(seen))


def invoices(linked: Visitor, page: str = "1") -> tuple[list[str], int]:
    """The ids of a page, and how many records it counts."""
    told = linked.get("Invoices", page=page, pageSize="50").json()
    return [each["InvoiceID"] for each in told["Invoices"]], told["pagination"]["itemCount"]


def test_an_import_crowds_one_second(linked: Visitor, switch: Callable[..., None]) -> None:
    ids, before = invoices(linked)
    switch("crowded-second")
    _, after = invoices(linked)
    assert after == before + CROWD
    _, again = invoices(linked)
    assert again == after
    held = linked.books(resources="Invoices")["resources"]["Invoices"]
    instants = [each["UpdatedDateUTC"] for each in held]
    assert len(ids) < CROWD == instants.count(instants[-1])


def test_a_page_lacks_rows_and_counts_them(linked: Visitor, switch: Callable[..., None]) -> None:
    whole, counted = invoices(linked)
    switch("withheld-rows")
    assert invoices(linked) == (whole[:-WITHHELD], counted)


def test_a_page_is_empty_and_the_list_goes_on(linked: Visitor, switch: Callable[..., None]) -> None:
    _, counted = invoices(linked)
    switch("empty-pages")
    assert invoices(linked) == ([], counted)


def test_a_page_comes_the_other_way_round(linked: Visitor, switch: Callable[..., None]) -> None:
    ids, counted = invoices(linked)
    switch("unsorted")
    assert invoices(linked) == (ids[::-1], counted)


def test_ids_come_in_capitals(linked: Visitor, switch: Callable[..., None]) -> None:
    ids, counted = invoices(linked)
    switch("capital-ids")
    assert invoices(linked) == ([each.upper() for each in ids], counted)


def test_a_small_answer_inflates_beyond_measure(
    linked: Visitor, switch: Callable[..., None]
) -> None:
    switch("gzip-bomb")
    headers = {"Accept": "application/json", "Xero-tenant-id": linked.tenant, **linked.bearer()}
    with linked.http.stream("GET", "/api.xro/2.0/Organisation", headers=headers) as answer:
        assert sum(map(len, answer.iter_raw())) < BOMB / 500
    inflated = linked.get("Organisation")
    assert len(inflated.content) > BOMB
    assert [*inflated.json()] == ["Padding"]


def test_the_providers_clock_is_ahead_on_the_wire(
    linked: Visitor, switch: Callable[..., None]
) -> None:
    def ahead() -> timedelta:
        told = parsedate_to_datetime(linked.get("TaxRates").headers["Date"])
        return told - datetime.now(told.tzinfo)

    assert abs(ahead()) < timedelta(minutes=1)
    switch("clock-skew")
    assert abs(ahead() - SKEW) < timedelta(minutes=1)
    switch("clock-skew", on=False)
    assert abs(ahead()) < timedelta(minutes=1)


def test_using_a_refresh_token_twice_ends_the_whole_family(
    linked: Visitor, switch: Callable[..., None]
) -> None:
    switch("family-revocation")
    token = linked.tokens["refresh_token"]
    newer = linked.refresh(token).json()["refresh_token"]
    assert linked.refresh(token).status_code == 400
    assert linked.refresh(newer).status_code == 400
    assert linked.get("Accounts").status_code == 401


def test_every_kind_can_be_switched_on_and_off_twice(visitor: Visitor) -> None:
    for kind in KINDS:
        for on in (True, True, False, False):
            answer = visitor.order("misbehaviour", name=kind.name, on=on)
            states = {each["name"]: each["on"] for each in answer["misbehaviour"]}
            assert states == {each.name: each is kind and on for each in KINDS}


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do(visitor: Visitor) -> None:
    refused = visitor.http.post("/_control/misbehaviour", json={"name": "sunshine"})
    assert refused.status_code == 404
    assert "storm" in refused.json()["error"]


def test_tokens_are_spared_by_a_storm_over_the_api(
    linked: Visitor, switch: Callable[..., None]
) -> None:
    switch("storm")
    assert linked.refresh(linked.tokens["refresh_token"]).status_code == 200


def test_dates_are_told_once(visitor: Visitor) -> None:
    host, port = visitor.http.base_url.host, visitor.http.base_url.port or 0
    with socket.create_connection((host, port), timeout=10) as wire:
        wire.sendall(b"GET /connections HTTP/1.0\r\n\r\n")
        head = wire.makefile("rb").read().partition(b"\r\n\r\n")[0]
    assert head.lower().count(b"\r\ndate: ") == 1
