"""Orchestrators that do what looks like a sin and is none."""

import logging
import os
import random
import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import azure.durable_functions as df
import azure.functions as func
import httpx

bp = df.Blueprint()
logger = logging.getLogger(__name__)
REGION = os.environ.get("REGION", "uksouth")
STARTED = time.time()
LIMITS = {"a": 1}


@bp.activity_trigger(input_name="x")
def activity(x):
    time.sleep(1)
    logger.info("an activity may")
    return [x, uuid.uuid4().hex, os.environ["REGION"]]


@bp.route(route="start")
@bp.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client):
    logger.info("at %s", datetime.now())
    return await client.start_new("by_reference", str(uuid.uuid4()))


@bp.orchestration_trigger(context_name="context")
def by_reference(context):
    result = yield context.call_activity(activity, REGION)
    return result


@bp.orchestration_trigger(context_name="context")
def its_own_clock(context):
    due = context.current_utc_datetime + timedelta(hours=1)
    yield context.create_timer(due)
    told = datetime.fromisoformat(context.get_input())
    yield context.create_timer(datetime.fromtimestamp(told.timestamp()))
    return [context.new_guid().hex, str(uuid.uuid5(uuid.NAMESPACE_URL, "x"))]


@bp.orchestration_trigger(context_name="context")
def names_that_mean_something_else(context):
    time = context.get_input()
    random, open, print = time.random, time.open, time.print
    yield context.call_activity("a", [time.time(), time.sleep(), random(), open(), print()])


@bp.orchestration_trigger(context_name="context")
def paths_without_reads(context):
    path = Path("a") / "b"
    yield context.call_activity("a", [path.name, str(path.parent), path.with_suffix(".x").as_posix()])
    yield context.call_activity("a", str(PurePosixPath("/") / quote("x y")))


@bp.orchestration_trigger(context_name="context")
def seeded(context):
    dice = random.Random(context.instance_id)
    yield context.call_activity("a", dice.randint(1, 6))


@bp.orchestration_trigger(context_name="context")
def catches_errors_of_clients(context):
    try:
        yield context.call_activity("a", str(httpx.URL("https://example.test")))
    except httpx.HTTPError as error:
        raise httpx.InvalidURL(str(error)) from None


@bp.orchestration_trigger(context_name="context")
def sets_without_order(context):
    names = set(context.get_input())
    if "x" in names and len(names) > 1:
        yield context.task_all([context.call_activity("a", name) for name in sorted(names)])
    total = sum(len(name) for name in names)
    for name in dict.fromkeys(context.get_input()):
        yield context.call_activity("a", [name, total])
    return sorted(names)


@bp.orchestration_trigger(context_name="context")
def its_own_collections(context):
    LIMITS.get("a")
    limits = {}
    limits["a"] = 1
    limits.setdefault("b", 2)
    yield context.call_activity("a", limits)


def not_an_orchestrator():
    time.sleep(1)
    return datetime.now()


class Unresolved:
    def __init__(self, clock):
        self.clock = clock


@bp.orchestration_trigger(context_name="context")
def what_cannot_be_told(context):
    given = context.get_input()
    held = Unresolved(given)
    yield context.call_activity("a", [given.now(), held.clock.now(), given["time"].sleep()])


@bp.orchestration_trigger(context_name="context")
def exempted(context):
    yield context.call_activity("a", time.time())  # replay-safe: the activity only logs it
    # replay-safe: the variable is part of the deployment
    yield context.call_activity("a", os.environ["REGION"])


@bp.entity_trigger(context_name="context", entity_name="box")
def entity(context):
    context.set_state([time.time(), uuid.uuid4().hex])
