"""What somebody types in is a shop's public name in the declared form, or it is refused."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared_code.connect.auth.facts import HOST, Asked, Fact, FactRefused, host_of, read_asked
from tests.support.strategies import CASES, KEY, SHOP, SITE, Bench, open_bench

OPEN = SITE
ACCOUNT = Asked(
    "account",
    "Account id",
    r"\d{5,10}(-(sb|rp)\d{0,2})?",
    "Such as 1234567 or 1234567_SB1.",
    clean=lambda text: text.strip().lower().replace("_", "-"),
)

INTERNAL = [
    "localhost", "LOCALHOST", "localhost.localdomain", "printer.local", "db.internal", "nas.lan",
    "metadata.google.internal", "1.0.0.127.in-addr.arpa", "shop.home", "router.corp", "a.onion",
    "host.docker.internal", "kubernetes.default.svc.cluster.local", "intranet", "svc",
]  # fmt: skip
ADDRESSES = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0.0.0.0", "0",  # noqa: S104
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "8.8.8.8",
    "[::1]", "::1", "[::ffff:127.0.0.1]", "[fe80::1%25eth0]", "[fd00::1]", "1.2.3.4.5",
]  # fmt: skip
DISGUISED = [
    "shop.example@127.0.0.1", "user:pass@shop.example", "shop.example#@127.0.0.1",
    "shop.example?@evil.example", "shop.example\\@evil.example", "evil.example/shop.example",
    "shop.example:8080", "shop.example:", "shop.example:443", "shop.example.", "shop.example..",
    ".shop.example", "shop..example", "-shop.example", "shop-.example", "shop_.example",
    "http://shop.example", "ftp://shop.example", "javascript:alert(1)", "//shop.example",
    "https://https://shop.example", "https:shop.example", "file:///etc/passwd",
    "shop.example%2f@evil.example", "shop%2eexample", "shop.example%00", "shop.example\x00",
    "shop.example\r\nHost: evil", "shop.example\n", "shop .example", "shop.example evil.example",
    "shop\u3002example", "shop\uff0eexample", "\uff53hop.example", "shop.ex\u0430mple",
    "sh\u00f6p.example", "\u24e2hop.example",
    "shop.example\u200b", "\u202eelpmaxe.pohs", "shop.ex\u00admaple", "127\u30020\u30020\u30021",
    "\u2460\u2461\u2466.0.0.1",
    "{shop}", "{client_secret}.example", "${shop}.example", "*.example",
    "shop.example,evil.example",
    "", " ", ".", "..", "-", "a" * 64 + ".example", "a." * 130 + "example", "x" * 5000,
    "shop.123", "shop.0x7f", "shop", "https://", "https:///",
]  # fmt: skip
# A host is cleaned of blanks around it, so a line's end is no trick there.
HARMLESS = {"shop.example\n"}
HOSTILE = [each for each in INTERNAL + ADDRESSES + DISGUISED if each not in HARMLESS]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("asked", [OPEN, SHOP], ids=["any shop", "one provider's shops"])
def test_a_hostile_host_is_refused_and_not_shown_again(asked: Asked, text: str) -> None:
    with pytest.raises(FactRefused) as refused:
        asked.read({"shop": text})
    assert asked.example in refused.value.public
    assert len(text) < 6 or text not in refused.value.public.replace(asked.example, "")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("acme.myshop.example", "acme.myshop.example"),
        (" https://Acme.MyShop.example/ ", "acme.myshop.example"),
        ("a-1.myshop.example\n", "a-1.myshop.example"),
    ],
)
def test_a_shop_is_taken_however_it_was_copied(text: str, host: str) -> None:
    assert SHOP.read({"shop": text}) == host


@pytest.mark.parametrize(
    "text",
    ["evil.example", "a.myshop.example.evil.example", "myshop.example", "a.b.myshop.example"],
)
def test_a_public_host_that_is_not_the_providers_is_refused(text: str) -> None:
    with pytest.raises(FactRefused):
        SHOP.read({"shop": text})


@given(st.text(max_size=300))
@example("a" * 63 + ".example")
def test_whatever_is_accepted_is_a_plain_name(text: str) -> None:
    try:
        host = OPEN.read({"shop": text})
    except FactRefused:
        return
    assert set(host) <= set(string.ascii_lowercase + string.digits + "-.")
    assert "." in host
    assert not host.endswith(".")


@pytest.mark.parametrize(
    ("typed", "kept"), [("1234567", "1234567"), (" 1234567_SB1 ", "1234567-sb1")]
)
def test_an_account_is_kept_as_hosts_are_named(typed: str, kept: str) -> None:
    assert ACCOUNT.read({"account": typed}) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        "1234567.evil.example",
        "1234567/",
        "1234567@",
        "\uff11" * 6,
    ],
)
def test_an_account_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(FactRefused, match="Such as 1234567"):
        ACCOUNT.read({"account": typed})


@pytest.mark.parametrize("key", ["ck_a\nb", "ck_" + "a" * 1_000_000, "ck_a b", "", "cs_12345"])
def test_a_key_that_could_break_out_of_a_header_is_refused(key: str) -> None:
    with pytest.raises(FactRefused) as refused:
        KEY.read({"key": key})
    assert refused.value.public == "Key: this cannot be right. It begins with ck_."


def test_everything_that_is_wrong_is_said_at_once() -> None:
    facts, problems = read_asked((OPEN, KEY), {"shop": "localhost"})
    assert facts == {}
    assert set(problems) == {"shop", "key"}


@pytest.mark.parametrize(
    "given", [{}, {"realmId": ""}, {"realmId": "4x"}, {"realmId": 4.5}, {"realmId": True}]
)
def test_a_redirect_without_what_it_must_carry_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(FactRefused, match="realmId"):
        Fact("realmId", r"\d+").read(given)


def test_a_number_in_an_answer_is_kept_as_its_digits() -> None:
    assert Fact("realmId", r"\d+").read({"realmId": 42}) == "42"


def test_of_a_fact_only_its_value_is_kept() -> None:
    fact = Fact("store", r"stores/(?P<value>\w+)", source="context")
    assert fact.read({"context": "stores/abc"}) == "abc"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, CASES["shop typed in"]) as opened:
        yield opened


def test_a_host_that_cannot_be_right_is_asked_for_again(shop: Bench) -> None:
    state = shop.begin()
    answer = shop.post(state, {"shop": "169.254.169.254"})
    assert answer.status == 400
    assert "Shop: this cannot be right." in answer.body
    assert 'value="169.254.169.254"' in answer.body
    assert shop.server.hosts == []
    # The attempt is not spent: the user may correct it.
    assert shop.post(state, {"shop": "acme.myshop.example"}).status == 200


def test_keys_that_cannot_be_right_are_not_shown_again(tmp_path: Path) -> None:
    with open_bench(tmp_path, CASES["keys typed in"]) as bench:
        answer = bench.post(
            bench.begin(), {"shop": "shop.example", "key": "ck_é", "secret": "cs_12345"}
        )
        assert answer.status == 400
        assert "cs_12345" not in answer.body
        assert "ck_é" not in answer.body
        assert 'value="shop.example"' in answer.body


def test_keys_that_the_shop_does_not_accept_link_nothing_and_say_so(tmp_path: Path) -> None:
    with open_bench(tmp_path, CASES["keys typed in"]) as bench:
        bench.server.accepts_keys = False
        _, answer = bench.finish()
        assert answer.status == 400
        assert "did not accept what you typed in" in answer.body
        assert bench.rig.connection().status == "PendingAuth"
        assert bench.stored() == []


def test_a_grants_calls_go_to_its_own_host_alone(shop: Bench) -> None:
    shop.link()
    assert set(shop.server.hosts) == {"acme.myshop.example"}
    assert shop.server.shown == ["canary-access-1"]


def test_keys_are_shown_as_user_and_password(tmp_path: Path) -> None:
    with open_bench(tmp_path, CASES["keys typed in"]) as bench:
        bench.link()
        assert bench.server.shown == ["Basic Y2tfY2FuYXJ5OmNzX2NhbmFyeQ=="]


def test_a_bare_key_is_shown_as_it_is(tmp_path: Path) -> None:
    with open_bench(tmp_path, CASES["a bare key typed in"]) as bench:
        bench.link()
        assert bench.server.shown == ["ck_canary"]


@pytest.mark.parametrize("context", ["", "stores/", "stores/../x", "shops/abc", "stores/abc?x"])
def test_a_redirect_with_a_crooked_store_exchanges_nothing(tmp_path: Path, context: str) -> None:
    case = CASES["store in the redirect, no end"]
    with open_bench(tmp_path, replace(case, redirect={"context": context})) as bench:
        _, answer = bench.finish()
        assert answer.status == 400
        assert bench.server.grants == []


def test_another_shop_cannot_take_a_connections_place(shop: Bench) -> None:
    shop.link()
    shop.case = replace(shop.case, typed={"shop": "other.myshop.example"})
    _, answer = shop.finish()
    assert answer.status == 409
    assert shop.rig.connection().tenant_id == "acme.myshop.example"


def test_cleaning_leaves_a_plain_host_alone() -> None:
    assert host_of("shop.example") == "shop.example"
    assert HOST
