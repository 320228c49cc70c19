"""Take back at the provider what a company granted, without cutting anybody else's link."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy import select

from shared_code.custody.grants import GrantRules, Tokens
from shared_code.errors import CausewayError, Retry
from shared_code.store.database import Database
from shared_code.store.schema import connections

Disconnect = Callable[[Tokens, str], None]
"""Take a tenant (its id) from the app with a grant's tokens; one that is gone is no error.

Raises `Retry` while the provider is in trouble.
"""

_log = structlog.get_logger(__name__)


class Issuer(Protocol):
    """Whoever gives out tokens: a provider's authorisation server."""

    def prepare(self) -> None:
        """Get together what a call takes; raises `Retry` where the vault cannot be reached."""
        ...

    def refresh(self, tokens: Tokens) -> Tokens:
        """Renew tokens; raises `Reauthorise` when the grant is dead, `Retry` or `Abort`.

        Where it may have been done all the same, the `Retry` is an `AnswerLost`.
        """
        ...

    def revoke(self, tokens: Tokens) -> None:
        """Have tokens forgotten; those that are forgotten already are no error."""
        ...


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The way back for grants of one connector."""

    db: Database
    platform: str
    issuer: Issuer
    rules: GrantRules
    disconnect: Disconnect | None = None

    def withdraw(
        self, tokens: Tokens, *, tenants: Collection[str], spared: Collection[str] = ()
    ) -> None:
        """Disconnect tenants that no linked connection reads; revoke where nobody is hurt.

        Those that are `spared` count as in use. Without a word of the tenants, what would end all
        that one granted is not revoked. A provider that refuses is left at that, for the tokens are
        deleted anyway. Raises `Retry` while the provider is in trouble.
        """
        # First: a revoked token disconnects nothing.
        unused = [each for each in tenants if each not in spared and self._let_go(tokens, each)]
        reach = self.rules.revocation_reach
        if reach == "grant" or (reach == "tenant" and 0 < len(tenants) == len(unused)):
            _attempt("revoke", lambda: self.issuer.revoke(tokens))

    def _let_go(self, tokens: Tokens, tenant_id: str) -> bool:
        """Disconnect a tenant unless it is in use, which may have begun this moment."""
        in_use = self._in_use(tenant_id)
        if self.disconnect and not in_use:
            _attempt("disconnect", partial(self.disconnect, tokens, tenant_id))
        return not in_use

    def needs_live_token(self, tenants: Collection[str]) -> bool:
        """Whether withdrawing takes a token that the provider still accepts."""
        return bool(self.disconnect and tenants)

    def _in_use(self, tenant_id: str) -> bool:
        query = select(connections.c.id).where(
            connections.c.platform == self.platform,
            connections.c.tenant_id == tenant_id,
            connections.c.status == "Linked",
            connections.c.deleted_at.is_(None),
        )
        with self.db.read() as tx:
            return tx.execute(query.limit(1)).first() is not None


def _attempt(step: str, act: Callable[[], None]) -> None:
    try:
        act()
    except Retry:
        raise
    except CausewayError as refusal:
        _log.warning("provider did not take a grant back", step=step, reason=refusal.internal)
