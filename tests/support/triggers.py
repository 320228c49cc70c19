"""Call HTTP functions from a test as if a host served them, without a socket."""

from __future__ import annotations

import azure.functions as func
import httpx


class TriggerTransport(httpx.BaseTransport):
    """Serves requests with a blueprint's functions, by their literal routes; keeps the requests."""

    def __init__(self, blueprint: func.Blueprint) -> None:
        app = func.FunctionApp()
        app.register_functions(blueprint)
        self.requests: list[httpx.Request] = []
        self._functions = {
            found.get_trigger().route: found.get_user_function()  # type: ignore[union-attr]
            for found in app.get_functions()
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the function does whose route it is."""
        self.requests.append(request)
        function = self._functions.get(request.url.path.strip("/"))
        if function is None:
            return httpx.Response(404)
        answer = function(
            func.HttpRequest(
                request.method,
                str(request.url),
                headers=dict(request.headers),
                params=dict(request.url.params),
                body=request.read(),
            )
        )
        headers = {**answer.headers, "Content-Type": answer.mimetype}
        return httpx.Response(answer.status_code, headers=headers, content=answer.get_body())
