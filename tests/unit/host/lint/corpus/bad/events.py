import azure.durable_functions as df

bp = df.Blueprint()
ANSWER = "answer"


@bp.orchestration_trigger(context_name="context")
def two_at_once(context):
    one = context.wait_for_external_event("go")
    two = context.wait_for_external_event("go")  # expect: event-twice
    yield context.task_all([one, two])


@bp.orchestration_trigger(context_name="context")
def one_after_the_other(context):
    yield context.wait_for_external_event("go")
    yield context.call_activity("a")
    yield context.wait_for_external_event("go")  # expect: event-twice


@bp.orchestration_trigger(context_name="context")
def in_another_case(context):
    yield context.wait_for_external_event("Go")
    yield context.wait_for_external_event("go")  # expect: event-twice


@bp.orchestration_trigger(context_name="context")
def in_a_loop(context):
    while True:
        answer = yield context.wait_for_external_event(ANSWER)  # expect: event-twice
        if answer == "yes":
            return


@bp.orchestration_trigger(context_name="context")
def anew_beside_a_timer(context):
    for _ in range(3):
        event = context.wait_for_external_event("go")  # expect: event-twice
        timer = context.create_timer(context.current_utc_datetime)
        winner = yield context.task_any([event, timer])
        if winner == event:
            timer.cancel()
            break


@bp.orchestration_trigger(context_name="context")
def for_each(context):
    tasks = [context.wait_for_external_event("go") for _ in range(3)]  # expect: event-twice
    yield context.task_all(tasks)


def ask(context):
    answer = yield context.wait_for_external_event("answer")
    return answer


@bp.orchestration_trigger(context_name="context")
def asks_twice(context):
    first = yield from ask(context)
    second = yield from ask(context)  # expect: event-twice
    return [first, second]


@bp.orchestration_trigger(context_name="context")
def once_it_failed(context):
    try:
        yield context.wait_for_external_event("go")
    except ValueError:
        yield context.wait_for_external_event("go")  # expect: event-twice
