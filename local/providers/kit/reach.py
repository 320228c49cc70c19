"""Which organisations a token reaches, and how an application learns of them."""

from collections.abc import Callable
from typing import Protocol

from pydantic import JsonValue, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.providers.kit.auth import Tenancy
from local.providers.oauth.grants import Grant
from local.providers.simulation.world import World

Judge = Callable[[Request], Grant | Response]
"""Gives the grant behind a call's token, or the refusal that the call deserves."""

_CUT_OFF = TypeAdapter(list[str])


class Reach(Protocol):
    """Keeps what consents gave access to; what it remembers outlives a restart."""

    def connect(self, grant: Grant) -> None:
        """Note a consent."""

    def revoked(self, grant: Grant) -> None:
        """Note that all of a consent was taken back."""

    def reaches(self, grant: Grant, tenant: str) -> bool:
        """Tell whether a grant's tokens reach an organisation."""

    def disconnect(self, key: str) -> bool:
        """Take an organisation from the application; false when it has no access."""

    def routes(self, judge: Judge) -> list[Route]:
        """List the addresses at which applications ask what they reach."""

    def remember(self) -> JsonValue:
        """Give what outlives a restart."""

    def recall(self, kept: JsonValue) -> None:
        """Take back what `remember` gave."""


class Consented:
    """A grant reaches what was consented to; an organisation may be cut off, until it consents."""

    def __init__(self, tenancy: Tenancy, world: World) -> None:
        self._tenancy, self._world = tenancy, world
        self._cut_off: set[str] = set()

    def connect(self, grant: Grant) -> None:
        """Let organisations in again."""
        self._cut_off -= set(grant.tenants)

    def revoked(self, grant: Grant) -> None:
        """Leave others' access as it is: the grant's own tokens are dead."""

    def reaches(self, grant: Grant, tenant: str) -> bool:
        """Tell whether it was consented to, and not cut off since."""
        return tenant in grant.tenants and tenant not in self._cut_off

    def disconnect(self, key: str) -> bool:
        """Cut an organisation off."""
        known = key not in self._cut_off
        self._cut_off.add(key)
        return known

    def routes(self, judge: Judge) -> list[Route]:
        """List what a grant reaches, if the provider does."""

        async def listed(request: Request) -> Response:
            grant = judge(request)
            if isinstance(grant, Response):
                return grant
            found = [self._world.find(each) for each in grant.tenants if self.reaches(grant, each)]
            told = [self._tenancy.shape(each.organisation) for each in found if each]
            return JSONResponse({self._tenancy.rows: told} if self._tenancy.rows else told)

        at = self._tenancy.listed_at
        return [Route(at, listed, methods=["GET"])] if at else []

    def remember(self) -> JsonValue:
        """Give what is cut off."""
        return [*sorted(self._cut_off)]

    def recall(self, kept: JsonValue) -> None:
        """Take back what is cut off."""
        self._cut_off = set(_CUT_OFF.validate_python(kept))
