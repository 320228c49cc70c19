"""The right to refresh: a claim committed before the provider is asked, tokens swapped in after.

A claim is the grant's state `refreshing` under a fence. It stands as long as the grant's version
and fence and the connection's epoch are those it was made with. So a successor, a new link, an
unlink or a delete each make the claim's holder lose, whatever the provider answers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, Row

from shared_code.custody.grants import (
    HELD_GRANT,
    Grant,
    GrantRules,
    Owner,
    Tokens,
    change_grant,
    drop_grant,
    lock_epoch,
    open_grant,
    read_grant,
    rotate_grant,
)
from shared_code.custody.sealing import Sealer
from shared_code.ports.clock import Clock
from shared_code.store.database import Database

HOLD = timedelta(seconds=45)
"""Longer than a call to a token endpoint can take: an older claim hardly has a living holder.

One that lives and is late has lost: its fence is not the grant's any more.
"""

TOKEN_CALL_SECONDS = 20.0
"""The timeout that clients of token endpoints must be made with, well inside `HOLD`."""


class Refused(Enum):
    """Why nobody got the right to refresh."""

    BUSY = auto()
    """Somebody holds it, or the grant is another by now: look again."""
    LOST = auto()
    """The tokens may have been spent by somebody who died; showing them again is not allowed."""


@dataclass(frozen=True, slots=True)
class Held:
    """A grant with what matters of the connection that owns it: nothing, once it was purged."""

    grant: Grant
    epoch: int | None
    """The connection's epoch."""
    is_linked: bool
    """Whether the connection may read from its provider."""
    tenant_id: str | None
    """The provider's id of what the connection reads; None where it is not known any more."""

    @property
    def tenants(self) -> tuple[str, ...]:
        """What the grant is known to be for."""
        return (self.tenant_id,) if self.tenant_id else ()


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims on the grants of one connector, in its store."""

    db: Database
    clock: Clock
    sealer: Sealer
    rules: GrantRules

    def read(self, owner: Owner) -> Held | None:
        """Read a grant as it stands; None where there is none."""
        return self._held(self.db.ask(HELD_GRANT, owner._asdict()))

    def take(self, seen: Held) -> Held | Refused:
        """Claim the right to refresh the grant that was `seen`; committed on return.

        Raises `Retry` where the vault cannot be reached: nothing may stand between the provider's
        answer and the store.
        """
        self.sealer.prepare()
        now = self.clock.now()
        with self.db.write() as tx:
            if not self._stands(tx, seen):
                return Refused.BUSY
            since = seen.grant.refreshing_since
            if since and now - since < HOLD:
                return Refused.BUSY
            if since and now - since >= self.rules.refresh_grace:
                return Refused.LOST
            fence = seen.grant.fence + 1
            change_grant(tx, seen.grant, state="refreshing", fence=fence, refreshing_since=now)
        return replace(
            seen,
            grant=replace(seen.grant, state="refreshing", fence=fence, refreshing_since=now),
        )

    def store(self, claim: Held, tokens: Tokens) -> bool:
        """Put the rotated tokens in; False where the claim does not stand any more."""
        with self.db.write() as tx:
            if self._stands(tx, claim):
                return rotate_grant(tx, self.sealer, claim.grant, tokens, now=self.clock.now())
            # A commit whose answer was lost looks like a successor's: it is ours if it holds ours.
            current = self._held(tx.execute(HELD_GRANT, claim.grant.owner._asdict()).all())
            return current is not None and current.grant.tokens.access == tokens.access

    def give_back(self, claim: Held) -> None:
        """Return the right to refresh: the tokens are to be shown again as they are."""
        with self.db.write() as tx:
            change_grant(tx, claim.grant, state="active", refreshing_since=None)

    def leave(self, claim: Held, tokens: Tokens) -> bool:
        """Put tokens in for whoever revokes the grant; False if it is gone by now."""
        with self.db.write() as tx:
            return rotate_grant(tx, self.sealer, claim.grant, tokens, now=self.clock.now())

    def bury(self, tx: Connection, dead: Held) -> bool:
        """Mark a grant that the provider does not honour; False where it is another by now.

        Who claimed it and lives all the same has lost it.
        """
        if not self._stands(tx, dead):
            return False
        fence = dead.grant.fence + 1
        return change_grant(tx, dead.grant, state="revoked", fence=fence, refreshing_since=None)

    def drop(self, revoked: Held) -> None:
        """Delete a grant, unless it is another by now."""
        with self.db.write() as tx:
            drop_grant(tx, revoked.grant.owner, fence=revoked.grant.fence)

    def _stands(self, tx: Connection, expected: Held) -> bool:
        """Lock connection and grant, and tell whether they are what they were."""
        owner = expected.grant.owner
        epoch = lock_epoch(tx, owner)
        row = read_grant(tx, owner)
        return (
            row is not None
            and (row.version, row.fence) == (expected.grant.version, expected.grant.fence)
            and epoch == expected.epoch
        )

    def _held(self, rows: Sequence[Row[Any]]) -> Held | None:
        if not rows:
            return None
        [row] = rows
        is_linked = row.status == "Linked" and row.deleted_at is None
        return Held(open_grant(self.sealer, row), row.epoch, is_linked, row.tenant_id)
