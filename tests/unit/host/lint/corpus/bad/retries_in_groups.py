import azure.durable_functions as df

bp = df.Blueprint()
RETRY = df.RetryOptions(1_000, 3)


@bp.orchestration_trigger(context_name="context")
def direct(context):
    yield context.task_all(
        [
            context.call_activity("a"),
            context.call_activity_with_retry("b", RETRY),  # expect: retry-in-group
        ]
    )


@bp.orchestration_trigger(context_name="context")
def by_variable(context):
    work = context.call_sub_orchestrator_with_retry("child", RETRY)  # expect: retry-in-group
    event = context.wait_for_external_event("go")
    yield context.task_any([work, event])


@bp.orchestration_trigger(context_name="context")
def by_list(context):
    first = context.call_activity_with_retry("a", RETRY)  # expect: retry-in-group
    tasks = [first, context.call_activity("b")]
    yield context.task_all(tasks)


@bp.orchestration_trigger(context_name="context")
def by_comprehension(context):
    tasks = [
        context.call_activity_with_retry("a", RETRY, n)  # expect: retry-in-group
        for n in range(3)
    ]
    yield context.task_all(tasks)


@bp.orchestration_trigger(context_name="context")
def by_generator(context):
    yield context.task_all(
        list(context.call_activity_with_retry("a", RETRY, n) for n in range(3))  # expect: retry-in-group
    )


@bp.orchestration_trigger(context_name="context")
def by_append(context):
    tasks = []
    for n in range(3):
        tasks.append(context.call_activity_with_retry("a", RETRY, n))  # expect: retry-in-group
    tasks += [context.call_sub_orchestrator_with_retry("b", RETRY)]  # expect: retry-in-group
    yield context.task_all(tasks)


@bp.orchestration_trigger(context_name="context")
def by_dict(context):
    tasks = {}
    for n in range(3):
        tasks[n] = context.call_activity_with_retry("a", RETRY, n)  # expect: retry-in-group
    yield context.task_all(list(tasks.values()))


@bp.orchestration_trigger(context_name="context")
def in_some_cases(context):
    if context.get_input():
        work = context.call_activity_with_retry("a", RETRY)  # expect: retry-in-group
    else:
        work = context.call_activity("a")
    yield context.task_all([work, context.call_activity("b")])


@bp.orchestration_trigger(context_name="context")
def within_a_group_in_a_group(context):
    both = context.task_all([context.call_activity_with_retry("a", RETRY)])  # expect: retry-in-group
    yield context.task_any([both, context.call_activity("b")])


def attempt(context, name):
    return context.call_activity_with_retry(name, RETRY)  # expect: retry-in-group


@bp.orchestration_trigger(context_name="context")
def made_by_a_helper(context):
    yield context.task_all([attempt(context, name) for name in ("a", "b")])


def everything(context, tasks):
    results = yield context.task_all(tasks)
    return results


@bp.orchestration_trigger(context_name="context")
def grouped_by_a_helper(context):
    tasks = [context.call_activity_with_retry("a", RETRY)]  # expect: retry-in-group
    yield from everything(context, tasks)
