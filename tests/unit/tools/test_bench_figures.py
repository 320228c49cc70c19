"""What the benchmark of reads makes of its runs."""

from __future__ import annotations

from tools.bench_reads.figures import Figure, middle


def test_of_some_runs_the_medians_count_and_those_of_the_aims() -> None:
    first = [Figure("page", 5.0, aim=5.5), Figure("all", 3.0, "MB")]
    second = [Figure("page", 9.0, aim=6.0), Figure("all", 1.0, "MB")]
    third = [Figure("page", 5.8, aim=5.6), Figure("all", 2.0, "MB")]
    page, everything = middle([first, second, third])
    assert (page, page.missed) == (Figure("page", 5.8, aim=5.6), True)
    assert everything == Figure("all", 2.0, "MB")


def test_what_failed_in_any_run_counts() -> None:
    runs = [[Figure("failed", value, "", 0.0, over_runs=sum)] for value in (0, 2, 0)]
    assert [(each.value, each.missed) for each in middle(runs)] == [(2, True)]
