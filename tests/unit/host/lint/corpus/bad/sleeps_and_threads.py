import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import azure.durable_functions as df

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")
def sleeps(context):
    time.sleep(1)  # expect: sleep
    yield context.call_activity("a")
    sleep(1)  # expect: sleep


@bp.orchestration_trigger(context_name="context")
def threads(context):
    worker = threading.Thread(target=print)  # expect: threads
    worker.start()  # expect: threads
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def pools(context):
    with ThreadPoolExecutor() as pool:  # expect: threads
        results = list(pool.map(str, [1, 2]))  # expect: threads
    yield context.call_activity("a", results)


@bp.orchestration_trigger(context_name="context")
def loops(context):
    asyncio.run(asyncio.sleep(1))  # expect: threads sleep
    yield context.call_activity("a")
