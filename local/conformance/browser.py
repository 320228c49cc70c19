"""A browser before the connector's link pages: its cookies, and who sits before it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.conformance.listening import deaf
from shared_code.connect.browser import Request, Response

if TYPE_CHECKING:
    from local.conformance.world import World

_STATE = re.compile(r'name="state" value="([^"]+)"')
_ONWARD = re.compile(r'<a [^>]*href="([^"]+)"')


@dataclass
class Browser:
    """Goes through the link pages as a user does, and notes what may appear nowhere else."""

    world: World
    cookies: dict[str, str] = field(default_factory=dict)

    def start(self, company_id: str, connection_id: str) -> Response:
        """Open a connection's link; type in what is asked for."""
        query = {"companyId": company_id, "connectionId": connection_id}
        step = self.world.parts.link.authorize(Request(query=query, cookies=self.cookies))
        name, _, rest = step.headers["Set-Cookie"].partition("=")
        self.cookies[name] = rest.partition(";")[0]
        typed = self.world.simulator.typed
        if step.status == 200 and typed:
            form = {**typed, "state": state_of(step)}
            step = self.world.parts.link.details(Request(form=form, cookies=self.cookies))
        return step

    def consent(self, step: Response, *organisations: str) -> dict[str, str]:
        """Decide at the provider; gives the query to come back with."""
        with deaf():
            query = self.world.simulator.consent(consent_page(step) or "", *organisations)
        self.world.secrets.update(filter(None, [query.get("code")]))
        return query

    def come_back(self, query: Mapping[str, str]) -> Response:
        """Arrive at the callback."""
        return self.world.parts.link.callback(Request(query=query, cookies=self.cookies))

    def choose(self, step: Response, tenant: str) -> Response:
        """Choose one of the tenants that a page offers."""
        form = {"state": state_of(step), "tenant": tenant}
        return self.world.parts.link.choose_tenant(Request(form=form, cookies=self.cookies))


def consent_page(step: Response) -> str | None:
    """Find where a step leads: a redirect, or a page with the way on; None for neither."""
    if location := step.headers.get("Location"):
        return location
    onward = _ONWARD.search(step.body)
    return html.unescape(onward[1]) if onward else None


def state_of(step: Response) -> str:
    """Read the state that a page's form carries."""
    found = _STATE.search(step.body)
    return html.unescape(found[1]) if found else ""
