"""Checks: what lets somebody in is written nowhere but sealed."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from sqlalchemy import select

from local.conformance.checks.custody import expire, token
from local.conformance.checks.needs import tokens_end
from local.conformance.listening import listening
from local.conformance.world import World
from shared_code.raw.pages import unpacked
from shared_code.store.schema import METADATA

SHORTEST = 8
"""Characters of a secret that can be told from other text."""


def spellings(secret: str) -> set[str]:
    """The ways in which a secret may be written by accident."""
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], encoded}


def found_in(texts: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """Tell in which texts a secret stands; the answer holds none."""
    wanted = {each for secret in secrets if len(secret) >= SHORTEST for each in spellings(secret)}
    return [_blind(text, wanted) for text in texts if any(each in text for each in wanted)]


def _blind(text: str, secrets: Iterable[str]) -> str:
    for each in secrets:
        text = text.replace(each, "<secret>")
    return text[:500]


class Secrecy:
    """Tokens, codes, keys and the client's secret."""

    def test_no_secret_is_written_to_a_log_a_row_or_a_blob(self, world: World) -> None:
        with listening() as heard:
            self._live_through_everything(world)
        assert world.secrets
        assert not found_in(heard, world.secrets)
        assert not found_in(self._rows(world), world.secrets)
        assert not found_in(self._blobs(world), world.secrets)

    def _live_through_everything(self, world: World) -> None:
        """Link, sync, renew; and meet a provider that says our own token to our face."""
        company = world.company(world.tenant())
        company.sync_first()
        if tokens_end(world):
            expire(company)
        said = token(company)
        company.note_tokens()
        path = world.longest.path
        for status in (200, 403):
            body = {"error": f"the token {said} is not welcome"}
            fault = {"action": "status", "status": status, "body": body, "path": path}
            with world.trouble(times=None, **fault):
                company.sync()
        assert world.observed.files is not None
        company.unlink()

    def _rows(self, world: World) -> Iterator[str]:
        with world.db.read() as tx:
            for table in METADATA.sorted_tables:
                for row in tx.execute(select(table)):
                    yield f"{table.name}: {row!r}"

    def _blobs(self, world: World) -> Iterator[str]:
        for path in world.ports.blobs.list(""):
            body = world.ports.blobs.get(path)
            text = unpacked(path, body) if path.startswith("raw/") else body
            yield f"{path} {text.decode('utf-8', 'replace')}"
