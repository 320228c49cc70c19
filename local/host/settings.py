"""host.json, local.settings.json and the limits the host runs with."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

CORES = os.cpu_count() or 1
_TIMESPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?")


class SettingsError(ValueError):
    """host.json or local.settings.json cannot be used; the text says which setting and why."""


def timespan(text: str) -> timedelta:
    """Read a .NET time span, `[d.]hh:mm:ss[.fffffff]`.

    Raises:
        ValueError: it is none.
    """
    found = _TIMESPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is no time span; hh:mm:ss is expected")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[:4])
    fraction = float(f"0.{found[5] or 0}")
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds + fraction)


def _as_timespan(value: object) -> object:
    return timespan(value) if isinstance(value, str) and value != "-1" else value


def _as_timeout(value: object) -> object:
    return None if value in ("-1", -1) else _as_timespan(value)


TimeSpan = Annotated[timedelta, BeforeValidator(_as_timespan)]
Timeout = Annotated[timedelta | None, BeforeValidator(_as_timeout)]


class _Section(BaseModel):
    """A part of host.json. Unknown settings are kept, to be named at start."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow")


class DurableTask(_Section):
    """`extensions.durableTask`; settings of the cloud back ends are accepted and have no effect."""

    hub_name: str = "TestHubName"
    max_concurrent_activity_functions: int = Field(10 * CORES, ge=1)
    max_concurrent_orchestrator_functions: int = Field(10 * CORES, ge=1)
    max_concurrent_entity_functions: int = Field(10 * CORES, ge=1)
    max_entity_operation_batch_size: int = Field(5000, ge=1)
    max_orchestration_actions: int = Field(100_000, ge=1)
    storage_provider: dict[str, Any] = {}
    tracing: dict[str, Any] = {}
    extended_sessions_enabled: bool = False
    use_graceful_shutdown: bool = True
    store_inputs_in_orchestration_history: bool = False


class Queues(_Section):
    """`extensions.queues`: how queue triggers take and give back messages."""

    batch_size: int = Field(16, ge=1, le=32)
    new_batch_threshold: int | None = Field(None, ge=0)
    max_dequeue_count: int = Field(5, ge=1)
    visibility_timeout: TimeSpan = timedelta(0)
    max_polling_interval: TimeSpan = timedelta(minutes=1)
    message_encoding: Literal["base64", "none"] = "base64"

    @property
    def threshold(self) -> int:
        """How many may still run when the next batch is taken."""
        if self.new_batch_threshold is None:
            return self.batch_size // 2 * CORES
        return self.new_batch_threshold


class Http(_Section):
    """`extensions.http`."""

    route_prefix: str = "api"
    max_concurrent_requests: int = -1
    max_outstanding_requests: int = -1
    dynamic_throttles_enabled: bool = False


class Extensions(_Section):
    """`extensions`."""

    durable_task: DurableTask = Field(default_factory=DurableTask)
    queues: Queues = Field(default_factory=Queues)
    http: Http = Field(default_factory=Http)


class Logging(_Section):
    """`logging`: levels per category; Application Insights has no effect here."""

    log_level: dict[str, str] = {}
    console: dict[str, Any] = {}
    file_logging_mode: str = ""
    application_insights: dict[str, Any] = {}


class HostJson(_Section):
    """The parsed host.json; only what this host acts upon has a field of its own."""

    version: str = "2.0"
    function_timeout: Timeout = timedelta(minutes=30)
    extensions: Extensions = Field(default_factory=Extensions)
    logging: Logging = Field(default_factory=Logging)
    extension_bundle: dict[str, Any] = {}
    telemetry_mode: str = ""
    concurrency: dict[str, Any] = {}
    health_monitor: dict[str, Any] = {}
    managed_dependency: dict[str, Any] = {}
    retry: dict[str, Any] = {}

    def unknown(self) -> list[str]:
        """Name the settings that this host does not know, as dotted paths."""
        return list(_unknown(self, ""))


def _unknown(section: _Section, path: str) -> Iterator[str]:
    for name in section.model_extra or {}:
        yield path + name
    for name, value in section:
        if isinstance(value, _Section):
            yield from _unknown(value, f"{path}{to_camel(name)}.")


def load_host_json(app: Path, environment: Mapping[str, str]) -> HostJson:
    """Read host.json, with `%SETTING%` resolved and `AzureFunctionsJobHost__a__b` laid over it.

    Raises:
        SettingsError: no host.json, no JSON, or a value that cannot be.
    """
    values = _read_json(app / "host.json")
    for name, value in environment.items():
        prefix, *path = name.split("__")
        if prefix.lower() == "azurefunctionsjobhost" and path:
            _override(values, path, value)
    try:
        return HostJson.model_validate(_resolved(values, environment))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"host.json: {where}: {first['msg']}") from error


def load_local_settings(app: Path, environment: MutableMapping[str, str]) -> None:
    """Add the `Values` of local.settings.json to the environment; what is set there already stays.

    Raises:
        SettingsError: the file is there and no JSON object.
    """
    file = app / "local.settings.json"
    if not file.exists():
        return
    values = _read_json(file).get("Values", {})
    if not isinstance(values, dict):
        raise SettingsError("local.settings.json: Values is no object")
    for name, value in values.items():
        environment.setdefault(name, str(value))


def resolve(text: str, environment: Mapping[str, str]) -> str:
    """Replace each `%NAME%` by the setting.

    Raises:
        LookupError: a setting is missing or empty; the error's text names it.
    """

    def value(found: re.Match[str]) -> str:
        if not environment.get(found[1]):
            raise LookupError(f"'%{found[1]}%' does not resolve to a value.")
        return environment[found[1]]

    return re.sub(r"%([^%]+)%", value, text)


def _resolved(value: Any, environment: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {name: _resolved(item, environment) for name, item in value.items()}
    if isinstance(value, str):
        return re.sub(r"%([^%]+)%", lambda m: environment.get(m[1], m[0]), value)
    return value


def _override(values: dict[str, Any], path: list[str], value: str) -> None:
    """Set a value by a path whose names may be in any case."""
    for name in path[:-1]:
        key = next((key for key in values if key.lower() == name.lower()), name)
        values = values.setdefault(key, {})
    key = next((key for key in values if key.lower() == path[-1].lower()), path[-1])
    values[key] = value


def _read_json(file: Path) -> dict[str, Any]:
    try:
        values = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(f"There is no {file.name} in {file.parent}.") from None
    except ValueError as error:
        raise SettingsError(f"{file.name} is no JSON: {error}") from error
    if not isinstance(values, dict):
        raise SettingsError(f"{file.name} is no JSON object.")
    return values
