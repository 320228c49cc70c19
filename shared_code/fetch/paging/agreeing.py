"""Lists with neither a key nor an order to go by: read again until two readings agree."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared_code.fetch.paging.protocol import START, Answer, Ask, Cursor, Key, Paging

_MODULUS = 1 << 128


@dataclass(frozen=True, slots=True)
class Agreeing:
    """A strategy that counts, passed at least twice and merged.

    A record slips past a reading when one that was read goes away or moves behind it. The first
    shows as a record that the next reading lacks, the second as one read twice or with another
    last change. So two readings in a row of the same records, as often and with the same changes,
    have missed nothing. Records without a last change must stay in their order.

    A list that does not rest is given up after `most` readings: what was read counts, and the
    cursor says `unsure`, so that no record is taken for deleted. The next pass begins where this
    one did, since a record may have slipped past all of its readings.
    """

    inner: Paging
    most: int = 6

    def ask(self, cursor: Cursor) -> Ask:
        """As the strategy asks."""
        return self.inner.ask(cursor.get("inner", START))

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """Go on; at the end of a reading that differs from the last begin another."""
        inner = self.inner.advance(cursor.get("inner", START), answer)
        total = _add(cursor.get("sum", ""), answer.keys)
        if not inner.get("done"):
            return {**cursor, "inner": inner, "sum": total}
        reading, begin = cursor.get("reading", 1), cursor.get("begin", START)
        if total == cursor.get("last"):
            return {"inner": inner, "done": True}
        if reading >= self.most:
            return {"inner": begin, "done": True, "unsure": True}
        return {"inner": begin, "begin": begin, "last": total, "reading": reading + 1}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """Where the strategy would start, remembered for each reading."""
        begin = dict(self.inner.merge([each.get("inner", START) for each in cursors], now))
        return {"inner": begin, "begin": begin} if begin else START


def _add(before: str, keys: Sequence[Key]) -> str:
    """Add records to a sum that is blind to their order, but not to one that comes twice."""
    total = int(before or "0", 16)
    for key in keys:
        digest = hashlib.sha256(f"{key.id} {key.modified}".encode()).digest()
        total += int.from_bytes(digest[:16])
    return f"{total % _MODULUS:032x}"
