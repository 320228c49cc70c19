"""What the store alone needs for a page: its two statements, written by hand for the driver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import psycopg

from shared_code.store.sqlite import sqlite3
from tools.bench_reads.books import Books
from tools.bench_reads.figures import median
from tools.bench_reads.stores import Store

Run = Callable[[str, Sequence[object]], list[Any]]

GENERATION = """
    SELECT generation, record_count FROM datasets
    WHERE company_id = ? AND connection_id = ? AND data_type = 'invoices'"""
UNPAID_NEWEST_FIRST = """
    SELECT record.doc, generations.published_at
    FROM (
        SELECT source_id, gen_from, issue_date FROM records_invoices
        WHERE owner = ? AND gen_to IS NULL
            AND amount_due > 0 AND status <> 'Paid'
        ORDER BY issue_date DESC, source_id DESC LIMIT 100
    ) AS page
    JOIN records_invoices AS record
        ON record.owner = ?
        AND record.source_id = page.source_id AND record.gen_from = page.gen_from
    JOIN generations
        ON generations.company_id = ? AND generations.connection_id = ?
        AND generations.data_type = 'invoices' AND generations.generation = page.gen_from
    ORDER BY page.issue_date DESC, page.source_id DESC"""


def bare_page(store: Store, books: Books, times: int) -> float:
    """Milliseconds for the generation and the page of `reads.UNPAID`, documents as text."""
    owner = (books.connection.company_id, books.connection.id)

    def page(run: Run) -> None:
        run(GENERATION, owner)
        mark = books.invoices.owner
        if len(run(UNPAID_NEWEST_FIRST, (mark, mark, *owner))) != 100:
            raise LookupError("the page is not full")

    if store.db.is_sqlite:
        with closing(sqlite3.connect(store.url.removeprefix("sqlite:///"))) as lite:
            return median(
                lambda: page(lambda sql, values: lite.execute(sql, values).fetchall()), times
            )
    with psycopg.connect(store.url.replace("+psycopg", "")) as postgres:
        return median(lambda: page(_on_postgres(postgres)), times)


def _on_sqlite(connection: sqlite3.Connection) -> Run:
    return lambda sql, values: connection.execute(sql, values).fetchall()


def _on_postgres(connection: psycopg.Connection[Any]) -> Run:
    def run(sql: str, values: Sequence[object]) -> list[Any]:
        written = sql.replace("?", "%s").replace("record.doc", "record.doc::text")
        return connection.execute(written.encode(), values).fetchall()

    return run
