"""Two readers of one body never see two amounts, and no body brings a reader down."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_code.fetch.decoding import MAX_DEPTH, MAX_EXPONENT, decode_json

# NULs and halves of surrogate pairs, which no store keeps, have tests of their own.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)


@given(amounts)
def test_a_number_keeps_its_digits(amount: Decimal) -> None:
    written = f"{amount:f}"
    read = decode_json(b'{"total": %s}' % written.encode())["total"]
    assert str(read) == written or read == amount


def test_a_cent_that_a_float_would_lose_is_kept() -> None:
    body = b"[0.1, 12345678901234567.89, 123456789012345678901234567890, 1e2]"
    assert decode_json(body) == [
        Decimal("0.1"),
        Decimal("12345678901234567.89"),
        123456789012345678901234567890,
        Decimal(100),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b'{"total": NaN}',
        b'{"total": Infinity}',
        b'{"total": -Infinity}',
        b'{"total": 1e400}',
        b'{"total": 1e-400}',
        b'{"total": 1e99999999999999999999}',
        b'{"total": %s}' % (b"9" * 5_000),
        b'{"total": 1, "total": 2}',
        rb'{"total": 1, "total\u0000": 2}',
        b'[{"lines": [{"a": 1, "a": 1}]}]',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"[" * 200_000,
        b'{"total": 12.',
        b'{"total": 12.5}garbage',
        b"<html>Log in</html>",
        b"",
        b'"\xff\xfe\xfa"',
        b'{"total": 0.%s}' % (b"1" * 2_000),
        b"[0e400]",
        b"[0e-99999999999]",
        '{"total": 1}'.encode("utf-16"),
    ],
    ids=range(22),
)
def test_what_could_be_read_in_two_ways_or_not_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is the one error promised
        decode_json(body)


@given(st.lists(st.tuples(*2 * [st.text(st.sampled_from('":\\{}[]ab'), max_size=4)])))
def test_a_name_that_stands_twice_is_seen_whatever_the_texts_hold(
    pairs: list[tuple[str, str]],
) -> None:
    written = ",".join(f"{json.dumps(name)} : {json.dumps(text)}" for name, text in pairs)
    body = b'[{"within": {%s}}]' % written.encode()
    if len(dict(pairs)) == len(pairs):
        assert decode_json(body) == [{"within": dict(pairs)}]
    else:
        with pytest.raises(ValueError, match="twice"):
            decode_json(body)


def test_the_bounds_are_where_they_are_said_to_be() -> None:
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert decode_json(deep)
    assert decode_json(b"1e%d" % MAX_EXPONENT) == Decimal(10) ** MAX_EXPONENT
    with pytest.raises(ValueError, match="deep"):
        decode_json(b"[" + deep + b"]")
    with pytest.raises(ValueError, match="bounds"):
        decode_json(b"1e%d" % (MAX_EXPONENT + 1))


@pytest.mark.parametrize(
    "text",
    [b"[[[[", b"{{", rb"\"[", rb"\\", rb"\\\"[[", rb"]\u0022[", rb"\/[", b"}] {["],
    ids=range(8),
)
def test_brackets_and_quotes_within_texts_are_no_nesting(text: bytes) -> None:
    most = MAX_DEPTH - 1
    deep = b"[" * most + b'{"%s": "%s"}' % (text, text * 3) + b"]" * most
    assert decode_json(deep)
    with pytest.raises(ValueError, match="deep"):
        decode_json(b"[" + deep + b"]")


@given(st.recursive(st.text(max_size=6), st.lists, max_leaves=30))
def test_the_depth_is_that_of_what_was_read(value: object) -> None:
    def depth(node: object) -> int:
        return 1 + max(map(depth, node), default=0) if isinstance(node, list) else 0

    outer = MAX_DEPTH - depth(value)
    body = json.dumps(value).encode()
    assert decode_json(b"[" * outer + body + b"]" * outer)
    with pytest.raises(ValueError, match="deep"):
        decode_json(b"[" * (outer + 1) + body + b"]" * (outer + 1))


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_what_no_store_keeps_is_taken_out_wherever_it_is() -> None:
    body = rb'{"a\u0000": ["x\u0000y", "\ud83d\ude00", "\ud83d"]}'
    assert decode_json(body) == {"a": ["xy", "\U0001f600", "\ufffd"]}


@pytest.mark.parametrize("end", range(0, 60, 3))
def test_a_page_cut_anywhere_is_no_page(end: int) -> None:
    body = b'{"Invoices": [{"Total": 12.50, "Lines": [{"Amount": 1.25}]}]}'
    with pytest.raises(ValueError, match=r".+"):
        decode_json(body[:end])


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=200)
def test_no_body_raises_anything_but_value_error(body: bytes) -> None:
    try:
        decode_json(body)
    except ValueError:
        return


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXT,
        lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
        max_leaves=20,
    )
)
def test_what_json_means_is_what_is_read(value: object) -> None:
    assert decode_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'"a\xed\xa0\xbdb"', "a\ufffdb"),
        (b'"\xed\xa0\xbd\xed\xb8\x80"', "\U0001f600"),
        (b'"\xed\x9f\xbf"', "\ud7ff"),
    ],
)
def test_halves_of_surrogate_pairs_may_be_bytes_as_well(text: bytes, value: str) -> None:
    assert decode_json(text) == value
    assert decode_json(b'{"names": [' + text + b"]}") == {"names": [value]}
    assert decode_json(b"{" + text + b": 1}") == {value: 1}


@given(st.text(st.characters()), st.booleans())
def test_whatever_text_comes_a_store_keeps_it(text: str, escaped: bool) -> None:  # noqa: FBT001
    body = json.dumps([text], ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    (kept,) = decode_json(body)
    assert kept.encode().decode() == kept
    assert "\0" not in kept
