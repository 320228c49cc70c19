"""What is defined by itself cannot be told, and must not keep the lint from ending."""

import azure.durable_functions as df

from good.circles import *
from good.circles import later, other as another

bp = df.Blueprint()
again = lambda context: again(context)
other = another


class One(Two):
    pass


class Two(One):
    pass


class Itself(Itself):
    pass


@bp.orchestration_trigger(context_name="context")
def circles(context):
    again(context)
    later()
    other()
    value = value.of(context)
    yield One().run(context)
    yield Itself().run(context)
    yield Two.nothing
