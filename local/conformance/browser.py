"""A browser before the connector's link pages: its cookies, and who sits before it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.conformance.listening import deaf
from shared_code.connect.auth.declared import OAuth, Widget
from shared_code.connect.browser import Request, Response

if TYPE_CHECKING:
    from local.conformance.company import Company
    from local.conformance.world import World

_STATE = re.compile(r'name="state" value="([^"]+)"')
_ONWARD = re.compile(r'<a [^>]*href="([^"]+)"')
_WIDGET = re.compile(r'data-token="([^"]+)"')

Answer = dict[str, str]
"""What a browser comes back with: the query of a redirect, or the form of our own page."""


@dataclass
class Browser:
    """Goes through the link pages as a user does, and notes what may appear nowhere else."""

    world: World
    cookies: dict[str, str] = field(default_factory=dict)

    def start(self, company: Company, organisation: str) -> Response:
        """Open a connection's link; type in what the way to the consent page needs."""
        query = {"companyId": company.id, "connectionId": company.connection_id}
        step = self.world.parts.link.authorize(Request(query=query, cookies=self.cookies))
        name, _, rest = step.headers["Set-Cookie"].partition("=")
        self.cookies[name] = rest.partition(";")[0]
        if isinstance(self.world.connector.auth, OAuth) and state_of(step):
            form = {"state": state_of(step), **self._typed(organisation)}
            step = self.world.parts.link.details(Request(form=form, cookies=self.cookies))
        return step

    def consent(self, step: Response, *organisations: str) -> Answer:
        """Decide at the provider, or type in what it gave; gives what to come back with."""
        answer = self._consented(step, *organisations)
        once = {answer.get("code"), answer.get("public_token")}
        self.world.secrets.update(filter(None, once))
        return answer

    def _consented(self, step: Response, *organisations: str) -> Answer:
        auth, simulator = self.world.connector.auth, self.world.simulator
        with deaf():
            if isinstance(auth, OAuth):
                return simulator.consent(consent_page(step) or "", *organisations)
            typed = self._typed(organisations[0])
            if isinstance(auth, Widget):
                opened = simulator.widget(_first(_WIDGET, step), organisations[0])
                typed = {**typed, "public_token": opened}
        return {"state": state_of(step), **typed}

    def come_back(self, answer: Mapping[str, str]) -> Response:
        """Arrive at the callback, or send the form."""
        link = self.world.parts.link
        if isinstance(self.world.connector.auth, OAuth):
            return link.callback(Request(query=answer, cookies=self.cookies))
        return link.details(Request(form=answer, cookies=self.cookies))

    def choose(self, step: Response, tenant: str) -> Response:
        """Choose one of the tenants that a page offers."""
        form = {"state": state_of(step), "tenant": tenant}
        return self.world.parts.link.choose_tenant(Request(form=form, cookies=self.cookies))

    def _typed(self, organisation: str) -> Answer:
        """What the connector asks for, of all that the simulator tells."""
        asked = self.world.connector.auth.asks
        told = self.world.simulator.typed(organisation) if asked else {}
        self.world.secrets.update(told[each.name] for each in asked if each.secret)
        return {each.name: told[each.name] for each in asked}


def consent_page(step: Response) -> str | None:
    """Find where a step leads: a redirect, or a page with the way on; None for neither."""
    return step.headers.get("Location") or _first(_ONWARD, step) or None


def state_of(step: Response) -> str:
    """Read the state that a page's form carries."""
    return _first(_STATE, step)


def _first(pattern: re.Pattern[str], step: Response) -> str:
    found = pattern.search(step.body)
    return html.unescape(found[1]) if found else ""
