"""A framed, batching message channel over a stream socket."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import cast

from local.host.messages import Message, decode, encode

_LENGTH = struct.Struct("!I")


class Channel(asyncio.Protocol):
    """One end of the connection between supervisor and worker.

    Frames sent within one turn of the event loop leave in one write. `on_close` is called once,
    also when the other process dies.
    """

    def __init__(self, on_message: Callable[[Message], None], on_close: Callable[[], None]) -> None:
        self._on_message = on_message
        self._on_close = on_close
        self._buffer = bytearray()
        self._frames: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to write to."""
        # Of a stream socket; not every event loop's is of the declared class.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner that the other end has gone."""
        del exc
        self._transport = None
        self._on_close()

    def data_received(self, data: bytes) -> None:
        """Hand on every complete frame."""
        buffer = self._buffer
        buffer += data
        start = 0
        while len(buffer) - start >= _LENGTH.size:
            end = start + _LENGTH.size + _LENGTH.unpack_from(buffer, start)[0]
            if len(buffer) < end:
                break
            self._on_message(decode(memoryview(buffer)[start + _LENGTH.size : end]))
            start = end
        if start:
            del buffer[:start]

    def send(self, message: Message) -> None:
        """Queue one message; a message to an end that has gone is dropped."""
        if not self._frames:
            asyncio.get_running_loop().call_soon(self.flush)
        packed = encode(message)
        self._frames.append(_LENGTH.pack(len(packed)))
        self._frames.append(packed)

    def flush(self) -> None:
        """Write what has been queued."""
        frames, self._frames = self._frames, []
        if self._transport is not None:
            self._transport.write(b"".join(frames))

    def close(self) -> None:
        """Write what is left and close."""
        self.flush()
        if self._transport is not None:
            self._transport.close()
