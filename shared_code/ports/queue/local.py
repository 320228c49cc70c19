"""Queues of the embedded host, by the Put Message call of Azure's queue REST API."""

from __future__ import annotations

import base64

import httpx

from shared_code.errors import Abort, Retry
from shared_code.ports.queue.port import checked_name, checked_text

_TIMEOUT = httpx.Timeout(10, connect=2)
_TRANSIENT = {408, 429, 500, 502, 503, 504}


class LocalQueue:
    """The `Queue` port on `POST {url}/{queue}/messages`; it does not try again by itself."""

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        # The host is on this machine: a proxy of the environment must not come between.
        self._client = httpx.Client(
            base_url=url, timeout=_TIMEOUT, transport=transport, trust_env=False
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def send(self, queue: str, text: str) -> None:
        """Append `text` to `queue`; see `Queue.send`."""
        address = f"{checked_name(queue)}/messages"
        try:
            answer = self._client.post(
                address, content=_envelope(text), headers={"Content-Type": "application/xml"}
            )
        except httpx.TransportError as error:
            raise Retry("The local queue cannot be reached.", repr(error)) from error
        _check(answer)


def _envelope(text: str) -> str:
    encoded = base64.b64encode(checked_text(text).encode()).decode()
    return f"<QueueMessage><MessageText>{encoded}</MessageText></QueueMessage>"


def _check(answer: httpx.Response) -> None:
    if answer.status_code == 201:
        return
    detail = f"POST {answer.url}: {answer.status_code} {answer.text[:500]}"
    if answer.status_code in _TRANSIENT:
        raise Retry("The local queue is busy.", detail)
    raise Abort("The local queue refused the message.", detail)
