"""What all unified types share: their base classes and the types of their values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from shared_code.model.digits import Digits


class Kind(StrEnum):
    """What a property holds, as far as comparing and sorting it goes."""

    TEXT = "text"
    MONEY = "money"
    NUMBER = "number"
    DATETIME = "datetime"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Promoted:
    """A property that the store keeps in a column of its own, since people filter and sort by it.

    Money is kept as a 64-bit integer, scaled by `MONEY_SCALE`. A value that does not fit (more
    than four decimals, or beyond 922 trillion) leaves the column empty and is compared in the
    record's JSON instead: `scaled_money` decides, so that no column ever holds a rounded one.
    """

    path: str
    kind: Kind


MONEY_SCALE = 10_000
"""No currency has more than four decimals; sums up to 922,337,203,685,477 still fit."""

_INT64 = 2**63
_LONGEST = 40


def scaled_money(amount: Decimal | None) -> int | None:
    """Give the exact scaled integer, or None where it would lose something."""
    if amount is None or not -_LONGEST < amount.adjusted() < _LONGEST:
        return None
    numerator, denominator = amount.as_integer_ratio()
    whole, rest = divmod(numerator * MONEY_SCALE, denominator)
    return whole if not rest and -_INT64 <= whole < _INT64 else None


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment lies outside the calendar") from None


_AS_A_NUMBER = WithJsonSchema({"type": "number", "format": "decimal"})

Money = Annotated[Decimal, Digits(40, 20), Kind.MONEY, _AS_A_NUMBER]
"""An amount in the precision of its source."""

Number = Annotated[Decimal, Digits(40, 20), Kind.NUMBER, _AS_A_NUMBER]
"""A quantity, a rate or a percentage (0 to 100) in the precision of its source."""

Timestamp = Annotated[datetime, AfterValidator(_utc)]
"""Aware and UTC; or naive, for a calendar date (at midnight) or the business's local time."""


class Shape(BaseModel):
    """An immutable JSON object: snake_case in Python, camelCase on the wire."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        # A limit also makes pydantic look into texts, and refuse those that have no UTF-8 form.
        str_max_length=1_000_000,
    )


class Metadata(Shape):
    """What the platform knows about a record beyond its content."""

    is_deleted: bool = Field(
        default=False, description="Whether it is gone from the source; it stays readable here."
    )


class SupplementalData(Shape):
    """Values beyond the unified model, by configuration name and property name.

    `unmapped` is the one name that the platform uses itself.
    """

    UNMAPPED: ClassVar[str] = "unmapped"

    # The inner values are the provider's own JSON.
    content: dict[str, dict[str, Any]] | None = None

    @classmethod
    def of_unmapped(cls, raw: dict[str, str]) -> SupplementalData | None:
        """Keep the source's own words for the enums that became `Unknown`; None if there are none.

        `raw` goes by the unified property's name, such as `status`.
        """
        return cls(content={cls.UNMAPPED: dict(raw)}) if raw else None


SINGULAR_ID = "single"
"""The source id of a type that is one object, such as company info."""


class Dated(Shape):
    """One of what a data type consists of, with the moments at which it changed.

    `modified_date` belongs to the generation in which a version was published, so mappings leave it
    out and the reader fills it in.
    """

    promoted: ClassVar[tuple[Promoted, ...]] = ()

    modified_date: Timestamp | None = Field(default=None, description="When it last changed here.")
    source_modified_date: Timestamp | None = Field(
        default=None, description="When it last changed at the source."
    )

    @property
    def source_id(self) -> str:
        """What tells it from the others of its data type."""
        return SINGULAR_ID


class Record(Dated):
    """One record of a data type; `id` is the source's own, of any form."""

    id: str = Field(description="The source's own id, of any form.")

    @property
    def source_id(self) -> str:
        """The source's own id."""
        return self.id


class AccountingRecord(Record):
    """A record that can be deleted at the source and stay readable here."""

    metadata: Metadata = Metadata()


class SupplementedRecord(AccountingRecord):
    """An accounting record that may carry values beyond the unified model."""

    supplemental_data: SupplementalData | None = None


def promoted(*columns: tuple[str, Kind]) -> tuple[Promoted, ...]:
    """List a type's own promoted properties; its id and its dates are kept for every type."""
    return tuple(Promoted(path, kind) for path, kind in columns)
