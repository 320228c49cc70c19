"""Attempts to link: each has a state that works once, for ten minutes, in one browser.

Only hashes of the state and of the browser's cookie are kept. The PKCE verifier, what the user
typed in, and tokens that wait for the user to choose a tenant are sealed for their attempt.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Row, delete, insert, select, update

from shared_code.connect.tenant import Tenant
from shared_code.custody.grants import Tokens
from shared_code.custody.sealing import Binding, Sealer
from shared_code.errors import Reject
from shared_code.ports.clock import Clock
from shared_code.store.database import Database
from shared_code.store.schema import link_attempts

LIFE = timedelta(minutes=10)
"""From the start to the provider's answer, and again to the choice of a tenant."""

KEPT = timedelta(days=1)
"""How long an attempt that is over can be told from one that never was."""

_BYTES = 32


class AttemptRefused(Reject):
    """The browser's answer does not belong to an attempt; `reason` is for the audit log."""

    def __init__(self, public: str, reason: str) -> None:
        super().__init__(public, reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Begun:
    """A new attempt: what goes to the provider."""

    state: SecretStr
    verifier: SecretStr
    attempt: Row[Any]


def new_token() -> SecretStr:
    """Make a token of 256 random bits: 43 characters that a URL or a cookie takes."""
    return SecretStr(secrets.token_urlsafe(_BYTES))


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of one connector."""

    db: Database
    clock: Clock
    sealer: Sealer

    def begin(self, connection: Row[Any], browser: SecretStr) -> Begun:
        """Start linking `connection` in the browser that holds the token `browser`."""
        state, verifier, now = new_token(), new_token(), self.clock.now()
        state_hash = _hash(state).hex()
        binding = _binding("verifier", connection.company_id, connection.id, state_hash)
        row = {
            "state_hash": state_hash,
            "company_id": connection.company_id,
            "connection_id": connection.id,
            "platform": connection.platform,
            "epoch": connection.epoch,
            "browser_hash": _hash(browser),
            "sealed_verifier": self.sealer.seal(_secrets(verifier, {}), binding),
            "created_at": now,
            "expires_at": now + LIFE,
        }
        with self.db.write() as tx:
            attempt = tx.execute(insert(link_attempts).values(**row).returning(link_attempts)).one()
        return Begun(state, verifier, attempt)

    def use(self, state: SecretStr, browser: SecretStr | None) -> Row[Any]:
        """Spend the state that came back; raises `AttemptRefused`, changing nothing, if it may not.

        A stranger's browser learns nothing of the attempt, and spends nothing.
        """
        now = self.clock.now()
        with self.db.write() as tx:
            return _change(tx, self._usable(tx, state, browser), used_at=now)

    def look_at(self, state: SecretStr, browser: SecretStr | None) -> Row[Any]:
        """Find an attempt that is under way without spending its state; raises as `use` does."""
        with self.db.write() as tx:
            return self._usable(tx, state, browser)

    def remember(self, attempt: Row[Any], facts: Mapping[str, str]) -> None:
        """Keep what the user typed in until the state comes back."""
        verifier, _ = self.secrets(attempt)
        sealed = self.sealer.seal(_secrets(verifier, facts), _bound_to(attempt, "verifier"))
        with self.db.write() as tx:
            _change(tx, attempt, sealed_verifier=sealed)

    def secrets(self, attempt: Row[Any]) -> tuple[SecretStr, Mapping[str, str]]:
        """Give the PKCE verifier whose challenge the provider was sent, and what was typed in."""
        sealed = self.sealer.open(attempt.sealed_verifier, _bound_to(attempt, "verifier"))
        verifier, facts = json.loads(sealed.get_secret_value())
        return SecretStr(verifier), facts

    def wait_for_choice(self, attempt: Row[Any], tokens: Tokens, tenants: Sequence[Tenant]) -> None:
        """Keep the exchanged tokens while the user chooses one of `tenants`."""
        offered = [asdict(each) for each in tenants]
        self._keep(attempt, tokens, tenants=offered, until=self.clock.now() + LIFE)

    def renew(self, attempt: Row[Any], tokens: Tokens) -> None:
        """Keep refreshed tokens in place of those that wait."""
        self._keep(attempt, tokens, tenants=attempt.tenants["tenants"], until=attempt.expires_at)

    def choose(
        self, state: SecretStr, browser: SecretStr | None, tenant_id: str
    ) -> tuple[Row[Any], Tokens, Tenant]:
        """Spend the choice: gives the attempt, its tokens, and the tenant that was offered.

        Raises `AttemptRefused` if there is nothing to choose, or not that; whatever is raised,
        nothing is changed.
        """
        with self.db.write() as tx:
            row, tenant = self._choosable(tx, state, browser, tenant_id)
        # The key may be out of reach: nothing is spent until the tokens are in hand.
        tokens = self.waiting(row)
        with self.db.write() as tx:
            self._choosable(tx, state, browser, tenant_id)
            _change(tx, row, finished_at=self.clock.now(), sealed_grant=None)
        return row, tokens, tenant

    def abandoned(self) -> list[Row[Any]]:
        """List attempts whose user never chose, and whose tokens still wait."""
        now = self.clock.now()
        return [row for row in self._waiting() if row.expires_at <= now]

    def offered_now(self) -> set[str]:
        """The tenants that some user is to choose from now."""
        now = self.clock.now()
        waiting = (row for row in self._waiting() if row.expires_at > now)
        return {tenant for row in waiting for tenant in offered_by(row)}

    def _waiting(self) -> Sequence[Row[Any]]:
        query = select(link_attempts).where(
            link_attempts.c.platform == self.sealer.platform,
            link_attempts.c.sealed_grant.is_not(None),
        )
        with self.db.read() as tx:
            return tx.execute(query).all()

    def waiting(self, attempt: Row[Any]) -> Tokens:
        """Open the tokens that wait for a choice; raises `SealBroken`."""
        return Tokens.from_secret(
            self.sealer.open(attempt.sealed_grant, _bound_to(attempt, "waiting")),
            expires_at=datetime.fromisoformat(attempt.tenants["expires_at"]),
            scopes=attempt.tenants["scopes"],
        )

    def forget(self, attempt: Row[Any]) -> None:
        """Delete an attempt."""
        with self.db.write() as tx:
            tx.execute(delete(link_attempts).where(_is(attempt)))

    def forget_old(self) -> None:
        """Delete attempts that were over long ago and hold no tokens."""
        with self.db.write() as tx:
            tx.execute(
                delete(link_attempts).where(
                    link_attempts.c.platform == self.sealer.platform,
                    link_attempts.c.sealed_grant.is_(None),
                    link_attempts.c.expires_at < self.clock.now() - KEPT,
                )
            )

    def _usable(self, tx: Connection, state: SecretStr, browser: SecretStr | None) -> Row[Any]:
        row = self._find(tx, state, browser)
        if row.used_at:
            raise AttemptRefused("This link was already used.", "reused state")
        _refuse_expired(row, self.clock.now())
        return row

    def _find(self, tx: Connection, state: SecretStr, browser: SecretStr | None) -> Row[Any]:
        """Lock the attempt that a state stands for, if this is its browser."""
        if not state.get_secret_value():
            raise AttemptRefused("The answer from the provider is incomplete.", "missing state")
        query = select(link_attempts).where(
            link_attempts.c.state_hash == _hash(state).hex(),
            link_attempts.c.platform == self.sealer.platform,
        )
        row = tx.execute(query.with_for_update()).one_or_none()
        if row is None:
            raise AttemptRefused("This link is not known.", "unknown state")
        if browser is None or not hmac.compare_digest(_hash(browser), row.browser_hash):
            raise AttemptRefused("This link was started in another browser.", "another browser")
        return row

    def _choosable(
        self, tx: Connection, state: SecretStr, browser: SecretStr | None, tenant_id: str
    ) -> tuple[Row[Any], Tenant]:
        row = self._find(tx, state, browser)
        if row.finished_at or row.sealed_grant is None:
            raise AttemptRefused("This choice was already made.", "nothing to choose")
        _refuse_expired(row, self.clock.now())
        tenant = next((each for each in _tenants(row) if each.id == tenant_id), None)
        if tenant is None:
            raise AttemptRefused("Choose one of the listed organisations.", "unknown tenant")
        return row, tenant

    def _keep(
        self, attempt: Row[Any], tokens: Tokens, *, tenants: Sequence[object], until: datetime
    ) -> None:
        sealed = self.sealer.seal(tokens.to_secret(), _bound_to(attempt, "waiting"))
        facts = {
            "tenants": tenants,
            "expires_at": tokens.expires_at.isoformat(),
            "scopes": tokens.scopes,
        }
        with self.db.write() as tx:
            _change(tx, attempt, sealed_grant=sealed, tenants=facts, expires_at=until)


def offered_by(attempt: Row[Any]) -> list[str]:
    """List the ids of the tenants among which a user was to choose."""
    return [each.id for each in _tenants(attempt)]


def _secrets(verifier: SecretStr, facts: Mapping[str, str]) -> SecretStr:
    return SecretStr(json.dumps([verifier.get_secret_value(), dict(facts)]))


def _refuse_expired(row: Row[Any], now: datetime) -> None:
    if row.expires_at <= now:
        raise AttemptRefused("This link has expired.", "expired state")


def _tenants(row: Row[Any]) -> list[Tenant]:
    return [Tenant(**each) for each in row.tenants["tenants"]]


def _change(tx: Connection, row: Row[Any], **values: object) -> Row[Any]:
    return tx.execute(
        update(link_attempts).where(_is(row)).values(**values).returning(link_attempts)
    ).one()


def _is(row: Row[Any]) -> Any:  # noqa: ANN401 - SQLAlchemy's name for it depends on the columns
    return link_attempts.c.state_hash == row.state_hash


def _bound_to(row: Row[Any], purpose: str) -> Binding:
    return _binding(purpose, row.company_id, row.connection_id, row.state_hash)


def _binding(purpose: str, company_id: str, connection_id: str, state_hash: str) -> Binding:
    return Binding(purpose, company_id, connection_id, state_hash)


def _hash(token: SecretStr) -> bytes:
    return sha256(token.get_secret_value().encode()).digest()
