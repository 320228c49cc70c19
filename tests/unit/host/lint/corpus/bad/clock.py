import datetime
import time
import time as t
from datetime import date
from datetime import datetime as dt
from time import monotonic, perf_counter as ticks

import azure.durable_functions as df

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")
def module_by_name(context):
    started = datetime.datetime.now(datetime.timezone.utc)  # expect: clock
    yield context.call_activity("a", started.isoformat())


@bp.orchestration_trigger(context_name="context")
def class_by_alias(context):
    deadline = dt.utcnow() + datetime.timedelta(minutes=5)  # expect: clock
    yield context.create_timer(deadline)


@bp.orchestration_trigger(context_name="context")
def chained(context):
    yield context.call_activity("a", dt.now().date().isoformat())  # expect: clock


@bp.orchestration_trigger(context_name="context")
def day(context):
    yield context.call_activity("a", date.today().isoformat())  # expect: clock


@bp.orchestration_trigger(context_name="context")
def seconds(context):
    began = time.time()  # expect: clock
    yield context.call_activity("a")
    return t.perf_counter() - began  # expect: clock


@bp.orchestration_trigger(context_name="context")
def functions_by_name(context):
    began = monotonic()  # expect: clock
    yield context.call_activity("a")
    return ticks() - began  # expect: clock


@bp.orchestration_trigger(context_name="context")
def formatted(context):
    yield context.call_activity("a", time.strftime("%Y-%m-%d"))  # expect: clock
    yield context.call_activity("a", time.gmtime().tm_year)  # expect: clock


@bp.orchestration_trigger(context_name="context")
def by_variable(context):
    now = dt.now
    yield context.call_activity("a", now().isoformat())  # expect: clock


@bp.orchestration_trigger(context_name="context")
def imported_within(context):
    from datetime import datetime

    yield context.call_activity("a", [datetime.today().isoformat() for _ in range(3)])  # expect: clock


@bp.orchestration_trigger(context_name="context")
def in_a_lambda(context):
    stamp = lambda: time.time_ns()  # expect: clock
    yield context.call_activity("a", stamp())


@bp.orchestration_trigger(context_name="context")
def in_a_default_of_a_text(context):
    yield context.call_activity("a", f"at {dt.now():%H:%M}")  # expect: clock
