"""How a mapping gets its record: validated first, and whatever is wrong with it is a `Reject`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import wraps
from typing import Generic, TypeVar

from pydantic import ValidationError

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from shared_code.errors import Reject
from shared_code.model import Shape

N = TypeVar("N", bound=native.Native)
U = TypeVar("U", bound=Shape | None)
Word = TypeVar("Word", bound=StrEnum)

Unmapped = dict[str, str]
"""The source's own words for what has no unified one, by property."""


@dataclass(frozen=True, slots=True)
class Vocabulary(Generic[Word]):
    """Xero's words (in upper case) for an enum of the unified model."""

    property: str
    words: Mapping[str, Word]
    unknown: Word

    def translate(self, word: str | None, unmapped: Unmapped) -> Word:
        """Give the unified word; note one that is not listed as unmapped."""
        if word is None:
            return self.unknown
        found = self.words.get(word.upper())
        if found is None:
            unmapped[self.property] = word
            return self.unknown
        return found


def reads(
    model: type[N],
) -> Callable[[Callable[[N, Lookups], U]], Callable[[native.Record, Lookups], U]]:
    """Let a mapping take records as they come: `Reject` names the fields that are wrong."""

    def decorate(mapping: Callable[[N, Lookups], U]) -> Callable[[native.Record, Lookups], U]:
        @wraps(mapping)
        def read(record: native.Record, lookups: Lookups) -> U:
            try:
                return mapping(model.model_validate(record), lookups)
            except ValidationError as error:
                raise Reject(_reason(model.__name__, error)) from None

        return read

    return decorate


def leniently(model: type[N]) -> Callable[[native.Record], native.Record]:
    """Read a record that feeds several types; what cannot be read is for their mappings to say."""

    def read(record: native.Record) -> native.Record:
        try:
            return model.model_validate(record)
        except ValidationError:
            return record

    return read


def midnight(day: date | None) -> datetime | None:
    """Give a calendar date as the unified model writes it: without a zone."""
    return datetime.combine(day, datetime.min.time()) if day else None


def _reason(name: str, error: ValidationError) -> str:
    # Without the values: a reason is shown to people who may not see the books.
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    listed = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems[:5])
    return f"{name} cannot be read: {'; '.join(listed)}"
