"""What the checks hear of a connector: its lines, and the errors that it logs with them."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import structlog

from local.conformance.checks.secrecy import found_in
from local.conformance.listening import listening

SECRET = "a-token-that-lets-in"


@pytest.mark.parametrize("library", [logging.getLogger, structlog.get_logger])
def test_a_secret_in_the_text_of_a_logged_error_is_heard(
    library: Any,  # noqa: ANN401 - each library has loggers of its own
) -> None:
    logger = library("planted")
    with listening() as heard:
        try:
            int(f"/?access_token={SECRET}")
        except ValueError:
            logger.exception("it failed")
            logger.debug("it failed", exc_info=True)
    assert len(found_in(heard, [SECRET])) == 2
