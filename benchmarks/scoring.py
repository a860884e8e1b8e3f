"""Scoring a million respondents, from rows and from moments, beside one numpy pass over the same answers.

`python -m benchmarks.scoring` writes its table between the markers in docs/performance.md.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.tables import machine, write_between
from survey.scoring.design import SampleDesign
from survey.scoring.moment_score import score_moments
from survey.scoring.moments import moments_of
from survey.scoring.rules import Rules, ScoredCriterion, Target
from survey.scoring.score import score_responses

N, Q, ROUNDS, SHARDS = 1_000_000, 19, 7, 8
RULES = Rules(
    total_points=38.0,
    criteria=tuple(ScoredCriterion(f"q{q}", 2.0, f"s{q % 6}") for q in range(Q)),
    shares={answer: (answer - 1) / 4 for answer in range(1, 6)},
    target=Target(28, 30),
    group_rule="fixed",
    group_weights={"citizen": 0.5, "business": 0.5},
    when_unscored="rescale",
)
ROWS, PASS, MAKE, MERGED = (
    "score from rows",
    "one numpy pass",
    "moments from rows",
    "score from 8 merged moments",
)


@dataclass(frozen=True)
class Sample:
    """Answers (n, Q) with a tenth blank, and groups (n,)."""

    answers: Any
    group: Any


def sample() -> Sample:
    """A million respondents of two groups, made in pieces so that making them takes little memory."""
    rng = np.random.default_rng(1)
    answers = np.empty((N, Q))
    for start in range(0, N, 10_000):
        part = rng.integers(1, 6, size=(10_000, Q)).astype(np.float64)
        part[rng.random(part.shape) < 0.1] = np.nan
        answers[start : start + 10_000] = part
    return Sample(answers, np.array(["citizen", "business"])[rng.integers(0, 2, N)])


def one_pass(answers: Any) -> Any:
    """The ceiling: each criterion's mean share, and the sums of products a variance needs."""
    valid = ~np.isnan(answers)
    share = np.where(valid, (answers - 1) / 4, 0.0)
    moved = share - valid * (share.sum(axis=0) / valid.sum(axis=0))
    return moved.T @ moved


def works(people: Sample) -> dict[str, Callable[[], Any]]:
    """What is timed."""
    design = SampleDesign()
    shards = [
        moments_of(people.answers[k::SHARDS], RULES, design, group=people.group[k::SHARDS])
        for k in range(SHARDS)
    ]
    return {
        PASS: lambda: one_pass(people.answers),
        ROWS: lambda: score_responses(people.answers, RULES, design, group=people.group),
        MAKE: lambda: moments_of(people.answers, RULES, design, group=people.group),
        MERGED: lambda: score_moments(reduce(add, shards), RULES),
    }


def medians(todo: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Seconds, medians of alternating runs."""
    times_by_name: dict[str, list[float]] = {name: [] for name in todo}
    for _round in range(ROUNDS):
        for name, work in todo.items():
            start = time.perf_counter()
            work()
            times_by_name[name].append(time.perf_counter() - start)
    return {name: median(times) for name, times in times_by_name.items()}


def peak_mb(what: str) -> float:
    """Peak memory of a fresh process that makes the sample and does one thing with it."""
    script = f"from benchmarks import scoring; scoring.only({what!r})"
    out = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return float(out.stdout)


def only(what: str) -> None:
    """Do one thing with the sample, or nothing, and print this process's peak memory in MB."""
    people, design = sample(), SampleDesign()
    if what == PASS:
        one_pass(people.answers)
    if what == ROWS:
        score_responses(people.answers, RULES, design, group=people.group)
    if what == MAKE:
        moments_of(people.answers, RULES, design, group=people.group)
    status = Path("/proc/self/status").read_text()
    print(float(status.partition("VmHWM:")[2].split()[0]) / 1024)


def table() -> str:
    """What was measured, as Markdown."""
    times = medians(works(sample()))
    base = peak_mb("nothing")
    peaks = {name: peak_mb(name) - base for name in (PASS, ROWS, MAKE)}
    aims = {ROWS: "≤ 6 ×", MERGED: "< 50 ms"}
    lines = [
        f"{machine()}. {N:,} respondents × {Q} criteria, medians of {ROUNDS} alternating runs.",
        "",
        "| | time | ratio to the pass | memory above the answers | aim |",
        "|---|---:|---:|---:|---|",
    ]
    for name, seconds in times.items():
        memory = f"{peaks[name]:.0f} MB" if name in peaks else "–"
        ratio = f"{seconds / times[PASS]:.2f} ×" if name != MERGED else "–"
        lines.append(f"| {name} | {seconds * 1000:,.1f} ms | {ratio} | {memory} | {aims.get(name, '')} |")
    return "\n".join(lines)


if __name__ == "__main__":
    write_between("scoring", table())
