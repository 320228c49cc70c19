"""`python -m local.host lint` says what is wrong, where, in which orchestrator, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from local.host.cli import app
from local.host.lint.findings import lint
from local.host.lint.rules import CLOCK
from tests.support.hosting import APPS, ROOT

SAFE = """
import azure.durable_functions as df
app = df.DFApp()

@app.orchestration_trigger(context_name="context")
def checkout(context):
    yield context.call_activity("pay", {given})
"""


def folder(at: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text)
    return at


def run(app_folder: Path) -> Result:
    return CliRunner().invoke(app, ["lint", "--app", str(app_folder)])


def one_app(at: Path, given: str, imports: str = "import time") -> Path:
    return folder(at, {"function_app.py": imports + SAFE.format(given=given)})


def test_a_clean_app_is_one_line_and_exit_code_0(tmp_path: Path) -> None:
    told = run(one_app(tmp_path, "1"))
    assert (told.exit_code, told.stdout) == (0, "1 orchestrator safe to replay.\n")


def test_a_finding_names_place_rule_orchestrator_reason_and_remedy(tmp_path: Path) -> None:
    told = run(one_app(tmp_path, "time.time()"))
    why = f"{CLOCK.reason} {CLOCK.instead}"
    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        f"{tmp_path}/function_app.py:7:40: clock in `checkout`: `time.time`: {why}",
        "Found 1 problem in 1 orchestrator.",
    ]


def test_a_line_that_several_orchestrators_run_is_reported_once(tmp_path: Path) -> None:
    shared = "import time\n\ndef now():\n    return time.time()\n"
    caller = "from shared import now" + SAFE
    names = ["checkout", "refund", "cancel", "audit"]
    files = {f"{n}.py": caller.format(given="now()").replace("checkout", n) for n in names}
    found = lint(folder(tmp_path, {"function_app.py": "", "shared.py": shared} | files)).findings
    assert [(one.path.name, one.line) for one in found] == [("shared.py", 4)]
    assert found[0].text.startswith("in `audit`, `cancel` and 2 more: `time.time`:")


@pytest.mark.parametrize(
    ("trigger", "name"),
    [
        ('@app.orchestration_trigger(context_name="context", orchestration="Pay")', "Pay"),
        ('@app.function_name("Pay")\n@app.orchestration_trigger(context_name="context")', "Pay"),
    ],
)
def test_an_orchestrator_goes_by_the_name_it_is_started_by(
    tmp_path: Path, trigger: str, name: str
) -> None:
    plain = '@app.orchestration_trigger(context_name="context")'
    text = "import time" + SAFE.format(given="time.time()").replace(plain, trigger)
    (finding,) = lint(folder(tmp_path, {"function_app.py": text})).findings
    assert finding.text.startswith(f"in `{name}`:")


def test_a_folder_without_an_app_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    told = run(tmp_path)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == f"{tmp_path} is no function app: it holds no function_app.py.\n"


def test_a_syntax_error_is_one_sentence_with_its_place_and_exit_code_2(tmp_path: Path) -> None:
    told = run(folder(tmp_path, {"function_app.py": "\n\ndef broken(:\n"}))
    assert (told.exit_code, told.stdout) == (2, "")
    place = f"{tmp_path}/function_app.py:3"
    assert told.stderr == f"{place}: this cannot be read as Python: invalid syntax.\n"


def test_other_peoples_code_within_the_folder_is_not_read(tmp_path: Path) -> None:
    bad = "import time" + SAFE.format(given="time.time()")
    foreign = ["env/lib/x.py", ".venv/x.py", "node_modules/x.py", "other/x.py"]
    files = dict.fromkeys([*foreign, "other/function_app.py"], bad) | {"env/pyvenv.cfg": ""}
    assert lint(one_app(folder(tmp_path, files), "1")).orchestrators == 1


def test_nothing_of_the_app_is_run(tmp_path: Path) -> None:
    ruin = f"open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    run(folder(tmp_path, {"function_app.py": ruin, "other.py": ruin}))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "at",
    # `make lint` looks at the product's own.
    [
        pytest.param(ROOT, marks=pytest.mark.long),
        *sorted(path.parent for path in APPS.glob("*/function_app.py")),
    ],
    ids=lambda path: path.name,
)
def test_the_products_app_and_those_of_the_tests_are_clean(at: Path) -> None:
    report = lint(at)
    assert not report.findings
    assert report.orchestrators
