"""An app is taken, or refused as a whole, exactly when Microsoft's worker does so."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.host.indexing import Loaded, index
from tests.support.hosting import APPS, ROOT
from tests.support.worker_code import Indexed, WorkerCode, is_installed

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not is_installed(), reason="the worker's code is not installed: run `make setup`"
    ),
]

HEAD = """
import typing, collections.abc
from typing import *
import azure.functions as func
import azure.durable_functions as df
class Shape(TypedDict):
    a: int
class Own: ...
class Many(Generic[TypeVar("T")]): ...
app = df.DFApp()
"""


@pytest.fixture(scope="module")
def worker() -> Iterator[WorkerCode]:
    code = WorkerCode()
    yield code
    code.close()


def ours(folder: Path) -> dict[str, Loaded] | None:
    try:
        return index(folder)
    except Exception:  # noqa: BLE001 - whatever it is, no function is served
        return None
    finally:
        sys.modules.pop("function_app", None)


def theirs(worker: WorkerCode, folder: Path) -> dict[str, Indexed] | None:
    try:
        return worker.index(folder)[1]
    except Exception:  # noqa: BLE001 - whatever it is, no function is served
        return None


def same(worker: WorkerCode, folder: Path, text: str) -> bool:
    """Index an app in both and see that all is the same; whether it was taken."""
    (folder / "function_app.py").write_text(text, encoding="utf-8")
    mine, other = ours(folder), theirs(worker, folder)
    assert (mine is None) == (other is None), text.removeprefix(HEAD)
    if mine is None or other is None:
        return False
    assert list(mine) == list(other)
    for name, loaded in mine.items():
        compare(loaded, other[name])
    return True


def compare(mine: Loaded, other: Indexed) -> None:
    signature, info = mine.signature, other.info
    assert [b.fields for b in mine.info.bindings] == [json.loads(b) for b in other.bindings]
    assert mine.is_async == info.is_async
    assert signature.wants_context == info.requires_context
    assert signature.inputs == {n: t.binding_name for n, t in info.input_types.items()}
    assert signature.outputs == {n: t.binding_name for n, t in info.output_types.items()}
    assert signature.returns == (info.return_type.binding_name if info.return_type else None)
    assert bool(mine.info.retry) == (other.retry is not None)


TRIGGERS = {
    "http": '@app.route(route="x")\n',
    "queue": '@app.queue_trigger(arg_name="req", queue_name="q", connection="")\n',
    "timer": '@app.timer_trigger(arg_name="req", schedule="0 0 0 * * *")\n',
    "activity": '@app.activity_trigger(input_name="req")\n',
    "blob": '@app.blob_trigger(arg_name="req", path="p", connection="")\n',
    "unknown": '@app.generic_trigger(arg_name="req", type="peopleTrigger")\n',
}
ANNOTATIONS = [
    "str",
    "bytes",
    "bytearray",
    "int",
    "float",
    "bool",
    "dict",
    "list",
    "tuple",
    "set",
    "object",
    "None",
    "Any",
    "Own",
    "Shape",
    "Many",
    "Many[int]",
    "dict[str,Any]",
    "list[str]",
    "List[str]",
    "List",
    "Dict[str,int]",
    "Tuple[int,...]",
    "tuple[int]",
    "Type[int]",
    "type",
    "str|None",
    "Optional[str]",
    "Union[str,bytes]",
    'Literal["a"]',
    "Callable[[int],int]",
    "Annotated[str,1]",
    "Iterable[str]",
    "collections.abc.Iterable[str]",
    'TypeVar("X")',
    '"str"',
    '"Missing"',
    "5",
    "func.HttpRequest",
    "func.HttpResponse",
    "func.QueueMessage",
    "func.TimerRequest",
    "func.InputStream",
    "func.Context",
    "df.DurableOrchestrationContext",
    "func.Out",
    "func.Out[str]",
    "func.Out[bytes]",
    "func.Out[List[str]]",
    "func.Out[list[str]]",
    "func.Out[func.QueueMessage]",
    "func.Out[List[func.QueueMessage]]",
    "func.Out[func.HttpResponse]",
    "func.Out[dict]",
    "func.Out[Any]",
    "func.Out[str|None]",
    "func.Out[int]",
]


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_a_trigger_may_be_annotated_as_for_the_worker(
    worker: WorkerCode, tmp_path: Path, trigger: str, annotation: str
) -> None:
    text = f"{HEAD}{TRIGGERS[trigger]}def f(req: {annotation}): ...\n"
    same(worker, tmp_path, text)


@pytest.mark.parametrize("output", ["queue", "blob", "http", "generic"])
@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_an_output_may_be_annotated_as_for_the_worker(
    worker: WorkerCode, tmp_path: Path, output: str, annotation: str
) -> None:
    binding = {
        "queue": '@app.queue_output(arg_name="out", queue_name="q", connection="")\n',
        "blob": '@app.blob_output(arg_name="out", path="p", connection="")\n',
        "http": '@app.generic_output_binding(arg_name="out", type="http")\n',
        "generic": '@app.generic_output_binding(arg_name="out", type="people")\n',
    }[output]
    text = f"{HEAD}{TRIGGERS['timer']}{binding}def f(req, out: {annotation}): ...\n"
    same(worker, tmp_path, text)


@pytest.mark.parametrize("trigger", ["http", "activity", "timer", "queue and return"])
@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_a_return_may_be_annotated_as_for_the_worker(
    worker: WorkerCode, tmp_path: Path, trigger: str, annotation: str
) -> None:
    kind, _, returned = trigger.partition(" and ")
    output = '@app.queue_output(arg_name="$return", queue_name="o", connection="")\n'
    text = f"{HEAD}{TRIGGERS[kind]}{output * bool(returned)}def f(req) -> {annotation}: ...\n"
    same(worker, tmp_path, text)


HTTP = TRIGGERS["http"]
QUEUE_OUT = '@app.queue_output(arg_name="out", queue_name="q", connection="")\n'
APPS_TO_JUDGE = {
    "plain": HTTP + "def f(req): ...\n",
    "no app": "del app\n",
    "two apps": "other = func.FunctionApp()\n",
    "one app by two names": "other = app\n" + HTTP + "def f(req): ...\n",
    "no functions": "",
    "no trigger": QUEUE_OUT + "def f(out): ...\n",
    "two triggers": HTTP + TRIGGERS["timer"] + "def f(req): ...\n",
    "parameter missing": HTTP + "def f(): ...\n",
    "parameter too many": HTTP + "def f(req, extra): ...\n",
    "keywords": HTTP + "def f(req, **more): ...\n",
    "default": HTTP + "def f(req, extra=1): ...\n",
    "context": HTTP + "def f(req, context): ...\n",
    "context annotated": HTTP + "def f(req, context: func.Context): ...\n",
    "context of a class of that name": "class Context: ...\n"
    + HTTP
    + "def f(req, context: Context): ...\n",
    "context wrong": HTTP + "def f(req, context: dict): ...\n",
    "context None": HTTP + "def f(req, context: None): ...\n",
    "context bound": '@app.route(route="x", trigger_arg_name="context")\ndef f(context): ...\n',
    "return as input": '@app.generic_input_binding(arg_name="$return", type="x")\n'
    + HTTP
    + "def f(req): ...\n",
    "output without parameter": HTTP + QUEUE_OUT + "def f(req): ...\n",
    "output": HTTP + QUEUE_OUT + "def f(req, out: func.Out[str]) -> str: ...\n",
    "two outputs of a name": HTTP + QUEUE_OUT * 2 + "def f(req, out: func.Out[str]): ...\n",
    "same name twice": (HTTP + "def f(req): ...\n") * 2,
    "async": HTTP + "async def f(req): ...\n",
    "renamed": '@app.function_name("g")\n' + HTTP + "def f(req): ...\n",
    "client": HTTP + '@app.durable_client_input(client_name="c")\nasync def f(req, c: str): ...\n',
    "client typed": HTTP
    + '@app.durable_client_input(client_name="c")\n'
    + "async def f(req, c: df.DurableOrchestrationClient): ...\n",
    "orchestrator": '@app.orchestration_trigger(context_name="context")\n'
    "def f(context: df.DurableOrchestrationContext): yield\n",
    "entity": '@app.entity_trigger(context_name="context")\ndef f(context): ...\n',
    "activity with output": TRIGGERS["activity"] + QUEUE_OUT + "def f(req, out): ...\n",
    "blueprint": 'bp = df.Blueprint()\n@bp.route(route="x")\ndef f(req): ...\n'
    "app.register_functions(bp)\n",
    "type checking only": "if TYPE_CHECKING:\n    from x import Y\n"
    + HTTP
    + "def f(req) -> 'Y': ...\n",
    "import error": "import no_such_module\n",
    "retry": '@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:05")\n'
    + TRIGGERS["timer"]
    + "def f(req): ...\n",
    "retry, growing": '@app.retry(strategy="exponential_backoff", max_retry_count="2", '
    'minimum_interval="00:00:05", maximum_interval="00:01:00")\n'
    + TRIGGERS["timer"]
    + "def f(req): ...\n",
    "retry, growing from nothing": '@app.retry(strategy="exponential_backoff", '
    'max_retry_count="2")\n' + TRIGGERS["timer"] + "def f(req): ...\n",
    "retry, no delay": '@app.retry(strategy="fixed_delay", max_retry_count="2")\n'
    + TRIGGERS["timer"]
    + "def f(req): ...\n",
    "retry, wrong count": '@app.retry(strategy="fixed_delay", max_retry_count="often", '
    'delay_interval="00:00:05")\n' + TRIGGERS["timer"] + "def f(req): ...\n",
    "retry, wrong delay": '@app.retry(strategy="fixed_delay", max_retry_count="1", '
    'delay_interval="5 s")\n' + TRIGGERS["timer"] + "def f(req): ...\n",
}


@pytest.mark.parametrize("name", APPS_TO_JUDGE)
def test_an_app_is_taken_or_refused_as_by_the_worker(
    worker: WorkerCode, tmp_path: Path, name: str
) -> None:
    same(worker, tmp_path, HEAD + APPS_TO_JUDGE[name])


def test_the_comparison_sees_apps_taken_and_refused(worker: WorkerCode, tmp_path: Path) -> None:
    assert same(worker, tmp_path, HEAD + APPS_TO_JUDGE["plain"])
    assert not same(worker, tmp_path, HEAD + APPS_TO_JUDGE["parameter too many"])


@pytest.mark.parametrize("app", sorted(path.name for path in APPS.iterdir()))
def test_the_tests_apps_are_ones_the_worker_takes(
    worker: WorkerCode, app: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOURNAL", str(tmp_path / "journal"))  # where some of them take notes
    agree(worker, APPS / app)


@pytest.mark.parametrize("service", ["", "data_api", "engine", "link", "platform_api", "xero"])
def test_the_product_is_an_app_that_the_worker_takes(
    worker: WorkerCode, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CAUSEWAY_SERVICES", service)
    agree(worker, ROOT)


def agree(worker: WorkerCode, folder: Path) -> None:
    """Index a good app in both, and see that all is the same."""
    other = worker.index(folder)[1]
    mine = index(folder)
    sys.modules.pop("function_app", None)
    assert list(mine) == list(other)
    for name, loaded in mine.items():
        compare(loaded, other[name])
