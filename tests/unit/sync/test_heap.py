"""Memory that one thread gave back is there for the next."""

from __future__ import annotations

import platform

import pytest

from tests.support.interpreter import printed_by

THREADS = """
import ctypes, os, sys
from threading import Barrier, Thread
from shared_code.sync.heap import share_one_heap
share_one_heap()
together = Barrier(4)
def take():
    taken = bytes(10_000)
    together.wait()
threads = [Thread(target=take) for _ in range(4)]
for each in threads:
    each.start()
for each in threads:
    each.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="Others have one heap anyway")
def test_threads_of_a_connector_take_memory_from_one_heap() -> None:
    assert printed_by(THREADS).count("<heap nr=") == 1
