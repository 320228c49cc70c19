"""Lists that lead in a circle are left at once, whatever strategy reads them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from shared_code.fetch.paging.protocol import START, Answer, Cursor, Paging, Stuck

MAX_PAGES = 20_000
"""Pages of one pass; a list that has more leads somewhere else than to its end."""

MOST_AGAIN = 3
"""How often a pass begins again because the provider forgot where it was."""

_TRAIL = "trail"


def follow(paging: Paging, cursor: Cursor, answer: Answer) -> Cursor:
    """Advance, and refuse a cursor that was met before in the pass.

    The cursor remembers one earlier state of itself, the one after the latest power of two pages:
    enough to find a circle of any length, before it was walked three times.
    """
    trail = cursor.get(_TRAIL, {})
    after = paging.advance({k: v for k, v in cursor.items() if k != _TRAIL}, answer)
    if after.get("done"):
        return after
    pages, state = trail.get("pages", 0) + 1, _digest(json.dumps(after, sort_keys=True))
    if state == trail.get("state"):
        raise Stuck("The provider's list leads in a circle", f"after {pages} pages")
    if pages >= MAX_PAGES:
        raise Stuck(f"The provider's list has more than {MAX_PAGES} pages")
    marked = state if pages & (pages - 1) == 0 else trail["state"]
    return {**after, _TRAIL: {**trail, "pages": pages, "state": marked}}


def begin_again(paging: Paging, cursor: Cursor, now: datetime) -> Cursor:
    """From the beginning, after the provider forgot the cursor; `Stuck` if it keeps forgetting."""
    times = cursor.get(_TRAIL, {}).get("again", 0) + 1
    if times > MOST_AGAIN:
        raise Stuck("The provider does not know where it stands in its list any more")
    return {**paging.merge([START], now), _TRAIL: {"again": times}}


def fresh_page(cursor: Cursor, answer: Answer) -> str:
    """The page's digest, to be kept as the cursor's `page`; `Stuck` if the last page was the same.

    For strategies whose pages never overlap. Some providers answer beyond the end with the last
    page once more. Pages without records are told apart by nothing.
    """
    if not answer.keys:
        return ""
    digest = page_digest(answer)
    if digest == cursor.get("page"):
        raise Stuck("The provider gave the same page twice in a row")
    return digest


def page_digest(answer: Answer) -> str:
    """Tell pages apart by their records and when these changed."""
    return _digest("\n".join(f"{key.id} {key.modified}" for key in answer.keys))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
