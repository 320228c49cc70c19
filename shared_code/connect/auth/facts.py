"""Facts of a grant: what a redirect, an answer or a person says once, and URLs need ever after.

None is taken as it comes: each has a pattern that its whole text must match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared_code.errors import Reject

LONGEST = 2_048
"""Characters of a fact."""

HOST = r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])"
"""A full domain name in lower case, its last part no number; no port, no dot at its end."""

_PRIVATE = re.compile(
    r"(^|\.)(localhost|local|localdomain|internal|intranet|lan|corp|home|private|arpa|onion)$"
)
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_TRIMMED = " \t\r\n"


class FactRefused(Reject):
    """A fact does not have the form that it must have."""


def trimmed(text: str) -> str:
    """Cut the blanks that come along when something is copied."""
    return text.strip(_TRIMMED)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a redirect or an answer carries."""

    name: str
    """As URLs and requests mention it, in braces."""
    pattern: str
    """A regular expression for all of it; its group `value`, if it has one, is what is kept."""
    source: str = ""
    """What the provider calls it, where that is another name."""

    def read(self, given: Mapping[str, object]) -> str:
        """Find the fact and check it; raises `FactRefused`."""
        text = given.get(self.source or self.name)
        text = str(text) if type(text) is int else text
        found = _match(self.pattern, text) if isinstance(text, str) else None
        if found is None:
            raise FactRefused(f"The answer has no {self.name} of the form that it should have.")
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact that a person types in."""

    name: str
    label: str
    """What the page calls it."""
    pattern: str
    example: str
    """Shown beside the field, and when what was typed is refused."""
    clean: Callable[[str], str] = trimmed
    """Makes one form of the many that people type."""
    secret: bool = False
    host: bool = False
    """It is a host, or begins with one: a name of the public internet."""

    def read(self, given: Mapping[str, str]) -> str:
        """Check what was typed; `FactRefused` says what is allowed, and never what was typed."""
        text = given.get(self.name, "")
        found = _match(self.pattern, self.clean(text)) if len(text) <= LONGEST else None
        if found is None or not _PRINTABLE.fullmatch(found) or (self.host and _is_private(found)):
            raise FactRefused(f"{self.label}: this cannot be right. {self.example}")
        return found


def read_asked(
    asked: Sequence[Asked], given: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Check all that was typed: gives the facts, and what is wrong, both by name."""
    facts: dict[str, str] = {}
    problems: dict[str, str] = {}
    for each in asked:
        try:
            facts[each.name] = each.read(given)
        except FactRefused as refusal:
            problems[each.name] = refusal.public
    return facts, problems


def host_of(text: str) -> str:
    """Clean a host as people type or copy it: `https://Shop.example/` is `shop.example`."""
    return trimmed(text).lower().removeprefix("https://").removesuffix("/")


def _match(pattern: str, text: str) -> str | None:
    if len(text) > LONGEST:
        return None
    found = re.fullmatch(pattern, text, re.ASCII)
    if found is None:
        return None
    return found.groupdict().get("value") or found[0]


def _is_private(text: str) -> bool:
    host = text.partition("/")[0]
    return not re.fullmatch(HOST, host, re.ASCII) or bool(_PRIVATE.search(host))
