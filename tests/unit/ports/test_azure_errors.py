from __future__ import annotations

from types import SimpleNamespace

import pytest
from azure.core.exceptions import HttpResponseError, IncompleteReadError, ServiceResponseError

from shared_code.errors import INTERNAL_LIMIT, Abort, CausewayError, Retry
from shared_code.ports._azure import translated_errors


def answered(status: int, *, retry_after: str = "", code: str = "") -> HttpResponseError:
    headers = {"Retry-After": retry_after} if retry_after else {}
    error = HttpResponseError("why")
    error.response = SimpleNamespace(headers=headers)
    error.status_code = status
    vars(error)["error_code"] = code
    return error


def translated(error: Exception) -> CausewayError:
    with pytest.raises(CausewayError) as caught, translated_errors("Blob storage"):
        raise error
    return caught.value


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_waiting_may_heal_is_for_later(status: int) -> None:
    error = translated(answered(status))
    assert isinstance(error, Retry)
    assert (error.public, error.retry_after) == ("Blob storage is busy.", None)


@pytest.mark.parametrize("error", [ServiceResponseError("cut off"), IncompleteReadError("cut off")])
def test_a_broken_answer_is_for_later(error: Exception) -> None:
    assert isinstance(translated(error), Retry)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None)]
)
def test_the_wait_is_as_long_as_the_service_asks(header: str, seconds: float | None) -> None:
    error = translated(answered(503, retry_after=header))
    assert isinstance(error, Retry)
    assert error.retry_after == seconds


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412])
def test_what_waiting_cannot_heal_is_for_an_operator(status: int) -> None:
    error = translated(answered(status))
    assert isinstance(error, Abort)
    assert (error.public, error.internal) == ("Blob storage refused the request.", "why")


@pytest.mark.parametrize("code", ["ContainerBeingDeleted", "QueueBeingDeleted"])
def test_a_name_that_is_still_being_deleted_is_for_later(code: str) -> None:
    assert isinstance(translated(answered(409, code=code)), Retry)


def test_a_long_answer_is_cut() -> None:
    error = translated(HttpResponseError("x" * 100_000))
    assert len(error.internal) == INTERNAL_LIMIT
