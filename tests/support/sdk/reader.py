"""Calls one of the official Python SDKs, as lines of JSON on its standard input ask.

Some of them need older libraries than ours, so each runs in a process of its own: arguments are the
package, the client's class, the base URL, the value of the `Authorization` header and, for an SDK
outside the environment, the folder it is installed in. `{}` is answered with the operations there
are; `{"call": "bills.get", "given": {"companyId": ...}}` with what the SDK made of the answer.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Any

# What an SDK is made of has no types that could be known here.
Unknown = Any

_METHOD = re.compile(r"""method=['"](\w+)['"]""")
_PATH = re.compile(r"""(?:resource_)?path=['"]([^'"]+)['"]""")
_APART = re.compile(r"self\.(_\w+_serialize)\(")


def main() -> None:
    """Answer line by line."""
    package, name, url, header, *folders = sys.argv[1:]
    sys.path[:0] = folders
    client = _client(getattr(importlib.import_module(package), name), url, header)
    for line in sys.stdin:
        print(json.dumps(_answer(client, json.loads(line)), default=_plain), flush=True)  # noqa: T201


def _client(kind: Unknown, url: str, header: str) -> Unknown:
    if "auth_header" in inspect.signature(kind).parameters:
        return kind(auth_header=header, server_url=url)
    package = kind.__module__.partition(".")[0]
    try:
        shared = importlib.import_module(f"{package}.models.shared")
    except ModuleNotFoundError:
        shared = importlib.import_module(f"{package}.models")
    return kind(security=shared.Security(auth_header=header), server_url=url)


def _answer(client: Unknown, asked: dict[str, Any]) -> Unknown:
    if not asked:
        return list(_operations(client, ()))
    found = client
    for name in asked["call"].split("."):
        found = getattr(found, name)
    try:
        # They take names as Python writes them.
        given = {_snake(name): value for name, value in asked["given"].items()}
        return {"value": found(request=given) if given else found()}
    except Exception as error:  # noqa: BLE001 - each way to fail is told to the test
        return {"error": f"{type(error).__name__}: {error}"}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _operations(group: Unknown, path: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Find the operations of a group and the groups below it, and what each one requests."""
    for name in sorted(type(group).__annotations__):
        if not name.startswith("_") and name != "sdk_configuration":
            yield from _operations(getattr(group, name), (*path, name))
    for name, method in sorted(vars(type(group)).items()):
        source = "" if name.startswith("_") else _source(type(group), method)
        if (found := _PATH.search(source)) and not name.endswith("_async"):
            (verb,) = _METHOD.findall(source)[:1]
            yield {"name": ".".join((*path, name)), "method": verb, "path": found[1]}


def _source(group: Unknown, method: Unknown) -> str:
    """The code that makes a request; some have it in a method apart."""
    if not callable(method):
        return ""
    source = inspect.getsource(inspect.unwrap(method))
    apart = _APART.search(source)
    return inspect.getsource(getattr(group, apart[1])) if apart else source


def _plain(value: Unknown) -> Unknown:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, Enum):
        return value.value
    fields = type(value).model_fields
    # Some keep what they do not know in a field apart: that is lost on their users.
    known = {name: field for name, field in fields.items() if name != "additional_properties"}
    held = {field.alias or name: getattr(value, name) for name, field in known.items()}
    return {name: each for name, each in held.items() if not _is_absent(each)}


def _is_absent(value: Unknown) -> bool:
    """Whether a field is not set; generators have a marker of their own."""
    return value is None or type(value).__name__ in {"Unset", "Undefined"}


main()
