"""Whose turn it is: who waits for a limit goes in the order of asking, newcomers last.

Who waits comes back by itself, when it was told to. One that does not come gives its turn up a
minute later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    case,
    delete,
    func,
    or_,
    select,
)

from shared_code.budget.rows import insert_into
from shared_code.store.moments import from_micros
from shared_code.store.schema import budget_turns as turns

GRACE = 60_000
"""Milliseconds for which a turn is kept for one who is late."""


@dataclass(frozen=True, slots=True)
class Line:
    """Those who wait for one limit at a moment, `now` in milliseconds."""

    platform: str
    scope: str
    limit: str
    now: int

    def ahead_of(self, tx: Connection, holder: str) -> int:
        """Count those who go before `holder`, who may not be waiting yet."""
        mine = self._ticket_of(holder)
        before = and_(
            self._here(),
            turns.c.holder != holder,
            turns.c.until > _moment(self.now),
            or_(mine.is_(None), turns.c.ticket < mine),
        )
        return tx.scalar(select(func.count()).select_from(turns).where(before)) or 0

    def wait(self, tx: Connection, holder: str, ticket: int, until: int) -> None:
        """Stand in line with a ticket, or stay where one stands; and in no other line.

        Who had a turn and gave it up stands where the new ticket says.
        """
        leave(tx, holder, but=self)
        insert = insert_into(tx)(turns).values(
            platform=self.platform,
            scope=self.scope,
            limit_name=self.limit,
            holder=holder,
            ticket=ticket,
            until=_moment(until),
        )
        key = [turns.c.scope, turns.c.limit_name, turns.c.holder]
        stands = turns.c.until > _moment(self.now)
        place = {
            "until": insert.excluded.until,
            "ticket": case((stands, turns.c.ticket), else_=insert.excluded.ticket),
        }
        tx.execute(insert.on_conflict_do_update(index_elements=key, set_=place))

    def _here(self) -> ColumnElement[bool]:
        return and_(turns.c.scope == self.scope, turns.c.limit_name == self.limit)

    def _ticket_of(self, holder: str) -> ScalarSelect[Any]:
        mine = turns.alias()
        return (
            select(mine.c.ticket)
            .where(
                mine.c.scope == self.scope,
                mine.c.limit_name == self.limit,
                mine.c.holder == holder,
                mine.c.until > _moment(self.now),
            )
            .scalar_subquery()
        )


def leave(tx: Connection, holder: str, *, but: Line | None = None) -> None:
    """Wait no more, in any line but one."""
    mine = delete(turns).where(turns.c.holder == holder)
    if but is not None:
        mine = mine.where(or_(turns.c.scope != but.scope, turns.c.limit_name != but.limit))
    tx.execute(mine)


def _moment(milliseconds: int) -> Any:  # noqa: ANN401 - as the column takes it
    return from_micros(milliseconds * 1_000)
