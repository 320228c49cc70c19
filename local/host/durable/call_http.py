"""The built-in activity behind `call_http`: the host itself sends the request."""

from __future__ import annotations

import json

import aiohttp

from local.host.messages import Failure, Result

TIMEOUT = aiohttp.ClientTimeout(total=100)  # seconds, as .NET's client


async def call_http(request: str) -> Result:
    """Send the request of a `call_http` action and return `{statusCode, headers, content}`.

    A 202 is returned as it is. A token source cannot be served: there is no managed identity here.
    """
    asked = json.loads(request)
    if asked.get("tokenSource"):
        return _failed("NotSupportedError: this host has no managed identity to take a token from.")
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.request(
                asked["method"],
                asked["uri"],
                headers=asked.get("headers") or {},
                data=asked.get("content"),
            ) as answer,
        ):
            told = {
                "statusCode": answer.status,
                "headers": dict(answer.headers),
                "content": await answer.text(errors="replace"),
            }
    except (aiohttp.ClientError, TimeoutError) as error:
        return _failed(f"{type(error).__name__}: {error}")
    return Result(0, json.dumps(told), [])


def _failed(text: str) -> Result:
    return Result(0, None, [], Failure(text, ""))
