"""Whether an orchestration or an entity is what kills the worker."""

from __future__ import annotations

from dataclasses import dataclass

from local.host.workers import BystanderError, LostError

MOST_DEATHS = 3  # of the worker, before what was under way each time is failed


@dataclass(slots=True)
class Suspicion:
    """How often the worker has died with one of them since its last success."""

    deaths: int = 0

    def count(self, lost: LostError) -> None:
        """Take note of a run that had no end."""
        if not isinstance(lost, BystanderError):
            self.deaths += 1

    def clear(self) -> None:
        """Take note of a run that had one."""
        self.deaths = 0

    def __bool__(self) -> bool:
        return self.deaths > 0

    @property
    def verdict(self) -> str | None:
        """Why it must not run any more, if it must not."""
        if self.deaths < MOST_DEATHS:
            return None
        return f"the worker process died {self.deaths} times while it ran; no more tries."
