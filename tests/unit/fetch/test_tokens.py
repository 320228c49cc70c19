"""A token is not looked up for each of many calls, and yet nobody calls with one that is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from shared_code.errors import Reauthorise
from shared_code.fetch.tokens import REMEMBERED, Remembered
from tests.support.clock import ManualClock


class Grant:
    """Gives another token each time it is asked, until the company takes it back."""

    def __init__(self) -> None:
        self.given, self.is_linked = 0, True

    def token(self) -> SecretStr:
        if not self.is_linked:
            raise Reauthorise("The connection is not linked")
        self.given += 1
        return SecretStr(f"token {self.given}")

    def refused(self, token: SecretStr) -> SecretStr:
        return SecretStr(f"instead of {token.get_secret_value()}")


def told(tokens: Remembered) -> str:
    return tokens.token().get_secret_value()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_a_token_that_was_looked_up_a_moment_ago_is_given_again(clock: ManualClock) -> None:
    tokens = Remembered(Grant(), clock)
    assert [told(tokens), told(tokens)] == ["token 1", "token 1"]


def test_a_connection_that_is_unlinked_is_called_for_a_second_at_most(clock: ManualClock) -> None:
    grant = Grant()
    tokens = Remembered(grant, clock)
    told(tokens)
    grant.is_linked = False
    clock.advance(REMEMBERED.total_seconds())
    with pytest.raises(Reauthorise):
        told(tokens)


def test_a_token_that_was_refused_is_forgotten(clock: ManualClock) -> None:
    tokens = Remembered(Grant(), clock)
    refused = tokens.token()
    assert tokens.refused(refused).get_secret_value() == "instead of token 1"
    assert told(tokens) == "token 2"


class Adjustable(ManualClock):
    def set_back(self, by: timedelta) -> None:
        self._now -= by


def test_a_clock_that_is_set_back_keeps_no_token() -> None:
    clock = Adjustable()
    tokens = Remembered(Grant(), clock)
    told(tokens)
    clock.set_back(timedelta(hours=1))
    assert told(tokens) == "token 2"
