"""Clients: the tenants whose keys, settings and companies are kept apart."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Connection, insert, select

from shared_code.access.keys import issue_key, list_keys
from shared_code.access.seal import KeySeal
from shared_code.ports.clock import Clock
from shared_code.ports.vault import Vault
from shared_code.store.database import Database
from shared_code.store.schema import clients


def create_client(tx: Connection, name: str, now: datetime) -> str:
    """Create a client without keys; gives its id. Names need not be unique."""
    client_id = str(uuid.uuid4())
    tx.execute(insert(clients).values(id=client_id, name=name, created_at=now))
    return client_id


def ensure_client(db: Database, vault: Vault, clock: Clock, name: str) -> tuple[str, str]:
    """Find the first client called `name` and its oldest key; make what is missing.

    Gives (client id, API key). For those who set a platform up: calling it again changes nothing.
    """
    seal = KeySeal(vault)
    with db.write() as tx:
        client_id = tx.scalar(
            select(clients.c.id)
            .where(clients.c.name == name)
            .order_by(clients.c.created_at, clients.c.id)
            .limit(1)
        ) or create_client(tx, name, clock.now())
        keys = list_keys(tx, seal, client_id) or [
            issue_key(tx, seal, client_id, name="first", now=clock.now())
        ]
    return client_id, keys[0].value
