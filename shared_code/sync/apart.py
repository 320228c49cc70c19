"""A process of its own for the pages of a run: Python maps on one core, however many there are.

It is started from scratch, not forked from a process with threads, and ends when its pipe does: it
never outlives whoever started it. Of a connector's app it imports what maps, not what serves.
"""

from __future__ import annotations

import copyreg
import os
import pickle
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from importlib.util import find_spec, module_from_spec
from multiprocessing.connection import Connection, Pipe
from select import POLLIN, poll
from threading import Lock
from typing import Any, Literal

from shared_code.errors import CausewayError
from shared_code.fetch.paging import Key
from shared_code.mapping.collecting import collect_hardly
from shared_code.spec import MakeSource
from shared_code.store.documents import RecordIn
from shared_code.sync.pagework import InPlace, Job, Listed, Mapped, Steps, Understood
from shared_code.sync.threads import take_turns_soon

Verb = Literal["open", "list"]

_ENDS = (EOFError, ConnectionError)


class ProcessGoneError(Exception):
    """The process was killed, or failed at what it was asked.

    Whoever drives the run begins again after its last page.
    """


class Apart:
    """A `Reader` in another process; its outcomes may be asked for from any thread.

    What a page lists and what becomes of it come back on pipes of their own: the process lists a
    page as soon as it gets it, whatever else it has to map before.
    """

    most_ahead = 5_000
    """As many as are mapped in half a second, in which a provider may be slow to answer. Of more,
    the memory would be felt: a sync that has 7,000 in hand takes 20 to 40 MB more."""

    def __init__(self, make: MakeSource) -> None:
        self._pipe, asked = Pipe()
        self._done, done = Pipe()
        with asked, done:
            theirs = [asked.fileno(), done.fileno()]
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "shared_code.sync.apart", *map(str, theirs)],
                pass_fds=theirs,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=subprocess.DEVNULL,
            )
        self._lock = Lock()
        self._listed: _Late | None = None
        self._coming: deque[_Late] = deque()
        try:
            self._pipe.send(_module_of(make))
            self._pipe.send(make)
        except BaseException:
            self.close()
            raise

    def has_said_hello(self) -> bool:
        """Whether it has started by now, which takes a second or two, or never will."""
        return self._pipe.poll()

    def open(self, job: Job) -> None:
        """Take up the pages of a resource."""
        self._answer("open", job)

    def list(self, body: bytes) -> Listed:
        """Read a body there; raises ValueError for one that is no page of the resource.

        The process goes on to map it, without being told.
        """
        listed: Listed = self._answer("list", body)
        self._listed = _Late(self)
        self._coming.append(self._listed)
        return listed

    def map(self) -> Mapped:
        """Give what is becoming of the page that was listed last."""
        if self._listed is None:
            raise RuntimeError("no page was listed")
        return self._listed

    def collect(self, late: _Late) -> bytes:
        """Take outcomes off the pipe, in the order of their pages, as far as this one."""
        with self._lock:
            while late.packed is None:
                self._coming[0].packed = _received(self._done)
                self._coming.popleft()
            return late.packed

    def close(self) -> None:
        """End the process, whatever it does."""
        self._pipe.close()
        self._done.close()
        self._process.kill()
        self._process.wait()

    def greet(self) -> None:
        """Take its first word; raises `ProcessGoneError` with what kept it from starting."""
        value_of(_received(self._pipe))

    def _answer(self, verb: Verb, what: object) -> Any:  # noqa: ANN401 - each verb has its answer
        try:
            self._pipe.send((verb, what))
        except OSError as error:
            raise ProcessGoneError(f"the mapping process took no work: {error!r}") from None
        return value_of(_received(self._pipe))


class _Late:
    """An outcome that comes in while the next pages are fetched."""

    def __init__(self, apart: Apart) -> None:
        self._apart = apart
        self.packed: bytes | None = None

    def __call__(self) -> Understood:
        # Unpacked by whoever wants it: nobody else is to wait for that.
        understood: Understood = value_of(self._apart.collect(self))
        return understood


def _received(pipe: Connection) -> bytes:
    try:
        return pipe.recv_bytes()
    except (OSError, EOFError) as error:
        raise ProcessGoneError(f"the mapping process gave no answer: {error!r}") from None


