"""`CAUSEWAY_SERVICES` narrows what an app registers, and a slip in it is said."""

from __future__ import annotations

import runpy

import pytest

from tools.package import ROOT, services


def registered(monkeypatch: pytest.MonkeyPatch, names: str) -> set[str]:
    """The services of which an app with these names has the health function."""
    monkeypatch.setenv("CAUSEWAY_SERVICES", names)
    app = runpy.run_path(str(ROOT / "function_app.py"))["app"]
    found = [str(each.get_function_name()) for each in app.get_functions()]
    return {each.removesuffix("_health") for each in found if each.endswith("_health")}


def test_spaces_around_a_services_name_do_not_drop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert registered(monkeypatch, " engine , link,") == {"engine", "link"}


@pytest.mark.parametrize("names", ["xreo", "link,xreo"])
def test_a_service_that_is_not_there_is_named_with_those_that_are(
    monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    with pytest.raises(ValueError, match="not here: xreo") as refusal:
        registered(monkeypatch, names)
    assert str(refusal.value).endswith(f"There are: {', '.join(services())}")
