"""Any number of records, quickly: some hundred are drawn, the others are made from those.

A copy has an id, dates and amounts of its own, and names other records. Nothing is validated again,
which would take most of the time: moved by days and multiplied, values stay what the model allows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, get_args

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from local.generator.ids import id_of, referred
from local.generator.strategies import records_of
from local.generator.values import BEGIN
from shared_code.model import DATA_TYPES, DataType, Record, Shape, encode
from shared_code.model.banking.account_balance import AccountBalance

TEMPLATES = 300
"""How many records are drawn for the others to be made from."""
_FEWEST = 30
_MOST_DIGITS = 18  # before the point, of what is multiplied
_FIRST_YEAR, _LAST_YEAR = 2000, 2100  # of what is moved


def generated(
    data_type: str, count: int, seed: int = 0, templates: int = TEMPLATES
) -> Iterator[Shape]:
    """Make `count` records of a type (one, where it is one object), the same for the same seed.

    They name the first twentieth of the records of other types, if there are `count` of them too.
    """
    info = DATA_TYPES[DataType(data_type)]
    wanted = min(count, 1) if info.singular else count
    known = max(1, count // 20)
    found = drawn(records_of(data_type, known), min(max(wanted, _FEWEST), templates), seed)
    for number in range(wanted):
        dice = random.Random(f"{seed}/{data_type}/{number}")  # noqa: S311 - made-up books
        yield _copied(found[number % len(found)], _Copy(info.data_type, number, known, dice))


def drawn(strategy: st.SearchStrategy[Shape], count: int, seed: int) -> list[Shape]:
    """Draw about `count` records, the fullest first, the same for the same seed."""
    found: list[Shape] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=max(1, count),
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(record: Shape) -> None:
        found.append(record)

    draw()
    return sorted(found, key=lambda record: len(encode(record)), reverse=True)


@dataclass(frozen=True, slots=True)
class _Copy:
    """Which record a copy becomes."""

    data_type: DataType
    number: int
    known: int
    dice: random.Random

    @property
    def days(self) -> timedelta:
        return timedelta(days=self.number % 1_000)

    @property
    def factor(self) -> int:
        return 1 + self.number % 97

    def other(self, data_type: DataType) -> str:
        """The id of some record of another type."""
        return id_of(data_type, self.dice.randrange(self.known))


def _copied(template: Shape, copy: _Copy) -> Shape:
    changes: dict[str, Any] = {}
    for name, change in _changes(type(template), copy.data_type):
        value = getattr(template, name)
        if value is not None:
            changes[name] = change(value, copy)
    if isinstance(template, AccountBalance):
        changes |= _balance_of(copy)
    return template.model_copy(update=changes)


def _balance_of(copy: _Copy) -> Mapping[str, object]:
    """An account and a day that no other balance has."""
    days, account = divmod(copy.number, copy.known)
    return {
        "account_id": id_of(DataType.BANKING_ACCOUNTS, account),
        "date": BEGIN + timedelta(days=days),
    }


# What a field holds is of any type.
_Change = Callable[[Any, _Copy], Any]


@cache
def _changes(model: type[Shape], data_type: DataType) -> tuple[tuple[str, _Change], ...]:
    """How the fields of a type change from one record to the next."""
    found = {name: _change(model, name, data_type) for name in model.model_fields}
    return tuple((name, change) for name, change in found.items() if change is not None)


def _change(model: type[Shape], name: str, data_type: DataType) -> _Change | None:
    if name == "id" and issubclass(model, Record):
        return lambda _, copy: id_of(data_type, copy.number)
    if other := referred(data_type, model, name):
        return lambda _, copy: copy.other(other)
    annotation = model.model_fields[name].annotation
    arms = (annotation, *get_args(annotation))
    named = next((arm for arm in arms if isinstance(arm, type) and issubclass(arm, Shape)), None)
    if named and "id" in named.model_fields and (target := referred(data_type, named, "id")):
        return lambda ref, copy: ref.model_copy(update={"id": copy.other(target)})
    return _moved


def _moved(value: object, copy: _Copy) -> object:
    """Move a date and multiply an amount; whatever else there is stays."""
    if isinstance(value, datetime) and _FIRST_YEAR <= value.year < _LAST_YEAR:
        return value + copy.days
    if isinstance(value, Decimal) and value.adjusted() < _MOST_DIGITS:
        return value * copy.factor
    return value