def value_of(packed: bytes) -> Any:  # noqa: ANN401 - each verb has its answer
    """Unpack an answer of the process, or raise what it raised."""
    kind, value = pickle.loads(packed)  # noqa: S301 - our own process packed it
    match kind:
        case "value":
            return value
        case "trouble":
            raise value
        case "refused":
            raise ValueError(value)
    raise ProcessGoneError(value)


def serve(pipe: Connection, done: Connection) -> None:
    """Do what is asked over a pipe, until it ends; what became of pages goes down another."""
    _pack_by_values(Key, RecordIn)
    take_turns_soon()
    with ThreadPoolExecutor(1, thread_name_prefix="telling") as telling, suppress(*_ENDS):
        reader = _reader(pipe)
        if reader is None:
            return
        collect_hardly()
        _tell(pipe, lambda: None)
        # Whoever wants an outcome may take its time, which is nothing to wait for.
        _Desk(pipe, reader, lambda packed: telling.submit(done.send_bytes, packed)).serve()


def _reader(pipe: Connection) -> InPlace | None:
    """Make the source as it was said; None, and the pipe told why, where that fails."""
    try:
        _leave_out_what_serves(pipe.recv())
        return InPlace(pipe.recv()())
    except Exception:  # noqa: BLE001 - told to the process that asked
        pipe.send_bytes(_packed("broken", traceback.format_exc())[1])
        return None


class _Desk:
    """Lists a page as soon as it comes, and maps in between, on one thread.

    What a page lists is enough to ask for the next one, for which somebody waits; nobody does for
    the mapping. Two threads would take turns at the one core that Python uses, and a page took
    twice as long to be listed.
    """

    def __init__(self, pipe: Connection, reader: InPlace, tell: Callable[[bytes], object]) -> None:
        self._pipe, self._reader, self._tell = pipe, reader, tell
        self._pages: deque[Steps] = deque()
        # The pipe's own `poll` makes one anew each time, which takes as long as to map a record.
        self._asked = poll()
        self._asked.register(pipe.fileno(), POLLIN)

    def serve(self) -> None:
        """Go on until the pipe ends, whatever is left to map."""
        while True:
            while self._pages and not self._asked.poll(0):
                self._map_on(self._pages[0])
            self._answer(*self._pipe.recv())

    def _answer(self, verb: Verb, what: Any) -> None:  # noqa: ANN401 - each verb has its own
        if verb == "open":
            _tell(self._pipe, partial(self._reader.open, what))
        elif _tell(self._pipe, partial(self._reader.list, what)):
            self._pages.append(self._reader.steps())

    def _map_on(self, steps: Steps) -> None:
        """Take one step; the last one tells what became of the page."""
        outcome = _outcome(partial(next, steps))
        if outcome != _NOT_YET:
            self._pages.popleft()
            self._tell(outcome[1])


def _tell(pipe: Connection, work: Callable[[], object]) -> bool:
    """Do some work, and send what came of it; gives whether it went well."""
    kind, packed = _outcome(work)
    pipe.send_bytes(packed)
    return kind == "value"


def _outcome(work: Callable[[], object]) -> tuple[str, bytes]:
    try:
        return _packed("value", work())
    except CausewayError as trouble:
        return _packed("trouble", trouble)
    except ValueError as refusal:
        # Not every library's error can be pickled.
        return _packed("refused", str(refusal))
    except Exception:  # noqa: BLE001 - told to the process that asked
        return _packed("broken", traceback.format_exc())


def _packed(kind: str, value: object) -> tuple[str, bytes]:
    return kind, pickle.dumps((kind, value), protocol=pickle.HIGHEST_PROTOCOL)


_NOT_YET = _packed("value", None)


def _module_of(make: MakeSource) -> str:
    """The module of a function, or of the one that a `partial` is of."""
    return str(getattr(make, "func", make).__module__)


def _leave_out_what_serves(module: str) -> None:
    """Take the package that a module lies in as its folder alone.

    A connector's package registers functions when it is imported, for which it needs as much memory
    and time again as mapping does.
    """
    package = module.rpartition(".")[0]
    spec = find_spec(package) if package else None
    if spec is not None and package not in sys.modules:
        sys.modules[package] = module_from_spec(spec)


def _pack_by_values(*types: type[tuple[Any, ...]]) -> None:
    """Pack named tuples as what makes them again: Python would look for more in each."""
    for each in types:
        copyreg.pickle(each, _reduced)


def _reduced(named: tuple[Any, ...]) -> tuple[type[tuple[Any, ...]], tuple[Any, ...]]:
    return type(named), (*named,)


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), Connection(int(sys.argv[2])))
