import logging
import sys

import azure.durable_functions as df
import structlog
from loguru import logger as loud

from bad.shared import journal

bp = df.Blueprint()
logger = logging.getLogger(__name__)
log = structlog.get_logger(__name__).bind(part="orders")


@bp.orchestration_trigger(context_name="context")
def module_functions(context):
    logging.info("started")  # expect: logging
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def loggers(context):
    logger.info("started")  # expect: logging
    log.warning("started")  # expect: logging
    loud.info("started")  # expect: logging
    journal.error("started")  # expect: logging
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def local_logger(context):
    own = logging.getLogger("own")
    own.info("started")  # expect: logging
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def printed(context):
    print("started")  # expect: logging
    sys.stderr.write("started")  # expect: logging
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def wrong_way_round(context):
    if context.is_replaying:
        logger.info("replaying")  # expect: logging
    else:
        logger.info("for the first time")
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def guard_ended(context):
    if not context.is_replaying:
        logger.info("for the first time")
    logger.info("again")  # expect: logging
    if not context.is_replaying or context.get_input():
        logger.info("perhaps again")  # expect: logging
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def guard_is_for_log_lines_only(context):
    if not context.is_replaying:
        with open("seen") as file:  # expect: io
            logger.info(file.read())
    yield context.call_activity("a")
