"""The controls of a simulator, for tests and people: everything under `/_`."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from local.providers.simulation.answers import explained, json_answer, order_of
from local.providers.simulation.calls import Match
from local.providers.simulation.faults import Fault
from local.providers.simulation.hooks import Subscription
from local.providers.simulation.orders import (
    ClockOrder,
    EditOrder,
    GrantOrder,
    LimitsOrder,
    SwitchOrder,
    TenantOrder,
    WebhookOrder,
    changed_limits,
)
from local.providers.simulation.simulator import Provider, Simulator
from local.providers.simulation.world import Company

Endpoint = Callable[[Request], Awaitable[Response]]


class Control:
    """The control routes of one simulator."""

    def __init__(self, simulator: Simulator, provider: Provider) -> None:
        self._simulator, self._provider = simulator, provider

    def routes(self) -> list[BaseRoute]:
        """List the routes; the docstring of each says what it does."""
        return [
            Route(path, explained(endpoint), methods=[method])
            for method, path, endpoint in self._table()
        ]

    def _table(self) -> list[tuple[str, str, Endpoint]]:
        return [
            ("GET", "/_control", self.overview),
            ("GET", "/_calls", self.calls),
            ("DELETE", "/_calls", self.forget_calls),
            ("GET", "/_calls/wait", self.wait_for_calls),
            ("GET", "/_books", self.books),
            ("GET", "/_truth", self.truth),
            ("POST", "/_control/books/edit", self.edit),
            ("GET", "/_control/faults", self.faults),
            ("POST", "/_control/faults", self.add_fault),
            ("DELETE", "/_control/faults", self.clear_faults),
            ("DELETE", "/_control/faults/{number:int}", self.clear_faults),
            ("GET", "/_control/clock", self.clock),
            ("POST", "/_control/clock", self.move_clock),
            ("POST", "/_control/limits", self.set_limits),
            ("GET", "/_control/misbehaviour", self.misbehaviour),
            ("POST", "/_control/misbehaviour", self.misbehave),
            ("GET", "/_control/webhooks", self.webhooks),
            ("POST", "/_control/webhooks", self.subscribe),
            ("GET", "/_control/keys", self.keys),
            ("GET", "/_control/grants", self.grants),
            ("POST", "/_control/tokens/expire", self.expire_tokens),
            ("POST", "/_control/grants/revoke", self.revoke_grant),
            ("POST", "/_control/tenants/disconnect", self.disconnect),
        ]

    async def overview(self, _: Request) -> Response:
        """List the controls and the state they act on."""
        simulator = self._simulator
        return json_answer(
            {
                "provider": self._provider.title,
                "now": simulator.clock.now().isoformat(),
                "clockShiftSeconds": simulator.clock.shift.total_seconds(),
                "client": {"id": simulator.client.client_id},
                "limits": self._limits(),
                "organisations": [
                    {"id": company.id, "name": company.organisation.name}
                    for company in simulator.world.companies
                ],
                "calls": len(simulator.calls),
                "faults": simulator.script.as_json(),
                "controls": [
                    {"method": method, "path": path, "does": inspect.getdoc(endpoint)}
                    for method, path, endpoint in self._table()
                ],
            }
        )

    async def calls(self, request: Request) -> Response:
        """List calls, oldest first.

        Filters: `path` (whole, its end, or with `*`), `method`, `tenant`, `status`, `detail` (such
        as `refresh_token`), `since` (a seq); `limit` gives the last so many.
        """
        match = Match.of(dict(request.query_params))
        found = self._simulator.calls.matching(match)
        limit = int(request.query_params.get("limit", len(found)))
        shown = found[max(0, len(found) - limit) :]
        return json_answer({"count": len(found), "calls": [each.as_json() for each in shown]})

    async def forget_calls(self, _: Request) -> Response:
        """Empty the ledger; seq goes on."""
        self._simulator.calls.clear()
        return Response(None, 204)

    async def wait_for_calls(self, request: Request) -> Response:
        """Answer once `count` matching calls were answered, or after `timeout` seconds.

        The filters are those of `GET /_calls`. With `started=true` calls count when they arrive.
        `reached` says whether there were enough.
        """
        parameters = dict(request.query_params)
        count, timeout = int(parameters.get("count", "1")), float(parameters.get("timeout", "30"))
        found = await self._simulator.calls.wait(
            Match.of(parameters),
            count=count,
            seconds=min(timeout, 300),
            started=parameters.get("started") == "true",
        )
        return json_answer(
            {
                "reached": len(found) >= count,
                "count": len(found),
                "calls": [each.as_json() for each in found],
            }
        )

    async def books(self, request: Request) -> Response:
        """Tell the truth about one organisation: its records in the provider's shapes, and facts.

        `organisation` is an id, a name or a position (0 without); `resources` narrows what is told,
        by comma, and `none` leaves only the facts. Amounts in facts are text.
        """
        company = self._company(request.query_params.get("organisation", "0"))
        wanted = request.query_params.get("resources")
        only = None if wanted is None else frozenset(wanted.split(","))
        today = self._simulator.clock.now().date()
        return json_answer(
            {
                "organisation": {"id": company.id, "name": company.organisation.name},
                "version": company.book.version,
                "facts": company.facts(today),
                "resources": self._provider.native(company.book, only),
            }
        )

    async def truth(self, request: Request) -> Response:
        """Tell what a reader of one organisation should have, in the words of its own contract.

        By data type and id, all records that are there, with their amounts by property, as text.
        """
        company = self._company(request.query_params.get("organisation", "0"))
        return json_answer({"dataTypes": self._provider.truth(company.book)})

    async def edit(self, request: Request) -> Response:
        """Edit the books, as their owner would while a sync runs; gives the changed ids."""
        order = await order_of(request, EditOrder)
        company = self._company(order.organisation)
        changed = await self._simulator.edit(company, order)
        return json_answer({"operation": order.operation, "changed": changed})

    async def faults(self, _: Request) -> Response:
        """List the faults in force with how often each matched and hit."""
        return json_answer({"faults": self._simulator.script.as_json()})

    async def add_fault(self, request: Request) -> Response:
        """Put a fault in force."""
        number = self._simulator.script.add(await order_of(request, Fault))
        return json_answer({"id": number}, 201)

    async def clear_faults(self, request: Request) -> Response:
        """Lift one fault, or all of them."""
        self._simulator.script.clear(request.path_params.get("number"))
        return Response(None, 204)

    async def clock(self, _: Request) -> Response:
        """Tell the simulated time."""
        return self._time()

    async def move_clock(self, request: Request) -> Response:
        """Move the clock: `advanceSeconds`, `now` (an instant) or `reset`."""
        order, clock = await order_of(request, ClockOrder), self._simulator.clock
        if order.reset:
            clock.shift = timedelta()
        if order.now is not None:
            if order.now.tzinfo is None:
                raise ValueError("now needs a zone, such as Z")
            clock.advance(order.now - clock.now())
        if order.advance_seconds is not None:
            clock.advance(timedelta(seconds=order.advance_seconds))
        return self._time()

    async def set_limits(self, request: Request) -> Response:
        """Switch limits (`enabled`), change them (`perMinute`, ...) or forget calls (`reset`).

        `amounts` changes any by the provider's own word for it.
        """
        order, limiter = await order_of(request, LimitsOrder), self._simulator.limiter
        limiter.limits = changed_limits(limiter.limits, order)
        if order.enabled is not None:
            limiter.enabled = order.enabled
        if order.reset:
            limiter.reset()
        return json_answer(self._limits())

    async def misbehaviour(self, _: Request) -> Response:
        """List the kinds of misbehaviour that can be switched, and which are on."""
        return json_answer({"misbehaviour": self._simulator.switches.as_json()})

    async def misbehave(self, request: Request) -> Response:
        """Switch a kind of misbehaviour (`name`) on, or off (`on` false)."""
        order = await order_of(request, SwitchOrder)
        self._simulator.switches.turn(order.name, on=order.on)
        return await self.misbehaviour(request)

    async def webhooks(self, _: Request) -> Response:
        """Tell where webhooks go, and what became of the last ones."""
        return json_answer(self._simulator.hooks.as_json())

    async def subscribe(self, request: Request) -> Response:
        """Send webhooks of each edit to `url`, signed with `secret`; without a URL to nobody."""
        order, hooks = await order_of(request, WebhookOrder), self._simulator.hooks
        if hooks.scheme is None:
            raise ValueError(f"{self._provider.title} has no webhooks here")
        hooks.subscription = Subscription(order.url, order.secret) if order.url else None
        return json_answer(hooks.as_json())

    async def keys(self, _: Request) -> Response:
        """Tell the static keys by organisation, where the provider has any."""
        return json_answer({"keys": self._simulator.keys})

    async def grants(self, _: Request) -> Response:
        """List the grants, without their secrets."""
        return json_answer({"grants": self._simulator.grants.as_json()})

    async def expire_tokens(self, request: Request) -> Response:
        """End the access tokens of one grant (`grant`), or all, now."""
        order = await order_of(request, GrantOrder)
        return json_answer({"expired": self._simulator.grants.expire_access(order.grant)})

    async def revoke_grant(self, request: Request) -> Response:
        """Revoke one grant, or all, as the user would at the provider."""
        order, store = await order_of(request, GrantOrder), self._simulator.grants
        revoked = [each for each in store.grants.values() if order.grant in (None, each.id)]
        for grant in revoked:
            self._provider.oauth.revoke(grant)
        return json_answer({"revoked": [grant.id for grant in revoked]})

    async def disconnect(self, request: Request) -> Response:
        """Disconnect a tenant, as its user would; its tokens live on."""
        order = await order_of(request, TenantOrder)
        company = self._company(order.tenant)
        return json_answer({"disconnected": self._provider.disconnect(company.id)})

    def _company(self, key: str) -> Company:
        company = self._simulator.world.find(key)
        if company is None:
            raise LookupError(f"There is no organisation '{key}'")
        return company

    def _time(self) -> Response:
        clock = self._simulator.clock
        return json_answer(
            {"now": clock.now().isoformat(), "shiftSeconds": clock.shift.total_seconds()}
        )

    def _limits(self) -> dict[str, object]:
        limits = self._simulator.limiter.limits
        return {
            "enabled": self._simulator.limiter.enabled,
            "perMinute": limits.per_minute,
            "perDay": limits.per_day,
            "atOnce": limits.at_once,
            "appPerMinute": limits.app_per_minute,
            "amounts": {each.name: each.amount for each in limits.quotas},
        }


def control_routes(simulator: Simulator, provider: Provider) -> list[BaseRoute]:
    """List the control routes of a simulator."""
    return Control(simulator, provider).routes()
