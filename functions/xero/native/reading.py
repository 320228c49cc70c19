"""How Xero's pages are read: the envelope, dates, texts and numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, model_validator

from shared_code.fetch.decoding import decode_json
from shared_code.mapping import reading

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS_DATE = re.compile(r"/Date\((-?\d{1,16})(?:[+-]\d{4})?\)/")
_ACRONYMS = frozenset({"id", "utc", "cis", "cogs"})


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page's records as decoded JSON; `total` where Xero counts them."""

    records: list[dict[str, Any]]
    total: int | None = None


def parse_page(body: bytes, collection: str) -> RawPage:
    """Decode a response whose records lie under `collection`, such as `Invoices`.

    Numbers with a point become Decimals. An organisation also gets the page's `DateTimeUTC`, by
    which its financial year is known; a tracking category is followed by its options. Raises
    ValueError for anything that is not such a page.
    """
    page = _decode(body)
    records = reading.rows_in(page, collection)
    if collection == "Organisations":
        records = [{"DateTimeUTC": page.get("DateTimeUTC"), **each} for each in records]
    elif collection == "TrackingCategories":
        records = [each for record in records for each in _with_options(record)]
    counted = page.get("pagination")
    total = counted.get("itemCount") if isinstance(counted, dict) else None
    return RawPage(records, total if isinstance(total, int) else None)


def _with_options(category: dict[str, Any]) -> list[dict[str, Any]]:
    """A category and its options, which name it as their parent; both go by an `ID`."""
    parent = category.get("TrackingCategoryID")
    told = category.get("Options")
    options = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    leaves = [{"ID": each.get("TrackingOptionID"), "ParentID": parent, **each} for each in options]
    return [{"ID": parent, "HasOptions": bool(leaves), **category}, *leaves]


def _decode(body: bytes) -> dict[str, Any]:
    """Decode a JSON object; anything else has nothing in it."""
    decoded = decode_json(body)
    return decoded if isinstance(decoded, dict) else {}


def to_instant(written: object) -> datetime | None:
    """Read an instant: Xero's form, or ISO 8601, which is UTC where it names no zone."""
    if written is None or written == "":
        return None
    if isinstance(written, datetime):
        return written
    if not isinstance(written, str):
        raise ValueError("expected a date as text")  # noqa: TRY004 - pydantic reports no TypeError
    return _moment(written)


@lru_cache(maxsize=8_192)
def _moment(written: str) -> datetime:
    """Read a text; a page tells the same days again and again."""
    try:
        if match := _MS_DATE.fullmatch(written):
            return _EPOCH + timedelta(milliseconds=int(match[1]))
        moment = datetime.fromisoformat(written)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment lies outside the calendar") from None


def _to_day(written: object) -> date | None:
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    moment = to_instant(written)
    return moment.date() if moment else None


def _wire_name(name: str) -> str:
    return "".join(
        part.upper() if part in _ACRONYMS else part.capitalize() for part in name.split("_")
    )


Text = reading.Text
Amount = reading.Amount
Day = Annotated[date | None, BeforeValidator(_to_day)]
Instant = Annotated[datetime | None, BeforeValidator(to_instant)]


class Native(reading.Native):
    """An object of Xero's."""

    model_config = ConfigDict(
        alias_generator=_wire_name, validate_by_name=True, validate_by_alias=True
    )


class Deletable(Native):
    """An object of Xero's that is kept once it is deleted, with a status that says so."""

    status: Text = None

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted."""
        return self.status == "DELETED"


class Sparse(Native):
    """An object in which null and an empty text are as good as nothing.

    So a field may go by one of several names, and is what is told under the first of them.
    """

    @model_validator(mode="before")
    @classmethod
    def _told(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None and value != ""}
