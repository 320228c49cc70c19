"""Lists whose answers hold the address of the next page, in a `Link` header or in the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared_code.fetch.paging.loops import fresh_page
from shared_code.fetch.paging.places import Place, Write
from shared_code.fetch.paging.protocol import START, Answer, Ask, Cursor, Stuck
from shared_code.fetch.paging.since import OVERLAP, begin, finish, since_of

MAX_LINK = 8_000
"""Characters of an address."""


@dataclass(frozen=True, slots=True)
class Links:
    """A pass along next links, absolute or relative; whoever calls holds them to their host.

    What a link counts by is the provider's secret. Where it may be an offset, wrap the strategy in
    `Agreeing`.
    """

    write: Write
    size: int
    incremental: bool = False
    overlap: timedelta = OVERLAP

    def ask(self, cursor: Cursor) -> Ask:
        """The link's page; the first one is asked for as the dialect says."""
        first = self.write(Place(self.size, since=since_of(cursor)))
        link = cursor.get("link")
        return Ask(headers=first.headers, url=link) if link else first

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """Move on along the link; without one the pass is over."""
        link = answer.next or next_in_header(answer)
        if not link:
            return finish(cursor, self.overlap)
        if link == cursor.get("link"):
            raise Stuck("The provider's next page is the same page again")
        if len(link) > MAX_LINK:
            raise Stuck(f"The provider's next link is longer than {MAX_LINK} characters")
        return {**cursor, "link": link, "page": fresh_page(cursor, answer)}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """From the beginning of the earliest pass, or everything."""
        return begin(cursors, now) if self.incremental else START


def next_in_header(answer: Answer) -> str | None:
    """The link with `rel="next"` of a `Link` header."""
    said = {name.lower(): value for name, value in answer.headers.items()}.get("link")
    if said is None:
        return None
    # What maps needs no client: it would take a fifth of its memory.
    import httpx  # noqa: PLC0415

    return httpx.Response(200, headers={"Link": said}).links.get("next", {}).get("url")
