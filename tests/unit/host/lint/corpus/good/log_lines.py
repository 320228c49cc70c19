import logging

import azure.durable_functions as df

bp = df.Blueprint()
logger = logging.getLogger(__name__)


@bp.orchestration_trigger(context_name="context")
def guarded(context):
    if not context.is_replaying:
        logger.info("for the first time")
        print("for the first time")
    yield context.call_activity("a")
    if context.is_replaying:
        pass
    else:
        logger.info("for the first time")
    if not context.is_replaying and context.get_input():
        logger.info("for the first time")
    not context.is_replaying and logger.info("for the first time")
    context.is_replaying or logger.info("for the first time")
    logger.info("for the first time") if not context.is_replaying else None


def say(context, text):
    if context.is_replaying:
        return
    logger.info(text)


def tell(text):
    logger.info(text)


class ReplaySafe:
    def __init__(self, context):
        self._context = context

    def info(self, text):
        if not self._context.is_replaying:
            logger.info(text)


@bp.orchestration_trigger(context_name="context")
def through_helpers(context):
    say(context, "started")
    if not context.is_replaying:
        tell("started")
    log = ReplaySafe(context)
    log.info("started")
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def through_the_contexts_logger(context):
    log = context.create_replay_safe_logger(logger)
    log.info("started")
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def only_levels(context):
    logger.setLevel(logging.INFO)
    yield context.call_activity("a", logging.getLevelName(logging.INFO))
