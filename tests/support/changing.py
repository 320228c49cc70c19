"""A provider's list that changes while it is read, and the shapes in which providers page it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from shared_code.fetch.paging import START, Answer, Ask, Cursor, Key, Paging, follow

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, tzinfo=UTC)

Order = Literal["id", "newest id first", "oldest change first", "newest change first"]

_SORTED: dict[str, Callable[[Key], tuple[datetime, int]]] = {
    "id": lambda key: (BEGIN, int(key.id)),
    "newest id first": lambda key: (BEGIN, -int(key.id)),
    "oldest change first": lambda key: (_modified(key), int(key.id)),
    "newest change first": lambda key: (BEGIN + (NOW - _modified(key)), int(key.id)),
}


@dataclass
class Ledger:
    """Records by id; `always` are those that were never taken away."""

    order: Order
    rows: dict[str, datetime]
    now: datetime = BEGIN + timedelta(days=1)
    left: int = 40
    versions: dict[str, int] = field(default_factory=dict)
    always: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.always = set(self.rows)
        for name in self.rows:
            self._count(name)

    def listed(self, ask: Ask) -> list[Key]:
        """What a request's filters leave, in the list's order."""
        since, lower, upper = (ask.params.get(name) for name in ("since", "from", "to"))
        keys = [
            Key(name, modified)
            for name, modified in self.rows.items()
            if (since is None or modified >= datetime.fromisoformat(since))
            and (lower is None or created(name) >= datetime.fromisoformat(lower))
            and (upper is None or created(name) <= datetime.fromisoformat(upper))
        ]
        return sorted(keys, key=_SORTED[self.order])

    def edit(self, name: str) -> None:
        self.now += timedelta(seconds=1)
        self.rows[name] = self.now
        self._count(name)

    def insert(self) -> None:
        self.edit(str(max(map(int, self.versions), default=-1) + 1))

    def delete(self, name: str) -> None:
        del self.rows[name]
        self.always.discard(name)

    def change(self, random: Random, most: int) -> None:
        """Do up to `most` things at random; there is an end to it."""
        for _ in range(min(self.left, random.randint(0, most))):
            self.left -= 1
            names = sorted(self.rows)
            match random.choice(["edit", "insert", "delete"]):
                case "edit" if names:
                    self.edit(random.choice(names))
                case "delete" if names:
                    self.delete(random.choice(names))
                case _:
                    self.insert()

    def _count(self, name: str) -> None:
        self.versions[name] = max(self.versions.values(), default=0) + 1


def created(name: str) -> datetime:
    """Days after the beginning, by number: what windows go by."""
    return BEGIN + timedelta(days=int(name) % 50)


Serve = Callable[[Ledger, Ask], Answer]


def by_count(ledger: Ledger, ask: Ask) -> Answer:
    """Page number and size."""
    size = int(ask.params["size"])
    return _slice(ledger, ask, (int(ask.params["page"]) - 1) * size, size)


def by_offset(ledger: Ledger, ask: Ask) -> Answer:
    return _slice(ledger, ask, int(ask.params["offset"]), int(ask.params["size"]))


def by_id(ledger: Ledger, ask: Ask) -> Answer:
    """What comes after an id, in the list's own direction; the flag says whether there is more."""
    rows, after = ledger.listed(ask), ask.params.get("after")
    if after is not None:
        step = -1 if ledger.order == "newest id first" else 1
        rows = [key for key in rows if step * int(key.id) > step * int(after)]
    size = int(ask.params["size"])
    return Answer(rows[:size], more=len(rows) > size)


def by_counting_token(ledger: Ledger, ask: Ask) -> Answer:
    """An opaque token behind which an offset hides."""
    return _slice(ledger, ask, int(ask.params.get("after", "0")), int(ask.params["size"]))


def by_counting_link(ledger: Ledger, ask: Ask) -> Answer:
    """A next link in a header, behind which an offset hides."""
    query = parse_qs(urlsplit(ask.url).query) if ask.url else {}
    size = int(query.get("size", [ask.params.get("size", "")])[0])
    page = _slice(ledger, ask, int(query.get("offset", ["0"])[0]), size)
    link = f'<https://shop.example/list?size={size}&offset={page.next}>; rel="next"'
    return Answer(page.keys, headers={"Link": link} if page.next else {})


def by_version(ledger: Ledger, ask: Ask) -> Answer:
    """A feed of changes by row version."""
    after, size = int(ask.params.get("after", "0")), int(ask.params["size"])
    rows = sorted((ledger.versions[name], name) for name in ledger.rows)
    found = [(version, name) for version, name in rows if version > after][:size]
    last = str(found[-1][0]) if found else None
    return Answer([Key(name, ledger.rows[name]) for _, name in found], next=last)


def read(paging: Paging, serve: Serve, ledger: Ledger, change: Callable[[], None]) -> set[str]:
    """Read everything, with a change before every page but the first; the ids seen."""
    seen, _ = read_on(paging, serve, ledger, change, begun=paging.merge([START], NOW))
    return {*seen}


def read_on(
    paging: Paging,
    serve: Serve,
    ledger: Ledger,
    change: Callable[[], None],
    *,
    begun: Cursor,
) -> tuple[dict[str, datetime], Cursor]:
    """Read a pass to its end as a sync does; what was seen of each record last, and the cursor."""
    seen, cursor = dict[str, datetime](), begun
    for _ in range(2_000):
        answer = serve(ledger, paging.ask(cursor))
        seen |= {key.id: _modified(key) for key in answer.keys}
        cursor = follow(paging, cursor, answer)
        if cursor.get("done"):
            return seen, cursor
        change()
    raise AssertionError("the pass does not end")


def _slice(ledger: Ledger, ask: Ask, offset: int, size: int) -> Answer:
    rows = ledger.listed(ask)
    end = offset + size
    return Answer(
        rows[offset:end],
        next=str(end) if end < len(rows) else None,
        more=end < len(rows),
        total=len(rows),
    )


def _modified(key: Key) -> datetime:
    assert key.modified is not None
    return key.modified
