"""One linked company with a made-up provider: on SQLite, and on both stores where that matters."""

from tests.support.rigs import rig

__all__ = ["rig"]
