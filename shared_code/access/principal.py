"""The caller behind a request, and the errors of those who are not let in."""

from __future__ import annotations

from dataclasses import dataclass

from shared_code.errors import Reject


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller: every store call made for it takes its `client_id`."""

    client_id: str
    key_id: str


class Unauthorised(Reject):
    """Nobody we know: the key is missing, malformed or wrong."""

    status = 401


class Forbidden(Reject):
    """Somebody we know, who may not do this."""

    status = 403
