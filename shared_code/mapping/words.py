"""A provider's own words for the enums of the unified model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Word = TypeVar("Word", bound=StrEnum)

Unmapped = dict[str, str]
"""The provider's words for what has no unified one, by the unified property's name."""


@dataclass(frozen=True, slots=True)
class Vocabulary(Generic[Word]):
    """What a provider's words mean in an enum, whatever their case."""

    property: str
    """The unified property, as `Unmapped` names it."""
    words: Mapping[str, Word]
    unknown: Word

    def __post_init__(self) -> None:
        """Make them ready to be found in any case."""
        upper = {word.upper(): meaning for word, meaning in self.words.items()}
        object.__setattr__(self, "words", upper)

    def translate(self, word: str | None, unmapped: Unmapped) -> Word:
        """Give the unified word; note one that is not listed as unmapped."""
        if word is None:
            return self.unknown
        found = self.words.get(word.upper())
        if found is None:
            unmapped[self.property] = word
            return self.unknown
        return found
