"""How a resource is read to its end: what to ask next, and what a page means for the cursor.

A strategy is pure. It turns a cursor into a request and an answer into the next cursor; cursors are
small JSON objects, saved with the page that moved them. A cursor with `done` true ends a pass and
starts the next, incremental one. Where a strategy stands is put into words by a dialect (`places`),
how a provider says that it was the last page by a rule (`ends`).
"""

from shared_code.fetch.paging.agreeing import Agreeing
from shared_code.fetch.paging.changes import ChangeCapture, ModifiedSince
from shared_code.fetch.paging.counted import Pages
from shared_code.fetch.paging.counting import Count, Turn, count_on
from shared_code.fetch.paging.dated import Dated
from shared_code.fetch.paging.each import Each, about, asked_about, is_about
from shared_code.fetch.paging.ends import (
    End,
    empty_page,
    last_page_in,
    no_more,
    no_next,
    short_page,
    total_reached,
)
from shared_code.fetch.paging.keyset import AfterId
from shared_code.fetch.paging.links import Links
from shared_code.fetch.paging.loops import MAX_PAGES, begin_again, follow
from shared_code.fetch.paging.places import (
    Fields,
    GraphQl,
    Place,
    Since,
    Sql,
    StartPosition,
    Write,
)
from shared_code.fetch.paging.proof import lists_all
from shared_code.fetch.paging.protocol import START, Answer, Ask, Cursor, Key, Paging, Stale, Stuck
from shared_code.fetch.paging.tokens import SyncTokens, Tokens, greatest
from shared_code.fetch.paging.whole import Whole
from shared_code.fetch.paging.windows import Windows

__all__ = [
    "MAX_PAGES",
    "START",
    "AfterId",
    "Agreeing",
    "Answer",
    "Ask",
    "ChangeCapture",
    "Count",
    "Cursor",
    "Dated",
    "Each",
    "End",
    "Fields",
    "GraphQl",
    "Key",
    "Links",
    "ModifiedSince",
    "Pages",
    "Paging",
    "Place",
    "Since",
    "Sql",
    "Stale",
    "StartPosition",
    "Stuck",
    "SyncTokens",
    "Tokens",
    "Turn",
    "Whole",
    "Windows",
    "Write",
    "about",
    "asked_about",
    "begin_again",
    "count_on",
    "empty_page",
    "follow",
    "greatest",
    "is_about",
    "last_page_in",
    "lists_all",
    "no_more",
    "no_next",
    "short_page",
    "total_reached",
]
