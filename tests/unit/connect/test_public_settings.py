from __future__ import annotations

import pytest

from shared_code.connect.settings import PublicSettings
from shared_code.errors import Abort
from shared_code.settings import load_settings
from shared_code.store.settings import StoreSettings, open_store


def test_the_public_url_is_a_root_without_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(PublicSettings).public_url == "http://127.0.0.1:7071"
    monkeypatch.setenv("CAUSEWAY_PUBLIC_URL", "https://api.example/base/")
    assert load_settings(PublicSettings).public_url == "https://api.example/base"


def test_a_bad_setting_is_one_sentence_that_names_it_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CAUSEWAY_PUBLIC_URL", "hunter2")
    with pytest.raises(Abort) as refused:
        load_settings(PublicSettings)
    assert refused.value.internal.startswith("Invalid settings. CAUSEWAY_PUBLIC_URL: ")
    assert "hunter2" not in refused.value.internal
    assert "\n" not in refused.value.internal
    assert refused.value.public == "The platform is not configured completely."


@pytest.mark.parametrize("url", ["not a url", "oracle9://x/y", "://"])
def test_a_store_that_cannot_be_opened_is_said_without_its_password(url: str) -> None:
    settings = StoreSettings.model_validate({"url": url})
    with pytest.raises(Abort, match="not configured") as refused:
        open_store(settings)
    assert refused.value.internal.startswith("CAUSEWAY_STORE_URL is no URL of a store")


def test_settings_do_not_show_the_stores_password() -> None:
    settings = StoreSettings.model_validate({"url": "postgresql+psycopg://me:hunter2@host/db"})
    assert "hunter2" not in repr(settings)
