"""Seeded chance: the few draws that making a book needs, quick enough for a million records."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A source of seeded draws; the same seed gives the same draws on every machine."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)  # noqa: S311 - reproducible, not secret
        self.share = self._random.random

    def happens(self, probability: float) -> bool:
        """Draw yes or no."""
        return self.share() < probability

    def below(self, limit: int) -> int:
        """Draw a whole number from 0 to `limit` - 1."""
        return int(self.share() * limit)

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both possible."""
        return low + self.below(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """Draw one of the choices."""
        return choices[self.below(len(choices))]

    def sample(self, choices: Sequence[T], count: int) -> list[T]:
        """Draw so many different choices."""
        return self._random.sample(choices, count)

    def uuid(self) -> str:
        """Draw a random (version 4) UUID in its usual text form."""
        bits = self._random.getrandbits(128)
        text = f"{bits & ~(0xF << 76) & ~(0x3 << 62) | 4 << 76 | 2 << 62:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
