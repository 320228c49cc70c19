"""A queue trigger whose connection holds a connection string reads that account's queue."""

from __future__ import annotations

import base64
import uuid
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from tests.support.azurite import AzuriteServer
from tests.support.hosting import eventually, workshop


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def queue(azurite: AzuriteServer) -> QueueClient:
    client = QueueClient.from_connection_string(
        azurite.connection_string, f"jobs-{uuid.uuid4().hex[:8]}"
    )
    client.create_queue()
    return client


def test_messages_of_an_account_are_worked_off_and_the_bad_ones_kept(
    tmp_path: Path, azurite: AzuriteServer, queue: QueueClient
) -> None:
    for number in range(40):
        queue.send_message(encoded(f"good-{number}"))
    queue.send_message(encoded("bad"))
    queue.send_message("not base64!")
    queue.send_message(encoded("out-1"))
    settings = {"JOBS_CONNECTION": azurite.connection_string, "JOBS_QUEUE": queue.queue_name}
    with workshop(tmp_path, **settings) as host:
        eventually(lambda: len(host.noted(queue="jobs", tries=1)) == 42)
        poison = QueueClient.from_connection_string(
            azurite.connection_string, f"{queue.queue_name}-poison"
        )
        eventually(lambda: _count(poison) == 2)
        eventually(lambda: host.noted(queue="done", body="out-1 is done"))
        assert [n["tries"] for n in host.noted(queue="jobs", body="bad")] == [1, 2, 3]
        eventually(lambda: _count(queue) == 0)
        assert host.stop() == 0
    queue.close()
    poison.close()


def test_a_queue_that_nobody_has_made_yet_is_waited_for(
    tmp_path: Path, azurite: AzuriteServer
) -> None:
    name = f"jobs-{uuid.uuid4().hex[:8]}"
    settings = {"JOBS_CONNECTION": azurite.connection_string, "JOBS_QUEUE": name}
    with workshop(tmp_path, **settings) as host:
        key = {"x-functions-key": host.keys["master"]}
        answer = host.http.post("/admin/functions/work", headers=key, json={"input": "first"})
        assert answer.status_code == 202
        eventually(lambda: host.noted(queue="jobs", body="first"))


def _count(queue: QueueClient) -> int:
    """How many messages there are; -1 while there is no queue."""
    try:
        return queue.get_queue_properties().approximate_message_count or 0
    except ResourceNotFoundError:
        return -1
