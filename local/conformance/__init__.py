"""The checks that a connector passes before it is trusted: against its simulator, with real parts.

A connector's tests subclass `Conformance`. Never deployed; needs pytest and hypothesis.
"""

import pytest

pytest.register_assert_rewrite("local.conformance.checks")

from local.conformance.certificate import Conformance  # noqa: E402 - asserts explain themselves
from local.conformance.served import simulator_made, simulator_of  # noqa: E402
from local.conformance.simulator import Call, MakeSimulator, Simulator, Truth  # noqa: E402

__all__ = [
    "Call",
    "Conformance",
    "MakeSimulator",
    "Simulator",
    "Truth",
    "simulator_made",
    "simulator_of",
]
