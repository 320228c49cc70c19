"""What a check needs of a connector; one that does not have it is passed over, and says so."""

from __future__ import annotations

import pytest

from local.conformance.world import World
from shared_code.connect.auth.declared import Keys, NoTenant, OAuth, TenantFact


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
