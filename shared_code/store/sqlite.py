"""The SQLite that opens stores: a newer one than Python's, where there is a wheel of it.

It counts a quarter faster than what distributions have. No process opens a store with another one
besides: who closes a file gives up all locks that its process has on it, and neither knows of those
of the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        import pysqlite3 as sqlite3
    except ImportError:
        import sqlite3

__all__ = ["sqlite3"]

_NULLS: dict[None, None] = {}
# The driver asks what is none of four types how it wants to be kept, each time: a null takes it
# longer than all else about a value. These give the value as it is, or as the number that it is.
sqlite3.register_adapter(type(None), _NULLS.get)
sqlite3.register_adapter(bool, int)
sqlite3.register_adapter(bytes, bytes)
