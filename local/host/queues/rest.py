"""Put Message of the Azure Storage Queue REST API, on the local queues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from aiohttp import web

from local.host.queues.local import WEEK, LocalQueues, QueueItem, QueueNameError
from local.host.queues.message import MessageSizeError, check_size

LONGEST = 2**31 - 1  # seconds that a message may live, as on Azure; -1 is for ever


class QueueRest:
    """Answers `POST {queue}/messages`."""

    def __init__(self, queues: LocalQueues) -> None:
        self._queues = queues

    async def answer(self, request: web.BaseRequest, path: str) -> web.Response:
        """Serve one request; `path` is below the root of the queue service."""
        name, _, rest = path.strip("/").partition("/")
        if request.method != "POST" or rest != "messages":
            return _error(405, "UnsupportedHttpVerb", "Only Put Message is served here.")
        text = _message_text(await request.read())
        if text is None:
            return _error(400, "InvalidXmlDocument", "No <QueueMessage><MessageText> found.")
        try:
            check_size(text)
            delay = _seconds(request.query, "visibilitytimeout", range(WEEK + 1), 0)
            lifetime = _seconds(request.query, "messagettl", range(-1, LONGEST + 1), WEEK)
            item = await self._queues.put(name, text, delay=delay, lifetime=lifetime)
        except MessageSizeError as error:
            return _error(413, "RequestBodyTooLarge", str(error))
        except QueueNameError as error:
            return _error(400, "InvalidResourceName", str(error))
        except ValueError as error:
            return _error(400, "InvalidQueryParameterValue", str(error))
        return web.Response(body=_created(item), status=201, content_type="application/xml")


def _seconds(values: Mapping[str, str], name: str, allowed: range, default: int) -> int:
    text = values.get(name, str(default))
    try:
        seconds = int(text)
    except ValueError:
        seconds = allowed.start - 1
    if seconds not in allowed:
        raise ValueError(f"{name} is from {allowed[0]} to {allowed[-1]} seconds, not {text[:20]}.")
    return seconds


def _message_text(body: bytes) -> str | None:
    if b"<!" in body:  # no document types, hence no entities to expand
        return None
    try:
        root = ET.fromstring(body)  # noqa: S314 - see above
    except ET.ParseError:
        return None
    text = root.find("MessageText") if root.tag == "QueueMessage" else None
    return None if text is None else text.text or ""


def _created(item: QueueItem) -> bytes:
    root = ET.Element("QueueMessagesList")
    message = ET.SubElement(root, "QueueMessage")
    values = {
        "MessageId": item.guid,
        "InsertionTime": _http_date(item.inserted),
        "ExpirationTime": _http_date(item.expires),
        "PopReceipt": f"{item.id}.0",
        "TimeNextVisible": _http_date(item.visible),
    }
    for name, value in values.items():
        ET.SubElement(message, name).text = value
    return _xml(root)


def _xml(root: ET.Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _error(status: int, code: str, text: str) -> web.Response:
    root = ET.Element("Error")
    ET.SubElement(root, "Code").text = code
    ET.SubElement(root, "Message").text = text
    headers = {"x-ms-error-code": code}
    return web.Response(
        body=_xml(root), status=status, headers=headers, content_type="application/xml"
    )


def _http_date(time: float) -> str:
    return format_datetime(datetime.fromtimestamp(time, UTC), usegmt=True)
