"""Children start, tell when they serve, and never outlive who started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import typer

from local.stack import cli
from local.stack.children import ROOT, Child, ChildFailedError, Program, python
from local.stack.running import blaming
from local.stack.session import ending_well
from tests.support.ports import wait_until

READY = r"ready at (?P<url>\S+)"
SERVER = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("ended in order", flush=True), sys.exit(0)))
print(f"ready at http://{os.environ['NAME']}", flush=True)
time.sleep(60)
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child:
    print(f"ready at {child}", flush=True)
time.sleep(60)
"""

Start = Callable[[str], Child]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a child that runs the given source; it is killed at the end."""
    started: list[Child] = []

    def from_source(source: str) -> Child:
        (tmp_path / "standin.py").write_text(source)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        program = Program("standin", python("standin"), READY, {"NAME": "here"})
        started.append(Child(program, tmp_path / "logs"))
        return started[-1]

    yield from_source
    for child in started:
        child.kill()


def test_a_child_says_where_it_serves(start: Start) -> None:
    assert start(SERVER).url() == "http://here"


def test_a_child_that_ends_before_it_serves_is_quoted(start: Start) -> None:
    with pytest.raises(ChildFailedError, match=r"standin has ended:\n.*no such thing"):
        start("raise SystemExit('no such thing')").url()


def test_a_child_leads_a_process_group_of_its_own(start: Start) -> None:
    child = start(SERVER)
    child.url()
    assert os.getpgid(child.pid) == child.pid != os.getpgrp()


def test_a_child_may_end_in_order(start: Start) -> None:
    child = start(SERVER)
    child.url()
    child.stop()
    assert not child.running
    assert child.last_words(1) == "ended in order"


def test_a_kill_takes_the_whole_group(start: Start) -> None:
    child = start(STUBBORN)
    grandchild = int(child.url())
    child.kill()
    assert not child.running
    wait_until(lambda: not _lives(grandchild))


def test_stopping_what_has_ended_is_no_error(start: Start) -> None:
    child = start("")
    wait_until(lambda: not child.running)
    child.stop()
    child.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_child_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / "standin.py").write_text(SERVER)
    source = f"""
import time
from pathlib import Path
from local.stack.children import Child, Program, python
program = Program("standin", python("standin"), {READY!r}, {{"NAME": "x"}})
child = Child(program, Path({str(tmp_path)!r}))
child.url()
print(child.pid, flush=True)
time.sleep(60)
"""
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    with subprocess.Popen(  # noqa: S603 - our own source
        [sys.executable, "-c", source], stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not _lives(child))


def _lives(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits for its parent does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_child_that_ended_is_named_and_not_the_call_that_it_did_not_answer(start: Start) -> None:
    child = start("raise SystemExit('out of memory')")
    wait_until(lambda: not child.running)
    refused = httpx.ConnectError("connection refused")
    with pytest.raises(ChildFailedError, match="out of memory"), blaming({"host": child}):
        raise refused


def test_a_call_that_failed_while_all_children_run_is_told_as_it_is(start: Start) -> None:
    child, late = start(SERVER), httpx.ReadTimeout("too late")
    with pytest.raises(httpx.ReadTimeout, match="too late"), blaming({"host": child}):
        raise late


@pytest.mark.parametrize(
    ("failure", "kept"),
    [
        (None, False),
        (KeyboardInterrupt(), False),
        (httpx.ReadError("the host is gone"), True),
        (ChildFailedError("the host has ended"), True),
        (ZeroDivisionError(), True),
    ],
    ids=repr,
)
def test_a_demo_keeps_its_logs_whatever_failed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: BaseException | None,
    kept: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr(cli, "LOCAL", tmp_path)
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    with suppress(BaseException), cli._fresh_folder():
        if failure:
            raise failure
    assert bool([*tmp_path.iterdir()]) == kept


def test_a_host_that_ends_in_the_middle_is_a_sentence_and_no_trace(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit), ending_well(""):
        raise httpx.RemoteProtocolError("Server disconnected")
    assert capsys.readouterr().err.strip() == "Server disconnected"
