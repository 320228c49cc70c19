"""API keys: random, found by their hash, shown to their own client only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, bindparam, delete, func, insert, select

from shared_code.access.principal import Principal, Unauthorised
from shared_code.access.seal import KeySeal
from shared_code.errors import Conflict, NotFound
from shared_code.store.database import Database
from shared_code.store.schema import api_keys, clients

MAX_KEYS = 10
"""Keys that a client may have at a time."""

_KEY_BYTES = 32
# Made once: every request begins with it.
_OWNER = select(api_keys.c.client_id, api_keys.c.id, api_keys.c.key_hash).where(
    api_keys.c.key_hash == bindparam("key_hash", type_=LargeBinary)
)
_HOW = "Send `Authorization: Basic` and the base64 of the API key alone."


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A client's key; its repr does not show the value."""

    id: str
    name: str | None
    value: str = field(repr=False)
    created_at: datetime


def authenticate(db: Database, header: str | None) -> Principal:
    """Tell whose key an `Authorization` header carries; raises `Unauthorised`."""
    digest = _digest(_presented(header))
    # The look-up is by hash, so how far a guess is right cannot show in the time it takes.
    for found in db.ask(_OWNER, {"key_hash": digest}):
        if hmac.compare_digest(found.key_hash, digest):
            return Principal(found.client_id, found.id)
    raise Unauthorised(f"The API key is not valid. {_HOW}")


def key_check(db: Database) -> Callable[[str | None], Principal]:
    """Give the `authenticate` of a store, for a service's edge."""
    return partial(authenticate, db)


def issue_key(
    tx: Connection, seal: KeySeal, client_id: str, *, name: str | None, now: datetime
) -> ApiKey:
    """Make a new key for a client; raises `Conflict` when it has as many as it may."""
    # The client's row is the lock: two requests at once cannot both take the last place.
    tx.execute(select(clients).where(clients.c.id == client_id).with_for_update())
    held = tx.scalar(select(func.count()).where(api_keys.c.client_id == client_id))
    if held is not None and held >= MAX_KEYS:
        raise Conflict(
            f"The client exceeds the permitted number of values: it has {held} API keys,"
            f" at most {MAX_KEYS} are allowed. Delete one first."
        )
    key = ApiKey(str(uuid.uuid4()), name, secrets.token_urlsafe(_KEY_BYTES), now)
    tx.execute(
        insert(api_keys).values(
            id=key.id,
            client_id=client_id,
            name=name,
            key_hash=_digest(key.value.encode()),
            sealed_key=seal.seal(key.value, owner=_owner(client_id, key.id)),
            created_at=now,
        )
    )
    return key


def list_keys(tx: Connection, seal: KeySeal, client_id: str) -> list[ApiKey]:
    """List a client's keys with their values, oldest first."""
    rows = tx.execute(
        select(api_keys)
        .where(api_keys.c.client_id == client_id)
        .order_by(api_keys.c.created_at, api_keys.c.id)
    )
    return [_opened(seal, row) for row in rows]


def delete_key(tx: Connection, client_id: str, key_id: str) -> None:
    """Delete a key: it opens nothing from now on. It may be the last one, or the caller's own."""
    gone = tx.execute(
        delete(api_keys).where(api_keys.c.client_id == client_id, api_keys.c.id == key_id.lower())
    )
    if not gone.rowcount:
        raise NotFound(f"No API key was found with ID {key_id}")


def _opened(seal: KeySeal, row: Row[Any]) -> ApiKey:
    value = seal.open(row.sealed_key, owner=_owner(row.client_id, row.id))
    return ApiKey(row.id, row.name, value, row.created_at)


def _owner(client_id: str, key_id: str) -> str:
    return f"{client_id}/{key_id}"


def _presented(header: str | None) -> bytes:
    if not header:
        raise Unauthorised(f"The request has no API key. {_HOW}")
    scheme, _, encoded = header.partition(" ")
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if scheme.lower() != "basic" or not key:
        raise Unauthorised(f"The Authorization header is malformed. {_HOW}")
    return key


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
