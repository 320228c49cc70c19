"""A running stack: the host, the simulators, and a client who may call the API."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace

import httpx

from local.stack.bootstrap import Caller, prepare
from local.stack.children import POLL_SECONDS, Child, ChildFailedError, Program, python
from local.stack.connectors import connector_settings, lifted_limits, simulator_ports
from local.stack.hosts import Served, flags
from local.stack.options import Options, port_settings
from local.stack.public_api import authorization

CLIENT_ID = "causeway-on-this-machine"
CLIENT_SECRET = "known-to-the-simulator-alone"  # noqa: S105 - a simulator's
HEALTH_SECONDS = 30


class PortInUseError(Exception):
    """Another program listens on a port that was asked for."""


@dataclass(frozen=True, slots=True)
class Simulator:
    """Where a simulator is; scripts read its ledgers and steer it."""

    url: str
    callsUrl: str  # noqa: N815 - as scripts read it
    booksUrl: str  # noqa: N815
    control: str

    @classmethod
    def at(cls, url: str) -> Simulator:
        """Derive all addresses from the base URL."""
        return cls(url, f"{url}/_calls", f"{url}/_books", f"{url}/_control")


@dataclass(slots=True)
class Stack:
    """What runs, and how to reach it."""

    options: Options
    caller: Caller
    api_url: str
    simulators: dict[str, Simulator]
    children: dict[str, Child]
    _programs: dict[str, Program] = field(repr=False)

    @property
    def api_key(self) -> str:
        """The key of the platform's first client."""
        return self.caller.api_key

    @property
    def simulator_urls(self) -> dict[str, str]:
        """Where each simulator and its page are, by platform."""
        return {platform: one.url for platform, one in self.simulators.items()}

    def check(self) -> None:
        """Raise `ChildFailedError` where a child has ended by itself."""
        for child in self.children.values():
            child.check()

    def start_again(self, name: str) -> Child:
        """Start a child that was stopped or killed, and wait until it serves."""
        child = self.children[name] = Child(self._programs[name], self.options.logs)
        child.url()
        return child

    def add_host(self, name: str) -> Child:
        """Start another host of the same platform, with a folder of its own, called `name`.

        Links and callbacks stay with the first one's address.
        """
        first = _served(self.options, httpx.URL(self.api_url).port or 80, self.simulators)
        another = replace(first, port=free_port(), data=self.options.data / name)
        self._programs[name] = replace(self.options.host(another), name=name)
        child = self.start_again(name)
        self.wait_until_healthy(name)
        return child

    def wait_until_healthy(self, name: str = "host") -> None:
        """Wait until every service of a host answers that it is well; raises `ChildFailedError`."""
        deadline, root = time.monotonic() + HEALTH_SECONDS, self.children[name].url()
        for folder in sorted(self.options.app.glob("functions/*/__init__.py")):
            url = f"{root}/health/{folder.parent.name}"
            while (status := httpx.get(url, timeout=HEALTH_SECONDS).status_code) != httpx.codes.OK:
                # A service that was not loaded will not come.
                if status == httpx.codes.NOT_FOUND or time.monotonic() > deadline:
                    raise self._unhealthy(name, f"{url} answers {status}")
                time.sleep(POLL_SECONDS)

    def _unhealthy(self, name: str, what: str) -> ChildFailedError:
        return ChildFailedError(f"{what}:\n{self.children[name].last_words()}")

    def as_json(self) -> dict[str, object]:
        """Describe the stack for scripts."""
        simulators = {platform: asdict(one) for platform, one in self.simulators.items()}
        return {
            "apiUrl": self.api_url,
            "apiKey": self.caller.api_key,
            "authorization": authorization(self.caller.api_key),
            "clientId": self.caller.client_id,
            "simulators": simulators,
        }


@contextmanager
def running_stack(options: Options) -> Iterator[Stack]:
    """Start a stack, wait until it serves, and stop all of it at the end.

    Raises `PortInUseError` where a wanted port is taken, and `ChildFailedError`.
    """
    port = free_port(options.port)
    programs = {
        platform: _simulator(options, platform, free_port(wanted))
        for platform, wanted in simulator_ports(options.sim_port).items()
    }
    platforms = [*programs]
    children: dict[str, Child] = {}
    with ExitStack() as started:
        started.callback(_stop, children)
        # The simulators write their books while the store is prepared.
        for platform in platforms:
            children[platform] = Child(programs[platform], options.logs)
        caller = prepare(options, dict.fromkeys(platforms, CLIENT_SECRET))
        simulators = {each: Simulator.at(children[each].url()) for each in platforms}
        programs["host"] = options.host(_served(options, port, simulators))
        children["host"] = Child(programs["host"], options.logs)
        api_url = children["host"].url()
        stack = Stack(options, caller, api_url, simulators, children, programs)
        with blaming(children):
            stack.wait_until_healthy()
            yield stack


@contextmanager
def blaming(children: Mapping[str, Child]) -> Iterator[None]:
    """Name a child that has ended as what went wrong, rather than the call it did not answer."""
    try:
        yield
    except httpx.HTTPError:
        for child in children.values():
            child.check()
        raise


def free_port(wanted: int = 0) -> int:
    """Return `wanted` if it is free, or any free port for 0; raises `PortInUseError`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise PortInUseError(f"Port {wanted} is in use.") from error
        return int(probe.getsockname()[1])


def _simulator(options: Options, platform: str, port: int) -> Program:
    arguments = {
        "--port": port,
        "--invoices": options.invoices,
        "--rate-limit": "on" if options.rate_limit else "off",
        "--data": options.data / platform,
        "--client-id": CLIENT_ID,
        "--client-secret": CLIENT_SECRET,
    }
    more = (*flags(arguments), *options.simulator)
    return Program(
        name=platform,
        command=python("local.providers", "serve", platform, *more),
        ready=rf"Simulator {platform} ready at (?P<url>\S+)",
    )


def _served(options: Options, port: int, simulators: Mapping[str, Simulator]) -> Served:
    settings = {
        "TASK_HUB_NAME": "causeway",
        "CAUSEWAY_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    for platform, simulator in simulators.items():
        settings |= connector_settings(platform, simulator.url, CLIENT_ID)
        if not options.rate_limit:
            settings |= lifted_limits(platform)
    return Served(
        app=options.app,
        port=port,
        data=options.data / "host",
        settings=port_settings(options) | settings | options.environment,
    )


def _stop(children: Mapping[str, Child]) -> None:
    """Ask all to stop at once, then wait for each."""
    for child in children.values():
        child.ask_to_stop()
    for child in children.values():
        child.stop()
