"""Which durable functions there are, by the names orchestrators call them by (in any case)."""

from __future__ import annotations

from collections.abc import Iterable

from local.host.messages import Function

_ROLES = {
    "orchestrationTrigger": "orchestrator",
    "activityTrigger": "activity",
    "entityTrigger": "entity",
}


class Catalogue:
    """Looks up the function behind a durable name; filled anew whenever the app is indexed."""

    def __init__(self) -> None:
        self._functions: dict[str, dict[str, Function]] = {role: {} for role in _ROLES.values()}

    def fill(self, functions: Iterable[Function]) -> None:
        """Take the durable functions among these."""
        self._functions = {role: {} for role in _ROLES.values()}
        for function in functions:
            role = _ROLES.get(function.trigger.type)
            if role is not None:
                self._functions[role][function.durable_name.lower()] = function

    def orchestrator(self, name: str) -> str | None:
        """Name the function of an orchestrator; None if there is none."""
        return self._find("orchestrator", name)

    def activity(self, name: str) -> str | None:
        """Name the function of an activity; None if there is none."""
        return self._find("activity", name)

    def entity(self, name: str) -> str | None:
        """Name the function of an entity; None if there is none."""
        return self._find("entity", name)

    def unknown_orchestrator(self, name: str) -> str:
        """Say that there is no such orchestrator, and which there are."""
        return self._unknown("orchestrator", name)

    def unknown_activity(self, name: str) -> str:
        """Say that there is no such activity, and which there are."""
        return self._unknown("activity", name)

    def unknown_entity(self, name: str) -> str:
        """Say that there is no such entity, and which there are."""
        return self._unknown("entity", name)

    def _find(self, role: str, name: str) -> str | None:
        function = self._functions[role].get(name.lower())
        return function.name if function else None

    def _unknown(self, role: str, name: str) -> str:
        article = "a" if role[0] not in "aeo" else "an"
        known = ", ".join(f"'{f.durable_name}'" for f in self._functions[role].values())
        known = known or f"no {role} functions"
        return (
            f"The function '{name}' doesn't exist, is disabled, or is not {article} {role} "
            f"function. Additional info: The following are the known {role} functions: {known}."
        )
