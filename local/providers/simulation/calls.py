"""The ledger of every call a simulator got: the truth that a checker reads."""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Self
from urllib.parse import parse_qsl, urlencode

SECRET_PARAMETERS = frozenset({"code", "state", "code_challenge", "token", "access_token"})


def without_secrets(query: str) -> str:
    """Blind the values in a query string that let somebody in."""
    pairs = parse_qsl(query, keep_blank_values=True)
    blinded = [(name, "***" if name in SECRET_PARAMETERS else value) for name, value in pairs]
    return urlencode(blinded, safe="*,:/")


@dataclass(slots=True)
class Call:
    """One call; `status` and `milliseconds` come with the answer, and a reset call has no status.

    `until` is the last call that had come when this one ended: those up to it came meanwhile.
    `detail` holds what the provider adds, such as the kind of token grant.
    """

    seq: int
    time: datetime
    method: str
    path: str
    query: str
    tenant: str | None
    status: int | None = None
    milliseconds: float | None = None
    until: int | None = None
    bytes: int = 0
    fault: str | None = None
    detail: dict[str, str] = field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        """Tell a call that is over from one in progress."""
        return self.milliseconds is not None

    def as_json(self) -> dict[str, object]:
        """Give the call as JSON's types, without what is unknown."""
        fields = asdict(self) | {"time": self.time.isoformat()}
        return {name: value for name, value in fields.items() if value not in (None, {})}


@dataclass(frozen=True, slots=True)
class Match:
    """Which calls are meant: `path` may hold `*`; what is left out matches all."""

    path: str | None = None
    method: str | None = None
    tenant: str | None = None
    status: int | None = None
    since: int = 0
    detail: str | None = None

    @classmethod
    def of(cls, parameters: dict[str, str]) -> Self:
        """Read the filters from query parameters; raises ValueError for a wrong number."""
        status = parameters.get("status")
        return cls(
            path=parameters.get("path"),
            method=parameters.get("method"),
            tenant=parameters.get("tenant"),
            status=int(status) if status else None,
            since=int(parameters.get("since", "0")),
            detail=parameters.get("detail"),
        )

    def __call__(self, call: Call) -> bool:
        """Tell whether a call is meant."""
        return (
            call.seq > self.since
            and (self.path is None or path_matches(self.path, call.path))
            and self.method in (None, call.method)
            and self.tenant in (None, call.tenant)
            and self.status in (None, call.status)
            and (self.detail is None or self.detail in call.detail.values())
        )


def path_matches(pattern: str, path: str) -> bool:
    """Match a path, case ignored: whole, by `*`, or by its end (`/Invoices`)."""
    pattern, path = pattern.lower(), path.lower()
    return fnmatchcase(path, pattern) or path.endswith(pattern)


class CallLedger:
    """The last calls in order; others can wait until enough of a kind have been seen."""

    def __init__(self, keep: int = 200_000) -> None:
        self._calls: deque[Call] = deque(maxlen=keep)
        self._changed = asyncio.Condition()
        self.last_seq = 0

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def clear(self) -> None:
        """Forget all calls; numbers go on where they were."""
        self._calls.clear()

    def next_seq(self) -> int:
        """Number the next call."""
        self.last_seq += 1
        return self.last_seq

    async def begin(self, call: Call) -> None:
        """Enter a call that has arrived."""
        self._calls.append(call)
        await self.announce()

    async def announce(self) -> None:
        """Wake those who wait, after a call was answered."""
        async with self._changed:
            self._changed.notify_all()

    def matching(self, match: Match) -> list[Call]:
        """List the calls that match, oldest first."""
        return [call for call in self._calls if match(call)]

    async def wait(
        self, match: Match, *, count: int, seconds: float, started: bool = False
    ) -> list[Call]:
        """Wait until `count` matching calls were answered (or only started), or time is up."""

        def seen() -> list[Call]:
            return [each for each in self.matching(match) if started or each.is_answered]

        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: len(seen()) >= count)
        except TimeoutError:
            pass
        return seen()
