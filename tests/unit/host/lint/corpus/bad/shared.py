"""What the orchestrators of other files call; each line is reported once."""

import logging
import time
import uuid
from functools import cached_property

journal = logging.getLogger("journal")
CACHE = {}


def stamp():
    return inner_stamp()


def inner_stamp():
    return time.time()  # expect: clock


def fetch(context):
    value = yield context.call_activity("a", uuid.uuid4().hex)  # expect: random
    return value


class Plan:
    def __init__(self):
        self.id = uuid.uuid4()  # expect: random

    @cached_property
    def started(self):
        return time.time()  # expect: clock

    def run(self, context):
        yield context.call_activity("a", self._step())

    def _step(self):
        return time.monotonic()  # expect: clock


class Inherits(Plan):
    pass


def never_called():
    return time.time()
