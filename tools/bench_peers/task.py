"""What a peer is given: where to read, with which headers, and which lists. Needs no packages."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class After:
    """How a list goes on: `param` takes what `field` is of the last record that came."""

    param: str
    field: str


@dataclass(frozen=True)
class List:
    """One of the provider's lists; `size` is a page's, None for a list that comes whole.

    Pages are asked for by number, or after the last record where there is `after`.
    """

    name: str
    path: str
    collection: str
    params: dict[str, str]
    size: int | None = None
    after: After | None = None
    schema: dict[str, Any] = field(default_factory=dict)
    """The JSON schema of its records."""


@dataclass(frozen=True)
class Task:
    """All that a peer needs; `out` is a folder for what it writes."""

    base_url: str
    headers: dict[str, str]
    lists: list[List]
    out: str

    def write(self, file: Path) -> None:
        """Keep it in a file, for another interpreter."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")


def given_task() -> Task:
    """Read the task that the command line names."""
    found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    return Task(**{**found, "lists": [_list(each) for each in found["lists"]]})


def _list(found: dict[str, Any]) -> List:
    return List(**{**found, "after": found["after"] and After(**found["after"])})
