"""Each way to prove oneself at work: its addresses, and the grants that come of it."""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from starlette.routing import Route

from local.providers.books.chance import Chance
from local.providers.kit.auth import NO_END, Auth, ClientCredentials, Keys, OAuth, Widget
from local.providers.kit.widget import WidgetRoutes
from local.providers.oauth.grants import AccessToken, Grant
from local.providers.oauth.protocol import Manner, OAuthServer
from local.providers.oauth.routes import Addresses, OAuthRoutes
from local.providers.simulation.simulator import Simulator
from local.providers.simulation.world import Company


def open_server(auth: Auth, simulator: Simulator) -> OAuthServer:
    """Make the authorisation server, which keeps the grants of every way."""
    if isinstance(auth, OAuth | ClientCredentials):
        grace = simulator.settings.grace
        policy = auth.tokens if grace is None else replace(auth.tokens, grace=grace)
        simulator.grants.policy = policy
    scopes = auth.scopes if isinstance(auth, OAuth) else None
    mint = auth.mint if isinstance(auth, OAuth) else None
    return OAuthServer(
        simulator.grants,
        simulator.client,
        scopes=scopes,
        mint=lambda grant: mint(grant, simulator.grants) if mint else secrets.token_urlsafe(32),
        manner=_manner(auth, simulator),
    )


def door_routes(auth: Auth, simulator: Simulator, server: OAuthServer, title: str) -> list[Route]:
    """List the addresses of a way to prove oneself."""
    if isinstance(auth, OAuth):
        at = Addresses(auth.authorize, auth.token, auth.revocation, title, many=auth.many)
        return OAuthRoutes(server, simulator.world, at).routes()
    if isinstance(auth, ClientCredentials):
        at = Addresses("", auth.token, None, title)
        return [Route(auth.token, OAuthRoutes(server, simulator.world, at).token, methods=["POST"])]
    if isinstance(auth, Widget):
        return WidgetRoutes(auth, simulator, title).routes()
    ring = KeyRing(auth, simulator)
    for company in simulator.world.companies:
        ring.issue(company)
    server.on_revoke.append(ring.replace)
    return []


class KeyRing:
    """Static keys: each organisation has one, and another where that was revoked."""

    def __init__(self, auth: Keys, simulator: Simulator) -> None:
        self._auth, self._simulator = auth, simulator
        self._issued: Counter[str] = Counter()

    def issue(self, company: Company) -> None:
        """Make a key and tell it."""
        simulator, key = self._simulator, self._key(company)
        grant = simulator.grants.consent(_granted(simulator, company.id, ""))
        simulator.grants.access[key] = AccessToken(key, grant, simulator.clock.now() + NO_END)
        simulator.keys[company.id] = key
        self._issued[company.id] += 1

    def replace(self, grant: Grant) -> None:
        """Make another key if it is the one that is told whose grant was revoked."""
        company = self._simulator.world.find(grant.tenants[0])
        told = self._simulator.keys[grant.tenants[0]]
        if company and self._simulator.grants.access[told].grant is grant:
            self.issue(company)

    def _key(self, company: Company) -> str:
        before = self._issued[company.id]
        again = f"/{before}" if before else ""
        chance = Chance(f"{self._simulator.settings.story.seed}/{company.number}/key{again}")
        key = self._auth.prefix + chance.uuid().replace("-", "")
        return f"{key}:{chance.uuid()}" if self._auth.has_secret else key


def _granted(simulator: Simulator, tenant: str, scope: str) -> Grant:
    return Grant(simulator.client.client_id, (tenant,), scope, simulator.clock.now())


def _manner(auth: Auth, simulator: Simulator) -> Manner:
    if isinstance(auth, OAuth):
        return Manner(
            refreshes=auth.refreshes,
            rotates=auth.rotates,
            tells_life=auth.tells_life,
            needs_pkce=auth.needs_pkce,
            in_redirect=lambda grant: _named(auth.redirect_names, grant),
            in_answer=lambda grant: _named(auth.answer_names, grant),
        )
    if isinstance(auth, ClientCredentials):
        tenants = tuple(company.id for company in simulator.world.companies)
        first = _granted(simulator, tenants[0], "")

        def house(scope: str) -> Grant:
            grant = replace(first, tenants=tenants, scope=scope, created_at=simulator.clock.now())
            return simulator.grants.consent(grant)

        return Manner(refreshes=None, house=house)
    return Manner()


def _named(name: str, grant: Grant) -> Mapping[str, str]:
    return {name: grant.tenants[0]} if name else {}
