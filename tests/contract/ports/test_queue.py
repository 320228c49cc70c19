from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared_code.ports.queue import MAX_TEXT_BYTES, InvalidMessage
from tests.contract.ports.adapters import Mailbox


@pytest.fixture
def name() -> str:
    return f"test-{uuid.uuid4().hex}"


class TestQueue:
    def test_a_text_arrives_as_it_was_sent(self, mailbox: Mailbox, name: str) -> None:
        text = '{"run": "<é & 漢字 😀>"}\n'
        mailbox.queue.send(name, text)
        assert mailbox.texts(name) == [text]

    def test_a_queue_comes_into_being_with_its_first_message(
        self, mailbox: Mailbox, name: str
    ) -> None:
        with ThreadPoolExecutor(8) as pool:
            sent = [pool.submit(mailbox.queue.send, name, str(number)) for number in range(20)]
        assert [send.exception() for send in sent] == [None] * 20
        assert sorted(mailbox.texts(name), key=int) == [str(number) for number in range(20)]

    def test_queues_do_not_mix(self, mailbox: Mailbox, name: str) -> None:
        mailbox.queue.send(name, "mine")
        mailbox.queue.send(f"{name}-poison", "theirs")
        assert mailbox.texts(name) == ["mine"]
        assert mailbox.texts(f"{name}-poison") == ["theirs"]

    @pytest.mark.parametrize("letter", ["x", "é"])
    def test_the_largest_text_fits(self, mailbox: Mailbox, name: str, letter: str) -> None:
        text = letter * (MAX_TEXT_BYTES // len(letter.encode()))
        mailbox.queue.send(name, text)
        assert mailbox.texts(name) == [text]

    def test_a_larger_text_is_refused_before_it_is_sent(self, mailbox: Mailbox, name: str) -> None:
        mailbox.queue.send(name, "first")
        with pytest.raises(InvalidMessage) as caught:
            mailbox.queue.send(name, "é" * (MAX_TEXT_BYTES // 2) + "x")
        assert "49153 bytes" in caught.value.internal
        assert "at most 49152" in caught.value.internal
        assert mailbox.texts(name) == ["first"]

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "ab",
            "x" * 64,
            "Runs",
            "quickbooks_online",
            "-runs",
            "runs-",
            "a--b",
            "a/b",
            "a.b",
            "runs\n",
        ],
    )
    def test_a_name_that_azure_would_refuse_is_refused_everywhere(
        self, mailbox: Mailbox, name: str
    ) -> None:
        with pytest.raises(InvalidMessage) as caught:
            mailbox.queue.send(name, "text")
        assert "lower-case letters, digits and single inner dashes" in caught.value.internal
