"""Whoever holds a connection's grant, and what it gave a moment ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from pydantic import SecretStr

from shared_code.ports.clock import Clock

REMEMBERED = timedelta(seconds=1)
"""For so long a connection that was unlinked may still be called, as by a call on its way."""


class TokenSource(Protocol):
    """Whoever holds the connection's grant."""

    def token(self) -> SecretStr:
        """Give an access token that is live now."""
        ...

    def refused(self, token: SecretStr) -> SecretStr:
        """Give another one, since the provider refused this; `Reauthorise` when there is none."""
        ...


class Remembered:
    """A token for calls that are made one after another: it is not looked up for each of them.

    To look it up takes a tenth of the time that a page takes. For one thread.
    """

    def __init__(self, source: TokenSource, clock: Clock) -> None:
        self._source, self._clock = source, clock
        self._given: tuple[SecretStr, datetime] | None = None

    def token(self) -> SecretStr:
        """Give the token that was live less than `REMEMBERED` ago, or the one that is now."""
        now = self._clock.now()
        if self._given is None or not timedelta(0) <= now - self._given[1] < REMEMBERED:
            self._given = self._source.token(), now
        return self._given[0]

    def refused(self, token: SecretStr) -> SecretStr:
        """Give another one, which is asked for anew at the next call."""
        self._given = None
        return self._source.refused(token)
