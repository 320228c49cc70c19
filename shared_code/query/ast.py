"""The syntax tree of a query: clauses joined by `&&` (every) and `||` (some)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

Leaf = TypeVar("Leaf")


class Operator(StrEnum):
    """How a clause compares."""

    EQUAL = "="
    NOT_EQUAL = "!="
    CONTAINS = "~"
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison as it was written; `position` counts its characters from 1."""

    path: str
    operator: Operator
    value: str
    position: int


@dataclass(frozen=True, slots=True)
class Every(Generic[Leaf]):
    """All parts hold; true where there are none."""

    parts: tuple[Leaf | Every[Leaf] | Some[Leaf], ...]


@dataclass(frozen=True, slots=True)
class Some(Generic[Leaf]):
    """At least one part holds."""

    parts: tuple[Leaf | Every[Leaf] | Some[Leaf], ...]


Query: TypeAlias = Clause | Every[Clause] | Some[Clause]

EVERYTHING: Every[Clause] = Every(())
"""What a blank query asks for."""
