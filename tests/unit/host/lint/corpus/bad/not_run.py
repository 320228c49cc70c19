import azure.durable_functions as df

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")
async def awaits(context):  # expect: async-orchestrator
    return await context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def forgets(context):
    context.call_activity("a")  # expect: task-not-yielded
    context.create_timer(context.current_utc_datetime)  # expect: task-not-yielded
    yield context.call_activity("b")


@bp.orchestration_trigger(context_name="context")
def drops(context):
    result = context.call_activity("a")  # expect: task-not-yielded
    everything = context.task_all([context.call_activity("b")])  # expect: task-not-yielded
    yield context.call_activity("c")


@bp.orchestration_trigger(context_name="context")
def returns_a_task(context):
    yield context.call_activity("a")
    return context.call_activity("b")  # expect: task-not-yielded


def steps(context):
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def calls_a_generator(context):
    steps(context)  # expect: generator-not-delegated
    yield steps(context)  # expect: generator-not-delegated
