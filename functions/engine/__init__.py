"""The engine: finds what is due, sends again what was lost, takes up what stopped, purges.

Each duty is a timer of its own, works for a bounded turn, and may be killed at any point: what it
finds is in rows, and the next turn finds the rest.
"""

from __future__ import annotations

import azure.functions as func
import structlog

from functions.engine.duties import Duty, duties
from functions.engine.settings import RetentionSettings, ScheduleSettings
from shared_code.health import health_trigger
from shared_code.once import Once
from shared_code.opening import open_ports
from shared_code.settings import load_settings
from shared_code.turn import Turn

bp = func.Blueprint()  # type: ignore[no-untyped-call]

_log = structlog.get_logger(__name__)
_ports = Once(open_ports)


def _timer(duty: Duty) -> None:
    def run(timer: func.TimerRequest) -> None:
        del timer
        ports = _ports()
        turn = Turn(ports.clock)
        duty.run(ports, turn)
        if turn.done or turn.failed or turn.left:
            counts = {"done": turn.done, "failed": turn.failed, "left": turn.left}
            _log.info("engine duty", duty=duty.name, **counts)

    run.__name__ = f"engine_{duty.name}"
    bp.timer_trigger(arg_name="timer", schedule=duty.schedule, run_on_startup=False)(run)


def _check() -> None:
    load_settings(RetentionSettings)
    _ports().db.ping()


# Schedules are texts: reading them cannot fail, which would take all functions of the app along.
for _duty in duties(ScheduleSettings()):
    _timer(_duty)

health_trigger(bp, "engine", check=_check)
