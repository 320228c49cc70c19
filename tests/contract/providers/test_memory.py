"""A restarted simulator goes on where it stopped."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from local.providers.books.generate import Story
from local.providers.simulation.memory import MemoryFolderError
from local.providers.simulation.simulator import Settings
from local.providers.start import build
from tests.contract.providers.session import Visitor

Restart = Callable[[Visitor], Visitor]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "xero"


@pytest.fixture
def restarted(serve: Callable[..., Visitor], folder: Path) -> Restart:
    def restart(before: Visitor) -> Visitor:
        after = serve(data=folder, rate_limit=False)
        after.tokens, after.tenant = before.tokens, before.tenant
        return after

    return restart


def test_grants_connections_and_edits_outlive_a_restart(
    serve: Callable[..., Visitor], folder: Path, restarted: Restart
) -> None:
    visitor = serve(data=folder, rate_limit=False)
    visitor.link("0", "1")
    first = visitor.tokens["refresh_token"]
    visitor.tokens = visitor.refresh(first).json()
    for operation in ("create", "touch", "pay", "delete-payment", "delete-item", "rename-contact"):
        visitor.order("books/edit", operation=operation, count=2)
    again = restarted(visitor)
    assert again.connections() == visitor.connections()
    assert again.books() == visitor.books()
    assert again.refresh(first).status_code == 200
    assert again.refresh(visitor.tokens["refresh_token"]).status_code == 200
    assert again.refresh(first).json()["error"] == "invalid_grant"


def test_a_rotation_whose_answer_was_lost_is_kept(
    serve: Callable[..., Visitor], folder: Path, restarted: Restart
) -> None:
    visitor = serve(data=folder)
    visitor.link()
    visitor.order("faults", action="lose", path="/connect/token")
    with pytest.raises(httpx.ReadError):
        visitor.refresh(visitor.tokens["refresh_token"])
    (grant,) = restarted(visitor).http.get("/_control/grants").json()["grants"]
    assert grant["refreshTokens"] == 2


def test_only_the_owner_may_read_the_kept_tokens(
    serve: Callable[..., Visitor], folder: Path
) -> None:
    serve(data=folder).link()
    assert (folder / "simulator.json").stat().st_mode & 0o077 == 0


def test_another_story_is_refused(serve: Callable[..., Visitor], folder: Path) -> None:
    serve(data=folder).link()
    with pytest.raises(MemoryFolderError, match="another story"):
        build("xero", Settings(story=Story(seed=99), data=folder))


def test_a_file_that_cannot_be_read_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "simulator.json").write_text("{")
    with pytest.raises(MemoryFolderError, match="cannot be read"):
        build("xero", Settings(data=folder))
