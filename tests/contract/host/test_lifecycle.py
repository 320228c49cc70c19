"""Starting, reloading, timing out and stopping: each said clearly, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.support.hosting import APPS, Host, eventually, hosted, refusal, workshop

HEAD = "import azure.functions as func\napp = func.FunctionApp(func.AuthLevel.ANONYMOUS)\n"


def small_app(folder: Path, text: str, host_json: object = None) -> Path:
    app = folder / "app"
    app.mkdir(exist_ok=True)
    (app / "host.json").write_text(json.dumps(host_json or {"version": "2.0"}), encoding="utf-8")
    (app / "function_app.py").write_text(HEAD + text, encoding="utf-8")
    return app


def says(word: str) -> str:
    return f"@app.route(route='say')\ndef say(req: func.HttpRequest) -> str: return '{word}'\n"


def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    app = small_app(tmp_path, says("hello"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, text = refusal("--app", app, "--data", tmp_path / "data", "--port", str(port))
    assert code == 1
    assert text == f"Port {port} of 127.0.0.1 cannot be used: Address already in use."


def test_a_folder_that_is_no_app_is_one_clear_sentence(tmp_path: Path) -> None:
    code, text = refusal("--app", tmp_path, "--data", tmp_path / "data", "--port", "0")
    assert code == 1
    assert text == f"There is no host.json in {tmp_path}."


def test_a_second_host_on_one_data_folder_is_refused(tmp_path: Path) -> None:
    app = small_app(tmp_path, says("hello"))
    with hosted(app, tmp_path) as host:
        code, text = refusal("--app", app, "--data", host.data, "--port", "0")
        assert code == 1
        assert text == f"Another host works on {host.data}; each needs its own --data."
        assert host.http.get("/api/say").text == "hello"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_module\n", "No module named 'no_such_module'"),
        ("@app.route(route='x')\ndef f(req, extra): ...\n", "the parameter 'extra' has no binding"),
    ],
)
def test_an_app_that_python_refuses_leaves_a_host_without_functions(
    tmp_path: Path, text: str, reason: str
) -> None:
    with hosted(small_app(tmp_path, says("hello") + text), tmp_path) as host:
        assert reason in host.output
        assert host.http.get("/").status_code == 200
        assert host.http.get("/api/say").status_code == 404
        assert reason in host.http.get("/admin/host/status").json()["errors"][0]


def test_what_this_host_lacks_turns_functions_off_by_name_and_the_rest_runs(
    tmp_path: Path,
) -> None:
    text = says("hello") + (
        "@app.blob_trigger(arg_name='blob', path='in/{n}', connection='')\n"
        "def unpack(blob: func.InputStream): ...\n"
        "@app.queue_trigger(arg_name='msg', queue_name='q', connection='STORE')\n"
        "def away(msg: func.QueueMessage): ...\n"
        "@app.retry(strategy='fixed_delay', max_retry_count='2', delay_interval='00:00:01')\n"
        "@app.queue_trigger(arg_name='msg', queue_name='r', connection='')\n"
        "def again(msg: func.QueueMessage): ...\n"
    )
    environment = {"STORE__queueServiceUri": "https://store.queue.core.windows.net"}
    with hosted(small_app(tmp_path, text), tmp_path, environment=environment) as host:
        assert "OFF  unpack: 'blob' is a blobTrigger, which this host does not serve" in host.output
        assert "OFF  away: The connection 'STORE' is to be made by identity" in host.output
        assert "OFF  again: A retry policy is for timers." in host.output
        assert host.http.get("/api/say").text == "hello"


@pytest.mark.parametrize("route", ["a/{x", "a/{x:nonsense}"])
def test_a_malformed_route_makes_the_whole_host_answer_503(tmp_path: Path, route: str) -> None:
    text = says("hello") + f"@app.route(route='{route}')\ndef f(req): ...\n"
    with hosted(small_app(tmp_path, text), tmp_path) as host:
        assert host.http.get("/api/say").status_code == 503
        assert host.http.get("/admin/host/status").json()["state"] == "Error"
        assert "Every request is answered 503" in host.output


def test_unknown_settings_and_routes_are_printed_at_start(tmp_path: Path) -> None:
    app = small_app(tmp_path, says("hello"), {"version": "2.0", "extensions": {"kafka": {}}})
    with hosted(app, tmp_path) as host:
        assert "host.json: 'extensions.kafka' is not known here and has no effect." in host.output
        assert f"say: [ALL] {host.base}/api/say" in host.output


def test_local_settings_reach_the_app_and_override_nothing(tmp_path: Path) -> None:
    text = (
        "import os\n@app.route(route='env')\n"
        "def env(req: func.HttpRequest) -> str: return os.environ['A'] + os.environ['B']\n"
    )
    app = small_app(tmp_path, text)
    values = {"IsEncrypted": False, "Values": {"A": "file", "B": "file"}}
    (app / "local.settings.json").write_text(json.dumps(values), encoding="utf-8")
    with hosted(app, tmp_path, environment={"A": "environment-"}) as host:
        assert host.http.get("/api/env").text == "environment-file"


def test_the_app_imports_from_its_own_folder_first_and_not_from_the_hosts(tmp_path: Path) -> None:
    text = (
        "import importlib.util, os, helper\n@app.route(route='where')\n"
        "def where(req: func.HttpRequest) -> str:\n"
        "    ours = importlib.util.find_spec('shared_code')\n"
        "    return f'{helper.NAME} {os.path.basename(os.getcwd())} {ours}'\n"
    )
    app = small_app(tmp_path, text)
    (app / "helper.py").write_text("NAME = 'mine'\n", encoding="utf-8")
    with hosted(app, tmp_path) as host:
        assert host.http.get("/api/where").text == "mine app None"


def test_an_asgi_app_and_durable_functions_live_in_one_app(tmp_path: Path) -> None:
    text = (
        "import azure.durable_functions as df\n"
        "from fastapi import FastAPI\n"
        "api = FastAPI()\n"
        "@api.get('/{rest:path}')\n"
        "def answer(rest: str) -> str: return rest\n"
        "bp = df.Blueprint()\n"
        "@bp.orchestration_trigger(context_name='context')\n"
        "def run(context):\n"
        "    return (yield context.call_activity('act', 2))\n"
        "@bp.activity_trigger(input_name='x')\n"
        "def act(x): return x * 2\n"
        "app = func.AsgiFunctionApp(api, func.AuthLevel.ANONYMOUS, function_name='zz')\n"
        "app.register_functions(bp)\n"
    )
    host_json = {"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}
    with hosted(small_app(tmp_path, text, host_json), tmp_path) as host:
        assert host.http.get("/any/path").json() == "any/path"
        assert host.durable("POST", "orchestrators/run/i").status_code == 202
        assert host.finished("i")["output"] == 4


def test_an_output_that_is_no_return_value_answers_too(tmp_path: Path) -> None:
    text = (
        "@app.function_name('f')\n"
        "@app.generic_trigger(arg_name='req', type='httpTrigger', authLevel='ANONYMOUS')\n"
        "@app.generic_output_binding(arg_name='res', type='http')\n"
        "def f(req: func.HttpRequest, res: func.Out[func.HttpResponse]) -> None:\n"
        "    res.set(func.HttpResponse('set', status_code=201))\n"
    )
    with hosted(small_app(tmp_path, text), tmp_path) as host:
        answer = host.http.get("/api/f")
        assert (answer.status_code, answer.text) == (201, "set")


def test_an_output_that_cannot_be_sent_fails_the_function(tmp_path: Path) -> None:
    text = (
        "@app.route(route='f')\n"
        "@app.queue_output(arg_name='o', queue_name='No_Name', connection='')\n"
        "def f(req: func.HttpRequest, o: func.Out[str]) -> str:\n"
        "    o.set('x')\n    return 'done'\n"
    )
    with hosted(small_app(tmp_path, text), tmp_path) as host:
        assert host.http.get("/api/f").status_code == 500
        assert "The output cannot be sent: 'No_Name' is no name for a queue." in host.output


def test_more_requests_than_allowed_are_turned_away(tmp_path: Path) -> None:
    text = (
        "import asyncio, os\n@app.route(route='wait')\n"
        "async def wait(req: func.HttpRequest) -> str:\n"
        "    with open(os.environ['JOURNAL'], 'a') as file: file.write('{}\\n')\n"
        "    while not os.path.exists(os.environ['GO']): await asyncio.sleep(0.01)\n"
        "    return 'gone'\n"
    )
    host_json = {"version": "2.0", "extensions": {"http": {"maxOutstandingRequests": 2}}}
    go = tmp_path / "go"
    app = small_app(tmp_path, text, host_json)
    with hosted(app, tmp_path, environment={"GO": str(go)}) as host, ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(host.http.get, "/api/wait") for _ in range(2)]
        eventually(lambda: len(host.noted()) == 2)
        assert host.http.get("/api/wait").status_code == 429
        go.touch()
        assert [answer.result().text for answer in waiting] == ["gone", "gone"]


def test_a_change_of_the_code_is_served_without_a_restart(tmp_path: Path) -> None:
    app = small_app(tmp_path, says("before"))
    with hosted(app, tmp_path, "--reload") as host:
        assert host.http.get("/api/say").text == "before"
        small_app(tmp_path, says("after"))
        eventually(lambda: host.http.get("/api/say").text == "after")


@pytest.mark.long
def test_a_change_is_served_though_a_function_holds_the_worker(tmp_path: Path) -> None:
    spins = (
        "import os\n@app.route(route='spin')\n"
        "async def spin(req: func.HttpRequest) -> str:\n"
        "    with open(os.environ['JOURNAL'], 'a') as file: file.write('{}\\n')\n"
        "    while True: pass\n"
    )
    app = small_app(tmp_path, says("before") + spins)
    with hosted(app, tmp_path, "--reload") as host, ThreadPoolExecutor(1) as pool:
        spinning = pool.submit(host.http.get, "/api/spin")
        eventually(host.noted)
        small_app(tmp_path, says("after"))
        eventually(lambda: host.http.get("/api/say").text == "after")
        assert spinning.result().status_code == 502


def test_broken_code_does_not_lose_what_waits_for_it(tmp_path: Path) -> None:
    app = shutil.copytree(APPS / "workshop", tmp_path / "app")
    code = (app / "function_app.py").read_text(encoding="utf-8")
    settings = {"HUB_NAME": "W", "JOBS_QUEUE": "jobs", "NIGHTLY": "0 0 3 * * *"}
    with hosted(app, tmp_path, environment=settings) as host:
        host.begin("waits", "patient")
        host.stop()
        (app / "function_app.py").write_text("import no_such_module\n", encoding="utf-8")
        host.start()
        assert host.durable("GET", "instances/patient").status_code == 503
        host.stop()
        (app / "function_app.py").write_text(code, encoding="utf-8")
        host.start()
        host.event("patient", "go", 1)
        assert host.finished("patient")["output"] == 1


def test_a_function_above_the_timeout_is_ended_with_its_worker(tmp_path: Path) -> None:
    with workshop(tmp_path, AzureFunctionsJobHost__functionTimeout="00:00:01") as host:
        before = host.http.get("/pid").json()
        assert host.http.get("/sleep/30").status_code == 502
        assert "Timeout value of 0:00:01 was exceeded by function: sleep_http" in host.output
        assert host.http.get("/pid").json() != before
        host.begin("loops", "loops")
        end = host.finished("loops")
        assert end["runtimeStatus"] == "Failed"
        assert len(host.noted(orchestration="loops")) == 3


def test_sigterm_lets_what_runs_end_and_exits_with_0(tmp_path: Path) -> None:
    with workshop(tmp_path) as host, ThreadPoolExecutor(1) as pool:
        host.begin("waits", "waiting")
        answer = pool.submit(host.http.get, "/sleep/1")
        eventually(lambda: host.noted(http="sleep"))
        host.process.terminate()
        assert host.process.wait(10) == 0
        assert answer.result().text == "slept"
        host.start()
        host.event("waiting", "go", "still here")
        assert host.finished("waiting")["output"] == "still here"


def test_a_function_that_ends_during_the_stop_can_still_send_a_message(tmp_path: Path) -> None:
    text = (
        "import json, os, time, urllib.request\n"
        "def note(what):\n"
        "    with open(os.environ['JOURNAL'], 'a') as file: file.write(json.dumps(what) + '\\n')\n"
        "@app.route(route='late')\n"
        "def late(req: func.HttpRequest) -> str:\n"
        "    note({'at': 'work'})\n"
        "    while not os.path.exists(os.environ['GO']): time.sleep(0.01)\n"
        "    data = b'<QueueMessage><MessageText>bGF0ZQ==</MessageText></QueueMessage>'\n"
        "    url = os.environ['LOCAL_QUEUE_URL'] + '/jobs/messages'\n"
        "    return str(urllib.request.urlopen(url, data).status)\n"
        "@app.queue_trigger(arg_name='msg', queue_name='jobs', connection='')\n"
        "def work(msg: func.QueueMessage) -> None: note({'got': msg.get_body().decode()})\n"
    )
    go = tmp_path / "go"
    with hosted(small_app(tmp_path, text), tmp_path, environment={"GO": str(go)}) as host:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(host.http.get, "/api/late")
            eventually(lambda: host.noted(at="work"))
            host.process.terminate()
            eventually(lambda: _refuses(host))
            go.touch()
            assert answer.result().text == "201"
        assert host.process.wait(10) == 0
        host.start()
        eventually(lambda: host.noted(got="late"))


def _refuses(host: Host) -> bool:
    """Whether the host takes no new connections."""
    try:
        httpx.get(f"{host.base}/")
    except httpx.ConnectError:
        return True
    return False


def test_a_stop_in_the_middle_of_work_loses_nothing(tmp_path: Path) -> None:
    with workshop(tmp_path) as host:
        for number in range(5):
            host.begin("mixed", f"m{number}", {"rounds": 3})
        assert host.stop() == 0
        host.start()
        for number in range(5):
            assert host.finished(f"m{number}")["output"] == [15, 3]


def test_strict_replay_finds_the_same_results(tmp_path: Path) -> None:
    with workshop(tmp_path, "--strict-replay") as host:
        assert host.run("fan", "fan", 60)["output"] == sum(range(60))
        assert host.run("mixed", "mixed", {"rounds": 2})["output"] == [10, 2]


def test_the_worker_ends_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with workshop(tmp_path) as host:
        worker = host.http.get("/pid").json()
        host.kill()
        eventually(lambda: not _alive(worker))


def _alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z" and os.getpid() != pid


def test_whatever_a_function_does_its_caller_gets_an_answer(tmp_path: Path) -> None:
    text = (
        "import asyncio\n"
        "class Silent(Exception):\n"
        "    def __str__(self): raise RuntimeError('no text')\n"
        "def ends(kind):\n"
        "    if kind == 'cancelled': raise asyncio.CancelledError\n"
        "    if kind == 'silent': raise Silent\n"
        "    if kind == 'half': raise ValueError('half \\ud800 a pair')\n"
        "    raise ValueError(kind)\n"
        "@app.route(route='plain/{kind}')\n"
        "def plain(req: func.HttpRequest): return ends(req.route_params['kind'])\n"
        "@app.route(route='awaited/{kind}')\n"
        "async def awaited(req: func.HttpRequest): return ends(req.route_params['kind'])\n"
        "@app.route(route='headers')\n"
        "def headers(req: func.HttpRequest) -> str: return ascii(req.headers['x-name'])\n"
    )
    with hosted(small_app(tmp_path, text), tmp_path) as host:
        for kind in ("cancelled", "silent", "half", "other"):
            for way in ("plain", "awaited"):
                assert host.http.get(f"/api/{way}/{kind}").status_code == 500, (way, kind)
        odd = host.http.get("/api/headers", headers=[(b"x-name", b"half \xff")])
        assert odd.text == "'half \\ufffd'"
        assert "The worker process" not in host.output


def test_mended_code_is_served_and_its_error_forgotten(tmp_path: Path) -> None:
    app = small_app(tmp_path, says("hello"))

    def state(host: Host) -> tuple[str, int]:
        told = host.http.get("/admin/host/status").json()
        return told["state"], len(told["errors"])

    with hosted(app, tmp_path, "--reload") as host:
        assert state(host) == ("Running", 0)
        small_app(tmp_path, "import no_such_module\n")
        eventually(lambda: state(host) == ("Error", 1))
        small_app(tmp_path, says("hello"))
        eventually(lambda: state(host) == ("Running", 0))
        assert host.http.get("/api/say").text == "hello"
