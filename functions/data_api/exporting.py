"""How the data API carries exports out: commands, an orchestrator, and the step it repeats."""

from __future__ import annotations

from collections.abc import Callable

import azure.durable_functions as df

from shared_code.exports.export import SERVICE
from shared_code.exports.job import Exporter, ExportRef
from shared_code.exports.orchestration import export_orchestrator
from shared_code.notify.driving import register_activity, register_commands, register_orchestrator

EXPORT, STEP = f"{SERVICE}_export", f"{SERVICE}_export_step"


def register_exports(bp: df.Blueprint, exporter: Callable[[], Exporter]) -> None:
    """Register all that drives exports; `exporter` opens its ports on first use."""
    register_commands(bp, SERVICE, exporter, EXPORT)
    register_orchestrator(bp, EXPORT, export_orchestrator(STEP))
    register_activity(bp, STEP, lambda task: exporter().work(ExportRef.from_json(task)))
