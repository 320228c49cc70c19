"""The hosted Link page: a company's people choose what to connect.

It asks for no key: whoever has the link, which holds the company's unguessable id, may connect a
platform to the company. So it tells the company's name and what is connected, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from sqlalchemy import Connection, Row, select

from shared_code.catalogue import CATALOGUE, Integration, by_key
from shared_code.connect import pages
from shared_code.connect.addresses import Addresses
from shared_code.connect.connections import create_connection
from shared_code.connect.reading import connections_of
from shared_code.errors import NotFound
from shared_code.notify.work import begin_work
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import companies

UNKNOWN = ("This link is not valid", "Ask for a new one where you got it.")


@dataclass(frozen=True, slots=True)
class HostedLink:
    """The page and what its buttons do; each gives an HTTP status and a page."""

    db: Database
    queue: Queue
    clock: Clock
    addresses: Addresses

    def show(self, company_id: str) -> tuple[int, str]:
        """List the platforms that the company can connect, and those that it has."""
        with self.db.read() as tx:
            company = _find(tx, company_id)
            if company is None:
                return 404, pages.message(*UNKNOWN)
            linked = {
                each.platform: each.tenant_name
                for each in connections_of(tx, [company.id])
                if each.status == "Linked"
            }
        action = f"{self.addresses.company_link(company.id)}/connections"
        forms = [_form(each, action, linked.get(each.platform)) for each in CATALOGUE]
        intro = f"Choose what {company.name} uses. You will be asked there to allow access."
        return 200, pages.menu(f"Connect {company.name}", intro, forms)

    def connect(self, company_id: str, platform_key: str) -> tuple[int, str]:
        """Make a connection that waits to be linked, or find one, and show the way to consent.

        The way on is a link, since browsers hold a form's redirects to the page's own host.
        """
        with begin_work(self.db, self.queue, self.clock) as work:
            company = _find(work.tx, company_id, lock=True)
            if company is None:
                return 404, pages.message(*UNKNOWN)
            try:
                integration = by_key(platform_key)
            except NotFound:
                return 404, pages.message("There is no such platform", "Go back and choose one.")
            row = _pending(work.tx, company, integration) or create_connection(
                work, company, integration, self.addresses
            )
        url = self.addresses.connection_link(integration.platform, company.id, row.id)
        name = integration.name
        action = pages.Action(f"Continue to {name}", url)
        sentence = f"Sign in at {name} and allow access. You will come back here."
        return 200, pages.way_on(f"Connect {name}", sentence, action)


def _find(tx: Connection, company_id: str, *, lock: bool = False) -> Row[Any] | None:
    query = select(companies).where(
        companies.c.id == company_id.lower(), companies.c.deleted_at.is_(None)
    )
    return tx.execute(query.with_for_update() if lock else query).one_or_none()


def _pending(tx: Connection, company: Row[Any], integration: Integration) -> Row[Any] | None:
    """The newest connection that still waits; pressing the button twice makes one, not two."""
    waiting = [
        each
        for each in connections_of(tx, [company.id])
        if each.platform == integration.platform and each.status == "PendingAuth"
    ]
    return waiting[-1] if waiting else None


def _form(integration: Integration, action: str, tenant: str | None) -> str:
    if tenant is not None:
        return f"<p>{escape(integration.name)}: <strong>{escape(tenant)}</strong> is connected.</p>"
    return (
        f'<form class="action" method="post" action="{escape(action)}">'
        f'<input type="hidden" name="platformKey" value="{escape(integration.key)}">'
        f'<button class="button" type="submit">{escape(integration.name)}</button></form>'
    )
