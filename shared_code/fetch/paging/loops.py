"""Lists that lead in a circle are left at once, whatever strategy reads them."""

from __future__ import annotations

import hashlib
import json

from shared_code.fetch.paging.protocol import Answer, Cursor, Paging, Stuck

MAX_PAGES = 20_000
"""Pages of one pass; a list that has more leads somewhere else than to its end."""

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
        raise Stuck("The provider's list leads in a circle", f"after {pages} pages: {after}")
    if pages >= MAX_PAGES:
        raise Stuck(f"The provider's list has more than {MAX_PAGES} pages")
    marked = state if pages & (pages - 1) == 0 else trail["state"]
    return {**after, _TRAIL: {"pages": pages, "state": marked}}


def fresh_page(cursor: Cursor, answer: Answer) -> str:
    """The page's digest, to be kept as the cursor's `page`; `Stuck` if the last page was the same.

    For strategies whose pages never overlap. Some providers answer beyond the end with the last
    page once more. Pages without records are told apart by nothing.
    """
    if not answer.keys:
        return ""
    digest = _digest("\n".join(f"{key.id} {key.modified}" for key in answer.keys))
    if digest == cursor.get("page"):
        raise Stuck("The provider gave the same page twice in a row")
    return digest


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
