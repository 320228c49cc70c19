"""What of other packages an orchestrator must not call: a table of dotted names."""

from __future__ import annotations

import ast

from local.host.lint.rules import (
    CLOCK,
    ENVIRONMENT,
    IO,
    LOGGING,
    RANDOM,
    SLEEP,
    THREADS,
    Rule,
)


def _within(package: str, names: str) -> list[str]:
    return [f"{package}.{name}" for name in names.split()]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EXACT: dict[Rule, list[str]] = {
    CLOCK: [
        *_within("datetime.datetime", "now utcnow today"),
        "datetime.date.today",
        *_within("time", "time time_ns monotonic monotonic_ns perf_counter perf_counter_ns"),
        *_within("time", "process_time process_time_ns thread_time thread_time_ns"),
        *_within("arrow", "now utcnow"),
        *_within("pendulum", "now today tomorrow yesterday"),
        *_within("pandas.Timestamp", "now utcnow today"),
    ],
    RANDOM: [*_within("uuid", "uuid1 uuid4"), *_within("os", "urandom getrandom")],
    ENVIRONMENT: [
        *_within("os", "getenv getenvb getpid getppid getlogin cpu_count uname getcwd"),
        *_within("socket", "gethostname getfqdn"),
        *_within("dotenv", "load_dotenv dotenv_values"),
        *_within("getpass", "getuser getpass"),
    ],
    SLEEP: ["time.sleep", "asyncio.sleep"],
    IO: [
        *("open", "input", "io.open", "codecs.open", "breakpoint"),
        *_within("os", "open fdopen listdir scandir walk stat remove unlink rename replace mkdir"),
        *_within("os", "makedirs rmdir removedirs system popen kill _exit abort fork"),
        *_within("os.path", "exists isfile isdir getsize getmtime"),
        *_within("glob", "glob iglob"),
        *_within("importlib.resources", "files read_text read_binary"),
    ],
    LOGGING: [
        *("print", "rich.print", "pprint.pprint", "warnings.warn", "traceback.print_exc"),
        *_within("sys", "stdout.write stderr.write"),
    ],
}
_BELOW: dict[Rule, tuple[str, ...]] = {
    RANDOM: ("random", "secrets", "numpy.random"),
    ENVIRONMENT: ("platform",),
    THREADS: ("threading", "_thread", "concurrent.futures", "multiprocessing", "asyncio"),
    IO: (
        *("requests", "httpx", "aiohttp", "urllib.request", "urllib3", "http.client", "socket"),
        *("subprocess", "shutil", "tempfile", "sqlite3", "smtplib", "ftplib", "paramiko"),
        *("psycopg", "psycopg2", "pyodbc", "pymongo", "redis", "boto3", "aiofiles", "grpc"),
        *("sqlalchemy.create_engine", "sqlalchemy.Engine", "sqlalchemy.engine.Engine"),
        *("sqlalchemy.engine.create_engine", "sqlalchemy.orm.Session", "sqlalchemy.Connection"),
        *("sqlalchemy.orm.sessionmaker", "sqlalchemy.ext.asyncio", "sqlalchemy.engine.Connection"),
        *("azure.storage", "azure.identity", "azure.keyvault", "azure.cosmos", "azure.data"),
        *("azure.servicebus", "azure.eventhub", "azure.eventgrid", "azure.search", "azure.ai"),
        *("azure.mgmt", "azure.appconfiguration", "azure.communication", "azure.monitor"),
    ),
}
_PATHS = ("pathlib.Path", "pathlib.PosixPath")
_PATH_READS = _words(
    "absolute chmod cwd exists expanduser glob group hardlink_to home is_dir is_file is_mount "
    "is_symlink iterdir lstat mkdir open owner read_bytes read_text readlink rename replace "
    "resolve rglob rmdir samefile stat symlink_to touch unlink walk write_bytes write_text"
)
_LOGGERS = ("logging", "structlog", "loguru.logger")
_LEVELS = _words("debug info warning warn error exception critical fatal log msg trace success")
# By number of arguments: with fewer, the function reads the clock or seeds itself.
_UNLESS_GIVEN: dict[str, tuple[Rule, int]] = {
    "time.localtime": (CLOCK, 1),
    "time.gmtime": (CLOCK, 1),
    "time.ctime": (CLOCK, 1),
    "time.asctime": (CLOCK, 1),
    "time.strftime": (CLOCK, 2),
    "random.Random": (RANDOM, 1),
    "numpy.random.default_rng": (RANDOM, 1),
    "numpy.random.RandomState": (RANDOM, 1),
}
# They compute and touch nothing, whatever stands above them in the table.
_PURE = (
    *_within("httpx", "URL Headers QueryParams Timeout Limits codes Request Response InvalidURL"),
    *_within("aiohttp", "ClientTimeout"),
    *_within("numpy.random", "default_rng RandomState Generator"),
    *("random.Random", "secrets.compare_digest", "urllib3.Timeout", "urllib3.Retry"),
    *("concurrent.futures.Future", "socket.inet_aton", "socket.inet_ntoa"),
    *("asyncio.iscoroutinefunction", "shutil.Error"),
)
_ATTRIBUTES = {
    "os.environ": ENVIRONMENT,
    "os.environb": ENVIRONMENT,
    "sys.argv": ENVIRONMENT,
    "sys.platform": ENVIRONMENT,
}
_BY_NAME = {name: rule for rule, names in _EXACT.items() for name in names}


def banned_call(dotted: str, call: ast.Call) -> Rule | None:
    """Name the rule that a call of `dotted` breaks."""
    if dotted in _UNLESS_GIVEN:
        rule, enough = _UNLESS_GIVEN[dotted]
        return rule if len(call.args) + len(call.keywords) < enough else None
    return banned_name(dotted)


def banned_name(dotted: str) -> Rule | None:
    """Name the rule that calling `dotted` breaks, whatever it is given."""
    last = dotted.rpartition(".")[2]
    if dotted in _BY_NAME:
        return _BY_NAME[dotted]
    if _is_below(dotted, _LOGGERS):
        return LOGGING if last in _LEVELS else None
    if _is_below(dotted, _PATHS):
        return IO if last in _PATH_READS else None
    if _is_below(dotted, _PURE) or last.endswith(("Error", "Exception", "Timeout")):
        return None
    return next((rule for rule, above in _BELOW.items() if _is_below(dotted, above)), None)


def banned_read(dotted: str) -> Rule | None:
    """Name the rule that the mere use of a variable breaks."""
    return _ATTRIBUTES.get(dotted)


def _is_below(dotted: str, above: tuple[str, ...]) -> bool:
    return any(dotted == name or dotted.startswith(f"{name}.") for name in above)
