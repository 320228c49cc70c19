from datetime import timedelta

import azure.durable_functions as df

bp = df.Blueprint()
LATER = timedelta(minutes=5)
RETRY = df.RetryOptions(1_000, 3)


@bp.orchestration_trigger(context_name="context")
def cancelled_always(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    winner = yield context.task_any([event, timer])
    if not timer.is_completed:
        timer.cancel()
    return winner == event


@bp.orchestration_trigger(context_name="context")
def cancelled_where_it_lost(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    winner = yield context.task_any([event, timer])
    if winner == event:
        timer.cancel()
        return event.result
    yield context.call_activity("escalate")


@bp.orchestration_trigger(context_name="context")
def returns_where_it_won(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    winner = yield context.task_any([event, timer])
    if winner is timer:
        raise TimeoutError("nobody answered")
    timer.cancel()
    return event.result


@bp.orchestration_trigger(context_name="context")
def one_of_three(context):
    yes = context.wait_for_external_event("yes")
    no = context.wait_for_external_event("no")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    winner = yield context.task_any([yes, no, timer])
    if winner == yes:
        timer.cancel()
        return "yes"
    elif winner == no:
        timer.cancel()
        return "no"
    else:
        return "late"


@bp.orchestration_trigger(context_name="context")
def one_of_several_at_once(context):
    yes = context.wait_for_external_event("yes")
    no = context.wait_for_external_event("no")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    winner = yield context.task_any([yes, no, timer])
    if winner in (yes, no):
        timer.cancel()
    return winner != timer


@bp.orchestration_trigger(context_name="context")
def every_loser(context):
    tasks = [context.wait_for_external_event("go")]
    timers = [context.create_timer(context.current_utc_datetime + n * LATER) for n in (1, 2)]
    winner = yield context.task_any(tasks + timers)
    for timer in timers:
        if timer != winner:
            timer.cancel()


@bp.orchestration_trigger(context_name="context")
def in_a_loop(context):
    event = context.wait_for_external_event("go")
    while True:
        timer = context.create_timer(context.current_utc_datetime + LATER)
        winner = yield context.task_any([event, timer])
        if winner == event:
            timer.cancel()
            break
        yield context.call_activity("remind")
    return event.result


@bp.orchestration_trigger(context_name="context")
def at_last(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    try:
        yield context.task_any([event, timer])
        if event.result:
            return "done"
    finally:
        timer.cancel()


@bp.orchestration_trigger(context_name="context")
def where_there_is_one(context):
    tasks = [context.wait_for_external_event("go")]
    timer = None
    if context.get_input():
        timer = context.create_timer(context.current_utc_datetime + LATER)
        tasks.append(timer)
    winner = yield context.task_any(tasks)
    if timer is not None and winner != timer:
        timer.cancel()


def first_of(context, task, seconds):
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
    winner = yield context.task_any([task, timer])
    if winner == timer:
        return None
    timer.cancel()
    return task.result


@bp.orchestration_trigger(context_name="context")
def by_a_helper(context):
    answer = yield from first_of(context, context.wait_for_external_event("go"), 5)
    return answer


@bp.orchestration_trigger(context_name="context")
def waited_for_in_the_end(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    yield context.task_any([event, timer])
    yield timer
    yield context.create_timer(context.current_utc_datetime + LATER)


@bp.orchestration_trigger(context_name="context")
def retries_alone(context):
    first = yield context.call_activity_with_retry("a", RETRY)
    task = context.call_sub_orchestrator_with_retry("child", RETRY, first)
    second = yield task
    task = context.call_activity("b")
    yield context.task_all([task, context.call_sub_orchestrator("child", second)])


@bp.orchestration_trigger(context_name="context")
def retries_of_results(context):
    kept = []
    for n in range(3):
        kept.append((yield context.call_activity_with_retry("a", RETRY, n)))
    results = yield context.task_all([context.call_activity("b", one) for one in kept])
    return results


@bp.orchestration_trigger(context_name="context")
def events_of_different_names(context):
    got = []
    for n in range(3):
        got.append((yield context.wait_for_external_event(f"event{n}")))
    last = yield context.wait_for_external_event("last")
    return [*got, last]


@bp.orchestration_trigger(context_name="context")
def one_event_on_each_path(context):
    if context.get_input():
        yield context.wait_for_external_event("go")
    else:
        yield context.wait_for_external_event("go")


@bp.orchestration_trigger(context_name="context")
def one_event_an_execution(context):
    event = yield context.wait_for_external_event("item")
    if event != "last":
        context.continue_as_new(event)
        return None
    return event


@bp.orchestration_trigger(context_name="context")
def one_event_until_it_comes(context):
    event = context.wait_for_external_event("go")
    for _ in range(3):
        timer = context.create_timer(context.current_utc_datetime + LATER)
        winner = yield context.task_any([event, timer])
        if winner == event:
            timer.cancel()
            return event.result
    return None


@bp.orchestration_trigger(context_name="context")
def goes_over_an_events_payload(context):
    for item in (yield context.wait_for_external_event("items")):
        yield context.call_activity("a", item)


@bp.orchestration_trigger(context_name="context")
def never_yields(context):
    return context.instance_id


def helper_task(context):
    return context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def tasks_by_helpers(context):
    yield helper_task(context)
    context.signal_entity(df.EntityId("box", "1"), "add", 1)
    context.set_custom_status("done")
    steps = first_of(context, helper_task(context), 1)
    yield from steps


@bp.orchestration_trigger(context_name="context")
def by_what_is_completed(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    yield context.task_any([event, timer])
    if event.is_completed:
        timer.cancel()
        return event.result
    return "late"


@bp.orchestration_trigger(context_name="context")
def by_a_race_with_a_name(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    race = context.task_any([event, timer])
    winner = yield race
    match winner == timer:
        case _ if winner == timer:
            pass
    if winner != timer:
        timer.cancel()


@bp.orchestration_trigger(context_name="context")
def handed_to_other_code(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    yield context.task_any([event, timer])
    df.something.cancels(timer)


def counts_down(context, n):
    if n:
        yield context.call_activity("a", n)
        yield from counts_down(context, n - 1)


@bp.orchestration_trigger(context_name="context")
def calls_itself(context):
    yield from counts_down(context, 3)
