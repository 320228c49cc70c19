"""The official SDKs, each in a process of its own that is asked line by line.

`make` installs what `tests/support/sdk/requirements.txt` pins into `.local/sdk`, and the npm ones
beside the other programs of Node.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.node_programs import NODE_MODULES, ROOT

APART = ROOT / ".local" / "sdk"
_READERS = Path(__file__).parent / "sdk"


@dataclass(frozen=True)
class Package:
    """An SDK as it is installed; `apart` if it needs older libraries than ours."""

    name: str
    client: str
    apart: bool = False

    @property
    def missing(self) -> str:
        """What to do where it is not installed."""
        here = not self.apart or (APART / self.name).is_dir()
        return "" if here else f"{self.name} is not installed: run `make setup`"

    def command(self, url: str, authorization: str) -> Sequence[str]:
        """What starts its reader."""
        client = (self.name, self.client, url, authorization)
        if self.name.startswith("@"):
            return ("node", str(_READERS / "reader.cjs"), str(NODE_MODULES), *client)
        reader = str(_READERS / "reader.py")
        if self.apart:
            # Nothing of this environment, and only what is in the folder.
            return (sys.executable, "-S", "-E", reader, *client, str(APART))
        return (sys.executable, reader, *client)


@dataclass(frozen=True)
class Operation:
    """What an SDK can do: `name` leads to its method, `path` has the names of its parameters."""

    name: str
    method: str
    path: str

    @property
    def parameters(self) -> list[str]:
        """The parameters within the path."""
        return re.findall(r"\{(\w+)\}", self.path)


class SdkError(AssertionError):
    """An SDK raised: the server's refusal, or that it could not read the answer."""


@dataclass(frozen=True)
class Sdk:
    """A running reader."""

    process: subprocess.Popen[str]

    def operations(self) -> list[Operation]:
        """List all that the SDK can do."""
        return [Operation(**each) for each in self._ask({})]

    def call(self, name: str, **given: object) -> Any:  # noqa: ANN401 - any answer
        """Call an operation, its arguments named as on the wire; gives what was parsed."""
        answer = self._ask({"call": name, "given": given})
        if "error" in answer:
            raise SdkError(f"{name}: {answer['error']}")
        return answer.get("value")

    def _ask(self, asked: object) -> Any:  # noqa: ANN401 - as above
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps(asked) + "\n")
        stdin.flush()
        return json.loads(stdout.readline(), parse_float=Decimal, object_hook=_number)


def _number(made: dict[str, Any]) -> object:
    return Decimal(made["decimal"]) if made.keys() == {"decimal"} else made


@contextmanager
def running_sdk(package: Package, url: str, authorization: str) -> Iterator[Sdk]:
    """Start the reader of an SDK, pointed at a server."""
    with subprocess.Popen(  # noqa: S603 - fixed programs
        package.command(url, authorization),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield Sdk(process)
        finally:
            if process.stdin:
                process.stdin.close()
