"""How PostgreSQL plans: a look-up that begins a transaction, once; all else anew for its values.

Whose rows are meant decides how they are best found: a few of one, a million of another. A key
leads to one row whoever's it is, by its index, and to plan that takes three times as long as to do
it. Such a plan must not be one that goes through a table because it was small when it was made.
"""

from __future__ import annotations

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_FOR_VALUES = "force_custom_plan"
ANEW = f"plan_cache_mode = {_FOR_VALUES}"
"""The setting of a session, for all that its transactions do not set themselves."""
ONCE = ("plan_cache_mode = force_generic_plan", "enable_seqscan = off")
"""The settings of a transaction that begins with a look-up."""


class PlannedAnew(FunctionElement[bool]):
    """A column of a look-up: what comes after a row of it in its transaction is planned anew."""

    inherit_cache = True
    type = Boolean()


@compiles(PlannedAnew, "postgresql")
def _on_postgresql(_: PlannedAnew, __: SQLCompiler, **___: object) -> str:
    settings = (("plan_cache_mode", _FOR_VALUES), ("enable_seqscan", "on"))
    # Settings of the transaction, told without another round trip.
    told = (f"set_config('{name}', '{value}', true) = '{value}'" for name, value in settings)
    return f"({' AND '.join(told)})"


@compiles(PlannedAnew, "sqlite")
def _on_sqlite(_: PlannedAnew, __: SQLCompiler, **___: object) -> str:
    return "NULL"
