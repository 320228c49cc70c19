"""Tie-out: accounts by our records beside the provider's word."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared_code.figures import Figure
from shared_code.reports.tie_out import Chart, Sums, banked, compare, posted

CHART = Chart({"sales": "Income", "bank": "Asset"}, date(2026, 4, 1))
DAY = date(2026, 11, 24)


def entry(on: str, *, deleted: bool = False, **amounts: str) -> dict[str, Any]:
    lines = [
        {"accountRef": {"id": account}, "netAmount": Decimal(amount)}
        for account, amount in amounts.items()
    ]
    return {
        "postedOn": f"{on}T00:00:00",
        "journalLines": lines,
        "metadata": {"isDeleted": deleted},
    }


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-11-24", {"bank": 5, "sales": -5}),
        ("2026-11-25", {}),
        ("2026-04-01", {"bank": 5, "sales": -5}),
        ("2026-03-31", {"bank": 5, "": -5}),
    ],
)
def test_income_counts_from_the_beginning_of_the_year(on: str, expected: dict[str, int]) -> None:
    assert posted([entry(on, bank="5", sales="-5")], DAY, CHART).amounts == expected


def test_a_year_begins_on_the_day_that_some_year_began_on() -> None:
    early = [entry("2026-03-31", sales="-5")]
    assert posted(early, date(2026, 3, 31), CHART).amounts == {"sales": -5}
    assert posted(early, date(2026, 4, 1), CHART).amounts == {"": -5}
    assert posted(early, DAY, Chart(CHART.types, None)).amounts == {"sales": -5}


def test_a_deleted_entry_posts_nothing() -> None:
    assert posted([entry("2026-11-24", deleted=True, bank="5")], DAY, CHART).amounts == {}


def test_each_movement_counts_to_the_cent_at_its_own_rate() -> None:
    movement = {
        "bankAccountRef": {"id": "euro"},
        "date": "2026-11-24T00:00:00",
        "totalAmount": Decimal("10.00"),
        "currencyRate": Decimal("0.8333333"),
        "metadata": {"isDeleted": False},
    }
    later = movement | {"date": "2026-11-25T00:00:00"}
    gone = movement | {"metadata": {"isDeleted": True}}
    assert banked([movement, movement, later, gone], DAY).amounts == {"euro": Decimal("16.66")}


def test_a_movement_without_a_rate_is_left_out_and_its_account_says_so() -> None:
    movement = {
        "bankAccountRef": {"id": "usd"},
        "date": "2026-11-24T00:00:00",
        "currency": "USD",
        "totalAmount": Decimal("125.00"),
        "metadata": {"isDeleted": False},
    }
    rated = movement | {"currencyRate": Decimal("0.5")}
    nothing = movement | {"bankAccountRef": {"id": "euro"}, "totalAmount": Decimal("0.00")}
    untold = nothing | {"bankAccountRef": {"id": "home"}, "totalAmount": Decimal("3.00")}
    del untold["currency"]
    ours = banked([movement, rated, nothing, untold], DAY)
    assert ours.amounts == {"usd": Decimal("62.50"), "euro": Decimal(0), "home": Decimal(3)}
    theirs = [
        Figure("usd", "Dollars", Decimal("162.50")),
        Figure("euro", "Euros", Decimal(1)),
        Figure("home", "Home", Decimal(3)),
    ]
    dollars, euros, home = compare(ours, theirs, "1 was rejected")
    assert (dollars.difference, dollars.reason) == (
        Decimal("-100.00"),
        "1 of its movements in another currency tell no rate",
    )
    assert euros.reason == "1 was rejected"
    assert not home.difference


def test_accounts_that_differ_come_first_and_have_the_reason() -> None:
    theirs = [Figure("a", "Bank", Decimal("5.00")), Figure("b", "Sales", Decimal("-5.00"))]
    first, second = compare(Sums({"a": Decimal(5), "b": Decimal(-4)}), theirs, "1 was rejected")
    assert (first.name, first.ours, first.theirs) == ("Sales", Decimal("-4.00"), Decimal("-5.00"))
    assert (first.difference, first.reason) == (Decimal("1.00"), "1 was rejected")
    assert (second.name, second.difference, second.reason) == ("Bank", Decimal(0), None)


def test_what_one_side_lacks_is_a_difference() -> None:
    (lacking,) = compare(Sums({}), [Figure("a", "Bank", Decimal("5.00"))], None)
    assert (lacking.ours, lacking.difference) == (Decimal(0), Decimal("-5.00"))
    (surplus,) = compare(Sums({"x": Decimal(7)}), [], None)
    assert (surplus.account_id, surplus.theirs, surplus.difference) == ("x", None, Decimal(7))


def test_earnings_of_earlier_years_are_in_the_account_that_takes_them() -> None:
    retained = Figure("r", "Retained Earnings", Decimal("-9.00"), takes_earnings=True)
    (tied,) = compare(Sums({"": Decimal(-7), "r": Decimal(-2)}), [retained], None)
    assert tied.difference == 0
    (alone,) = compare(Sums({"": Decimal(-7)}), [], None)
    assert (alone.name, alone.difference) == ("Earnings of earlier years", Decimal(-7))
