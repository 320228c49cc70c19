"""A process that encodes pages beside the one that writes them, as a sync's mapping does."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from shared_code.mapping.collecting import collect_seldom
from shared_code.model.accounting.invoice import Invoice
from shared_code.store.records import RecordIn, record_in

Encoded = Callable[[], Sequence[RecordIn]]
"""Waits for a page that is being encoded, and unpacks it."""


class Encoder:
    """Encodes a page at a time; whoever asks goes on meanwhile."""

    def __init__(self, process: ProcessPoolExecutor) -> None:
        self._process = process

    def hand_over(self, page: Sequence[Invoice]) -> None:
        """Give it the next page, which a sync's process makes by itself."""
        self._process.submit(_take, page).result()

    def encode(self) -> Encoded:
        """Let it encode and hash the page that it was given."""
        late = self._process.submit(_encoded)

        def unpacked() -> Sequence[RecordIn]:
            records: Sequence[RecordIn] = pickle.loads(late.result())  # noqa: S301 - our own
            return records

        return unpacked


@contextmanager
def running_encoder() -> Iterator[Encoder]:
    """Start the process, and wait until it is there."""
    fresh = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh, initializer=collect_seldom) as process:
        encoder = Encoder(process)
        encoder.hand_over([])
        yield encoder


_page: list[Invoice] = []


def _take(page: Sequence[Invoice]) -> None:
    _page[:] = page


def _encoded() -> bytes:
    records = [record_in(each) for each in _page]
    return pickle.dumps(records, protocol=pickle.HIGHEST_PROTOCOL)
