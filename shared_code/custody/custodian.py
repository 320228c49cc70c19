"""The one custodian of a connector's grants: whoever needs a token asks here.

Twenty syncs that find a token expired cause one refresh. One of them commits a claim, asks the
provider, and swaps the new tokens in; the others wait for what it stores. When a claim's holder
dies, a successor asks again only as long as the provider is known to bear it; else nobody knows
which tokens are good, and the company is asked to link again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from shared_code.custody.grants import ALWAYS, Grant, Owner, Tokens, due_grants, parted
from shared_code.custody.refreshing import HOLD, Claims, Held, Refused
from shared_code.custody.withdrawing import Issuer, Withdrawal
from shared_code.errors import AnswerLost, CausewayError, Reauthorise, Retry
from shared_code.notify.work import Work, begin_work
from shared_code.ports.queue import Queue

NOT_LINKED = "The connection is not linked"
LOST = "The connection's access was lost and has to be granted again"
REFUSED = "The provider does not honour the connection's access any more"

FIRST_POLL = 0.05
LONGEST_POLL = 1.0
"""Seconds between two looks at a refresh that somebody else does."""

ROUNDS = 3
"""How often a caller looks again after the grant moved under it."""

STORE_TRIES = 4
"""How often a rotated token is written before it is given up for lost."""

LoseAccess = Callable[[Work, str, str, str], None]
"""Move a connection (company id, connection id) to `Deauthorized`, with the reason.

