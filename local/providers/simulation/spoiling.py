"""What faults do to the body of a real answer, and the bodies that they make up."""

import json
import re
import zlib
from collections.abc import Callable
from typing import Any

import orjson

from local.providers.simulation.faults import Action, Fault

# What JSON holds is only known at run time.
Json = Any
Rows = list[Json]

BLOCK = 1_000_000
_UUID = re.compile(rb'"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"')


def spoilt(fault: Fault, body: bytes) -> bytes:
    """Change a body as a fault says."""
    match fault.action:
        case Action.REPLACE:
            return body.replace(fault.find.encode(), fault.put.encode())
        case Action.WITHHOLD:
            return _with_rows(body, lambda rows: rows[: -fault.rows])
        case Action.REVERSE:
            return _with_rows(body, lambda rows: rows[::-1])
        case Action.CAPITALS:
            return _UUID.sub(lambda found: found[0].upper(), body)
        case _:
            return body[: len(body) // 2 if fault.bytes is None else fault.bytes]


def bomb(size: int) -> bytes:
    """Make a small gzip body that stands for one JSON object of a size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    pieces, left = [packer.compress(b'{"Padding":"')], size
    while left > 0:
        pieces.append(packer.compress(b"x" * min(left, BLOCK)))
        left -= BLOCK
    return b"".join([*pieces, packer.compress(b'"}'), packer.flush()])


def _with_rows(body: bytes, change: Callable[[Rows], Rows]) -> bytes:
    """Change the lists of a page that lie next to its top; what stands beside them stays."""
    return orjson.dumps(_changed(json.loads(body), change))


def _changed(node: Json, change: Callable[[Rows], Rows]) -> Json:
    if isinstance(node, list):
        return change(node)
    if not isinstance(node, dict):
        return node
    lists = {name: change(value) for name, value in node.items() if isinstance(value, list)}
    if lists:
        return {**node, **lists}
    return {name: _changed(value, change) for name, value in node.items()}
