import os
import random
import secrets
import uuid
from random import choice
from uuid import uuid4 as new_id

import azure.functions as func
import azure.durable_functions as df
import numpy as np

service = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@service.orchestration_trigger(context_name="context")
def drawn(context):
    yield context.call_activity("a", random.randint(1, 6))  # expect: random
    yield context.call_activity("a", choice("abc"))  # expect: random


@service.orchestration_trigger(context_name="context")
def identities(context):
    yield context.call_activity("a", str(uuid.uuid4()))  # expect: random
    yield context.call_activity("a", str(uuid.uuid1()))  # expect: random
    yield context.call_activity("a", new_id().hex)  # expect: random


@service.orchestration_trigger(context_name="context")
def secret(context):
    yield context.call_activity("a", secrets.token_hex(8))  # expect: random
    yield context.call_activity("a", os.urandom(8).hex())  # expect: random


@service.orchestration_trigger(context_name="context")
def arrays(context):
    yield context.call_activity("a", np.random.rand(3).tolist())  # expect: random
    generator = np.random.default_rng()  # expect: random
    yield context.call_activity("a", generator.integers(6))


@service.orchestration_trigger(context_name="context")
def unseeded(context):
    dice = random.Random()  # expect: random
    yield context.call_activity("a", dice.random())


@service.orchestration_trigger(context_name="context")
def shuffled(context):
    items = sorted(context.get_input(), key=lambda item: random.random())  # expect: random
    yield context.call_activity("a", items)


@service.orchestration_trigger(context_name="context")
def mapped(context):
    yield context.call_activity("a", list(map(uuid.UUID, map(str, filter(random.getrandbits, [1])))))  # expect: random
