"""An amount is refused for its digits exactly where pydantic itself would refuse it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from shared_code.model.digits import Digits

HELD = TypeAdapter[Decimal](Annotated[Decimal, Digits(32, 14)])
PYDANTICS = TypeAdapter[Decimal](Annotated[Decimal, Field(max_digits=32, decimal_places=14)])

AMOUNTS = st.builds(
    lambda sign, digits, exponent: Decimal((sign, digits, exponent)),
    st.integers(0, 1),
    st.lists(st.integers(0, 9), min_size=1, max_size=40).map(tuple),
    st.integers(-45, 45),
)


def outcome(adapter: TypeAdapter[Decimal], value: object) -> object:
    try:
        return adapter.validate_python(value).as_tuple()
    except ValidationError as error:
        return [(each["type"], each["msg"]) for each in error.errors()]


@given(AMOUNTS | st.decimals())
@example(Decimal("1E+31"))
@example(Decimal("1E+32"))
@example(Decimal("0E-15"))
@example(Decimal("0.00000000000001"))
@example(Decimal("-0.000000000000001"))
def test_an_amount_is_held_to_its_digits_as_pydantic_does(amount: Decimal) -> None:
    assert outcome(HELD, amount) == outcome(PYDANTICS, amount)


@pytest.mark.parametrize("value", ["12.50", 12, "", "nought", None, True, "1" * 33, [1]])
def test_what_is_no_amount_is_refused_in_the_same_words(value: object) -> None:
    assert outcome(HELD, value) == outcome(PYDANTICS, value)
