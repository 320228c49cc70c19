"""What of an app's folder is watched."""

from __future__ import annotations

from pathlib import Path

import pytest
from watchfiles import Change

from local.host.reloading import AppFilter

APP = Path("/app")


@pytest.mark.parametrize(
    ("name", "seen"),
    [("database.py", True), ("data_2/code.py", True), ("data/code.py", False), ("a.db", False)],
)
def test_the_data_folder_is_left_out_and_nothing_that_only_begins_like_it(
    name: str, *, seen: bool
) -> None:
    assert AppFilter(APP / "data")(Change.modified, str(APP / name)) is seen
