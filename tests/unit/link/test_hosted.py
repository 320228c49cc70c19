"""The hosted Link page shows what can be connected, and nothing beyond that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from functions.link.hosted import HostedLink
from shared_code.connect.addresses import Addresses
from shared_code.store.schema import companies, connections, events
from tests.support.shop import COMPANY, CONNECTION, Rig, open_rig

ADDRESSES = Addresses("http://here")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path) as opened:
        yield opened


@pytest.fixture
def hosted(rig: Rig) -> HostedLink:
    return HostedLink(rig.db, rig.queue, rig.clock, ADDRESSES)


def unlinked(rig: Rig) -> None:
    rig.set_connection(status="Unlinked")


def test_the_page_names_the_company_and_offers_the_platforms(rig: Rig, hosted: HostedLink) -> None:
    unlinked(rig)
    status, page = hosted.show(COMPANY)
    assert status == 200
    assert "Shopkeeper" in page
    assert 'value="gbol"' in page
    assert f'action="http://here/link/company/{COMPANY}/connections"' in page


def test_what_is_connected_is_not_offered_again(rig: Rig, hosted: HostedLink) -> None:
    rig.set_connection(tenant_name="Their <books>")
    _, page = hosted.show(COMPANY)
    assert "Their &lt;books&gt;" in page
    assert "gbol" not in page


def test_a_name_cannot_break_out_of_the_page(rig: Rig, hosted: HostedLink) -> None:
    with rig.db.write() as tx:
        tx.execute(companies.update().values(name="<script>x</script>"))
    assert "<script>" not in hosted.show(COMPANY)[1]


def test_choosing_makes_a_connection_and_shows_the_way_to_consent(
    rig: Rig, hosted: HostedLink
) -> None:
    unlinked(rig)
    status, page = hosted.connect(COMPANY, "gbol")
    assert status == 200
    with rig.db.read() as tx:
        made = tx.execute(select(connections).where(connections.c.id != CONNECTION)).one()
        told = tx.scalars(select(events.c.event_type)).all()
    assert made.status == "PendingAuth"
    assert told == ["connection.created"]
    [link] = re.findall(r'href="([^"]+)"', page)
    assert link.replace("&amp;", "&") == ADDRESSES.connection_link("xero", COMPANY, made.id)


def test_choosing_twice_makes_one_connection(rig: Rig, hosted: HostedLink) -> None:
    assert hosted.connect(COMPANY, "gbol") == hosted.connect(COMPANY, "gbol")
    with rig.db.read() as tx:
        assert len(tx.execute(select(connections)).all()) == 2


@pytest.mark.parametrize("company", ["unknown", "", COMPANY + "0", "' or 1=1"])
def test_an_unknown_company_is_told_nothing(hosted: HostedLink, company: str) -> None:
    assert hosted.show(company)[0] == 404
    assert hosted.connect(company, "gbol")[0] == 404


def test_a_deleted_company_is_as_unknown(rig: Rig, hosted: HostedLink) -> None:
    with rig.db.write() as tx:
        tx.execute(companies.update().values(deleted_at=rig.clock.now()))
    assert hosted.show(COMPANY)[0] == 404
    assert hosted.connect(COMPANY, "gbol")[0] == 404


def test_an_unknown_platform_makes_no_connection(rig: Rig, hosted: HostedLink) -> None:
    assert hosted.connect(COMPANY, "none")[0] == 404
    with rig.db.read() as tx:
        assert len(tx.execute(select(connections)).all()) == 1
