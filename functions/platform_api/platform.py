"""What the platform API's endpoints work with."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Depends
from starlette.requests import Request

from shared_code.access import KeySeal
from shared_code.connect.addresses import Addresses
from shared_code.notify.work import Work, begin_work
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.serve.connectors import Connectors
from shared_code.store.database import Database


@dataclass(frozen=True, slots=True)
class Platform:
    """The store, the queue and whatever else the service was given."""

    db: Database
    queue: Queue
    clock: Clock
    seal: KeySeal
    addresses: Addresses
    connectors: Connectors

    def work(self) -> AbstractContextManager[Work]:
        """Begin a transaction that changes things."""
        return begin_work(self.db, self.queue, self.clock)


def _of(request: Request) -> Platform:
    platform: Platform = request.app.state.platform
    return platform


ThePlatform: TypeAlias = Annotated[Platform, Depends(_of)]
"""The endpoint's parameter that gives it the platform."""
