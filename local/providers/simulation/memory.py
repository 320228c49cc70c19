"""A folder in which a simulator keeps what should outlive a restart."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, JsonValue, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.providers.books.generate import Story
from local.providers.oauth.keeping import KeptGrants, keep, restore
from local.providers.simulation.orders import EditOrder
from local.providers.simulation.simulator import Provider, Simulator


class MemoryFolderError(ValueError):
    """The folder holds what this simulator cannot go on with; the text says what."""


class KeptEdit(BaseModel):
    """An edit of the books, to be made again after the book was."""

    organisation: str
    order: EditOrder
    at: datetime


class Kept(BaseModel):
    """Everything that is kept, and of which story."""

    story: Story
    grants: KeptGrants
    edits: list[KeptEdit]
    provider: JsonValue


class Memory:
    """Reads the folder at the start and writes it before each answer that may have changed it."""

    def __init__(self, folder: Path, simulator: Simulator, provider: Provider) -> None:
        self._file = folder / "simulator.json"
        self._simulator, self._provider = simulator, provider

    def recall(self) -> None:
        """Go on where a simulator of the same story stopped; raises MemoryFolderError."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if not self._file.exists():
            return
        try:
            kept = Kept.model_validate_json(self._file.read_bytes())
        except ValidationError as error:
            raise MemoryFolderError(f"{self._file} cannot be read; remove it to begin") from error
        if kept.story != self._simulator.world.story:
            raise MemoryFolderError(
                f"{self._file} belongs to another story; give the same seed, invoices and dates,"
                " or remove it to begin"
            )
        restore(self._simulator.grants, kept.grants)
        self._provider.recall(kept.provider)
        for each in kept.edits:
            if company := self._simulator.world.find(each.organisation):
                company.edits.append((each.order, each.at))

    def save(self) -> None:
        """Write everything anew, whole or not at all."""
        kept = Kept(
            story=self._simulator.world.story,
            grants=keep(self._simulator.grants),
            edits=[
                KeptEdit(organisation=company.id, order=order, at=at)
                for company in self._simulator.world.companies
                for order, at in company.edits
            ],
            provider=self._provider.remember(),
        )
        written = self._file.with_suffix(".tmp")
        written.touch(mode=0o600)
        written.write_text(kept.model_dump_json())
        written.replace(self._file)


class Keeping:
    """Saves after each call that is no GET, before its answer leaves or is lost to a fault."""

    def __init__(self, app: ASGIApp, memory: Memory) -> None:
        self._app, self._memory = app, memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http" or scope["method"] == "GET":
            await self._app(scope, receive, send)
            return

        async def after_saving(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._memory.save()
            await send(message)

        await self._app(scope, receive, after_saving)
