"""What a check needs of a connector; one that does not have it is passed over, and says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local.conformance.world import World
from shared_code.connect.auth.declared import Keys, NoTenant, OAuth, TenantFact
from shared_code.fetch.paging import Links, empty_page, short_page
from shared_code.spec import Resource


def needs_redirect(world: World) -> None:
    """Go on only where users consent at the provider."""
    if not isinstance(world.connector.auth, OAuth):
        pytest.skip("users do not consent at this provider")


def needs_tenants(world: World) -> None:
    """Go on only where a grant may reach several tenants."""
    if isinstance(world.connector.tenants, TenantFact | NoTenant):
        pytest.skip("a grant reaches one tenant, which needs no choice")


def needs_tokens_that_end(world: World) -> None:
    """Go on only where access tokens are renewed."""
    if isinstance(world.connector.auth, Keys):
        pytest.skip("keys do not run out")


def needs_list(world: World, is_meant: Callable[[Resource], bool], otherwise: str) -> Resource:
    """Give the list with most pages among those that are meant; go on only if there is one."""
    pages = world.settled.pages()
    meant = [each for each in world.connector.source.resources if each.feeds and is_meant(each)]
    if not meant:
        pytest.skip(otherwise)
    return max(meant, key=lambda each: pages.get(each.name, 0))


def says_the_end(paging: object) -> bool:
    """Whether a list says that it goes on, so that a page may be empty and not the last."""
    if inner := getattr(paging, "inner", None):
        return says_the_end(inner)
    end = getattr(paging, "end", None)
    return isinstance(paging, Links) or end not in (None, short_page, empty_page)
