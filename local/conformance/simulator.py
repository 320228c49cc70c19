"""What the checks need to know of a simulator: any class with these members will do.

Whatever it is made of, a simulator is called over HTTP by the connector, keeps a ledger of all
calls, misbehaves on demand, and knows the truth about its books.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from shared_code.ports.clock import Clock

Truth = Mapping[str, Mapping[str, Mapping[str, Decimal]]]
"""By data type and source id: all records that are there, the deleted ones left out.

Each has its amounts by the unified property (dots for what lies inside another, places for what a
list holds), to the cent. What is one object, such as company info, has the id `single`. A data type
that is left out is not compared. `ledger` is none: it has the `balance` of each account, by its id,
debit positive and in the base currency.
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was made; `status` is None where no answer was given.

    `grant_type` is a token call's. `at` is the simulator's time, which is the checks' clock's.
    `until` is the last call that had come when this one ended, None while it has not. `refused` is
    the limit that refused it, and `points` what it cost where calls cost points.
    """

    seq: int
    at: datetime
    method: str
    path: str
    query: str
    status: int | None
    tenant: str | None
    grant_type: str | None
    until: int | None = None
    refused: str | None = None
    points: int = 1


class Simulator(Protocol):
    """A provider, simulated."""

    @property
    def url(self) -> str:
        """The base URL, on the loopback address."""
        ...

    @property
    def client_id(self) -> str:
        """The registered application's id; empty where there are none."""
        ...

    @property
    def client_secret(self) -> str:
        """And its secret."""
        ...

    def organisations(self) -> Sequence[str]:
        """List the tenants' ids that the one user may share; twenty are enough."""
        ...

    def typed(self, organisation: str) -> Mapping[str, str]:
        """Tell what an organisation's user can type in, by the names that connectors ask for."""
        ...

    def consent(self, page: str, *organisations: str) -> dict[str, str]:
        """Decide at the consent page with this address; without organisations, refuse.

        Gives the query with which the browser is sent back.
        """
        ...

    def widget(self, token: str, organisation: str) -> str:
        """Choose in the widget that a token opens; gives the public token that its script hands on.

        Nobody asks a simulator without a widget.
        """
        ...

    def calls(self, *, since: int = 0) -> Sequence[Call]:
        """List the calls after `since` (a `seq`), oldest first, those for the checks left out."""
        ...

    def misbehave(self, **fault: object) -> None:
        """Do something wrong: `action`, `path`, `after`, `times`, `status` and so on.

        The words are those of the simulators' README.
        """
        ...

    def behave(self) -> None:
        """Do nothing wrong any more."""
        ...

    def limits(self) -> Mapping[str, int]:
        """Tell the amounts of its limits, by the provider's words for them."""
        ...

    def limit(self, amounts: Mapping[str, int] | None) -> None:
        """Enforce its limits, these with other amounts, and forget all calls so far.

        None enforces none, as it is in the beginning.
        """
        ...

    def edits(self) -> Sequence[str]:
        """Name the edits that its owner can make in the books, deletions among them."""
        ...

    def edit(self, organisation: str, operation: str, seed: int) -> bool:
        """Make one edit in a few records drawn by `seed`; False where none can be edited so."""
        ...

    def truth(self, organisation: str) -> Truth:
        """Tell what a connector should have read by now."""
        ...

    def expire_tokens(self) -> None:
        """End all access tokens; refresh tokens live on."""
        ...

    def revoke_grants(self) -> None:
        """Revoke all that was ever granted, as users would."""
        ...

    def disconnect(self, organisation: str) -> None:
        """Take a tenant from the application, as its user would; the tokens live on."""
        ...


class MakeSimulator(Protocol):
    """Serves a simulator, with about `records` documents, as long as the context lasts."""

    def __call__(self, clock: Clock, records: int) -> AbstractContextManager[Simulator]:
        """Serve it; all its times come from `clock`."""
        ...
