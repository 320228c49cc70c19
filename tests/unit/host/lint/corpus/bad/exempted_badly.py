import time

import azure.durable_functions as df

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")
def without_a_reason(context):
    yield context.call_activity("a", time.time())  # replay-safe  # expect: clock exemption-without-reason
    yield context.call_activity("a", time.time())  # replay-safe:  # expect: clock exemption-without-reason


@bp.orchestration_trigger(context_name="context")
def for_nothing(context):
    yield context.call_activity("a")  # replay-safe: it is an activity  # expect: unused-exemption


def called_by_no_orchestrator():
    return time.time()  # replay-safe: nobody calls it  # expect: unused-exemption
