"""host.json and local.settings.json are read as the real host does, or refused with a reason."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.settings import (
    SettingsError,
    load_host_json,
    load_local_settings,
    resolve,
    timespan,
)


def host_json(folder: Path, value: object) -> Path:
    (folder / "host.json").write_text(json.dumps(value), encoding="utf-8")
    return folder


def test_what_is_left_out_has_the_real_hosts_defaults(tmp_path: Path) -> None:
    settings = load_host_json(host_json(tmp_path, {"version": "2.0"}), {})
    assert settings.function_timeout == timedelta(minutes=30)
    assert settings.extensions.http.route_prefix == "api"
    assert settings.extensions.queues.batch_size == 16
    assert settings.extensions.queues.max_dequeue_count == 5
    assert settings.extensions.durable_task.hub_name == "TestHubName"
    assert settings.unknown() == []


def test_an_empty_route_prefix_is_kept(tmp_path: Path) -> None:
    value = {"extensions": {"http": {"routePrefix": ""}}}
    assert load_host_json(host_json(tmp_path, value), {}).extensions.http.route_prefix == ""


@pytest.mark.parametrize(("text", "limit"), [("00:05:00", timedelta(minutes=5)), ("-1", None)])
def test_the_function_timeout(tmp_path: Path, text: str, limit: timedelta | None) -> None:
    settings = load_host_json(host_json(tmp_path, {"functionTimeout": text}), {})
    assert settings.function_timeout == limit


def test_settings_are_put_in_and_the_environment_lies_over_the_file(tmp_path: Path) -> None:
    value = {"extensions": {"durableTask": {"hubName": "%HUB%"}}}
    environment = {
        "HUB": "Mine",
        "AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions": "3",
        "AzureFunctionsJobHost__functionTimeout": "00:01:00",
    }
    settings = load_host_json(host_json(tmp_path, value), environment)
    assert settings.extensions.durable_task.hub_name == "Mine"
    assert settings.extensions.durable_task.max_concurrent_activity_functions == 3
    assert settings.function_timeout == timedelta(minutes=1)


def test_unknown_settings_are_named_by_their_paths(tmp_path: Path) -> None:
    value = {"nonsense": 1, "extensions": {"http": {"routePrefx": "x"}, "kafka": {}}}
    settings = load_host_json(host_json(tmp_path, value), {})
    assert settings.unknown() == ["nonsense", "extensions.kafka", "extensions.http.routePrefx"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"functionTimeout": "soon"}, "functionTimeout"),
        ({"extensions": {"queues": {"batchSize": 33}}}, "extensions.queues.batchSize"),
        ([], "no JSON object"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(
    tmp_path: Path, value: object, text: str
) -> None:
    with pytest.raises(SettingsError, match=text):
        load_host_json(host_json(tmp_path, value), {})


def test_a_folder_without_host_json_is_no_app(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"There is no host\.json"):
        load_host_json(tmp_path, {})


def test_local_settings_fill_gaps_and_override_nothing(tmp_path: Path) -> None:
    values = {"Values": {"SET": "file", "UNSET": "file", "NUMBER": 3}}
    (tmp_path / "local.settings.json").write_text(json.dumps(values), encoding="utf-8")
    environment = {"SET": "environment"}
    load_local_settings(tmp_path, environment)
    assert environment == {"SET": "environment", "UNSET": "file", "NUMBER": "3"}


def test_a_setting_that_is_missing_is_named() -> None:
    assert resolve("a-%X%-b", {"X": "1"}) == "a-1-b"
    with pytest.raises(LookupError, match="'%Y%' does not resolve"):
        resolve("%Y%", {"X": "1"})


@given(st.timedeltas(timedelta(0), timedelta(days=900)))
def test_a_time_span_survives_being_written(span: timedelta) -> None:
    minutes, seconds = divmod(span.seconds, 60)
    text = f"{span.days}.{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{span.microseconds:06}0"
    assert abs(timespan(text) - span) < timedelta(microseconds=2)


@pytest.mark.parametrize("text", ["", "5", "5:00", "x:00:00", "1.2.3", "00:00:00.12345678"])
def test_what_is_no_time_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time span"):
        timespan(text)
