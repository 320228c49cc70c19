"""See what a connector can do, by having it done: the ground of the capability matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.conformance.company import Company, is_deleted
from local.conformance.comparing import amount_at
from shared_code.capabilities import Capability, Deletions
from shared_code.documents import DocumentRequest
from shared_code.errors import CausewayError
from shared_code.spec import Resource

if TYPE_CHECKING:
    from local.conformance.simulator import Truth
    from local.conformance.world import World

SEEDS = range(200, 210)
ENOUGH = 5
"""Records that one kind of edit has to delete; more would look like an accident."""


@dataclass
class Observed:
    """A company whose books were edited in every way, and what became of it."""

    company: Company
    organisation: str
    gone: Mapping[str, set[str]] = field(default_factory=dict)
    """Ids that left the provider's books, by data type."""
    shown: Mapping[str, int] = field(default_factory=dict)
    """After how many syncs all of them were shown as deleted."""
    first: Mapping[str, int] = field(default_factory=dict)
    second: Mapping[str, int] = field(default_factory=dict)
    """Records that the first sync and the one after it read, by resource."""
    files: Mapping[str, tuple[bool, bool]] = field(default_factory=dict)


def observe(world: World, organisation: str) -> Observed:
    """Link a company, read it, let its owner edit everything, and look how that shows."""
    company = world.company(organisation)
    company.sync_first()
    seen = Observed(company, organisation, first=company.read_by("first_link"))
    company.sync()
    seen.second = company.read_by("request")
    seen.files = {each: _files(company, each) for each in world.data_types}
    seen.gone = _delete(world, organisation)
    seen.shown = _shown(company, seen.gone)
    return seen


def capabilities(world: World) -> tuple[Capability, ...]:
    """List what is read, in the order in which it is."""
    return tuple(
        _capability(world, world.observed, data_type)
        for data_type in world.data_types
        if world.observed.company.records(data_type)
    )


def _capability(world: World, seen: Observed, data_type: str) -> Capability:
    feeding = [each for each in world.connector.source.resources if data_type in each.fed]
    attachments, pdf = seen.files[data_type]
    return Capability(
        data_type=data_type,
        incremental=_is_incremental(seen, feeding),
        deletions=_mechanism(seen, feeding, data_type) if data_type in seen.shown else None,
        money=_is_exact(world, seen, data_type),
        attachments=attachments,
        pdf=pdf,
    )


def _is_incremental(seen: Observed, feeding: list[Resource]) -> bool:
    """The second sync read less than there is, since it asked for changes only."""
    # The last record comes again, so that one alone tells nothing.
    telling = [each.name for each in feeding if seen.first.get(each.name, 0) > 1]
    less = [seen.second.get(name, 0) < seen.first[name] for name in telling]
    return bool(less) and all(less)


def _mechanism(seen: Observed, feeding: list[Resource], data_type: str) -> Deletions:
    world = seen.company.world
    telling = [each for each in world.connector.source.resources if data_type in each.deletes]
    if telling:
        return "sweep" if any(each.listed_whole for each in telling) else "feed"
    named = any(
        each.parse(body).deleted for each in feeding for body in seen.company.all_bodies(each.name)
    )
    if named:
        return "page"
    return "record" if seen.shown[data_type] == 1 else "absence"


def _is_exact(world: World, seen: Observed, data_type: str) -> bool:
    """The books tell amounts of this type, and each was read to the cent."""
    truth = world.simulator.truth(seen.organisation).get(data_type, {})
    records = seen.company.live(data_type)
    amounts = [
        amount_at(records.get(source_id, {}), path) == expected
        for source_id, told in truth.items()
        for path, expected in told.items()
    ]
    return bool(amounts) and all(amounts)


def _delete(world: World, organisation: str) -> dict[str, set[str]]:
    """Make all edits, and find what left the books by them."""
    before = world.simulator.truth(organisation)
    for operation in world.simulator.edits():
        _delete_by(world, organisation, operation)
    gone = _lost(before, world.simulator.truth(organisation))
    return {each: ids for each, ids in gone.items() if each in world.data_types}


def _delete_by(world: World, organisation: str, operation: str) -> None:
    """Make an edit several times: what it does to a record may depend on the record."""
    before = world.simulator.truth(organisation)
    for seed in SEEDS:
        world.simulator.edit(organisation, operation, seed)
        lost = _lost(before, world.simulator.truth(organisation))
        if sum(map(len, lost.values())) >= ENOUGH:
            return


def _lost(before: Truth, after: Truth) -> dict[str, set[str]]:
    lost = {each: set(before[each]) - set(after.get(each, {})) for each in before}
    return {each: ids for each, ids in lost.items() if ids}


def _shown(company: Company, gone: Mapping[str, set[str]]) -> dict[str, int]:
    """Sync three times; tell after which one the deletions of each type showed."""
    shown: dict[str, int] = {}
    for sync in (1, 2, 3):
        company.sync()
        for data_type, ids in gone.items():
            records = company.records(data_type)
            if all(is_deleted(records.get(each, {})) for each in ids):
                shown.setdefault(data_type, sync)
    return shown


def _files(company: Company, data_type: str) -> tuple[bool, bool]:
    """Whether a record's attachment, and a record as a PDF, could really be had."""
    documents = company.world.connector.documents
    if documents is None:
        return False, False
    ids = [*company.live(data_type)]
    attached = data_type in documents.attachments and any(
        _attachment(company, data_type, each) for each in ids
    )
    printed = data_type in documents.pdfs and any(_pdf(company, data_type, each) for each in ids)
    return attached, printed


def _attachment(company: Company, data_type: str, record_id: str) -> bool:
    reader = company.world.parts.documents.reader
    asked = DocumentRequest(company.id, company.connection_id, data_type, record_id)
    try:
        for each in reader.attachments(company.caller, asked):
            one = DocumentRequest(company.id, company.connection_id, data_type, record_id, each.id)
            return bool(reader.attachment(company.caller, one).content)
    except CausewayError:
        return False
    return False


def _pdf(company: Company, data_type: str, record_id: str) -> bool:
    reader = company.world.parts.documents.reader
    asked = DocumentRequest(company.id, company.connection_id, data_type, record_id)
    try:
        return reader.pdf(company.caller, asked).content.startswith(b"%PDF-")
    except CausewayError:
        return False
