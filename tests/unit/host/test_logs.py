"""Log lines are JSON with the invocation they belong to, or short for a terminal."""

from __future__ import annotations

import json
import logging

from local.host.logs import JsonLines, LoggedCall, Terminal, functions, invocation, levels_of
from local.host.messages import Failure, Result


class Kept(logging.Handler):
    """Keeps the records that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record)


def record(text: str = "told %s", *values: object) -> logging.LogRecord:
    return logging.LogRecord("app", logging.INFO, __file__, 1, text, values or ("this",), None)


def test_a_line_is_json_and_names_its_invocation() -> None:
    token = invocation.set(("f", "an-id"))
    line = json.loads(JsonLines().format(record()))
    invocation.reset(token)
    assert line["message"] == "told this"
    assert line["level"] == "info"
    assert (line["function"], line["invocation_id"]) == ("f", "an-id")
    assert "function" not in json.loads(JsonLines().format(record()))


def test_a_terminal_gets_a_short_line() -> None:
    token = invocation.set(("f", "0123456789"))
    assert Terminal().format(record()).endswith("INFO f 01234567: told this")
    invocation.reset(token)
    assert Terminal().format(record()).endswith("INFO app: told this")


def test_levels_are_read_from_host_json() -> None:
    assert levels_of({}) == {"default": logging.INFO}
    told = levels_of({"default": "Warning", "Function": "Debug", "x": "nonsense"})
    assert told == {"default": logging.WARNING, "Function": logging.DEBUG, "x": logging.INFO}


def test_a_failed_call_is_an_error_with_its_trace_and_a_success_a_debug_line() -> None:
    handler = Kept()
    functions.addHandler(handler)
    functions.setLevel(logging.DEBUG)
    LoggedCall("f", "id").ended(Result(1, None, [], Failure("ValueError: x", "the trace")))
    LoggedCall("f", "id").ended(Result(1, "1", []))
    functions.removeHandler(handler)
    functions.setLevel(logging.NOTSET)
    lines = handler.lines
    assert [line.levelno for line in lines] == [logging.ERROR, logging.DEBUG]
    assert lines[0].getMessage() == "f failed: ValueError: x\nthe trace"
    fields = json.loads(JsonLines().format(lines[0]))
    assert (fields["function"], fields["invocation_id"], fields["succeeded"]) == ("f", "id", False)
