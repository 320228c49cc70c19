"""What a check needs of a connector; one that does not have it is passed over, and says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local.conformance.world import World
from shared_code.connect.auth.declared import (
    ClientCredentials,
    Keys,
    NoTenant,
    OAuth,
    TenantFact,
    TokenEndpoint,
    Widget,
)
from shared_code.fetch.paging import Links, empty_page, short_page
from shared_code.spec import Resource


def needs_redirect(world: World) -> None:
    """Go on only where users consent at the provider, which sends them back."""
    if not isinstance(world.connector.auth, OAuth):
        pytest.skip("this provider sends nobody back by a redirect")


def needs_tenants(world: World) -> None:
    """Go on only where a grant may reach several tenants."""
    one = isinstance(world.connector.tenants, TenantFact | NoTenant)
    if one or isinstance(world.connector.auth, Keys | Widget):
        pytest.skip("a grant reaches one tenant, which needs no choice")


def needs_another_tenant(world: World) -> None:
    """Go on only where a second grant can be for another tenant, and tells so."""
    if isinstance(world.connector.tenants, NoTenant):
        pytest.skip("a grant does not tell whose it is")
    if isinstance(world.connector.auth, ClientCredentials):
        pytest.skip("the same credentials reach every tenant")


def needs_typed_secret(world: World) -> None:
    """Go on only where what users type in lets them in, with no consent beside it."""
    auth = world.connector.auth
    if isinstance(auth, OAuth) or not any(each.secret for each in auth.asks):
        pytest.skip("nobody is let in by what users type in")


def needs_tokens_that_end(world: World) -> None:
    """Go on only where access tokens are renewed."""
    if not tokens_end(world):
        keys = isinstance(world.connector.auth, Keys)
        pytest.skip(f"{'keys' if keys else 'access tokens of this provider'} do not run out")


def needs_tokens_to_be_renewed(world: World) -> None:
    """Go on only where a token that is refused can be replaced without the user."""
    if not tokens_end(world):
        pytest.skip("what this provider refuses once is not renewed")


def needs_grant_that_ends(world: World) -> None:
    """Go on only where what was revoked is over until a user acts."""
    if isinstance(world.connector.auth, ClientCredentials):
        pytest.skip("credentials bring new tokens, whatever became of the old ones")


def tokens_end(world: World) -> bool:
    """Whether access tokens run out by themselves."""
    auth = world.connector.auth
    return isinstance(auth, TokenEndpoint) and auth.token_life is not None


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
