"""What the platform's SDKs read of a company that has asked for its data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
from sqlalchemy import update

from shared_code.store.schema import connections
from tests.contract.sdk.reading import WRITES, Json, differences
from tests.contract.sdk.world import World
from tests.support.sdks import Operation, Sdk

OTHERS = WRITES | {
    r"GET .*/(push|sync)(/.*)?$": "writes, and what a sync found invalid",
    r"GET .*/(accessToken|corsSettings)$": "Link in a page of the client's own",
    r"GET .*(/supplementalDataConfig|/custom/.*)$": "data beyond the model",
    r"GET /webhooks$": "webhooks, tested with their delivery",
}


@dataclass(frozen=True)
class Visitor:
    """A company of its own, with a linked connection and syncs that wait."""

    world: World
    company_id: str
    connection_id: str

    @property
    def known(self) -> dict[str, str]:
        """What goes into paths."""
        history = self.world.get(f"/companies/{self.company_id}/data/history")["results"]
        return {
            "companyId": self.company_id,
            "connectionId": self.connection_id,
            "datasetId": history[0]["id"],
            "platformKey": "gbol",
        }


def arrive(world: World) -> Visitor:
    """Create the company, link it and ask for its data."""
    headers = {"Authorization": world.authorization}
    with httpx.Client(base_url=world.url, headers=headers) as http:
        company = http.post("/companies", json={"name": "Visitor", "tags": {"region": "uk"}})
        root = f"/companies/{company.json()['id']}"
        connection = http.post(f"{root}/connections", json={"platformKey": "gbol"}).json()["id"]
        with world.db.write() as tx:
            tx.execute(
                update(connections).where(connections.c.id == connection).values(status="Linked")
            )
        http.post(f"{root}/data/all").raise_for_status()
    return Visitor(world, company.json()["id"], connection)


def lost_on_the_way(sdk: Sdk, visitor: Visitor, wanted: list[Operation]) -> Iterator[str]:
    """Call each operation, and say where what arrived is not what was sent."""
    for each in wanted:
        given = {name: visitor.known[name] for name in each.parameters}
        paged = {"query": f"id={visitor.company_id}"} if each.path == "/companies" else {}
        arrived = sdk.call(each.name, **given, **paged)
        sent = visitor.world.get(each.path.format(**given), **paged)
        yield from (f"{each.path}: {told}" for told in differences(_bare(sent), _bare(arrived)))


def _bare(answer: Json) -> Json:
    """An answer without its links, which each SDK calls otherwise and asks for in other words."""
    if isinstance(answer, dict):
        return {name: each for name, each in answer.items() if name not in {"_links", "links"}}
    return answer
