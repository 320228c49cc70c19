"""What a provider granted: tokens in memory, sealed rows in the store, and the provider's rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from pydantic import SecretStr
from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select, update

from shared_code.custody.sealing import Binding, Sealer
from shared_code.store.schema import connections, grants

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When a token runs out that does not run out by itself."""

ALWAYS = timedelta.max
"""The grace of a provider whose refresh tokens do not rotate."""


@dataclass(frozen=True, slots=True)
class GrantRules:
    """How a provider's grants behave."""

    refresh_margin: timedelta = timedelta(minutes=2)
    """So long before its end an access token is replaced; zero where that is forbidden."""
    refresh_grace: timedelta = timedelta(0)
    """How long after a rotation the old refresh token may be shown again."""
    idle_limit: timedelta | None = None
    """A grant that is not refreshed for so long dies."""
    early_refresh: bool = True
    """Whether a token may be replaced that has not run out, as when the provider refuses it."""
    revocation_reach: Literal["grant", "tenant", "user"] = "grant"
    """What ends with a revocation: this grant, all of the tenant's, or all of the user's.

    Revoking must not cut other companies' links. So nothing is revoked while a linked connection
    reads the tenant or nobody knows which it is, or at all where the reach is the user: then the
    tenant is disconnected, and the tokens are forgotten.
    """


