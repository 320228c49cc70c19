from collections import defaultdict

import azure.durable_functions as df

bp = df.Blueprint()
COUNT = 0
SEEN = []
BY_NAME = defaultdict(list)


@bp.orchestration_trigger(context_name="context")
def counts(context):
    global COUNT  # expect: global-state
    COUNT += 1
    yield context.call_activity("a", COUNT)


@bp.orchestration_trigger(context_name="context")
def collects(context):
    SEEN.append(context.instance_id)  # expect: global-state
    BY_NAME["x"] = 1  # expect: global-state
    del BY_NAME["x"]  # expect: global-state
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def goes_over_a_set(context):
    names = set(context.get_input())
    for name in names:  # expect: set-order
        yield context.call_activity("a", name)
    tasks = [context.call_activity("a", name) for name in {"x", "y"} | names]  # expect: set-order
    yield context.task_all(tasks)
    yield context.call_activity("a", list(names.union(["z"])))  # expect: set-order


@bp.orchestration_trigger(context_name="context")
def returns_a_set(context):
    found = yield context.call_activity("a")
    return {one for one in found}  # expect: set-order
