"""Permission to call a provider: whoever calls takes a permit first, and says how it went."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, Self

import httpx

from shared_code.errors import Throttled


class OverBudget(Throttled):
    """Our own count says that a call would be too many; nothing was asked of the provider."""

    def __init__(self, public: str, *, wait: float) -> None:
        super().__init__(public, retry_after=wait)
        self.wait = wait


class Permit:
    """One call's permission: the caller leaves the answer, and finds there what it meant."""

    def __init__(self) -> None:
        self.answer: httpx.Response | None = None
        self.refusal: Throttled | None = None
        """Set at the end where the answer says that a limit is used up."""


class Budget(Protocol):
    """What is left of a provider's limits for one connection."""

    def permit(self, path: str) -> AbstractContextManager[Permit]:
        """Take permission for a call; `OverBudget` says how long there is none."""
        ...

    def for_first_sync(self) -> Self:
        """Give the budget of a first full pass, which may not take all."""
        ...

    def ahead(self) -> AbstractContextManager[Self]:
        """Give the budget of calls that one thread makes one after another, within the context.

        They may be counted some at a time, before the first of them.
        """
        ...


class Metered(httpx.BaseTransport):
    """A transport whose every call takes a permit; raises what stands against it."""

    def __init__(self, inner: httpx.BaseTransport, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Call with permission; the inner transport's answers have their bodies."""
        with self._budget.permit(request.url.path) as permit:
            answer = permit.answer = self._inner.handle_request(request)
        if permit.refusal:
            raise permit.refusal
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class Unlimited:
    """The budget of a provider without limits."""

    def permit(self, path: str) -> AbstractContextManager[Permit]:
        """Permit any call."""
        del path
        return nullcontext(Permit())

    def for_first_sync(self) -> Self:
        """Give the same."""
        return self

    def ahead(self) -> AbstractContextManager[Self]:
        """Give the same."""
        return nullcontext(self)


UNLIMITED = Unlimited()
