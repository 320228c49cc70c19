from __future__ import annotations

import httpx
import pytest

from shared_code.errors import Abort, CausewayError, Retry
from shared_code.ports.queue.local import LocalQueue

URL = "http://127.0.0.1:7071/local/queues"


def test_a_message_goes_as_base64_in_the_envelope_of_put_message() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201)

    LocalQueue(URL, transport=httpx.MockTransport(answer)).send("xero-runs", "run <1>")
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", f"{URL}/xero-runs/messages")
    assert request.headers["Content-Type"] == "application/xml"
    assert request.content == (
        b"<QueueMessage><MessageText>cnVuIDwxPg==</MessageText></QueueMessage>"
    )


@pytest.mark.parametrize(
    ("status", "error"), [(200, Abort), (400, Abort), (404, Abort), (429, Retry), (503, Retry)]
)
def test_only_201_means_stored(status: int, error: type[CausewayError]) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text="why"))
    with pytest.raises(error) as caught:
        LocalQueue(URL, transport=transport).send("runs", "text")
    assert f"{status} why" in caught.value.internal


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError]
)
def test_a_host_that_does_not_answer_is_for_later(fault: type[httpx.TransportError]) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault("gone")

    with pytest.raises(Retry, match="cannot be reached"):
        LocalQueue(URL, transport=httpx.MockTransport(fail)).send("runs", "text")
