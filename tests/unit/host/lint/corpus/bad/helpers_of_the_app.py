import time

import azure.durable_functions as df

import bad.shared
from bad import shared as common
from bad.shared import Inherits, fetch

from .shared import CACHE

app = df.DFApp()


@app.orchestration_trigger(context_name="context")
def calls_over_files(context):
    yield context.call_activity("a", bad.shared.stamp())


@app.orchestration_trigger(context_name="context")
def delegates_over_files(context):
    yield from fetch(context)
    yield from common.fetch(context)


@app.orchestration_trigger(context_name="context")
def methods(context):
    plan = Inherits()
    yield context.call_activity("a", plan.started)
    yield from plan.run(context)


@app.orchestration_trigger(context_name="context")
def nested(context):
    def deadline():
        return time.time() + 5  # expect: clock

    yield context.call_activity("a", deadline())


@app.orchestration_trigger(context_name="context")
def changes_another_file(context):
    CACHE["x"] = yield context.call_activity("a")  # expect: global-state


def timed(function):
    def wrapper(context):
        began = time.monotonic()  # expect: clock
        result = yield from function(context)
        return [result, began]

    return wrapper


def tagged(tag):
    def decorate(function):
        def wrapper(context):
            yield context.call_activity(tag, time.time())  # expect: clock
            yield from function(context)

        return wrapper

    return decorate


@app.orchestration_trigger(context_name="context")
@timed
@tagged("x")
def decorated(context):
    yield context.call_activity("a")


@app.orchestration_trigger(context_name="context")
def by_star(context):
    from bad.starred import seconds

    yield context.call_activity("a", seconds())


@app.orchestration_trigger(context_name="context")
def by_annotation(context):
    yield from follows(context, context.get_input())


def follows(context, step: "Step | None"):
    yield context.call_activity("a", step.at())


class Step:
    def at(self):
        return time.time()  # expect: clock
