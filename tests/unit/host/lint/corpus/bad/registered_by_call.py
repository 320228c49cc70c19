import functools
import time
import uuid

import azure.durable_functions as df
from azure.durable_functions import Orchestrator

bp = df.Blueprint()


def plain(context):
    yield context.call_activity("a", time.time())  # expect: clock


bp.orchestration_trigger(context_name="context")(plain)


def factory(name):
    def drive(context):
        yield context.call_activity(name, time.time())  # expect: clock

    return drive


bp.orchestration_trigger(context_name="context")(factory("a"))


def register(blueprint, name, drive):
    drive.__name__ = name
    blueprint.orchestration_trigger(context_name="context")(drive)


def made_elsewhere(name):
    def drive(context):
        yield context.call_activity(name, uuid.uuid4().hex)  # expect: random

    return drive


def build(blueprint):
    register(blueprint, "first", made_elsewhere("a"))
    register(blueprint, name="second", drive=made_by_lambda)
    for name, each in {"third": from_table}.items():
        blueprint.orchestration_trigger(context_name="context")(each)


def from_table(context):
    yield context.call_activity("a", time.monotonic())  # expect: clock


made_by_lambda = lambda context: context.call_activity("a", time.time())  # expect: clock task-not-yielded


def with_more(prefix, context):
    yield context.call_activity(prefix, time.time())  # expect: clock


bp.orchestration_trigger(context_name="context")(functools.partial(with_more, "a"))

trigger = bp.orchestration_trigger(context_name="context", orchestration="Kept")


@trigger
def decorated_by_variable(context):
    yield context.call_activity("a", time.time())  # expect: clock


def first_model(context):
    yield context.call_activity("a", time.time())  # expect: clock


main = Orchestrator.create(first_model)


class Service:
    def __init__(self, blueprint):
        blueprint.orchestration_trigger(context_name="context")(self.drive)

    def drive(self, context):
        yield context.call_activity("a", time.time())  # expect: clock
