"""The page that shows a person the simulated businesses and the calls that came in."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from local.providers.books.model import DocumentKind
from local.providers.pages import TEMPLATES
from local.providers.simulation.answers import explained
from local.providers.simulation.orders import EditOrder
from local.providers.simulation.simulator import Provider, Simulator
from local.providers.simulation.world import Company

LATEST, CALLS, CONTACTS = 12, 15, 8


class Home:
    """The page, and the buttons on it."""

    def __init__(self, simulator: Simulator, provider: Provider) -> None:
        self._simulator, self._provider = simulator, provider

    async def show(self, request: Request) -> Response:
        """Show one organisation, the first unless another is chosen."""
        world = self._simulator.world
        company = world.find(request.query_params.get("organisation", "0")) or world.companies[0]
        context = {
            "title": self._provider.title,
            "now": self._simulator.clock.now(),
            "companies": world.companies,
            "chosen": company,
            "calls": list(self._simulator.calls)[: -CALLS - 1 : -1],
            "total_calls": len(self._simulator.calls),
            **self._figures(company),
        }
        return TEMPLATES.TemplateResponse(request, "home.html", context)

    async def change(self, request: Request) -> Response:
        """Make the edit whose button was pressed, and show the page again."""
        async with request.form() as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        ids = (fields["id"],) if fields.get("id") else ()
        order = EditOrder.model_validate(
            {
                "organisation": fields.get("organisation", "0"),
                "operation": fields.get("operation"),
                "ids": ids,
                "seed": self._simulator.calls.next_seq(),
                "kind": fields.get("kind"),
            }
        )
        company = self._simulator.world.find(order.organisation)
        if company is None:
            raise LookupError(f"There is no organisation '{order.organisation}'")
        company.edit(order, self._simulator.clock.now())
        return RedirectResponse(f"/?organisation={company.id}", 303)

    def _figures(self, company: Company) -> dict[str, object]:
        book = company.book
        documents = list(book.invoices)[: -LATEST - 1 : -1]
        contacts = list(book.contacts)[: -CONTACTS - 1 : -1]
        names = {each.contact_id: book.contacts[each.contact_id].name for each in documents}
        return {
            "documents": documents,
            "contacts": contacts,
            "names": names,
            "facts": company.facts(self._simulator.clock.now().date()),
            "sales": DocumentKind.INVOICE,
        }


def home_routes(simulator: Simulator, provider: Provider) -> list[BaseRoute]:
    """List the routes of the page."""
    home = Home(simulator, provider)
    return [
        Route("/", home.show, methods=["GET"]),
        Route("/_home/change", explained(home.change), methods=["POST"]),
    ]
