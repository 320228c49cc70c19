"""Hold what a run reads against the provider's own figures: what to ask for, what to keep of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, update

from shared_code.fetch.paging import Cursor, Each, about, asked_about, is_about
from shared_code.figures import Figure
from shared_code.model import DATA_TYPES, decode
from shared_code.reports.open_items import Document
from shared_code.reports.owed import differing, open_documents
from shared_code.spec import Resource
from shared_code.store.records import coming
from shared_code.store.schema import run_resources
from shared_code.sync.figures import figures_of
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.reading import Reading, dataset_of, row_of
from shared_code.sync.runs import Held

MOST_CONTACTS = 5
"""About how many contacts that differ a provider is asked, for each side: a call each."""


def where_to_begin(pipeline: Pipeline, reading: Reading) -> Cursor:
    """The cursor to go on from; nothing is asked for that would be held against nothing."""
    resource = reading.resource
    cursor: Cursor = reading.row.cursor
    wanted = reading.checks or resource.data_types or pipeline.source.looks_up(resource)
    if resource.checks and not wanted:
        return {"done": True}
    if isinstance(resource.paging, Each) and not is_about(cursor):
        kinds = [check.explains for check in reading.checks]
        with pipeline.db.read() as tx:
            ids = [each for kind in kinds for each in _differing(tx, reading.held, kind)]
        return about(cursor, ids)
    return cursor


def told_of(
    reading: Reading, figures: Mapping[str, Sequence[Figure]], cursor: Cursor
) -> Mapping[str, Sequence[Figure]]:
    """What a page says of the books, by kind, and of whom; `cursor` asked for it."""
    paging = reading.resource.paging
    contact = asked_about(cursor) if isinstance(paging, Each) else None
    return {kind: [each.of(contact) for each in said] for kind, said in figures.items()}


def _differing(tx: Connection, held: Held, kind: str) -> list[str]:
    """The contacts of whom the run's records say something else than the provider does."""
    told = figures_of(tx, held, kind)
    if told is None:
        return []
    theirs, read_at = told
    return differing(_documents(tx, held, kind), theirs, read_at.date())[:MOST_CONTACTS]


def _documents(tx: Connection, held: Held, kind: str) -> Iterator[Document]:
    """What will be open once the run is published."""
    for data_type, where in open_documents(kind).items():
        for doc in coming(tx, dataset_of(held, data_type), where):
            document = DATA_TYPES[data_type].model.model_validate(decode(doc))
            if isinstance(document, Document):
                yield document


def end_reading(tx: Connection, held: Held, resource: Resource) -> None:
    """Note that there is nothing to ask for."""
    tx.execute(
        update(run_resources)
        .where(*row_of(held, resource.name))
        .values(state="read", cursor={"done": True})
    )
