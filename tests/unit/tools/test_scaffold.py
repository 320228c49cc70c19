"""What a new connector begins with: well formed under any name, and never over something else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shared_code.catalogue import CATALOGUE, found_in
from shared_code.model.data_types import DataType
from tools.scaffold.cli import main
from tools.scaffold.generate import KINDS, ScaffoldError, Wanted, rendered, write

NAMES = {"acme": "", "x": "", "a_rather_long_name_of_24": "Thirty Letters & Other Marks Ok"[:30]}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_the_template_is_left_under_another_name(kind: str) -> None:
    for path, text in rendered(Wanted.of("ledger_line", kind)):
        assert "acme" not in f"{path} {text}".lower()
        assert not {word for word in text.split('"') if word.startswith("@")}


@pytest.mark.parametrize("kind", KINDS)
def test_its_files_pass_the_linter_as_they_are_shaped(tmp_path: Path, kind: str) -> None:
    wanted = [Wanted.of(name, kind, title) for name, title in NAMES.items()]
    files = [file for each in wanted for file in write(each, tmp_path)]
    python = [str(each) for each in files if each.suffix == ".py"]
    root = Path(__file__).resolve().parents[3]
    for command in (["check", "--fix-only", "-q"], ["format", "-q"], ["check", "-q"]):
        config = ["--config", str(root / "pyproject.toml")]
        done = subprocess.run(  # noqa: S603 - our own linter
            [sys.executable, "-m", "ruff", command[0], *config, *command[1:], *python],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_its_entry_is_one_of_the_catalogue(tmp_path: Path, kind: str) -> None:
    write(Wanted.of("ledger_line", kind, "Ledger Line"), tmp_path)
    [found] = found_in(tmp_path / "shared_code" / "integrations")
    assert (found.platform, found.name) == ("ledger_line", "Ledger Line")
    assert set(found.data_types) <= {*DataType}
    assert found.source_type.lower() == kind
    assert found.key not in {each.key for each in CATALOGUE}
    assert len(found.key) == 4


@pytest.mark.parametrize("name", ["", "Acme", "2fast", "a-b", "a__b", "_a", "../x", "a" * 25])
def test_a_name_that_is_no_folders_is_refused(name: str) -> None:
    with pytest.raises(ScaffoldError, match="cannot name a connector"):
        Wanted.of(name, "accounting")


@pytest.mark.parametrize("name", ["lambda", "class", "statuses", "provider"])
def test_a_name_that_code_has_a_use_for_is_refused(name: str) -> None:
    with pytest.raises(ScaffoldError, match="a word of the code itself"):
        Wanted.of(name, "accounting")


@pytest.mark.parametrize("name", ["store", "vault", "queue", "blobs", "sync", "xero"])
def test_a_name_that_settings_begin_with_is_refused(name: str) -> None:
    with pytest.raises(ScaffoldError, match=f"settings called CAUSEWAY_{name.upper()}_... already"):
        Wanted.of(name, "commerce")


def test_where_it_cannot_be_shaped_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "there.py").touch()
    (tmp_path / "pyproject.toml").write_text('[tool.ruff]\nline-length = "long"\n')
    assert main(["acme", "accounting"], tmp_path) == 1
    assert "Nothing was written: ruff check failed." in capsys.readouterr().err
    left = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*")}
    assert left == {"functions", "functions/there.py", "pyproject.toml"}


@pytest.mark.parametrize("title", ["   ", "...", "x" * 31, 'a"b', "a\nb", "<b>", "{x}"])
def test_a_title_that_code_could_not_hold_is_refused(title: str) -> None:
    with pytest.raises(ScaffoldError, match="cannot be a title"):
        Wanted.of("acme", "accounting", title)


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["acme", "payroll"], tmp_path) == 1
    assert "accounting, banking, commerce" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    there = tmp_path / "functions" / "acme" / "spec.py"
    there.parent.mkdir(parents=True)
    there.write_text("mine")
    with pytest.raises(ScaffoldError, match=r"functions/acme/spec\.py"):
        write(Wanted.of("acme", "accounting"), tmp_path)
    assert there.read_text() == "mine"
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [there]
