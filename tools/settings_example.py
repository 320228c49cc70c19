"""Write `local.settings.example.json` and the settings' reference page from the settings models."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = Path("local.settings.example.json")
PAGE = Path("docs/reference/settings.md")

FUNC_START = {
    "CAUSEWAY_QUEUE_KIND": "azure",
    "CAUSEWAY_QUEUE_CONNECTION": "UseDevelopmentStorage=true",
}
"""What differs from the defaults under `func start`, which has no queues but Azurite's."""

INTRODUCTION = """\
# Settings

Every setting is an environment variable: an app setting in Azure, an entry of
`local.settings.json` under `func start`. An empty value counts as none. `make up`, `make demo`
and `make func` set what they need by themselves. This page is made from the settings models by
`make settings`.
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable; `default` is empty where there is none."""

    name: str
    default: str
    description: str


@dataclass(frozen=True, slots=True)
class Area:
    """The settings of one model, under its docstring's first line."""

    title: str
    settings: tuple[Setting, ...]


HOST = Area(
    "The Functions host",
    (
        Setting("FUNCTIONS_WORKER_RUNTIME", "python", "The language of the app."),
        Setting(
            "AzureWebJobsStorage",
            "UseDevelopmentStorage=true",
            "The host's own storage account; on a laptop Azurite.",
        ),
        Setting("TASK_HUB_NAME", "causeway", "Name of the durable task hub, one per app."),
        Setting(
            "CAUSEWAY_SERVICES",
            "",
            "Services to start, joined by commas; all by default, none if one is unknown.",
        ),
    ),
)


def areas(root: Path = ROOT) -> list[Area]:
    """Read all settings: the host's own, then each model of a module called `settings`."""
    return [HOST, *(area(model) for model in _models(root))]


def example(found: list[Area]) -> str:
    """Render the example file, ready for `func start`."""
    values = {setting.name: setting.default for area in found for setting in area.settings}
    return json.dumps({"IsEncrypted": False, "Values": values | FUNC_START}, indent=2) + "\n"


def page(found: list[Area]) -> str:
    """Render the reference page: one table an area."""
    return INTRODUCTION + "".join(map(_table, found))


def main() -> None:
    """Write both files."""
    found = areas()
    for file, text in ((EXAMPLE, example(found)), (PAGE, page(found))):
        (ROOT / file).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / file).write_text(text)
        print(f"Wrote {file}")


def _models(root: Path) -> Iterator[type[BaseSettings]]:
    files = [*(root / "shared_code").rglob("settings.py"), *root.glob("functions/*/settings.py")]
    for file in sorted(files):
        name = ".".join(file.relative_to(root).with_suffix("").parts)
        module = importlib.import_module(name)
        for model in vars(module).values():
            # One without a prefix is what others are made of.
            if _is_model(model) and model.__module__ == name and model.model_config["env_prefix"]:
                yield model


def _is_model(value: object) -> TypeGuard[type[BaseSettings]]:
    return inspect.isclass(value) and issubclass(value, BaseSettings)


def area(model: type[BaseSettings]) -> Area:
    """Read the settings of one model, under its docstring's first line."""
    settings = (_setting(model, name, field) for name, field in model.model_fields.items())
    title, *_ = (inspect.getdoc(model) or model.__name__).splitlines()
    return Area(title.rstrip("."), tuple(settings))


def _setting(model: type[BaseSettings], name: str, field: FieldInfo) -> Setting:
    prefix = model.model_config["env_prefix"]
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        ours = next(choice for choice in alias.choices if str(choice).startswith(prefix))
    else:
        ours = f"{prefix}{name}".upper()
    return Setting(str(ours), _text(field), field.description or "")


def _text(field: FieldInfo) -> str:
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if default is None:
        return ""
    return default.get_secret_value() if isinstance(default, SecretStr) else str(default)


def _table(area: Area) -> str:
    rows = [
        f"| `{setting.name}` | {_code(setting.default)} | {setting.description} |\n"
        for setting in area.settings
    ]
    head = "| Setting | Default | Meaning |\n| --- | --- | --- |\n"
    return f"\n## {area.title}\n\n{head}{''.join(rows)}"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


if __name__ == "__main__":
    main()