Does nothing to one that is not linked.
"""

_Good = Callable[[Grant], bool]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Custodian:
    """Holds the grants of one connector; safe for threads and processes."""

    claims: Claims
    queue: Queue
    issuer: Issuer
    withdrawal: Withdrawal
    lose_access: LoseAccess

    def access_token(self, company_id: str, connection_id: str) -> SecretStr:
        """Give an access token that is live now, refreshed if need be.

        Raises `Reauthorise` when the connection is not linked or its grant is dead, `Retry` when
        the provider or another refresh takes too long.
        """
        return self._obtain(Owner(company_id, connection_id), self._is_fresh)

    def scopes(self, company_id: str, connection_id: str) -> frozenset[str]:
        """Give what the company granted; raises `Reauthorise` as `access_token` does."""
        held = self._linked(Owner(company_id, connection_id))
        return parted(held.grant.tokens.scopes)

    def refused(self, company_id: str, connection_id: str, token: SecretStr) -> SecretStr:
        """Give another token than `token`, which the provider answered with 401.

        One that was refreshed meanwhile, or is refreshed now; raises as `access_token` does. If the
        provider refuses that one too, it is the caller's to end in `Reauthorise`.
        """
        return self._obtain(
            Owner(company_id, connection_id),
            lambda grant: grant.tokens.access != token and self._is_fresh(grant),
            refused=True,
        )

    def facts(self, company_id: str, connection_id: str) -> Mapping[str, str]:
        """Give what else is known of a grant; raises `Reauthorise` as `access_token` does."""
        return self._linked(Owner(company_id, connection_id)).grant.tokens.facts

    def keep_alive(self, *, limit: int = 50) -> int:
        """Refresh grants that lie idle for half of what the provider allows; gives how many.

        Also settles refreshes that somebody began and did not survive. What fails is logged, and
        due again at the next call.
        """
        now, idle = self.claims.clock.now(), self.claims.rules.idle_limit
        idle_since = now - idle / 2 if idle else None
        query = due_grants(
            self.claims.sealer.platform, idle_since=idle_since, stuck_since=now - HOLD
        )
        with self.claims.db.read() as tx:
            due = [Owner(*row) for row in tx.execute(query.limit(limit))]
        return sum(self._tended(owner, idle) for owner in due)

    def revoke(self, company_id: str, connection_id: str) -> None:
        """Carry out the command `revoke`: the grant ends at the provider and is deleted here.

        Does nothing where there is none, or where the connection was linked again since. Raises
        `Retry` while the provider is in trouble: the command comes again.
        """
        held = self.claims.read(Owner(company_id, connection_id))
        if held is None or held.is_linked:
            return
        if self.withdrawal.needs_live_token(held.tenants):
            held = self._with_live_token(held)
        self.withdrawal.withdraw(held.grant.tokens, tenants=held.tenants)
        self.claims.drop(held)

    def _obtain(self, owner: Owner, good: _Good, *, refused: bool = False) -> SecretStr:
        for _ in range(ROUNDS):
            held = self._linked(owner)
            if good(held.grant):
                return held.grant.tokens.access
            if refused:
                self._refuse_early(held.grant)
            tokens = self._refreshed(held)
            if tokens:
                return tokens.access
            self._wait(held)
        raise Retry("The connection's access is being renewed", "lost every round")

    def _linked(self, owner: Owner) -> Held:
        held = self.claims.read(owner)
        if held is None or not held.is_linked:
            raise Reauthorise(NOT_LINKED)
        if held.grant.state == "revoked":
            raise Reauthorise(REFUSED)
        return held

    def _is_fresh(self, grant: Grant) -> bool:
        margin = self.claims.rules.refresh_margin
        return grant.tokens.expires_at - margin > self.claims.clock.now()

    def _refuse_early(self, grant: Grant) -> None:
        left = grant.tokens.expires_at - self.claims.clock.now()
        if left > timedelta(0) and not self.claims.rules.early_refresh:
            raise Retry(
                "The provider refuses the connection's access for now",
                "a token that has not run out may not be refreshed",
                retry_after=left.total_seconds(),
            )

    def _refreshed(self, held: Held) -> Tokens | None:
        """Refresh once; None where somebody else does or did: the grant has to be read again."""
        claim = self._claim(held)
        if claim is Refused.BUSY:
            return None
        if claim is Refused.LOST:
            self._give_up(held, LOST)
            return None
        tokens = self._ask(claim)
        if tokens is None:
            self._give_up(claim, REFUSED)
            return None
        return self._kept(claim, tokens)

    def _claim(self, held: Held) -> Held | Refused:
        """Claim a grant, once nothing but the provider has to be waited for."""
        self.issuer.prepare()
        return self.claims.take(held)

    def _ask(self, claim: Held) -> Tokens | None:
        """Have the tokens renewed; None where the grant is dead or cannot be renewed.

        Where an answer was lost and the provider's grace runs, the claim stands like one whose
        holder died: whoever tends grants asks again in time. Else the old tokens are all there is.
        """
        try:
            return self.issuer.refresh(claim.grant.tokens)
        except Reauthorise:
            return None
        except AnswerLost:
            if not HOLD < self.claims.rules.refresh_grace < ALWAYS:
                self.claims.give_back(claim)
            raise
        except Exception:
            self.claims.give_back(claim)
            raise

    def _give_up(self, dead: Held, reason: str) -> None:
        """End the connection's access, raise `Reauthorise`; returns if the grant has moved on."""
        owner = dead.grant.owner
        with begin_work(self.claims.db, self.queue, self.claims.clock) as work:
            if not self.claims.bury(work.tx, dead):
                return
            self.lose_access(work, owner.company_id, owner.connection_id, reason)
        raise Reauthorise(reason)

    def _kept(self, claim: Held, tokens: Tokens) -> Tokens | None:
        if self._stored(claim, tokens):
            return tokens
        _log.info("refreshed tokens came too late", connection_id=claim.grant.owner.connection_id)
        if not self._is_linked(claim.grant.owner):
            self._withdraw_late(claim, tokens)
        return None

    def _withdraw_late(self, claim: Held, tokens: Tokens) -> None:
        """Take back what came after an unlink or a delete, which it must not outlive.

        Raises `Retry` while the provider is in trouble: the command `revoke` finds the tokens.
        """
        try:
            self.withdrawal.withdraw(tokens, tenants=claim.tenants)
        except Retry:
            self.claims.leave(claim, tokens)
            raise
        self.claims.drop(claim)

    def _stored(self, claim: Held, tokens: Tokens) -> bool:
        """Write the rotated tokens, again if the store stumbles: there is no other copy."""
        for attempt in range(1, STORE_TRIES):
            try:
                return self.claims.store(claim, tokens)
            except (OperationalError, NoConnection):
                _log.warning("rotated tokens are not stored yet", attempt=attempt)
                self.claims.clock.sleep(2.0**attempt)
        return self.claims.store(claim, tokens)

    def _wait(self, seen: Held) -> None:
        """Wait until another's refresh has ended; raises `Retry` if it ended without new tokens."""
        clock = self.claims.clock
        until, pause = clock.now() + HOLD, FIRST_POLL
        while clock.now() < until:
            current = self.claims.read(seen.grant.owner)
            if not current or not current.is_linked or current.grant.version != seen.grant.version:
                return
            since = current.grant.refreshing_since
            if since is None:
                raise Retry("The provider could not renew the connection's access for now")
            if clock.now() - since >= HOLD:
                return
            clock.sleep(pause)
            pause = min(2 * pause, LONGEST_POLL)

    def _tended(self, owner: Owner, idle: timedelta | None) -> bool:
        def is_alive(grant: Grant) -> bool:
            since = self.claims.clock.now() - grant.refreshed_at
            return grant.state == "active" and (idle is None or since < idle / 2)

        try:
            self._obtain(owner, is_alive)
        except CausewayError as error:
            _log.warning("grant not refreshed", **owner._asdict(), reason=error.internal)
            return False
        return True

    def _with_live_token(self, held: Held) -> Held:
        """Refresh a grant of an unlinked connection, so that its tenant can be disconnected."""
        now = self.claims.clock.now()
        if held.grant.state == "revoked" or held.grant.tokens.expires_at > now:
            return held
        claim = self._claim(held)
        if claim is Refused.LOST:
            return held
        if claim is Refused.BUSY:
            raise Retry("The connection's access is being renewed", "revoked during a refresh")
        tokens = self._ask(claim)
        if tokens is None:
            return claim
        if not self._stored(claim, tokens) and self._is_linked(held.grant.owner):
            raise Retry("The connection was linked again while it was revoked")
        return replace(claim, grant=replace(claim.grant, tokens=tokens))

    def _is_linked(self, owner: Owner) -> bool:
        held = self.claims.read(owner)
        return held is not None and held.is_linked


@dataclass(frozen=True, slots=True)
class ConnectionTokens:
    """One connection's tokens, for whoever calls its provider."""

    custodian: Custodian
    company_id: str
    connection_id: str

    def token(self) -> SecretStr:
        """Give an access token that is live now; see `Custodian.access_token`."""
        return self.custodian.access_token(self.company_id, self.connection_id)

    def refused(self, token: SecretStr) -> SecretStr:
        """Give another token than the refused one; see `Custodian.refused`."""
        return self.custodian.refused(self.company_id, self.connection_id, token)
