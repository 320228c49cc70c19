from datetime import timedelta

import azure.durable_functions as df

bp = df.Blueprint()
LATER = timedelta(minutes=5)


@bp.orchestration_trigger(context_name="context")
def never_cancelled(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)  # expect: losing-timer
    winner = yield context.task_any([event, timer])
    return winner == event


@bp.orchestration_trigger(context_name="context")
def without_a_name(context):
    event = context.wait_for_external_event("go")
    yield context.task_any(
        [event, context.create_timer(context.current_utc_datetime + LATER)]  # expect: losing-timer
    )


@bp.orchestration_trigger(context_name="context")
def cancelled_on_the_wrong_path(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)  # expect: losing-timer
    winner = yield context.task_any([event, timer])
    if winner == timer:
        timer.cancel()
    return event.result


@bp.orchestration_trigger(context_name="context")
def returns_before_it_cancels(context):
    event = context.wait_for_external_event("go")
    other = context.wait_for_external_event("stop")
    timer = context.create_timer(context.current_utc_datetime + LATER)  # expect: losing-timer
    winner = yield context.task_any([event, other, timer])
    if winner == other:
        return "stopped"
    if winner == event:
        timer.cancel()
    return "went on"


@bp.orchestration_trigger(context_name="context")
def raises_before_it_cancels(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)  # expect: losing-timer
    winner = yield context.task_any([event, timer])
    if winner is event and event.result is None:
        raise ValueError("nothing was sent")
    if winner is event:
        timer.cancel()
    return event.result


@bp.orchestration_trigger(context_name="context")
def made_anew_in_a_loop(context):
    event = context.wait_for_external_event("go")
    while not event.is_completed:
        timer = context.create_timer(context.current_utc_datetime + LATER)  # expect: losing-timer
        winner = yield context.task_any([event, timer])
        if winner == timer:
            yield context.call_activity("remind")


@bp.orchestration_trigger(context_name="context")
def goes_on_in_a_loop(context):
    first = context.wait_for_external_event("first")
    second = context.wait_for_external_event("second")
    while True:
        timer = context.create_timer(context.current_utc_datetime + LATER)  # expect: losing-timer
        winner = yield context.task_any([first, second, timer])
        if winner == first:
            continue
        if winner == second:
            timer.cancel()
        break


@bp.orchestration_trigger(context_name="context")
def in_a_list(context):
    tasks = [context.wait_for_external_event("go")]
    tasks.append(context.create_timer(context.current_utc_datetime + LATER))  # expect: losing-timer
    yield context.task_any(tasks)


def timeout(context):
    return context.create_timer(context.current_utc_datetime + LATER)  # expect: losing-timer


@bp.orchestration_trigger(context_name="context")
def made_by_a_helper(context):
    event = context.wait_for_external_event("go")
    race = context.task_any([event, timeout(context)])
    yield race
    return event.result


@bp.orchestration_trigger(context_name="context")
def only_one_of_two(context):
    event = context.wait_for_external_event("go")
    short = context.create_timer(context.current_utc_datetime + LATER)
    long = context.create_timer(context.current_utc_datetime + 2 * LATER)  # expect: losing-timer
    yield context.task_any([event, short, long])
    if not short.is_completed:
        short.cancel()


@bp.orchestration_trigger(context_name="context")
def in_one_case_of_an_error(context):
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)  # expect: losing-timer
    yield context.task_any([event, timer])
    try:
        yield context.call_activity("a")
    except ValueError:
        return None
    timer.cancel()


@bp.orchestration_trigger(context_name="context")
def looks_at_the_wrong_task(context):
    first = context.wait_for_external_event("first")
    second = context.wait_for_external_event("second")
    timer = context.create_timer(context.current_utc_datetime + LATER)  # expect: losing-timer
    yield context.task_any([first, second, timer])
    if first.is_completed:
        timer.cancel()
