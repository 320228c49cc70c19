"""The raw pages of a data type in the order in which they were read, and which of them count.

Only what was published counts: pages of runs whose pull of the type ended well, or was accepted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select, union

from shared_code.store.moments import to_micros
from shared_code.store.records import Dataset, Known, latest_pages
from shared_code.store.records.appearances import PageOf
from shared_code.store.schema import pulls, raw_pages, run_resources, runs, suspicions


class Standing(Enum):
    """How a page stands to the one that brought a record as it is published."""

    EARLIER = auto()
    LATEST = auto()
    LATER = auto()
    """The published mapping made nothing of the record there."""


Place = tuple[int, str, int]
"""Where a list of a run stands in the order of all: when it was asked for, and its turn in it."""

Key = tuple[int, str, int, int]
"""Where a page stands: as its list, by its number."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The pages to replay, oldest first, with the place of every page there ever was."""

    pages: Sequence[Row[Any]]
    published: frozenset[str]
    places: Mapping[tuple[str, str], Place]
    newest: Mapping[str, Place]
    """By list, where the latest pass over all of it stands."""

    def key(self, page: PageOf) -> Key | None:
        """Where a page stands; None for one of a run that nobody knows."""
        run_id, resource, sequence = page
        place = self.places.get((run_id, resource))
        return None if place is None else (*place, sequence)

    def stands(self, here: PageOf, known: Known | None) -> Standing:
        """How a page stands to the latest published one that is known to speak of a record."""
        place = self.key(here) or ()
        if known is None or known.version is None:
            # What readers do not see was gone, too, if the latest pass over all did not show it.
            over_all = self.newest.get(here[1])
            if over_all is not None and place < over_all:
                return Standing.EARLIER
        spoke = [self.key(page) or () for page in self._spoke(known)]
        latest = max(spoke, default=place)
        if place == latest:
            return Standing.LATEST
        return Standing.LATER if place > latest else Standing.EARLIER

    def _spoke(self, known: Known | None) -> Iterator[PageOf]:
        if known is None:
            return
        if known.written is not None:
            yield known.written
        if known.noted is not None and known.noted[0] in self.published:
            yield known.noted


def read_manifest(
    tx: Connection, dataset: Dataset, resources: Collection[str], *, last_pull_id: str | None
) -> Manifest:
    """Find the pages that a re-map of a dataset replays, of the lists that feed it.

    Of a list that is read whole each time, older passes have nothing to say but on records that
    came from them last. What was published after the pull that is named does not count.
    """
    published = frozenset(tx.scalars(published_runs(dataset, last_pull_id)))
    places, full = _places(tx, dataset)
    found = tx.execute(
        select(raw_pages).where(
            dataset.owns(raw_pages),
            raw_pages.c.resource.in_(resources),
            raw_pages.c.run_id.in_(published_runs(dataset, last_pull_id)),
        )
    ).all()
    needed = latest_pages(tx, dataset)
    # The run that accepted a pass has none of its pages.
    full &= {(row.run_id, row.resource) for row in found}
    newest = _newest_full(places, full)
    kept = [
        row
        for row in found
        if page_of(row) in needed
        or places[row.run_id, row.resource] >= newest.get(row.resource, (0, "", 0))
    ]
    kept.sort(key=lambda row: (*places[row.run_id, row.resource], row.sequence))
    return Manifest(kept, published, places, newest)


def published_runs(dataset: Dataset, last_pull_id: str | None = None) -> Select[Any]:
    """Select the ids of runs of which the data type was published, at once or when accepted.

    Up to a pull, if one is named: of one data type, they follow each other.
    """
    mine = and_(dataset.owns(pulls), pulls.c.status == "Complete")
    if last_pull_id is not None:
        last = pulls.alias()
        asked = select(last.c.requested_at).where(
            last.c.company_id == dataset.company_id, last.c.id == last_pull_id
        )
        mine = and_(mine, pulls.c.requested_at <= asked.scalar_subquery())
    accepted = (
        select(suspicions.c.run_id, suspicions.c.pull_id)
        .join(
            pulls,
            and_(
                pulls.c.company_id == suspicions.c.company_id,
                pulls.c.id == suspicions.c.accepted_pull_id,
            ),
        )
        .where(mine)
    )
    of_others = runs_behind(accepted, dataset.company_id)
    both = union(select(pulls.c.run_id).where(mine), of_others).subquery()
    return select(both.c.run_id)


def runs_behind(suspect: Select[Any], company_id: str) -> Select[Any]:
    """Select run ids of suspect pulls, and of those whose acceptance was suspect once more.

    `suspect` selects `run_id` and `pull_id` of suspicions. The pages are those of the first.
    """
    chain = suspect.cte("behind", recursive=True)
    before = select(suspicions.c.run_id, suspicions.c.pull_id).where(
        suspicions.c.company_id == company_id, suspicions.c.accepted_pull_id == chain.c.pull_id
    )
    chain = chain.union(before)
    return select(chain.c.run_id)


def page_of(row: Row[Any]) -> PageOf:
    """Which page a row of the manifest is."""
    return row.run_id, row.resource, row.sequence


def _places(
    tx: Connection, dataset: Dataset
) -> tuple[dict[tuple[str, str], Place], set[tuple[str, str]]]:
    """The place of each list of each run, and which passes were over the whole list."""
    rows = tx.execute(
        select(run_resources, runs.c.requested_at)
        .join(
            runs,
            and_(
                runs.c.company_id == run_resources.c.company_id,
                runs.c.id == run_resources.c.run_id,
            ),
        )
        .where(dataset.owns(run_resources))
    ).all()
    places = {
        (row.run_id, row.resource): (to_micros(row.requested_at), row.run_id, row.position)
        for row in rows
    }
    full = {(row.run_id, row.resource) for row in rows if row.tally and row.tally["full"]}
    return places, full


def _newest_full(
    places: Mapping[tuple[str, str], Place], full: Collection[tuple[str, str]]
) -> dict[str, Place]:
    """By list, where the latest of these passes over all of it stands."""
    newest: dict[str, Place] = {}
    for run_id, resource in full:
        place = places[run_id, resource]
        newest[resource] = max(newest.get(resource, place), place)
    return newest
