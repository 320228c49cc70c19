"""A provider's own words for the enums of the unified model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

Word = TypeVar("Word", bound=StrEnum)

Unmapped = dict[str, str]
"""The provider's words for what has no unified one, by the unified property's name."""


@dataclass(frozen=True, slots=True)
class Vocabulary(Generic[Word]):
    """What a provider's words mean in an enum that has `Unknown`, whatever their case."""

    property: str
    """The unified property, as `Unmapped` names it."""
    words: Mapping[Word, tuple[str, ...]]
    """The provider's words for each of ours."""
    _meanings: Mapping[str, Word] = field(init=False)
    _unknown: Word = field(init=False)

    def __post_init__(self) -> None:
        """Make the words ready to be found in any case."""
        meanings = {word.upper(): ours for ours, theirs in self.words.items() for word in theirs}
        object.__setattr__(self, "_meanings", meanings)
        object.__setattr__(self, "_unknown", type(next(iter(self.words)))("Unknown"))

    def translate(self, word: str | None, unmapped: Unmapped) -> Word:
        """Give the unified word; note one that is not listed as unmapped."""
        if word is None:
            return self._unknown
        found = self._meanings.get(word.upper())
        if found is None:
            unmapped[self.property] = word
            return self._unknown
        return found


def in_use(kind: type[Word], *, archived: tuple[str, ...]) -> Vocabulary[Word]:
    """Say whether something is in use, which is `active`, in an enum of Active and Archived."""
    return Vocabulary("status", {kind("Active"): ("active",), kind("Archived"): archived})
