"""The checks go through every kind of door: a toy connector behind each is certified by them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from local.conformance import Conformance, Simulator
from local.conformance.certificate import Certified
from local.conformance.checks.custody import Custody
from local.conformance.checks.linking import Linking
from local.conformance.checks.secrecy import Secrecy
from local.conformance.world import open_world
from local.providers.kit import auth as doors
from local.providers.kit.auth import Tenancy
from shared_code import catalogue
from shared_code.connect.auth.declared import (
    ClientCredentials,
    Granted,
    Keys,
    NoTenant,
    OAuth,
    TenantFact,
    Widget,
)
from shared_code.connect.auth.facts import Fact
from shared_code.connect.tenant import Tenant
from shared_code.connector import Connector
from shared_code.custody.grants import ALWAYS, GrantRules
from shared_code.fetch.provider import Shown
from tests.support import toys

IN_THE_VAULT = "toy-bank-client-secret"
BY_HEADER = Tenancy("header", toys.ORGANISATION_HEADER, listed_at=toys.LISTED_AT)


@pytest.fixture(scope="module", autouse=True)
def catalogued() -> Iterator[None]:
    """Let the toy be known, as what is linked has to be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "CATALOGUE", (*catalogue.CATALOGUE, toys.TOY))
        yield


class Doors(Linking, Custody, Secrecy, Certified):
    """What hangs on how access is granted; the books are small."""

    records = 20


class Whole(Conformance):
    """Every check, over a list of many pages."""

    page = 2


class BareKey(Certified):
    simulator = staticmethod(toys.served(doors.Keys(shown=doors.Shown("X-Api-Key", ""))))

    def declare(self, simulator: Simulator) -> Connector:
        auth = Keys(asks=(toys.KEY,), access="{key}", shown=Shown("X-Api-Key", ""))
        return toys.read_at(simulator.url, auth)


class KeyAndSecret(Certified):
    simulator = staticmethod(
        toys.served(doors.Keys(shown=doors.Shown(scheme="Basic"), has_secret=True))
    )

    def declare(self, simulator: Simulator) -> Connector:
        asks = (toys.KEY, toys.SECRET)
        auth = Keys(asks=asks, access="{key}:{secret}", shown=Shown.basic())
        return toys.read_at(simulator.url, auth)


class TypedCredentials(Certified):
    simulator = staticmethod(toys.served(doors.ClientCredentials(), BY_HEADER))

    def declare(self, simulator: Simulator) -> Connector:
        auth = ClientCredentials(
            asks=(toys.CLIENT, toys.CLIENT_SECRET),
            client_id="{client_id}",
            token_url=f"{simulator.url}/oauth/token",
            rules=GrantRules(refresh_grace=ALWAYS),
        )
        return toys.read_at(simulator.url, auth)


class OwnCredentials(Certified):
    simulator = staticmethod(toys.served(doors.ClientCredentials(), BY_HEADER))

    def declare(self, simulator: Simulator) -> Connector:
        auth = ClientCredentials(
            client_id=simulator.client_id,
            client_secret_name=IN_THE_VAULT,
            token_url=f"{simulator.url}/oauth/token",
            rules=GrantRules(refresh_grace=ALWAYS),
        )
        return toys.read_at(simulator.url, auth)


class TypedHost(Certified):
    simulator = staticmethod(
        toys.served(doors.OAuth(), Tenancy("host", listed_at=toys.LISTED_AT)),
    )

    def declare(self, simulator: Simulator) -> Connector:
        auth = OAuth(
            asks=(toys.SITE,),
            authorize_url="https://{host}/oauth/authorize",
            token_url="https://{host}/oauth/token",
            revocation_url="https://{host}/oauth/revoke",
            client_id=simulator.client_id,
            client_secret_name=IN_THE_VAULT,
            rules=GrantRules(refresh_grace=timedelta(minutes=30)),
        )
        return toys.read_at("https://{host}", auth, TenantFact("host", toys.name_at_host))


class InAWidget(Certified):
    simulator = staticmethod(toys.served(doors.Widget(name="Toy")))

    def declare(self, simulator: Simulator) -> Connector:
        auth = Widget(
            script_url=f"{simulator.url}/link.js",
            opens="Toy.create({token, onSuccess: done, onExit: gone}).open()",
            frames=(simulator.url,),
            widget_token_url=f"{simulator.url}/link/token/create",
            token_url=f"{simulator.url}/item/public_token/exchange",
            client_id=simulator.client_id,
            client_secret_name=IN_THE_VAULT,
            client_auth="client_secret_post",
            encoding="json",
            renamed={"client_secret": "secret"},
            token_life=None,
            answer_facts=(Fact("item_id", r"[\w-]{1,80}"),),
        )
        return toys.read_at(simulator.url, auth, TenantFact("item_id"))


class TestABareKey(BareKey, Doors):
    pass


class TestAKeyAndItsSecret(KeyAndSecret, Doors):
    pass


class TestCredentialsThatAreTypedIn(TypedCredentials, Doors):
    pass


class TestCredentialsOfThePlatform(OwnCredentials, Doors):
    pass


class TestAHostThatIsTypedIn(TypedHost, Doors):
    pass


class TestAWidget(InAWidget, Doors):
    pass


class Trusting(BareKey, Doors):
    """Takes any key for good."""

    def declare(self, simulator: Simulator) -> Connector:
        return replace(super().declare(simulator), tenants=NoTenant("Toy Bank"))


class Talkative(TypedCredentials, Doors):
    """Writes down what was typed in."""

    def declare(self, simulator: Simulator) -> Connector:
        declared = super().declare(simulator)

        def tenants(granted: Granted) -> Sequence[Tenant]:
            logging.getLogger("planted").warning("with %s", granted.facts["client_secret"])
            return declared.tenants(granted)

        return replace(declared, tenants=tenants)


def test_a_key_that_nobody_tries_is_found(tmp_path: Path) -> None:
    with open_world(Trusting(), tmp_path) as world, pytest.raises(AssertionError):
        Trusting().test_a_secret_that_the_provider_does_not_know_links_nobody(world)


def test_a_typed_secret_in_a_log_is_found(tmp_path: Path) -> None:
    with (
        open_world(Talkative(), tmp_path) as world,
        pytest.raises(AssertionError, match="with <secret>"),
    ):
        Talkative().test_no_secret_is_written_to_a_log_a_row_or_a_blob(world)


@pytest.mark.long
class TestAllOfABareKey(BareKey, Whole):
    pass


@pytest.mark.long
class TestAllOfAKeyAndItsSecret(KeyAndSecret, Whole):
    pass


@pytest.mark.long
class TestAllOfCredentialsThatAreTypedIn(TypedCredentials, Whole):
    pass


@pytest.mark.long
class TestAllOfCredentialsOfThePlatform(OwnCredentials, Whole):
    pass


@pytest.mark.long
class TestAllOfAHostThatIsTypedIn(TypedHost, Whole):
    pass


@pytest.mark.long
class TestAllOfAWidget(InAWidget, Whole):
    pass
