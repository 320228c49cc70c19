"""Figures beside their aims, as the table of a page."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy

CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured; `aim` is the most it should be, the least where `more_is_better`."""

    name: str
    value: float
    unit: str = "ms"
    aim: float | None = None
    more_is_better: bool = False
    over_runs: Callable[[Iterable[float]], float] = statistics.median
    """What of several runs counts."""

    @property
    def missed(self) -> bool:
        """Whether it is on the wrong side of its aim."""
        if self.aim is None:
            return False
        return self.value < self.aim if self.more_is_better else self.value > self.aim

    def __str__(self) -> str:
        mark = " **missed**" if self.missed else ""
        return f"{_number(self.value)} {self.unit}{mark}"

    @property
    def wanted(self) -> str:
        """The aim in words."""
        if self.aim is None:
            return ""
        return f"{'≥' if self.more_is_better else '≤'} {_number(self.aim)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that `work` takes."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def median(work: Callable[[], object], times: int) -> float:
    """The median of its milliseconds, after a run that does not count."""
    work()
    return statistics.median(timed(work) for _ in range(times))


def middle(runs: Sequence[Sequence[Figure]]) -> list[Figure]:
    """What counts of the figures of some runs; aims, which may depend on the run, are medians."""
    return [
        replace(
            same[0],
            value=same[0].over_runs(each.value for each in same),
            aim=_middle_aim([each.aim for each in same if each.aim is not None]),
        )
        for same in zip(*runs, strict=True)
    ]


def _middle_aim(aims: Sequence[float]) -> float | None:
    return statistics.median(aims) if aims else None


def table(found: Mapping[str, Sequence[Figure]]) -> str:
    """Write the figures of each store as a Markdown table, the aim beside each."""
    stores = list(found)
    lines = ["| | " + " | ".join(f"{each} | aim" for each in stores) + " |"]
    lines.append("|---|" + "---:|---:|" * len(stores))
    for row in zip(*found.values(), strict=True):
        cells = " | ".join(f"{each} | {each.wanted}" for each in row)
        lines.append(f"| {row[0].name} | {cells} |")
    return "\n".join(lines)


def circumstances(versions: Sequence[str]) -> str:
    """Say when, on what machine and with which versions."""
    cores = CPU_INFO.read_text() if CPU_INFO.exists() else ""
    models = [line.split(":", 1)[1].strip() for line in cores.splitlines() if "model name" in line]
    machine = f"{len(models)} x {models[0]}" if models else platform.processor()
    return ", ".join(
        [
            f"Measured on {datetime.now(UTC):%d %B %Y}",
            machine,
            f"{platform.system()} {platform.release()}",
            f"Python {platform.python_version()}",
            f"SQLAlchemy {sqlalchemy.__version__}",
            *versions,
        ]
    )


def insert(page: Path, mark: str, text: str) -> None:
    """Put a text between the marks `<!-- mark -->` and `<!-- /mark -->` of a page."""
    before, opening, rest = page.read_text(encoding="utf-8").partition(f"<!-- {mark} -->\n")
    _, closing, after = rest.partition(f"<!-- /{mark} -->")
    if not closing:
        raise LookupError(f"{page} has no place for {mark}")
    page.write_text(f"{before}{opening}\n{text}\n\n{closing}{after}", encoding="utf-8")
