import os
import platform
from os import environ, getenv

import azure.durable_functions as df
from pydantic_settings import BaseSettings

bp = df.Blueprint()


class Base(BaseSettings):
    url: str = ""


class Settings(Base):
    region: str = ""


@bp.orchestration_trigger(context_name="context")
def variables(context):
    yield context.call_activity("a", os.environ["REGION"])  # expect: environment
    yield context.call_activity("a", os.environ.get("REGION"))  # expect: environment
    yield context.call_activity("a", os.getenv("REGION"))  # expect: environment
    yield context.call_activity("a", environ.get("REGION"))  # expect: environment
    yield context.call_activity("a", getenv("REGION"))  # expect: environment


@bp.orchestration_trigger(context_name="context")
def membership(context):
    if "REGION" in os.environ:  # expect: environment
        yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def settings(context):
    yield context.call_activity("a", Settings().region)  # expect: environment


@bp.orchestration_trigger(context_name="context")
def machine(context):
    yield context.call_activity("a", platform.node())  # expect: environment
    yield context.call_activity("a", os.getpid())  # expect: environment
