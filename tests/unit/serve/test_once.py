"""What is opened at the first use is opened once, and a failure is no value."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from shared_code.errors import Abort
from shared_code.once import Once

THREADS = 4


def test_threads_that_ask_at_once_get_the_same_value_made_once() -> None:
    together, made = Barrier(THREADS), []

    def make() -> object:
        made.append(object())
        # Long enough for the others to come in, if they could.
        Event().wait(0.05)
        return made[-1]

    once = Once(make)

    def ask(_: int) -> object:
        together.wait()
        return once()

    with ThreadPoolExecutor(THREADS) as pool:
        found = set(pool.map(ask, range(THREADS)))
    assert found == set(made)
    assert len(made) == 1


def test_what_fails_is_tried_again_at_the_next_use() -> None:
    answers: list[object] = [Abort("not yet"), "open"]

    def make() -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    once = Once(make)
    with pytest.raises(Abort, match="not yet"):
        once()
    assert [once(), once()] == ["open", "open"]
