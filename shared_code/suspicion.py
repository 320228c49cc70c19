"""What makes a sync suspect: pure checks of what it saw, before it is published.

A provider that fails quietly looks like one whose books are empty, cut off or cleared away. What is
suspect is held back: the last good data stays until a later sync looks well, or until somebody says
that it is as it should be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """What looks wrong."""

    NOTHING = "NothingListed"
    CUT_OFF = "ListCutOff"
    COUNT = "CountMismatch"
    DELETIONS = "MassDeletion"
    REJECTS = "ManyRejects"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is still likely. Of a share and a number, the larger is the bound.

    Args:
        unseen_share: Of a list that took several answers: records that may have come and gone
            between two of them, unseen by any count.
    """

    deleted_share: float = 0.25
    deleted_records: int = 20
    rejected_share: float = 0.2
    rejected_records: int = 20
    unseen_share: float = 0.001


LIKELY = Bounds()
"""The platform's own bounds, where no setting says otherwise."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What one of the provider's lists gave.

    Args:
        full: The pass was over all of it, not only over what changed.
        missing: How many more the provider counts than it listed; below nought for fewer.
        answers: How many the pass took.
        before: Its records that are published and not deleted; only asked for where none came.
        cuts: Counts at which the provider is known to cut it off.
    """

    resource: str
    full: bool
    records: int
    missing: int = 0
    answers: int = 1
    before: int = 0
    cuts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What publishing would do to a data type.

    Args:
        published: Records that are published and not deleted.
        vanishing: How many of these would be deleted, or be there no more.
        mapped, rejected: Records of the type that were read, by what became of them.
    """

    published: int = 0
    vanishing: int = 0
    mapped: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One thing that looks wrong: what was seen, against what, and how much would have passed.

    `resource` is the list in question; empty where it is about the data type as a whole.
    """

    kind: Kind
    seen: int
    against: int
    bound: int
    resource: str = ""

    @property
    def sentence(self) -> str:
        """Say it to people."""
        seen, against, bound = f"{self.seen:,}", f"{self.against:,}", f"{self.bound:,}"
        match self.kind:
            case Kind.NOTHING:
                return f"{self.resource} listed nothing where it has {against} published records"
            case Kind.CUT_OFF:
                return (
                    f"{self.resource} ended after exactly {seen} records,"
                    " where the provider is known to cut lists off"
                )
            case Kind.COUNT:
                return (
                    f"{self.resource} listed {seen} records where the provider counts {against},"
                    f" which may differ by {bound}"
                )
            case Kind.DELETIONS:
                return f"{seen} of {against} records would be deleted, where {bound} may"
            case Kind.REJECTS:
                return f"{seen} of {against} records could not be mapped, where {bound} may"

    def to_json(self) -> dict[str, Any]:
        """Give the JSON object that `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        return cls(**{**value, "kind": Kind(value["kind"])})


def judge(lists: Sequence[Listed], changes: Changes, bounds: Bounds) -> list[Suspicion]:
    """Judge what a sync staged of one data type, and the lists it came from."""
    return [
        *(each for listed in lists for each in _of_list(listed, bounds)),
        *_of_type(changes, bounds),
    ]


def in_words(suspicions: Sequence[Suspicion]) -> str:
    """Say why a sync is not published."""
    return f"{'; '.join(each.sentence for each in suspicions)}. The last good data is kept"


def _of_list(listed: Listed, bounds: Bounds) -> Iterator[Suspicion]:
    name, count = listed.resource, listed.records
    if listed.full and not count and listed.before:
        yield Suspicion(Kind.NOTHING, 0, listed.before, 0, name)
    if count and count in listed.cuts:
        yield Suspicion(Kind.CUT_OFF, count, count, 0, name)
    counted = count + listed.missing
    # One answer is of one moment: it has to tally.
    may_differ = int(counted * bounds.unseen_share) if listed.answers > 1 else 0
    if abs(listed.missing) > may_differ:
        yield Suspicion(Kind.COUNT, count, counted, may_differ, name)


def _of_type(changes: Changes, bounds: Bounds) -> Iterator[Suspicion]:
    published, read = changes.published, changes.mapped + changes.rejected
    most = max(bounds.deleted_records, int(published * bounds.deleted_share))
    if changes.vanishing > most:
        yield Suspicion(Kind.DELETIONS, changes.vanishing, published, most)
    most = max(bounds.rejected_records, int(read * bounds.rejected_share))
    if changes.rejected > most:
        yield Suspicion(Kind.REJECTS, changes.rejected, read, most)
