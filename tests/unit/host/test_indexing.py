"""An app that breaks a rule of the Python worker is refused as a whole, with the reason."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.host.indexing import index
from local.host.signature import AppError

HEAD = "import azure.functions as func\nimport azure.durable_functions as df\napp = df.DFApp()\n"


ACTIVITY = HEAD + "@app.activity_trigger(input_name='x')\n"
QUEUE = HEAD + "@app.queue_trigger(arg_name='msg', queue_name='q', connection='')\n"


@pytest.fixture(autouse=True)
def _forget_the_app() -> Iterator[None]:
    yield
    sys.modules.pop("function_app", None)


def app(folder: Path, text: str) -> Path:
    (folder / "function_app.py").write_text(text, encoding="utf-8")
    return folder


def test_functions_are_found_with_their_triggers_and_names(tmp_path: Path) -> None:
    text = HEAD + (
        "@app.function_name('shown')\n"
        "@app.route(route='x/{y}', methods=['GET'])\n"
        "async def f(req: func.HttpRequest, context: func.Context) -> str: return ''\n"
        "@app.activity_trigger(input_name='x', activity='renamed')\n"
        "def act(x): return x\n"
    )
    found = index(app(tmp_path, text))
    assert set(found) == {"shown", "act"}
    assert found["shown"].is_async
    assert found["shown"].signature.wants_context
    assert found["shown"].info.trigger.fields["route"] == "x/{y}"
    assert found["act"].info.durable_name == "renamed"


def test_a_blueprint_is_part_of_the_app(tmp_path: Path) -> None:
    text = HEAD + (
        "bp = df.Blueprint()\n"
        "@bp.route(route='x')\n"
        "def f(req: func.HttpRequest) -> str: return ''\n"
        "app.register_functions(bp)\n"
    )
    assert set(index(app(tmp_path, text))) == {"f"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "exactly one FunctionApp is expected at the top level, 0 found"),
        (HEAD + "other = func.FunctionApp()\n", "2 found"),
        (HEAD + "@app.route(route='x')\ndef f(req, extra): ...\n", "'extra' has no binding"),
        (HEAD + "@app.route(route='x')\ndef f(): ...\n", "'req' has no parameter"),
        (HEAD + "@app.route(route='x')\ndef f(req: int): ...\n", "which cannot be"),
        (
            HEAD + "@app.route(route='x')\ndef f(req, context: int): ...\n",
            "'context' must be a func.Context",
        ),
        (
            HEAD
            + "@app.route(route='x')\n"
            + "@app.queue_output(arg_name='o', queue_name='q', connection='')\n"
            + "def f(req, o: str): ...\n",
            "'o' must be a func.Out",
        ),
        (ACTIVITY + "def f(x: dict[str, int]): ...\n", "'x' cannot be dict[str, int]; a class is"),
        (ACTIVITY + "def f(x: str | None): ...\n", "'x' cannot be str | None; a class is"),
        (ACTIVITY + "def f(x: 'Missing'): ...\n", "an annotation cannot be read: name 'Missing'"),
        (QUEUE + "def f(msg: dict): ...\n", "'msg' is a queueTrigger, which cannot be <class"),
        (QUEUE + "def f(msg: func.Out[str]): ...\n", "the input 'msg' cannot be a func.Out"),
        (
            QUEUE
            + "@app.queue_output(arg_name='o', queue_name='q', connection='')\n"
            + "def f(msg, o: func.Out): ...\n",
            "'o' must say what it holds: func.Out[str]",
        ),
        (
            HEAD + "@app.route(route='x')\ndef f(req) -> func.HttpResponse | None: ...\n",
            "what is returned goes to a binding of type http, and cannot be",
        ),
        (
            HEAD
            + "@app.retry(strategy='fixed_delay', max_retry_count='2', delay_interval='5 s')\n"
            + "@app.timer_trigger(arg_name='t', schedule='0 0 0 * * *')\ndef f(t): ...\n",
            "the retry policy is wrong: time data '5 s' does not match",
        ),
    ],
)
def test_a_broken_rule_is_named(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(AppError, match=re.escape(reason)):
        index(app(tmp_path, text))


def test_a_broken_rule_is_told_with_the_functions_file_and_line(tmp_path: Path) -> None:
    text = HEAD + "@app.route(route='x')\ndef f(req, extra): ...\n"
    place = f"({tmp_path / 'function_app.py'}:{text.count(chr(10)) - 1})"
    with pytest.raises(
        AppError, match=re.escape(f"Function f: the parameter 'extra' has no binding. {place}")
    ):
        index(app(tmp_path, text))


def test_a_duplicate_name_leaves_no_function(tmp_path: Path) -> None:
    text = HEAD + "".join(
        f"@app.function_name('same')\n@app.route(route='{n}')\ndef f{n}(req): ...\n" for n in "ab"
    )
    with pytest.raises(ValueError, match="does not have a unique function name"):
        index(app(tmp_path, text))


def test_an_import_error_is_the_apps_own(tmp_path: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        index(app(tmp_path, "import no_such_module\n"))


def test_a_folder_without_an_app_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(AppError, match=r"There is no function_app\.py"):
        index(tmp_path)


@pytest.mark.parametrize("name", ["app", "my app.py", "../app.py"])
def test_a_script_is_a_python_file_of_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PYTHON_SCRIPT_FILE_NAME", name)
    with pytest.raises(AppError, match="is no name of a Python file"):
        index(tmp_path)
