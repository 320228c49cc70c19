"""The example settings and the reference page follow the settings models."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from tools import settings_example
from tools.settings_example import EXAMPLE, PAGE, ROOT, area, areas, example, page


class _Shop(BaseSettings):
    """Where the shop is.

    More that nobody reads.
    """

    model_config = SettingsConfigDict(env_prefix="SHOP_")

    url: str = Field(default="http://shop", description="Its address.")
    key: SecretStr | None = Field(default=None, description="Opens it.")
    secret: SecretStr = Field(default=SecretStr("shown"), description="Only a default.")
    owner: str = Field(description="Must be given.")
    other: int = Field(
        default=3, validation_alias=AliasChoices("HOST_OTHER", "SHOP_OTHER"), description="Both."
    )


def test_the_example_is_what_the_models_say() -> None:
    assert (ROOT / EXAMPLE).read_text() == example(areas()), "run `make settings`"


def test_the_reference_page_is_what_the_models_say() -> None:
    assert (ROOT / PAGE).read_text() == page(areas()), "run `make settings`"


def test_every_setting_is_explained() -> None:
    silent = [each.name for one in areas() for each in one.settings if not each.description]
    assert silent == []


def test_each_setting_has_one_model() -> None:
    names = [each.name for one in areas() for each in one.settings]
    assert len(names) == len(set(names))


def test_no_settings_model_hides_in_another_module() -> None:
    found = {
        file.relative_to(ROOT)
        for folder in ("shared_code", "functions")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef)
        and any(getattr(base, "id", "").endswith("Settings") for base in node.bases)
    }
    assert {file.name for file in found} == {"settings.py"}


def test_defaults_and_names_come_from_the_fields() -> None:
    assert [(each.name, each.default) for each in area(_Shop).settings] == [
        ("SHOP_URL", "http://shop"),
        ("SHOP_KEY", ""),
        ("SHOP_SECRET", "shown"),
        ("SHOP_OWNER", ""),
        ("SHOP_OTHER", "3"),
    ]


def test_the_page_has_a_table_an_area() -> None:
    text = page([area(_Shop)])
    assert "## Where the shop is\n" in text
    assert "| `SHOP_URL` | `http://shop` | Its address. |" in text
    assert "| `SHOP_KEY` |  | Opens it. |" in text


def test_the_example_lets_func_start_find_its_queues() -> None:
    values = json.loads(example(areas()))["Values"]
    assert values["AzureWebJobsStorage"] == values["CAUSEWAY_QUEUE_CONNECTION"]
    assert all(isinstance(value, str) for value in values.values())


def test_both_files_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_example, "ROOT", tmp_path)
    settings_example.main()
    assert json.loads((tmp_path / EXAMPLE).read_text())["IsEncrypted"] is False
    assert (tmp_path / PAGE).read_text().startswith("# Settings")
