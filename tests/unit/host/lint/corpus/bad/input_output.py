import socket
import subprocess
import sqlite3
import urllib.request
from pathlib import Path

import aiohttp
import azure.durable_functions as df
import httpx
import requests
import sqlalchemy as sa
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient
from sqlalchemy.orm import Session

bp = df.Blueprint()
engine = sa.create_engine("sqlite://")
http = httpx.Client()
HERE = Path(__file__).parent


@bp.orchestration_trigger(context_name="context")
def files(context):
    with open("rates.json") as file:  # expect: io
        rates = file.read()
    yield context.call_activity("a", rates)


@bp.orchestration_trigger(context_name="context")
def paths(context):
    yield context.call_activity("a", Path("rates.json").read_text())  # expect: io
    yield context.call_activity("a", (HERE / "rates.json").read_bytes().hex())  # expect: io
    if HERE.joinpath("flag").exists():  # expect: io
        yield context.call_activity("b")


@bp.orchestration_trigger(context_name="context")
def http_by_function(context):
    yield context.call_activity("a", requests.get("https://example.test").json())  # expect: io
    yield context.call_activity("a", httpx.post("https://example.test").text)  # expect: io
    yield context.call_activity("a", urllib.request.urlopen("https://example.test").read())  # expect: io


@bp.orchestration_trigger(context_name="context")
def http_by_client(context):
    yield context.call_activity("a", http.get("https://example.test").text)  # expect: io
    session = aiohttp.ClientSession()  # expect: io
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def processes(context):
    subprocess.run(["true"], check=True)  # expect: io
    socket.create_connection(("example.test", 80))  # expect: io
    yield context.call_activity("a")


@bp.orchestration_trigger(context_name="context")
def databases(context):
    with engine.connect() as connection:  # expect: io
        yield context.call_activity("a")
    with Session(engine) as session:  # expect: io
        yield context.call_activity("a")
    sqlite3.connect("x.db")  # expect: io


@bp.orchestration_trigger(context_name="context")
def azure_clients(context):
    credential = DefaultAzureCredential()  # expect: io
    blobs = BlobServiceClient("https://example.test", credential)  # expect: io
    yield context.call_activity("a")


def by_annotation(context, client: httpx.Client):
    yield context.call_activity("a", client.get("https://example.test").text)  # expect: io


@bp.orchestration_trigger(context_name="context")
def delegates(context):
    yield from by_annotation(context, http)
