"""A Xero simulator over real HTTP, in a thread of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

import httpx
import pytest

from local.providers.books.generate import Story
from local.providers.simulation.serve import listen, server
from local.providers.simulation.simulator import Settings
from local.providers.start import build
from tests.contract.providers.session import Visitor

STORY = Story(invoices=240)


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve a simulator on a free port while the context lasts; gives its address."""
    simulator, application = build("xero", settings)
    listener = listen(0)
    running = server(application, simulator.transports)
    thread = Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Visitor]]:
    """Give a function that serves a simulator with settings and gives its first visitor."""
    with ExitStack() as stack:

        def start(**settings: Any) -> Visitor:  # noqa: ANN401 - Settings checks them itself
            address = stack.enter_context(serving(Settings(story=STORY, **settings)))
            client = httpx.Client(base_url=address, timeout=20)
            return Visitor(stack.enter_context(client))

        yield start


@pytest.fixture
def visitor(serve: Callable[..., Visitor]) -> Visitor:
    """Give a visitor of a simulator without limits."""
    return serve(rate_limit=False)


@pytest.fixture
def linked(visitor: Visitor) -> Visitor:
    """Give a visitor who has connected the first organisation."""
    visitor.link()
    return visitor


@pytest.fixture(scope="session")
def reader() -> Iterator[Visitor]:
    """Give a linked visitor, shared by the tests that change nothing."""
    with (
        serving(Settings(story=STORY, rate_limit=False)) as address,
        httpx.Client(base_url=address, timeout=20) as client,
    ):
        visitor = Visitor(client)
        visitor.link()
        yield visitor
