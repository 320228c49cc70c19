"""A provider's limits on calls, as a connector declares them; to keep them is the platform's.

The kinds of limit are the field's: so many calls (or points) in a rolling or a fixed window, a
leaky bucket, so many calls at once. Each holds for one tenant, or for the app with all its tenants.
All callables given here are pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal, TypeVar

Told = TypeVar("Told")

Scope = Literal["connection", "app"]
"""Whose calls are counted together: our app's for one tenant, or for all."""

Window = Literal["rolling", "fixed", "leaky"]

Kind = Literal["api", "token", "tenant"]
"""What a call is for: data and documents, the grant's tokens, the tenants that a grant reaches."""

SHARED_FROM = timedelta(days=1)
"""A limit over this time or longer is not a first sync's alone."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, as far as it may speak of limits; `headers` are found whatever their case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Spent:
    """What a call really cost, and what is left of the limit if the provider says so."""

    cost: int
    left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `amount` of calls, or of points, `per` a time; without it, at once."""

    name: str
    """The provider's own word for it where there is one, unique in the connector."""
    amount: int
    """0 lifts the limit."""
    per: timedelta | None = None
    scope: Scope = "connection"
    window: Window = "rolling"
    """`fixed` begins anew at whole multiples of `per` in UTC; `leaky` holds `amount` and runs empty
    in `per`."""
    cost: int = 1
    """Points that a call takes, before the provider says what it really cost."""
    counts: frozenset[Kind] = frozenset({"api"})
    paths: str = ""
    """A regular expression of the paths that are counted, matched whole; all are if it is empty."""
    remaining: str = ""
    """The header that tells what is left."""
    spent: Callable[[Answered], Spent | None] | None = None
    """Reads what the call cost, where answers say that."""
    of_first_syncs: bool = False
    """Counts first full passes alone. The platform makes these from limits of a day and longer."""

    def __post_init__(self) -> None:
        """Refuse what could never be kept."""
        if self.amount and not 0 < self.cost <= self.amount:
            raise ValueError(f"{self.name}: a call costs from 1 to {self.amount}, not {self.cost}")
        if self.per is not None and self.per <= timedelta(0):
            raise ValueError(f"{self.name}: the time must be longer than nothing")
        if self.scope == "connection" and self.counts != {"api"}:
            # The tenant is not known before the tokens are.
            raise ValueError(f"{self.name}: a limit on token or tenant calls is the app's")
        re.compile(self.paths)

    def spent_by(self, answered: Answered) -> Spent | None:
        """What a call cost, if its answer says so."""
        spent = _said(self.spent, answered) if self.spent else None
        return spent if spent is not None and _is_count(spent.cost) else None

    def applies(self, kind: Kind, path: str, *, first_sync: bool) -> bool:
        """Whether a call counts."""
        return (
            kind in self.counts
            and (first_sync or not self.of_first_syncs)
            and (not self.paths or re.fullmatch(self.paths, path) is not None)
        )


a_minute = partial(Limit, per=timedelta(minutes=1))
a_day = partial(Limit, per=timedelta(days=1))


def _is_count(number: object) -> bool:
    """Whether it is what it is declared to be: readers pass on what JSON holds."""
    return isinstance(number, int) and number >= 0


def _said(read: Callable[[Answered], Told | None], answered: Answered) -> Told | None:
    """What an answer says; one that cannot be read, such as a proxy's page, says nothing."""
    try:
        return read(answered)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        return None


def nothing_said(answered: Answered) -> str | None:
    """Name no limit: for providers whose refusals do not say which one it was."""
    del answered
    return None


def named_in(header: str) -> Callable[[Answered], str | None]:
    """Read the name of the limit that refused a call from a header."""
    return lambda answered: answered.headers.get(header) or None


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of a provider; with none of them the platform counts nothing."""

    of: tuple[Limit, ...] = ()
    exceeded: Callable[[Answered], str | None] = nothing_said
    """Names the limit that refused the call, for any status; None for a 429 means all of the
    connection's."""

    def exceeded_by(self, answered: Answered) -> str | None:
        """The limit that refused a call, if its answer names one."""
        return _said(self.exceeded, answered)

    def __post_init__(self) -> None:
        """Refuse names that mean two limits."""
        names = [each.name for each in self.of]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two limits are called {sorted(twice)}")
