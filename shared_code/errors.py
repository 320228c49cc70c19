"""The one error tree, drawn by what the caller should do next.

    CausewayError
    ├── Retry          try again later, by itself; `retry_after` says when, if known
    │   ├── Throttled  the provider's limit is used up for now
    │   └── AnswerLost the provider may have done what it was asked to
    ├── Reauthorise    the grant is gone: only the company can help, by linking again
    ├── Skip           leave this data type out; the others go on
    ├── Reject         the input is bad: say what was wrong and what is allowed
    │   ├── NotFound   there is no such thing, or it is not the caller's
    │   └── Conflict   it cannot be done in the present state
    └── Abort          it will not heal: stop, and tell an operator

Every error carries a public message, which may reach a client, and an internal one, which only
logs see.
"""

from __future__ import annotations

import math
from collections.abc import Callable

INTERNAL_LIMIT = 8_000
"""Characters of an internal message that are kept: longer ones hang orchestrations."""

LONGEST_RETRY_AFTER = 60
"""Seconds: the official SDKs wait for a minute at most, whatever they are told."""

_RETRY_AFTER = 5.0


class CausewayError(Exception):
    """Anything that went wrong and that the platform knows how to treat."""

    def __init__(self, public: str, internal: str = "") -> None:
        super().__init__(public)
        self.public = public
        self.internal = (internal or public)[:INTERNAL_LIMIT]


class Retry(CausewayError):
    """Try again later; `retry_after` is in seconds, None where nobody said."""

    status = 503

    def __init__(
        self, public: str, internal: str = "", *, retry_after: float | None = None
    ) -> None:
        super().__init__(public, internal)
        self.retry_after = retry_after


class Throttled(Retry):
    """The provider's limit on calls is used up for now."""

    status = 429


class AnswerLost(Retry):
    """A call was sent and no answer came that can be read: it may have been carried out."""


class Reauthorise(CausewayError):
    """The provider no longer honours the grant: the company must link again."""


class Skip(CausewayError):
    """This data type cannot be read (permission, plan, support); the others can."""


class Reject(CausewayError):
    """The input is refused; `status` is the HTTP status that says so."""

    status = 400


class NotFound(Reject):
    """No such resource, or not the caller's: both look the same."""

    status = 404


class Conflict(Reject):
    """Impossible in the present state; a later attempt may succeed."""

    status = 409


class Abort(CausewayError):
    """Will not heal by waiting: a broken invariant or configuration."""


Fault = Callable[[int, bytes], CausewayError | None]
"""A provider's own reading of a failed answer: status and body; None leaves it to the general one.
"""


def retry_after_seconds(trouble: Retry) -> int:
    """What a client is told to wait, in whole seconds."""
    wait = math.ceil(trouble.retry_after or _RETRY_AFTER)
    return min(max(wait, 1), LONGEST_RETRY_AFTER)
