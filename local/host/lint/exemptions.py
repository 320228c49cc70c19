"""The comments `# replay-safe: reason`, each for its line or, alone on a line, for the next."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from local.host.lint.rules import BARE_EXEMPTION, UNUSED_EXEMPTION, Rule
from local.host.lint.sources import Module

_COMMENT = re.compile(r"#\s*replay-safe\b\s*:?\s*(?P<reason>[^#]*)")


@dataclass(frozen=True, slots=True)
class Exemption:
    """A comment at `line` and `column`, for the code at line `of`."""

    line: int
    column: int
    of: int
    reason: str


def exemptions(module: Module) -> list[Exemption]:
    """List the exemptions of a file."""
    if b"replay-safe" not in module.source:
        return []
    tokens = tokenize.tokenize(io.BytesIO(module.source).readline)
    comments = [token for token in tokens if token.type == tokenize.COMMENT]
    return [found for token in comments if (found := _exemption(token)) is not None]


def _exemption(token: tokenize.TokenInfo) -> Exemption | None:
    match = _COMMENT.search(token.string)
    if match is None:
        return None
    line, column = token.start
    alone = not token.line[:column].strip()
    at = column + match.start() + 1
    return Exemption(line, at, line + 1 if alone else line, match["reason"].strip())


def misused(given: Iterable[Exemption], needed: set[int]) -> Iterator[tuple[Rule, Exemption]]:
    """Yield the exemptions that give no reason, and those whose line is not among the `needed`."""
    for exemption in given:
        if not exemption.reason:
            yield BARE_EXEMPTION, exemption
        elif exemption.of not in needed:
            yield UNUSED_EXEMPTION, exemption
