"""Messages arrive whole and in order, however the bytes are cut up."""

from __future__ import annotations

import asyncio
import socket
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from local.host.channel import Channel
from local.host.messages import (
    Binding,
    Blob,
    Failure,
    Function,
    HttpCall,
    HttpReply,
    Indexed,
    IndexFailed,
    Invoke,
    Load,
    Message,
    Output,
    Result,
    Stop,
    decode,
    encode,
)

CALL = HttpCall("GET", "http://x/é", {"a": "b"}, {"q": "1,2"}, {"id": "7"}, b"\x00\xff")
BINDING = Binding("httpTrigger", "req", out=False, fields={"methods": ["GET"], "level": None})
MESSAGES: list[Message] = [
    Load("/app", "{}"),
    Indexed([Function("f", BINDING, [BINDING], "f", {"max_retry_count": "2"})]),
    IndexFailed("error", "trace"),
    Invoke(1, "f", "id", CALL, {}, "00-trace", (1, 3)),
    Invoke(2, "f", "id", "text", {"Id": "x"}),
    Invoke(3, "f", "id", Blob(b"\xff"), {}),
    Result(1, HttpReply(200, [("a", "1"), ("a", "2")], b"body"), []),
    Result(2, '{"json":1}', [Output("o", ["text", Blob(b"\xff")])]),
    Result(3, None, [], Failure("ValueError: x", "trace")),
    Stop(),
]


def received(chunks: list[bytes]) -> list[Message]:
    got: list[Message] = []
    channel = Channel(got.append, lambda: None)
    for chunk in chunks:
        channel.data_received(chunk)
    return got


def framed(messages: list[Message]) -> bytes:
    packed = map(encode, messages)
    return b"".join(len(p).to_bytes(4, "big") + p for p in packed)


def test_every_kind_of_message_survives_the_wire() -> None:
    assert [decode(encode(message)) for message in MESSAGES] == MESSAGES


@given(st.lists(st.sampled_from(MESSAGES), max_size=8), st.data())
def test_messages_arrive_whole_however_the_bytes_are_cut(
    messages: list[Message], data: st.DataObject
) -> None:
    stream = framed(messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    edges = [0, *cuts, len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(edges)]
    assert received(chunks) == messages


class Recorder(asyncio.Transport):
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is buffered here."""


def test_frames_of_one_turn_leave_in_one_write() -> None:
    recorder = Recorder()

    async def run() -> None:
        channel = Channel(lambda _: None, lambda: None)
        channel.connection_made(recorder)
        for message in MESSAGES:
            channel.send(message)
        await asyncio.sleep(0)

    asyncio.run(run())
    assert recorder.writes == [framed(MESSAGES)]


def test_the_end_of_the_other_process_is_told_and_what_comes_after_dropped() -> None:
    async def run() -> None:
        ours, theirs = socket.socketpair()
        closed = asyncio.Event()
        channel = Channel(lambda _: None, closed.set)
        await asyncio.get_running_loop().create_unix_connection(lambda: channel, sock=ours)
        theirs.close()
        async with asyncio.timeout(5):
            await closed.wait()
        channel.send(Stop())
        await asyncio.sleep(0)

    asyncio.run(run())
