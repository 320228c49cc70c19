"""Many companies at one provider: each linked to an organisation of its own, synced, looked at."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import httpx
from sqlalchemy import func, select

from functions.xero.settings import XeroSettings
from local.conformance.comparing import amount_at
from local.stack.public_api import PublicApi, authorization
from local.stack.running import CLIENT_ID, CLIENT_SECRET, Stack
from shared_code.catalogue import XERO
from shared_code.model import DATA_TYPES, DataType
from shared_code.store.database import Database, open_database
from shared_code.store.schema import runs
from tests.support.ports import wait_until
from tests.support.traveller import XERO_KEY

API = "/api.xro/*"
BACK = "http://127.0.0.1/back"
AT_ONCE = 8
TIMEOUT = 120.0
MINUTE = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Member:
    """A company with one connection, to the organisation at a position of the simulator's."""

    organisation: int
    company_id: str
    connection_id: str


@dataclass(frozen=True, slots=True)
class Fleet:
    """All members, a client of the platform, and one who looks behind it."""

    stack: Stack
    members: Sequence[Member]
    provider: httpx.Client
    db: Database

    def each(self, do: Callable[[Member], T]) -> list[T]:
        """Do something with all members, some at a time."""
        return in_parallel(do, self.members)

    def ask(self, url: str, member: Member) -> None:
        """Ask a host for a sync of everything."""
        headers = {"Authorization": authorization(self.stack.api_key)}
        path = f"{url}/companies/{member.company_id}/data/all"
        httpx.post(path, headers=headers, timeout=TIMEOUT).raise_for_status()

    def unfinished(self) -> int:
        """How many runs have not ended."""
        with self.db.read() as tx:
            open_runs = select(func.count()).select_from(runs).where(runs.c.state != "finished")
            return tx.scalar(open_runs) or 0

    def wait_until_synced(self, *, within: float) -> None:
        """Wait until every run has ended."""
        wait_until(lambda: not self.unfinished(), within=within, every=1)

    def order(self, control: str, **order: object) -> Any:  # noqa: ANN401 - its JSON
        """Pull one of the simulator's levers."""
        return self.provider.post(f"/_control/{control}", json=order).raise_for_status().json()

    def calls(self, **match: str) -> list[dict[str, Any]]:
        """The provider's own ledger of calls."""
        found: list[dict[str, Any]] = self.provider.get("/_calls", params=match).json()["calls"]
        return found

    def count(self, **match: str) -> int:
        """How many calls the ledger has of a kind."""
        return int(self.provider.get("/_calls", params={**match, "limit": "0"}).json()["count"])

    def by_tenant(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The calls of the provider's API by whom they were about, in their order."""
        found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for call in self.calls(path=API):
            found[call["tenant"]].append(call)
        return found

    def grants(self) -> Mapping[str, int]:
        """How many refresh tokens each grant was given so far."""
        told = self.provider.get("/_control/grants").json()["grants"]
        return {each["id"]: each["refreshTokens"] for each in told}

    def truth(self, member: Member) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        """What a reader of the member's organisation should have, by data type and id."""
        asked = self.provider.get("/_truth", params={"organisation": str(member.organisation)})
        found: dict[str, Any] = asked.raise_for_status().json()["dataTypes"]
        return found


@contextmanager
def fleet(stack: Stack, count: int) -> Iterator[Fleet]:
    """Link `count` companies by grants that they gave elsewhere: nothing is synced yet."""
    db = open_database(stack.options.store)
    url = stack.simulators["xero"].url
    with (
        PublicApi(stack.api_url, stack.api_key) as api,
        httpx.Client(base_url=stack.api_url, timeout=TIMEOUT) as http,
        httpx.Client(base_url=url, timeout=TIMEOUT) as provider,
    ):
        http.headers["Authorization"] = authorization(stack.api_key)

        def link(organisation: int) -> Member:
            company = api.post("/companies", {"name": f"Company {organisation}"})["id"]
            there = f"/companies/{company}/connections"
            connection = api.post(there, {"platformKey": XERO_KEY})["id"]
            given = {"refreshToken": consent(provider, organisation)}
            http.put(f"{there}/{connection}/authorization", json=given).raise_for_status()
            return Member(organisation, company, connection)

        yield Fleet(stack, in_parallel(link, range(count)), provider, db)
    db.close()


def consent(provider: httpx.Client, organisation: int) -> str:
    """Grant access to an organisation as its owner; gives the refresh token."""
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "scope": XeroSettings(journals=True).scopes + " accounting.journals.read",
    }
    agreed = {"decision": "allow", "organisation": str(organisation)}
    back = provider.post("/identity/connect/authorize", params=query, data=agreed)
    code = httpx.URL(back.headers["Location"]).params["code"]
    trade = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = provider.post("/connect/token", data=trade, auth=(CLIENT_ID, CLIENT_SECRET))
    return str(answer.raise_for_status().json()["refresh_token"])


def in_parallel(do: Callable[[Any], T], given: Iterable[Any]) -> list[T]:
    """Do something with each, some at a time; raises what any of them raises."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, given))


def differences(
    fleet: Fleet, member: Member, api: PublicApi, only: Collection[str] = XERO.data_types
) -> list[str]:
    """Where what the public API gives of a member is not what its organisation's books hold."""
    found = []
    for data_type, expected in fleet.truth(member).items():
        if data_type not in only:
            continue
        info = DATA_TYPES[DataType(data_type)]
        there = f"/companies/{member.company_id}/connections/{member.connection_id}/data"
        if info.singular:
            api.get(f"{there}/{info.path}")
            continue
        read = [each for each in api.every(f"{there}/{info.path}") if not _is_deleted(each)]
        records = {str(each["id"]): each for each in read}
        told = f"{data_type} of organisation {member.organisation}"
        if len(records) != len(read) or records.keys() != expected.keys():
            found.append(f"{told}: {len(read)} of {len(records)} ids, not {len(expected)}")
        found += [
            f"{told}: {path} of {key} is not {amount}"
            for key, amounts in expected.items()
            for path, amount in amounts.items()
            if amount_at(records.get(key, {}), path) != Decimal(amount)
        ]
    return found


def _is_deleted(record: Mapping[str, Any]) -> bool:
    return bool(record.get("metadata", {}).get("isDeleted"))


def most_in_a_minute(calls: Iterable[Mapping[str, Any]]) -> int:
    """The most calls that arrived in any minute."""
    times = sorted(datetime.fromisoformat(each["time"]).timestamp() for each in calls)
    begins = (bisect_left(times, time - MINUTE + 1e-6) for time in times)
    return max((last - first + 1 for last, first in enumerate(begins)), default=0)
