"""What becomes of a page's records when they are mapped again: pure, and the same for dry runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from shared_code.errors import Reject
from shared_code.fetch.paging import Key
from shared_code.mapping.page import map_page
from shared_code.model import decode, encode
from shared_code.remap.manifest import Standing
from shared_code.spec import Feed, Lookups, Native
from shared_code.store.records import Known, RecordIn, record_in

MOST_PROPERTIES = 10
"""Changed properties that are shown of a record."""

MOST_TEXT = 500
"""Characters that are shown of a value."""


class Kind(StrEnum):
    """What becomes of a record."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    GONE = "gone"
    WITHDRAWN = "withdrawn"
    """What readers do not see: an earlier page may have brought it, and this one takes it back."""


@dataclass(frozen=True, slots=True)
class Again:
    """A record mapped again: into another, into none of this type, or refused with a reason."""

    source_id: str
    record: RecordIn | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one record, and what is known of it."""

    kind: Kind
    again: Again
    known: Known | None
    later: bool = False
    """Readers see the record as an earlier page brought it, which is where it is counted."""

    @property
    def is_shown(self) -> bool:
        """Whether readers see the record today; else more than one page may bring it."""
        return _version(self.known) is not None

    @property
    def was_alive(self) -> bool:
        """Whether readers see the record today, and not as deleted."""
        return _is_alive(self.known)

    @property
    def vanishes(self) -> bool:
        """Whether readers see it no more, or as deleted."""
        record = self.again.record
        deleted = self.kind is Kind.CHANGED and record is not None and record.is_deleted
        return self.was_alive and (self.kind is Kind.GONE or deleted)

    def detail(self) -> dict[str, Any]:
        """Say more, for people; values are JSON texts, cut where they are long."""
        if self.kind is Kind.REJECTED:
            return {"reason": self.again.reason}
        version = _version(self.known)
        if self.kind is not Kind.CHANGED or version is None or self.again.record is None:
            return {}
        before, after = decode(version.doc), decode(self.again.record.doc)
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return {
            "changes": [
                {"property": name, **_shown("before", before, name), **_shown("after", after, name)}
                for name in changed[:MOST_PROPERTIES]
            ]
        }


def map_again(
    feed: Feed, records: Sequence[tuple[Key, Native]], lookups: Lookups
) -> Mapping[str, Again]:
    """Map a page's records by their ids; what comes twice counts as it came last."""
    found: dict[str, Again] = {}
    for key, native in records:
        mapped = map_page(feed, [(key, native)], lookups)
        again = Again(key.id)
        if mapped.rejects:
            again = Again(key.id, reason=mapped.rejects[0][1])
        elif mapped.records:
            again = _fit(key.id, lambda: record_in(mapped.records[0][1]))  # noqa: B023 - called at once
        found[again.source_id] = again
    return found


def outcomes(
    again: Iterable[Again],
    known: Mapping[str, Known],
    *,
    stands: Callable[[Known | None], Standing],
    deleted: Collection[str],
) -> Iterator[Outcome]:
    """Say what becomes of those records of which no later page has spoken.

    `deleted` are the ids that the page itself names as gone: of these, what readers see alive was
    there again.
    """
    for each in again:
        about = known.get(each.source_id)
        standing = stands(about)
        ended = each.source_id in deleted and not _is_alive(about)
        kind = None if ended or standing is Standing.EARLIER else _kind(each, about)
        if kind is not None:
            later = standing is Standing.LATER and _version(about) is not None
            yield Outcome(kind, each, about, later)
    for source_id in deleted:
        about = known.get(source_id)
        if _version(about) is None:
            yield Outcome(Kind.WITHDRAWN, Again(source_id), about)


def _version(known: Known | None) -> Row[Any] | None:
    return known.version if known else None


def _is_alive(known: Known | None) -> bool:
    version = _version(known)
    return version is not None and not version.is_deleted


def _kind(again: Again, known: Known | None) -> Kind | None:
    version = _version(known)
    if again.reason:
        return Kind.REJECTED
    if again.record is None and version is None:
        return Kind.WITHDRAWN
    if again.record is None:
        return Kind.GONE if _is_alive(known) else None
    if version is None:
        return Kind.ADDED
    same = version.content_hash == again.record.content_hash
    return Kind.UNCHANGED if same else Kind.CHANGED


def _fit(source_id: str, make: Callable[[], RecordIn]) -> Again:
    try:
        record = make()
    except Reject as refusal:
        return Again(source_id, reason=refusal.public)
    return Again(record.source_id, record)


def _shown(side: str, record: Mapping[str, Any], name: str) -> dict[str, str]:
    return {side: encode(record[name]).decode()[:MOST_TEXT]} if name in record else {}
