"""What a function puts out becomes messages, and a message tells of itself, as on the real host."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import azure.functions as func
import pytest

from local.host.converters import PLAIN
from local.host.messages import Blob
from local.host.queues.message import Envelope, MessageSizeError, check_size
from local.host.values import messages


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("text", ["text"]),
        ("", [""]),
        ("[1, 2", ["[1, 2"]),
        ("{no json}", ["{no json}"]),
        ("5", ["5"]),
        (' ["a", 1, true, null, 1.5] ', ["a", "1", "True", "", "1.5"]),
        ("[]", []),
        ('{"a":"ä"}', ['{\n  "a": "ä"\n}']),
        ('[{"body": 1}]', ['{\n  "body": 1\n}']),
        ({"body": "x"}, ['{\n  "body": "x"\n}']),
        (["a", {"b": []}], ["a", '{\n  "b": []\n}']),
        (b"[1, 2]", [Blob(b"[1, 2]")]),
        (7, ["7"]),
    ],
)
def test_a_text_that_is_a_json_list_is_several_messages(value: object, sent: list[object]) -> None:
    assert messages(PLAIN, value) == sent


def test_a_message_object_is_its_body_whatever_that_is() -> None:
    assert messages("queue", func.QueueMessage(body='{"a":1}')) == ['{"a":1}']
    both = [func.QueueMessage(body="[1]"), "[2]"]
    assert messages("queue", both) == ["[1]", "[2]"]


ENVELOPE = Envelope(
    "guid",
    1,
    inserted=datetime(2026, 1, 1, tzinfo=UTC),
    expires=datetime(2026, 1, 8, tzinfo=UTC),
    visible=datetime(2026, 1, 1, 0, 10, tzinfo=UTC),
    receipt="receipt",
)


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("text", {}),
        (Blob(b'{"id": 5}'), {}),
        ('{"id": 5', {}),
        ('[{"id": 5}]', {}),
        ('{"id": null, "popReceipt": [1], "other": 1}', {}),
        ('{"id": "mine"}', {"Id": "mine"}),
        (' {"ID": 5, "dequeuecount": 7} ', {"Id": "5", "DequeueCount": "7"}),
        ('{"PopReceipt": true}', {"PopReceipt": "true"}),
    ],
)
def test_properties_of_a_json_body_win_over_the_metadata(
    body: str | Blob, changed: dict[str, Any]
) -> None:
    assert ENVELOPE.metadata(body) == ENVELOPE.metadata("") | changed


def test_a_message_may_have_64_kilobytes_when_encoded() -> None:
    check_size("x" * 65536)
    with pytest.raises(MessageSizeError, match="at most 65536 bytes, base64 included; this has 65"):
        check_size("ä" + "x" * 65535)
