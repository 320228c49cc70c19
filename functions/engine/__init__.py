"""The engine: finds what is due, sends again what was lost, takes up what stopped, purges.

Each duty is a timer of its own, works in bounded batches, and may be killed at any point: what it
finds is in rows, and the next turn finds the rest.
"""

from __future__ import annotations

import azure.functions as func
import structlog

from functions.engine.duties import Duty, duties, ports
from functions.engine.settings import EngineSettings
from shared_code.health import health_trigger

bp = func.Blueprint()  # type: ignore[no-untyped-call]

_log = structlog.get_logger(__name__)


def _timer(duty: Duty) -> None:
    def run(timer: func.TimerRequest) -> None:
        del timer
        found = duty.run(ports())
        if found:
            _log.info("engine duty", duty=duty.name, found=found)

    run.__name__ = f"engine_{duty.name}"
    bp.timer_trigger(arg_name="timer", schedule=duty.schedule, run_on_startup=False)(run)


for _duty in duties(EngineSettings()):
    _timer(_duty)

health_trigger(bp, "engine", check=ports)
