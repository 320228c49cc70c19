"""What a run looks up by ids is found by the key, though PostgreSQL has no statistics yet."""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import event

from shared_code.store.records import (
    count_pass,
    delete_named,
    note_sightings,
    record_in,
    tombstone_absent,
    write,
)
from tests.support.postgres import PostgresServer
from tests.support.records import ORIGIN, invoice, new_dataset, sync
from tests.support.stores import new_store

RECORDS = 300


def test_what_a_run_names_is_looked_up_by_the_key_alone(postgres: PostgresServer) -> None:
    asked: list[tuple[str, object]] = []

    def note(_: object, __: object, statement: str, values: object, *___: object) -> None:
        if "UPDATE records_" in statement or " FROM records_" in statement:
            asked.append((statement, values))

    with closing(new_store(postgres)) as db:
        dataset = new_dataset(db)
        sync(db, dataset, [invoice(f"{n:03}") for n in range(RECORDS)])
        event.listen(db.engine, "before_cursor_execute", note)
        with db.write() as tx:
            changed = [record_in(invoice("001", "9.00"))]
            write(tx, dataset, generation=2, records=changed, origin=ORIGIN)
            delete_named(tx, dataset, generation=2, named={"002": None}, origin=ORIGIN)
            note_sightings(tx, dataset, ["003"], pass_number=1)
            count_pass(tx, dataset)
            tombstone_absent(tx, dataset, generation=2, before_pass=2, origin=ORIGIN)
        event.remove(db.engine, "before_cursor_execute", note)
        assert sum("UPDATE" in statement for statement, _ in asked) == 3
        for statement, values in asked:
            with db.write() as tx:
                # Of so few rows it would read all.
                tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
                rows = tx.exec_driver_sql(f"EXPLAIN {statement}", values)  # type: ignore[arg-type]
                plan = "\n".join(row[0] for row in rows)
            assert "pk_records_invoices" in plan
            assert "ix_records_invoices" not in plan
