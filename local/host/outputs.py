"""Invoke functions, and send what they put into their queue output bindings."""

from __future__ import annotations

from collections.abc import Mapping

from local.host.logs import LoggedCall
from local.host.messages import Blob, Failure, Function, HttpCall, Output, Result
from local.host.queues.message import Encoding, encoded
from local.host.queues.service import QueueService
from local.host.settings import resolve
from local.host.workers import Origin, Worker


class Invoker:
    """Runs functions on the worker; their outputs are sent before the result is known."""

    def __init__(
        self,
        worker: Worker,
        queues: QueueService,
        environment: Mapping[str, str],
        *,
        encoding: Encoding,
    ) -> None:
        self._worker, self._queues = worker, queues
        self._environment, self._encoding = environment, encoding

    async def run(
        self,
        function: Function,
        data: HttpCall | Blob | str,
        metadata: Mapping[str, str] | None = None,
        *,
        trace_parent: str = "",
        retry: tuple[int, int] = (0, 0),
    ) -> Result:
        """Run a function to its end.

        Raises:
            LostError: it has no result and will get none; nothing else is raised.
        """
        origin = Origin(trace_parent=trace_parent, retry=retry)
        call = LoggedCall(function.name, origin.invocation_id)
        result = call.ended(await self._worker.invoke(function.name, data, metadata, origin))
        try:
            for output in result.outputs:
                await self._send(function, output)
        except Exception as error:  # noqa: BLE001 - whatever hinders it
            # What could not be sent has not been done: a queue message is to come again.
            text = f"The output cannot be sent: {error}"
            return call.ended(Result(result.id, None, [], Failure(text, "")))
        return result

    async def _send(self, function: Function, output: Output) -> None:
        fields = next(b.fields for b in function.bindings if b.name == output.binding)
        name = resolve(str(fields["queueName"]), self._environment)
        connection = str(fields.get("connection") or "")
        for value in output.values:
            await self._queues.put(connection, name, encoded(value, self._encoding))
