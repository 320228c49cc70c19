"""Puts the rules to an app's orchestrators, and the exemptions to what they find."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.host.lint.determinism import returned_sets, unrepeatable
from local.host.lint.dropped import dropped, returned_tasks
from local.host.lint.exemptions import exemptions, misused
from local.host.lint.flow import Flow
from local.host.lint.names import Names
from local.host.lint.orchestrators import Orchestrator, find_orchestrators
from local.host.lint.reach import reachable
from local.host.lint.rules import Hit, Rule
from local.host.lint.scopes import Scope, scope_of
from local.host.lint.sources import Module, read_app

_NAMED = 2
"""Orchestrators that a finding names; of more it gives the number."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What `python -m local.host lint` prints as one line; lines and columns count from 1."""

    path: Path
    line: int
    column: int
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and in how many orchestrators it was looked for."""

    findings: list[Finding]
    orchestrators: int


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    line: int
    column: int
    rule: Rule
    what: str


def lint(folder: Path) -> Report:
    """Read the app in `folder` and hold its orchestrators to the rules.

    Raises:
        LintError: the folder holds no app, or a file of it is no Python.
    """
    modules = read_app(folder)
    names = Names({name: scope_of(module) for name, module in modules.items()})
    orchestrators = find_orchestrators(names)
    places = _places(names, orchestrators)
    found = [finding for module in modules.values() for finding in _judged(module, places)]
    return Report(sorted(found), len(orchestrators))


def _places(names: Names, orchestrators: list[Orchestrator]) -> dict[_Place, list[str]]:
    """Gather what is found by place, with the names of the orchestrators that come by."""
    flow = Flow(names)
    places: dict[_Place, list[str]] = defaultdict(list)
    for orchestrator in orchestrators:
        for scope, hit in _hits(names, flow, orchestrator.function):
            place = _place(scope.module, hit)
            if orchestrator.name not in places[place]:
                places[place].append(orchestrator.name)
    return places


def _hits(names: Names, flow: Flow, orchestrator: Scope) -> Iterator[tuple[Scope, Hit]]:
    for reached in reachable(names, orchestrator):
        scope = reached.function
        found = [unrepeatable(names, reached), dropped(names, reached), flow.hits(scope)]
        yield from ((scope, hit) for hits in found for hit in hits)
    for hit in [*returned_sets(names, orchestrator), *returned_tasks(orchestrator)]:
        yield orchestrator, hit


def _place(module: Module, hit: Hit) -> _Place:
    node = hit.node
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        # A chain over several lines is shown where the name that is called ends.
        line, end = node.func.end_lineno or line, node.func.end_col_offset or 0
        column = end - len(node.func.attr) if line != node.lineno else column
    return _Place(module.path, line, column + 1, hit.rule, hit.what)


def _judged(module: Module, places: Mapping[_Place, list[str]]) -> Iterator[Finding]:
    """Yield a file's findings but the exempt, and its exemptions that are in the wrong."""
    here = {place: who for place, who in places.items() if place.path == module.path}
    given = exemptions(module)
    exempt = {exemption.of for exemption in given if exemption.reason}
    for place, who in here.items():
        if place.line not in exempt:
            text = f"in {_listed(who)}: {_sentence(place.what, place.rule)}"
            yield Finding(place.path, place.line, place.column, place.rule.name, text)
    for rule, exemption in misused(given, {place.line for place in here}):
        text = _sentence("this exemption", rule)
        yield Finding(module.path, exemption.line, exemption.column, rule.name, text)


def _sentence(what: str, rule: Rule) -> str:
    return f"{what}: {rule.reason} {rule.instead}"


def _listed(who: list[str]) -> str:
    more = f" and {len(who) - _NAMED} more" if len(who) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in who[:_NAMED]) + more
