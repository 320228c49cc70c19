"""What `python -m local.host lint` prints, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import typer

from local.host.lint.findings import Finding, Report, lint
from local.host.lint.sources import LintError


def run(folder: Path) -> int:
    """Print what is found in an app; 0 is nothing, 1 something, 2 an app that cannot be read."""
    try:
        report = lint(folder)
    except LintError as error:
        typer.echo(str(error), err=True)
        return 2
    for finding in report.findings:
        typer.echo(_line(finding))
    typer.echo(_summary(report))
    return 1 if report.findings else 0


def _line(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}:{finding.column}: {finding.rule} {finding.text}"


def _summary(report: Report) -> str:
    looked = _count(report.orchestrators, "orchestrator")
    found = len(report.findings)
    return (
        f"Found {_count(found, 'problem')} in {looked}." if found else f"{looked} safe to replay."
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
