"""What an output value is outside: an HTTP response, or the messages of a queue."""

from __future__ import annotations

import json
from datetime import datetime
from http.cookies import Morsel

from local.host.converters import PLAIN, encode
from local.host.messages import Blob, HttpReply

_COOKIE_DATE = "%a, %d %b %Y %H:%M:%S GMT"
_SAME_SITE = ("lax", "strict", "none")
_UNKNOWN = ("comment", "version")  # attributes of cookies that the real host drops


def http_reply(kind: str, value: object) -> HttpReply:
    """Make the response of an HTTP output.

    Raises:
        TypeError: it is no response.
        ValueError: a cookie's `Expires` or `Max-Age` cannot be read.
    """
    datum = encode(kind, value)
    if datum.type == "string":
        body = datum.value.encode()
        return HttpReply(200, [("content-type", "text/plain; charset=utf-8")], body)
    if datum.type != "http":
        raise TypeError(f"an HTTP response cannot be {datum.type} data")
    told = datum.value
    headers = [(name, item.value) for name, item in told["headers"].items()]
    for cookie in told["cookies"] or ():
        headers += [("Set-Cookie", _cookie(morsel)) for morsel in cookie.values()]
    return HttpReply(int(told["status_code"].value), headers, told["body"].value)


def _cookie(morsel: Morsel[str]) -> str:
    if morsel["expires"]:
        datetime.strptime(morsel["expires"], _COOKIE_DATE)  # noqa: DTZ007 - only to see that it is one
    if morsel["max-age"]:
        float(morsel["max-age"])
    for name in _UNKNOWN:
        morsel[name] = ""
    if morsel["samesite"].lower() not in _SAME_SITE:
        morsel["samesite"] = ""
    return morsel.OutputString()


def messages(kind: str, value: object) -> list[str | Blob]:
    """Take what was put into a queue output apart into messages, by the real host's rules.

    A list is one message an item, and so is a text that is a JSON list; a JSON object is written
    anew, indented. Of a `QueueMessage` the body is sent.

    Raises:
        TypeError: the output cannot hold it.
    """
    datum = encode(kind, value)
    if datum.type == "bytes":
        return [Blob(datum.value)]
    text = str(datum.value)
    if datum.type == "string" and not _looks_like_json(text):
        return [text]
    try:
        parsed = json.loads(text)
    except ValueError:
        return [text]
    items = parsed if isinstance(parsed, list) else [parsed]
    if datum.type == "json" and kind != PLAIN:
        return [item["body"] if isinstance(item, dict) else item for item in items]
    return [_text(item) for item in items]


def _looks_like_json(text: str) -> bool:
    text = text.strip()
    return text[:1] + text[-1:] in ("{}", "[]")


def _text(item: object) -> str:
    match item:
        case str():
            return item
        case None:
            return ""
        case bool():
            return str(item)
    return json.dumps(item, indent=2, ensure_ascii=False)
