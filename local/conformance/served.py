"""The simulators of `local.providers`, on a socket of this machine, told by their controls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from threading import Thread
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

import httpx
from starlette.types import ASGIApp

from local.conformance.hosts import ToSimulator
from local.conformance.listening import SIMULATOR
from local.conformance.simulator import Call, MakeSimulator, Simulator, Truth
from local.providers.books.generate import Story
from local.providers.kit.widget import CONSENT
from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.orders import EditOrder
from local.providers.simulation.serve import listen, server
from local.providers.simulation.simulator import CLIENT_ID, CLIENT_SECRET, Settings
from local.providers.simulation.simulator import Simulator as State
from local.providers.start import MakeProvider, assemble, build
from shared_code.ports.clock import Clock

ORGANISATIONS = 20
"""Each check that disturbs one takes another; their books are made when they are needed."""

DOMAIN = "books.example"
"""Each organisation has a host of its own below it, for connectors that ask for one."""

FEW = 3
"""Records that an edit changes; one, where there are not so many that can be edited so."""

_EDITS: Sequence[str] = get_args(EditOrder.model_fields["operation"].annotation)
_PUBLIC_TOKEN = re.compile(r'data-public-token="([^"]*)"')

Build = Callable[[Settings, ShiftableClock], tuple[State, ASGIApp]]


def simulator_of(name: str) -> MakeSimulator:
    """Serve the simulator that `local.providers` has under a name."""
    return _served(lambda settings, clock: build(name, settings, clock=clock))


def simulator_made(make: MakeProvider) -> MakeSimulator:
    """Serve the simulator of a provider that lies elsewhere: what `simulate` makes."""
    return _served(lambda settings, clock: assemble(make, settings, clock=clock))


def _served(built: Build) -> MakeSimulator:
    @contextmanager
    def serve(clock: Clock, records: int) -> Iterator[Simulator]:
        settings = Settings(
            story=Story(invoices=records), organisations=ORGANISATIONS, rate_limit=False
        )
        state, app = built(settings, ShiftableClock(source=clock.now))
        listener = listen(0)
        running = server(app, state.transports)
        thread = Thread(
            target=running.run, kwargs={"sockets": [listener]}, name=SIMULATOR, daemon=True
        )
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            ways = {f"https://*.{DOMAIN}": ToSimulator(url)}
            with httpx.Client(base_url=url, timeout=30, trust_env=False, mounts=ways) as http:
                yield Served(url, http)
        finally:
            running.should_exit = True
            thread.join(10)
            listener.close()

    return serve


class Served:
    """A simulator by its address; all is asked over HTTP, whatever it is written in."""

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    def __init__(self, url: str, http: httpx.Client) -> None:
        self.url = url
        self._http = http

    def organisations(self) -> Sequence[str]:
        """List the tenants' ids."""
        return [each["id"] for each in self._get("/_control")["organisations"]]

    def typed(self, organisation: str) -> Mapping[str, str]:
        """Tell its key and the secret to it, what the client is known by, and its own host."""
        key, _, secret = self._get("/_control/keys")["keys"].get(organisation, "").partition(":")
        return {
            "key": key,
            "secret": secret,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "host": f"{organisation}.{DOMAIN}",
        }

    def widget(self, token: str, organisation: str) -> str:
        """Post the form within the widget's frame."""
        form = {"organisation": organisation, "decision": "allow"}
        answer = self._http.post(CONSENT, params={"token": token}, data=form).raise_for_status()
        found = _PUBLIC_TOKEN.search(answer.text)
        return found[1] if found else ""

    def consent(self, page: str, *organisations: str) -> dict[str, str]:
        """Post the consent form."""
        decision = "allow" if organisations else "cancel"
        form = {"organisation": list(organisations), "decision": decision}
        answer = self._http.post(page, data=form)
        if not answer.has_redirect_location:
            raise ValueError(f"The consent page answers {answer.status_code}: {answer.text[:200]}")
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def calls(self, *, since: int = 0) -> Sequence[Call]:
        """Read the ledger."""
        return [_call(each) for each in self._get(f"/_calls?since={since}")["calls"]]

    def misbehave(self, **fault: object) -> None:
        """Put a fault in force."""
        self._order("/_control/faults", fault)

    def behave(self) -> None:
        """Lift all faults."""
        self._http.delete("/_control/faults").raise_for_status()

    def limits(self) -> Mapping[str, int]:
        """Read the amounts as they are declared."""
        return self._limits

    def limit(self, amounts: Mapping[str, int] | None) -> None:
        """Switch the limits."""
        wanted = {**self._limits, **(amounts or {})}
        order = {"enabled": amounts is not None, "amounts": wanted, "reset": True}
        self._order("/_control/limits", order)

    @cached_property
    def _limits(self) -> Mapping[str, int]:
        told: Mapping[str, int] = self._get("/_control")["limits"]["amounts"]
        return told

    def edits(self) -> Sequence[str]:
        """Name all operations of the controls."""
        return _EDITS

    def edit(self, organisation: str, operation: str, seed: int) -> bool:
        """Have records edited."""
        order = {"organisation": organisation, "operation": operation, "seed": seed}
        answers = (
            self._http.post("/_control/books/edit", json={**order, "count": count})
            for count in (FEW, 1)
        )
        return any(each.is_success for each in answers)

    def truth(self, organisation: str) -> Truth:
        """Read what the books come to in the words of the public contract."""
        told = self._get(f"/_truth?organisation={organisation}")["dataTypes"]
        return {
            data_type: {
                name: {path: Decimal(amount) for path, amount in amounts.items()}
                for name, amounts in records.items()
            }
            for data_type, records in told.items()
        }

    def expire_tokens(self) -> None:
        """End all access tokens."""
        self._order("/_control/tokens/expire", {})

    def revoke_grants(self) -> None:
        """Revoke all grants."""
        self._order("/_control/grants/revoke", {})

    def disconnect(self, organisation: str) -> None:
        """Disconnect a tenant."""
        self._order("/_control/tenants/disconnect", {"tenant": organisation})

    def _get(self, address: str) -> Any:  # noqa: ANN401 - JSON
        return self._http.get(address).raise_for_status().json()

    def _order(self, address: str, body: Mapping[str, object]) -> None:
        answer = self._http.post(address, json=body)
        if not answer.is_success:
            raise ValueError(f"The simulator refuses {body}: {answer.text}")


def _call(told: Mapping[str, Any]) -> Call:
    detail = told.get("detail", {})
    return Call(
        seq=told["seq"],
        at=datetime.fromisoformat(told["time"]),
        method=told["method"],
        path=told["path"],
        query=told["query"],
        status=told.get("status"),
        tenant=told.get("tenant"),
        grant_type=detail.get("grantType"),
        until=told.get("until"),
        refused=detail.get("limit"),
        points=int(detail.get("points", 1)),
    )
