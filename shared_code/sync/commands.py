"""Carry out a connector's commands: what a wake-up call on its queue stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from shared_code.notify.taking import close_command, open_command
from shared_code.ports.clock import Clock
from shared_code.store.database import Database
from shared_code.sync.runs import LEASE, RunRef, claim, claimed

Revoke = Callable[[str, str], None]
"""Take a connection's grant (company id, connection id) back at the provider."""


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands of one connector; each may come twice, and is done once."""

    db: Database
    clock: Clock
    revoke: Revoke
    lease: timedelta = LEASE
    """Until a claimed run must have moved."""

    def take(self, command_id: str) -> RunRef | None:
        """Do what the command says; a claimed run comes back, to be driven by an orchestration."""
        command = open_command(self.db, command_id)
        if command is None:
            return None
        if command.kind == "sync":
            return self._sync(command)
        self._revoke(command)
        return None

    def done(self, command_id: str) -> None:
        """Note that nobody needs to be woken for the command again."""
        close_command(self.db, command_id, self.clock.now())

    def _sync(self, command: Row[Any]) -> RunRef | None:
        payload: Mapping[str, str] = command.payload
        run_id = payload["run"]
        # A run that was claimed and not started, because the process died between: start it now.
        until = self.clock.now() + self.lease
        return claim(self.db, command.company_id, run_id, until=until) or claimed(
            self.db, command.company_id, run_id
        )

    def _revoke(self, command: Row[Any]) -> None:
        payload: Mapping[str, str] = command.payload
        self.revoke(command.company_id, payload["connection"])
