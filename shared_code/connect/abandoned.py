"""Grants whose user never chose a tenant: nobody waits for them any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Row

from shared_code.connect.attempts import Attempts, offered_by
from shared_code.connect.auth.clients import AuthClient
from shared_code.custody.withdrawing import Withdrawal
from shared_code.errors import CausewayError, Retry

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The grants of one connector that nobody waits for."""

    attempts: Attempts
    auth: AuthClient
    way_back: Withdrawal

    def take_back(self) -> None:
        """Withdraw all of them, and forget their attempts.

        What the provider or the vault keeps from being withdrawn now is kept for the next time. So
        is what offered a tenant that another attempt offers now: without it both would end.
        """
        for attempt in self.attempts.abandoned():
            if not self.attempts.offered_now().isdisjoint(offered_by(attempt)):
                continue
            try:
                self._withdraw(attempt)
            except Retry as trouble:
                _log.warning("grant is not taken back yet", reason=trouble.internal)
                continue
            except CausewayError as refusal:
                _log.warning("grant could not be taken back", reason=refusal.internal)
            self.attempts.forget(attempt)

    def _withdraw(self, attempt: Row[Any]) -> None:
        tokens, tenants = self.attempts.waiting(attempt), offered_by(attempt)
        expired = tokens.expires_at <= self.attempts.clock.now()
        if expired and self.way_back.needs_live_token(tenants):
            tokens = self.auth.refresh(tokens)
            self.attempts.renew(attempt, tokens)
        self.way_back.withdraw(tokens, tenants=tenants)
