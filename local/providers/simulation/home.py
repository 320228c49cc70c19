"""The page on which a person sees the simulated businesses, and changes their books."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

import orjson
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from local.providers.books.model import Document, DocumentKind, DocumentStatus
from local.providers.pages import TEMPLATES
from local.providers.simulation.hooks import Subscription
from local.providers.simulation.orders import (
    EditOrder,
    LimitsOrder,
    WebhookOrder,
    changed_limits,
)
from local.providers.simulation.shelves import Shelf
from local.providers.simulation.simulator import Provider, Simulator
from local.providers.simulation.world import Company

LATEST, CALLS, RECORDS = 10, 14, 6
EDITS = {
    "import-at-once": "Import bills, all in one instant",
    "rename-contact": "Rename contacts",
    "archive-contact": "Archive contacts",
    "update-item": "Raise the price of items",
    "delete-item": "Delete items: they vanish",
    "delete-payment": "Take payments back",
    "void-credit": "Void credit notes that were not used",
    "delete-money": "Delete money spent or received",
    "delete-transfer": "Delete transfers",
    "delete-order": "Delete purchase orders",
    "archive-account": "Archive accounts",
    "touch": "Amend invoices and bills",
    "change-amount": "Change amounts of unpaid documents",
}

_PLACE = ("organisation", "list")

Fields = Mapping[str, str]
Change = Callable[[Fields], Awaitable[None]]


class Home:
    """The page, and the forms on it, which all come back to it."""

    def __init__(self, simulator: Simulator, provider: Provider) -> None:
        self._simulator, self._provider = simulator, provider

    def routes(self) -> list[BaseRoute]:
        """List the routes."""
        changes: dict[str, Change] = {
            "change": self._edit,
            "switch": self._switch,
            "limits": self._limit,
            "webhooks": self._subscribe,
        }
        posts = [
            Route(f"/_home/{name}", self._form(change), methods=["POST"])
            for name, change in changes.items()
        ]
        return [Route("/", self.show, methods=["GET"]), *posts]

    async def show(self, request: Request) -> Response:
        """Show one organisation, the first unless another is chosen, and one of its lists."""
        world, simulator = self._simulator.world, self._simulator
        asked = request.query_params
        company = world.find(asked.get("organisation", "0")) or world.companies[0]
        context = {
            "title": self._provider.title,
            "now": simulator.clock.now(),
            "problem": asked.get("problem"),
            "companies": world.companies,
            "chosen": company,
            "key": simulator.keys.get(company.id),
            "calls": list(simulator.calls)[: -CALLS - 1 : -1],
            "total_calls": len(simulator.calls),
            "switches": simulator.switches.as_json(),
            "faults": len(simulator.script.as_json()),
            "hooks": simulator.hooks,
            "edits": EDITS,
            "limits": self._limits(company),
            "per_minute": simulator.limiter.limits.per_minute,
            "limited": simulator.limiter.enabled,
            **self._documents(company),
            **self._records(company, asked),
        }
        return TEMPLATES.TemplateResponse(request, "home.html", context)

    def _form(self, change: Change) -> Callable[[Request], Awaitable[Response]]:
        async def changed(request: Request) -> Response:
            async with request.form() as form:
                fields = {name: value for name, value in form.items() if isinstance(value, str)}
            back = {name: fields[name] for name in _PLACE if name in fields}
            try:
                await change(fields)
            except ValidationError as error:
                first = error.errors()[0]
                back["problem"] = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
            except (LookupError, ValueError) as error:
                back["problem"] = str(error)
            return RedirectResponse(f"/?{urlencode(back)}", 303)

        return changed

    async def _edit(self, fields: Fields) -> None:
        """Make the edit whose button was pressed."""
        known = ("organisation", "operation", "count", "kind", "factor", "share")
        given = {name: fields[name] for name in known if fields.get(name)}
        ids = (fields["id"],) if fields.get("id") else ()
        seed = self._simulator.calls.next_seq()
        order = EditOrder.model_validate({**given, "ids": ids, "seed": seed})
        company = self._simulator.world.find(order.organisation)
        if company is None:
            raise LookupError(f"There is no organisation '{order.organisation}'")
        await self._simulator.edit(company, order)

    async def _switch(self, fields: Fields) -> None:
        """Switch misbehaviour on or off."""
        name, on = fields.get("name", ""), fields.get("on") == "true"
        self._simulator.switches.turn(name, on=on)

    async def _limit(self, fields: Fields) -> None:
        """Switch the limits, change the calls a minute, or forget the calls so far."""
        given = {name: value for name, value in fields.items() if name not in _PLACE and value}
        order, limiter = LimitsOrder.model_validate(given), self._simulator.limiter
        limiter.limits = changed_limits(limiter.limits, order)
        if order.enabled is not None:
            limiter.enabled = order.enabled
        if order.reset:
            limiter.reset()

    async def _subscribe(self, fields: Fields) -> None:
        """Send webhooks to the URL that was typed in; without one to nobody."""
        given = {name: fields[name] for name in ("url", "secret") if fields.get(name)}
        order = WebhookOrder.model_validate(given)
        wanted = Subscription(order.url, order.secret) if order.url else None
        self._simulator.hooks.subscription = wanted

    def _limits(self, company: Company) -> list[dict[str, object]]:
        """Tell each limit, and how much of it is used."""
        limiter = self._simulator.limiter
        left = limiter.remaining(company.id, self._simulator.clock.now())
        return [
            {"name": each.name, "most": each.amount, "used": each.amount - left[each.name]}
            for each in limiter.limits.quotas
        ]

    def _documents(self, company: Company) -> dict[str, object]:
        book = company.book
        documents = list(book.invoices)[: -LATEST - 1 : -1]
        return {
            "documents": [(each, _buttons(each)) for each in documents],
            "names": {each.contact_id: book.contacts[each.contact_id].name for each in documents},
            "facts": company.facts(self._simulator.clock.now().date()),
            "sales": DocumentKind.INVOICE,
        }

    def _records(self, company: Company, asked: Fields) -> dict[str, object]:
        """Tell the records of the chosen list, those changed last first, as the provider does."""
        shelves = self._provider.shelves(company.book)
        name = asked.get("list", "")
        name = name if name in shelves else next(iter(shelves), "")
        begin = int(asked["from"]) if asked.get("from", "").isdecimal() else 0
        shelf = shelves.get(name) or Shelf((), str, str)
        wanted = asked.get("record", "").strip()
        found = [each for each in shelf.records if wanted in ("", shelf.key(each))][::-1]
        return {
            "shelves": {each: len(one) for each, one in shelves.items()},
            "list": name,
            "record": wanted,
            "begin": begin,
            "step": RECORDS,
            "records": [
                (shelf.key(each), _indented(shelf.tell(each)))
                for each in found[begin : begin + RECORDS]
            ],
            "found": len(found),
        }


def _indented(told: object) -> str:
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()


def _buttons(document: Document) -> list[tuple[str, str]]:
    """List what can be done to a document: the operation, and the button's words."""
    found = [("touch", "Amend")]
    if document.status is DocumentStatus.APPROVED and document.outstanding:
        found.append(("pay", "Pay"))
    gone = document.status in (DocumentStatus.VOIDED, DocumentStatus.DELETED)
    if not (gone or document.payments or document.allocations):
        word = "Void" if document.status.is_posted else "Delete"
        found += [("change-amount", "+10 %"), ("void", word)]
    return found


def home_routes(simulator: Simulator, provider: Provider) -> list[BaseRoute]:
    """List the routes of the page."""
    return Home(simulator, provider).routes()
