"""Values of the kinds that models hold: usual ones mostly, and whatever else is valid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

BEGIN = datetime(2020, 1, 1)  # noqa: DTZ001 - a calendar date

_DAYS = st.integers(0, 3_650).map(lambda days: BEGIN + timedelta(days=days))
_LOCAL = st.integers(0, 3_650 * 86_400).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
_UTC = st.integers(0, 10**14).map(
    lambda micros: BEGIN.replace(tzinfo=UTC) + timedelta(microseconds=micros)
)
_ZONES = st.integers(-56, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
_ABROAD = st.builds(lambda moment, zone: moment.replace(tzinfo=zone), _LOCAL, _ZONES)
_FAR = st.sampled_from([datetime.min, datetime.max, datetime(1970, 1, 1, tzinfo=UTC)])  # noqa: DTZ901

TIMESTAMPS = st.one_of(_DAYS, _LOCAL, _UTC, _ABROAD, _FAR)
"""Calendar dates, local times, moments in UTC and elsewhere; the ends of the calendar."""


def decimals(digits: int) -> st.SearchStrategy[Decimal]:
    """Amounts with cents mostly; others have at most `digits` digits, half of them decimals."""
    places = digits // 2
    return st.one_of(
        _amounts(10**4),
        _amounts(10**6),
        _amounts(10**8),
        st.integers(-(10**digits) + 1, 10**digits - 1).map(lambda n: Decimal(f"{n}e-{places}")),
        st.sampled_from(["0", "-0.0", "0.10", "1E+3", "0.00005", "922337203685478"]).map(Decimal),
    )


def _amounts(cents: int) -> st.SearchStrategy[Decimal]:
    return st.integers(-cents // 10, cents).map(lambda amount: Decimal(f"{amount}e-2"))


_CURRENCIES = st.sampled_from(["GBP", "USD", "EUR", "JPY", "BHD", "XXX"])
_WORDS = st.sampled_from(
    ["Acme", "Öl", "Freight", "consulting", "WIDGETS", "Annual", "licence", "Ltd", "GmbH", "Paper"]
)
_ODD = st.sampled_from(
    [
        "",
        " ",
        "null",
        "TRUE",
        'O\'Brien & "Söhne"',
        "100 % {net} || gross && tax",
        "a_b/c\\d%",
        "İSTANBUL straße ΑΣ",
        "e\u0301 and é",
        "\u202ethgir ot tfel",
        "😀",
        "tab\tline\nend\u2028",
        "\\u0000",
        "'; DROP TABLE companies; --",
        "long " * 500,
    ]
)
# What JSON and both stores keep: neither NUL nor halves of characters.
_ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def texts(name: str, longest: int | None = None) -> st.SearchStrategy[str]:
    """Texts for a field, by its name where that tells."""
    if name.endswith("currency"):
        return _CURRENCIES
    free = st.one_of(_WORDS, st.lists(_WORDS, min_size=1, max_size=4).map(" ".join), _ODD, _ANY)
    return free if longest is None else free.map(lambda text: text[:longest])


# JSON of any shape: what a provider sent.
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        texts("value"),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts("key"), inner, max_size=2),
    max_leaves=3,
)