class Owner(NamedTuple):
    """Whose grant it is."""

    company_id: str
    connection_id: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave; its repr shows no token."""

    access: SecretStr
    refresh: SecretStr | None
    expires_at: datetime
    scopes: str
    """As granted, parted as the provider parts them."""
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What else is known of the grant by name; it may hold keys that somebody typed in."""

    def to_secret(self) -> SecretStr:
        """Write tokens and facts as one text to be sealed."""
        refresh = self.refresh.get_secret_value() if self.refresh else None
        facts = [dict(self.facts)] if self.facts else []
        return SecretStr(json.dumps([self.access.get_secret_value(), refresh, *facts]))

    @classmethod
    def from_secret(cls, secret: SecretStr, *, expires_at: datetime, scopes: str) -> Tokens:
        """Read what `to_secret` wrote."""
        access, refresh, *facts = json.loads(secret.get_secret_value())
        return cls(
            SecretStr(access),
            SecretStr(refresh) if refresh else None,
            expires_at=expires_at,
            scopes=scopes,
            facts=facts[0] if facts else {},
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """A connection's grant as the store holds it, opened."""

    owner: Owner
    tokens: Tokens
    state: str
    version: int
    fence: int
    refreshing_since: datetime | None
    refreshed_at: datetime


def parted(scopes: str) -> frozenset[str]:
    """Part scopes as they were granted: by spaces, or by commas as some providers do."""
    return frozenset(scopes.replace(",", " ").split())


# Made once: a token is asked for with every page, and to make it takes longer than to read.
HELD_GRANT = (
    select(
        grants,
        connections.c.epoch,
        connections.c.status,
        connections.c.deleted_at,
        connections.c.tenant_id,
    )
    .outerjoin(
        connections,
        (connections.c.company_id == grants.c.company_id)
        & (connections.c.id == grants.c.connection_id),
    )
    .where(
        grants.c.company_id == bindparam("company_id"),
        grants.c.connection_id == bindparam("connection_id"),
    )
)
"""An `Owner`'s grant, still sealed, with what matters of the connection that owns it."""


def lock_epoch(tx: Connection, owner: Owner) -> int | None:
    """Lock the connection that owns a grant; gives its epoch, None where it was purged."""
    return tx.scalar(
        select(connections.c.epoch)
        .where(
            connections.c.company_id == owner.company_id,
            connections.c.id == owner.connection_id,
        )
        .with_for_update()
    )


def read_grant(tx: Connection, owner: Owner) -> Row[Any] | None:
    """Read a grant's row, still sealed."""
    return tx.execute(select(grants).where(*_owned(owner))).one_or_none()


def open_grant(sealer: Sealer, row: Row[Any]) -> Grant:
    """Open a row of the grants table; raises `SealBroken`."""
    owner = Owner(row.company_id, row.connection_id)
    secret = sealer.open(row.sealed, grant_binding(owner, row.version))
    return Grant(
        owner=owner,
        tokens=Tokens.from_secret(secret, expires_at=row.expires_at, scopes=row.scopes),
        state=row.state,
        version=row.version,
        fence=row.fence,
        refreshing_since=row.refreshing_since,
        refreshed_at=row.refreshed_at,
    )


def put_grant(
    tx: Connection, sealer: Sealer, connection: Row[Any], tokens: Tokens, *, now: datetime
) -> None:
    """Give a connection, locked in this transaction, a grant in the place of any it had.

    Version and fence go on from the old grant's, so that whoever refreshes that one has lost.
    """
    owner = Owner(connection.company_id, connection.id)
    old = read_grant(tx, owner)
    version = old.version + 1 if old else 1
    fence = old.fence + 1 if old else 1
    drop_grant(tx, owner)
    tx.execute(
        insert(grants).values(
            company_id=owner.company_id,
            connection_id=owner.connection_id,
            platform=connection.platform,
            fence=fence,
            **_columns(sealer, owner, tokens, version=version, now=now),
        )
    )


def rotate_grant(
    tx: Connection, sealer: Sealer, old: Grant, tokens: Tokens, *, now: datetime
) -> bool:
    """Put new tokens in the place of `old`'s, if it is still the version and fence that stand."""
    values = _columns(sealer, old.owner, tokens, version=old.version + 1, now=now)
    return change_grant(tx, old, **values)


def change_grant(tx: Connection, expected: Grant, **values: object) -> bool:
    """Compare and set: change a grant whose version and fence are the expected ones."""
    return bool(
        tx.execute(
            update(grants)
            .where(
                *_owned(expected.owner),
                grants.c.version == expected.version,
                grants.c.fence == expected.fence,
            )
            .values(**values)
        ).rowcount
    )


def drop_grant(tx: Connection, owner: Owner, *, fence: int | None = None) -> None:
    """Delete a grant; with `fence`, only if nobody claimed or replaced it since."""
    query = delete(grants).where(*_owned(owner))
    tx.execute(query if fence is None else query.where(grants.c.fence == fence))


def due_grants(platform: str, *, idle_since: datetime | None, stuck_since: datetime) -> Select[Any]:
    """Select owners of linked grants that need care.

    These are the ones not refreshed since `idle_since`, and the ones whose refresh, begun before
    `stuck_since`, nobody finished.
    """
    needs_care = grants.c.refreshing_since < stuck_since
    if idle_since:
        needs_care |= grants.c.refreshed_at < idle_since
    return (
        select(grants.c.company_id, grants.c.connection_id)
        .join(
            connections,
            (connections.c.company_id == grants.c.company_id)
            & (connections.c.id == grants.c.connection_id),
        )
        .where(
            grants.c.platform == platform,
            connections.c.status == "Linked",
            connections.c.deleted_at.is_(None),
            needs_care,
        )
        .order_by(grants.c.refreshed_at)
    )


def grant_binding(owner: Owner, version: int) -> Binding:
    """What a grant's envelope is bound to."""
    return Binding("grant", owner.company_id, owner.connection_id, str(version))


def _columns(
    sealer: Sealer, owner: Owner, tokens: Tokens, *, version: int, now: datetime
) -> dict[str, object]:
    return {
        "state": "active",
        "version": version,
        "sealed": sealer.seal(tokens.to_secret(), grant_binding(owner, version)),
        "scopes": tokens.scopes,
        "expires_at": tokens.expires_at,
        "refreshing_since": None,
        "refreshed_at": now,
    }


def _owned(owner: Owner) -> tuple[Any, Any]:
    return grants.c.company_id == owner.company_id, grants.c.connection_id == owner.connection_id
