"""A host that somebody typed in is called on the public internet, and at the checked address."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import pytest

from shared_code.errors import Abort, Retry
from shared_code.fetch.door import Door, NotPublic, is_public
from shared_code.fetch.egress import HostNotDeclared
from shared_code.fetch.places import fill, is_template

SHOP = {"shop": "acme.shop.example"}


class Wire(httpx.BaseTransport):
    """Notes where calls go."""

    def __init__(self) -> None:
        self.calls: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"{}"))


def door(wire: Wire, *addresses: str) -> Door:
    def look_up(host: str) -> Sequence[str]:
        del host
        return addresses

    return Door(["https://{shop}"], transport=wire, look_up=look_up)


def test_the_call_goes_to_the_address_that_was_checked_under_the_hosts_name() -> None:
    wire = Wire()
    door(wire, "93.184.215.14").to(SHOP).get("https://acme.shop.example/orders")
    [request] = wire.calls
    assert request.url.host == "93.184.215.14"
    assert request.headers["host"] == "acme.shop.example"
    assert request.extensions["sni_hostname"] == "acme.shop.example"


def test_an_address_that_does_not_answer_gives_way_to_the_next() -> None:
    class Deaf(Wire):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host.startswith("2606"):
                raise httpx.ConnectError("no route")
            return super().handle_request(request)

    wire = Deaf()
    door(wire, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "93.184.215.14").to(SHOP).post(
        "https://acme.shop.example/", content=b"once"
    )
    assert [call.url.host for call in wire.calls] == ["93.184.215.14"]
    assert wire.calls[0].read() == b"once"


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",), ("10.1.2.3",), ("172.16.0.1",), ("192.168.0.1",), ("169.254.169.254",),
        ("0.0.0.0",), ("100.64.1.1",), ("224.0.0.1",), ("::1",), ("fe80::1",), ("fd12::1",),  # noqa: S104
        ("::ffff:127.0.0.1",), ("64:ff9b::7f00:1",), ("2002:7f00:1::",), ("ff02::1",),
        ("93.184.215.14", "127.0.0.1"), ("fe80::1%eth0",), ("no address",), (),
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_called(addresses: tuple[str, ...]) -> None:
    wire = Wire()
    with pytest.raises(NotPublic):
        door(wire, *addresses).to(SHOP).get("https://acme.shop.example/")
    assert wire.calls == []


def test_a_name_that_does_not_exist_is_tried_again_later() -> None:
    def look_up(host: str) -> Sequence[str]:
        raise OSError(host)

    with pytest.raises(Retry):
        Door(["https://{shop}"], transport=Wire(), look_up=look_up).to(SHOP).get(
            "https://acme.shop.example/"
        )


def test_one_grant_cannot_reach_anothers_host() -> None:
    with pytest.raises(HostNotDeclared):
        door(Wire(), "93.184.215.14").to(SHOP).get("https://other.shop.example/")


def test_declared_hosts_are_called_by_their_names() -> None:
    wire = Wire()
    Door(["https://api.example"], transport=wire).to({}).get("https://api.example/x")
    assert wire.calls[0].url.host == "api.example"


def test_where_nothing_differs_all_grants_share_a_client() -> None:
    shared = Door(["https://api.example"], transport=Wire())
    assert shared.is_one_for_all
    assert shared.to({}) is shared.to(SHOP)
    assert not door(Wire()).is_one_for_all


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_a_place_is_filled_once_and_not_again() -> None:
    assert fill("https://{shop}/{a}", {"shop": "{a}", "a": "1"}) == "https://{a}/1"
    assert is_template("{a}")
    with pytest.raises(Abort):
        fill("{unknown}", {})
