"""Serve the status page, and its two buttons: terminate and run again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from aiohttp import web
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from local.host.durable.engine import Engine, GoneError, InstanceExistsError, NoInstanceError, Query
from local.host.durable.store import is_finished
from local.host.durable.view import document, shown_history
from local.host.functions import Hosted
from local.host.http_front import HttpFront
from local.host.queues.local import LocalQueues
from local.host.triggers import Triggers
from local.host.ui.timeline import svg
from local.host.workers import Worker

SHOWN = 100  # orchestrations on the page
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the page's figures come from; `functions` and `state` are asked each time."""

    hub: str
    base: str
    engine: Engine
    worker: Worker
    queues: LocalQueues
    triggers: Triggers
    http: HttpFront
    functions: Callable[[], list[Hosted]]
    state: Callable[[], str]


class Pages:
    """Answers `/admin/ui`.

    It is for people at this machine: without the master key only requests to a loopback address
    are answered, and the buttons only when this page itself was the one that sent them.
    """

    def __init__(self, sources: Sources) -> None:
        self._of = sources
        self._templates = Environment(
            loader=PackageLoader("local.host.ui"), autoescape=True, trim_blocks=True
        )

    async def answer(self, request: web.BaseRequest, path: str) -> web.Response:
        """Serve one request; `path` is below `/admin/ui`."""
        id_ = request.query.get("id", "")
        try:
            match request.method, path:
                case "GET", "":
                    return await self._overview()
                case "GET", "instance":
                    return await self._instance(id_)
                case "POST", "instance" if _sent_by_itself(request):
                    return await self._act(id_, request.query.get("do", ""))
        except NoInstanceError:
            return web.Response(status=404)
        except (GoneError, InstanceExistsError):
            return web.Response(status=409)
        return web.Response(status=403 if request.method == "POST" else 404)

    async def _overview(self) -> web.Response:
        of = self._of
        instances = await of.engine.query(Query(), limit=SHOWN, newest_first=True)
        return self._page(
            "overview.html",
            hub=of.hub,
            base=of.base,
            state=of.state(),
            worker=of.worker.pid,
            restarts=of.worker.restarts,
            functions=[self._function(one) for one in of.functions()],
            queues=of.queues.depths(),
            timers=of.triggers.timers,
            instances=[
                {
                    "id": one.id,
                    "name": one.name,
                    "status": one.status,
                    "created": _time(one.created),
                    "took": f"{one.updated - one.created:.2f} s",
                }
                for one in instances
            ],
        )

    def _function(self, one: Hosted) -> dict[str, str | None]:
        fields, where = one.fields, ""
        if one.trigger == "httpTrigger":
            where = f"{','.join(sorted(one.route.methods)) or 'ALL'} {self._of.http.url(one)}"
        elif one.trigger in ("queueTrigger", "timerTrigger"):
            where = str(fields.get("queueName") or fields.get("schedule"))
        return {
            "name": one.function.name,
            "trigger": one.trigger,
            "where": where,
            "error": one.error,
        }

    async def _instance(self, id_: str) -> web.Response:
        status = await self._of.engine.status(id_)
        events = await self._of.engine.history(status)
        return self._page(
            "instance.html",
            document=document(status),
            actions=["restart"] if is_finished(status.status) else ["terminate"],
            picture=Markup(svg(events)),  # noqa: S704 - escaped where it is drawn
            history=shown_history(events, show_output=True),
        )

    async def _act(self, id_: str, action: str) -> web.Response:
        if action == "terminate":
            await self._of.engine.terminate(id_, "terminated on the status page")
        elif action == "restart":
            await self._of.engine.restart(id_, new_id=False)
        else:
            return web.Response(status=400)
        return web.Response(
            status=303, headers={"Location": f"/admin/ui/instance?id={quote(id_, safe='')}"}
        )

    def _page(self, template: str, **values: object) -> web.Response:
        text = self._templates.get_template(template).render(**values)
        headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
            "form-action 'self'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
        }
        return web.Response(text=text, content_type="text/html", headers=headers)


def is_local(request: web.BaseRequest) -> bool:
    """Whether a request comes from this machine and asked for it by a name that only it has.

    The second condition keeps out web pages whose own name has been pointed at 127.0.0.1.
    """
    name = (request.host or "").rpartition(":")[0] if ":" in request.host else request.host
    return name in LOOPBACK and (request.remote or "").startswith(("127.", "::1"))


def _sent_by_itself(request: web.BaseRequest) -> bool:
    origin = request.headers.get("Origin", "")
    return urlsplit(origin).netloc == request.host


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
