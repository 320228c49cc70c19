"""A setting that is wrong shows in the engine's health, and takes no function along."""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from sqlalchemy import text

from functions import engine
from functions.engine.settings import ScheduleSettings
from local.host.ncrontab import Schedule
from shared_code.errors import Abort
from shared_code.store.database import open_database
from tests.support.stores import new_store_url

NO_TIMER: Any = None
ASKING = ("engine_versions", "engine_raw_pages")


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An empty store, which the settings name."""
    found = new_store_url(tmp_path)
    monkeypatch.setenv("CAUSEWAY_STORE_URL", found)
    monkeypatch.setenv("CAUSEWAY_BLOBS_FOLDER", str(tmp_path / "blobs"))
    monkeypatch.setenv("LOCAL_QUEUE_URL", "http://127.0.0.1:9")
    return found


def functions() -> dict[str, Any]:
    """Import the engine anew, as a process does that starts."""
    app = func.FunctionApp()
    app.register_functions(importlib.reload(engine).bp)
    return {str(each.get_function_name()): each.get_user_function() for each in app.get_functions()}


def health(of: dict[str, Any]) -> tuple[int, str]:
    request = func.HttpRequest("GET", "http://127.0.0.1/health/engine", body=b"")
    answer = of["engine_health"](request)
    return answer.status_code, json.loads(answer.get_body())["status"]


def test_no_two_timers_are_due_at_the_same_second_unless_somebody_says_so() -> None:
    begin = datetime(2026, 11, 28, tzinfo=UTC)
    due: list[datetime] = []
    for field in ScheduleSettings.model_fields.values():
        moment = Schedule.parse(field.default).after(begin)
        while moment is not None and moment < begin + timedelta(hours=1):
            due.append(moment)
            moment = Schedule.parse(field.default).after(moment)
    assert len(due) > 60 * 6
    assert all(one < other for one, other in pairwise(sorted(due)))


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize("name", ["VERSIONS_KEPT_DAYS", "RAW_PAGES_KEPT_DAYS"])
def test_days_that_are_none_stop_what_asks_for_them_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"CAUSEWAY_ENGINE_{name}", "0")
    found = functions()
    for duty in ASKING:
        with pytest.raises(Abort) as refusal:
            found[duty](NO_TIMER)
        assert f"CAUSEWAY_ENGINE_{name}" in refusal.value.internal
    for other in found.keys() - {*ASKING, "engine_health"}:
        found[other](NO_TIMER)
    assert health(found) == (503, "unavailable")


def test_health_tells_a_store_that_went_away_after_the_start(url: str) -> None:
    found = functions()
    assert health(found) == (200, "ok")
    db = open_database(url)
    with db.write() as tx:
        tx.execute(text("drop table clients"))
    db.close()
    assert health(found) == (503, "unavailable")
