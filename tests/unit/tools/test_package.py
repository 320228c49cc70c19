"""What a staged package holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.package import UnknownServiceError, main, services, stage


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in (
        "function_app.py",
        "functions/__init__.py",
        "functions/books/__init__.py",
        "functions/books/__pycache__/old.cpython-311.pyc",
        "functions/books/README.md",
        "functions/shop/__init__.py",
        "functions/notes/readme.txt",
        "host.json",
        "LICENSE",
        "local/host/__init__.py",
        "local.settings.json",
        "requirements.txt",
        "shared_code/__init__.py",
        "shared_code/store/script.mako",
        "tests/test_books.py",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


def _files(folder: Path) -> set[str]:
    return {
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }


def test_a_package_holds_one_service_and_what_all_share(project: Path, tmp_path: Path) -> None:
    assert _files(stage("books", tmp_path / "dist", root=project)) == {
        "LICENSE",
        "function_app.py",
        "functions/__init__.py",
        "functions/books/__init__.py",
        "host.json",
        "requirements.txt",
        "shared_code/__init__.py",
        "shared_code/store/script.mako",
    }


def test_bytecode_is_compiled_anew(project: Path, tmp_path: Path) -> None:
    staged = stage("books", tmp_path / "dist", root=project)
    compiled = sorted(file.name.split(".")[0] for file in staged.rglob("*.pyc"))
    assert compiled == ["__init__", "__init__", "__init__", "function_app"]


def test_staging_again_leaves_nothing_of_before(project: Path, tmp_path: Path) -> None:
    stage("books", tmp_path / "dist", root=project)
    (tmp_path / "dist" / "leftover.py").write_text("")
    assert "leftover.py" not in _files(stage("books", tmp_path / "dist", root=project))


def test_a_folder_without_python_is_no_service(project: Path) -> None:
    assert services(project) == ["books", "shop"]


def test_an_unknown_service_is_refused_by_name(project: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownServiceError, match=r"'xreo'; there are books, shop"):
        stage("xreo", tmp_path / "dist", root=project)


def test_the_command_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no_such_service"]) == 1
    assert "no_such_service" in capsys.readouterr().err
