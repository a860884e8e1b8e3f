"""Submissions, pages, bytes, memory and starts of the product, each beside the yardstick, in turn."""

import json
import os
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from benchmarks import starting
from benchmarks.first_view import FirstView, first_view
from benchmarks.load import ID_MARK, Load, Pair, Request, get, load, post
from benchmarks.serving import CEILING, PRODUCT, Served, serve, slow_disk
from benchmarks.tables import machine
from survey.store import questionnaires
from tests.builders import a_form

_RECEIPT = re.compile(rb"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")  # stands uncompressed in the compressed page


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float
    phones: int
    with_venv: bool


@dataclass(frozen=True)
class Memory:
    """Memory of one worker in MB: resident, and what it alone uses."""

    rss: float
    uss: float


@dataclass(frozen=True)
class Measurements:
    """Everything that was measured."""

    submissions: list[Pair]
    on_slow_disk: list[Pair]
    pages: list[Pair]
    view: FirstView
    memory: dict[str, Memory]
    alone: dict[str, float]
    bin_serve: tuple[float, float]
    fsync_ms: float
    others: float


def submissions() -> tuple[Request, Request]:
    """A full form sent to the product, and the same answers as JSON to the yardstick."""
    comment = "Cán bộ hướng dẫn tận tình, rõ ràng."
    form = a_form(questionnaires.load_shipped(), submission_id=ID_MARK.decode(), comment=comment)
    as_form = urlencode(form, safe="@").encode()
    return (
        Request(post("/s/demo/send", as_form, "application/x-www-form-urlencoded"), _RECEIPT),
        Request(post("/store", json.dumps(form).encode(), "application/json"), re.compile(rb'"stored":true')),
    )


def pages() -> tuple[Request, Request]:
    """The questionnaire, and a greeting."""
    return (
        Request(get("/s/demo"), re.compile(rb"Content-Encoding: gzip")),
        Request(get("/hello"), re.compile(rb"Hello")),
    )


def measure(plan: Plan) -> Measurements:
    """Measure everything, telling what is under way."""
    fsync_ms, others = _fsync_ms(), os.getloadavg()[0]
    first, later = starting.bin_serve(with_venv=plan.with_venv)
    alone = _starts(plan.rounds)
    with serve(PRODUCT) as product, serve(CEILING) as ceiling:
        view = first_view(product)
        memory = {f"{app} after start": _memory(server) for app, server in _by_name(product, ceiling)}
        found_pages = _pairs(plan, product, ceiling, pages(), "pages")
        found_submissions = _pairs(plan, product, ceiling, submissions(), "submissions")
        memory |= {f"{app} after load": _memory(server) for app, server in _by_name(product, ceiling)}
    slow = _on_slow_disk(plan)
    return Measurements(
        found_submissions, slow, found_pages, view, memory, alone, (first, later), fsync_ms, others
    )


def _on_slow_disk(plan: Plan) -> list[Pair]:
    """Submissions where each fsync takes 2 ms longer; none without a C compiler."""
    with tempfile.TemporaryDirectory(prefix="survey-benchmark-") as folder:
        library = slow_disk(Path(folder))
        if not library:
            return []
        with serve(PRODUCT, library) as product, serve(CEILING, library) as ceiling:
            return _pairs(plan, product, ceiling, submissions(), "submissions on a slow disk")


def _by_name(product: Served, ceiling: Served) -> tuple[tuple[str, Served], tuple[str, Served]]:
    return (PRODUCT, product), (CEILING, ceiling)


def _pairs(
    plan: Plan, product: Served, ceiling: Served, requests: tuple[Request, Request], what: str
) -> list[Pair]:
    pairs = []
    for number in range(plan.rounds):
        base = load(ceiling, requests[1], phones=plan.phones, seconds=plan.seconds)
        ours = load(product, requests[0], phones=plan.phones, seconds=plan.seconds)
        pairs.append(Pair(ours, base))
        print(f"{what} {number + 1}: {ours.per_second:.0f}/s of {base.per_second:.0f}/s", flush=True)
    return pairs


def _starts(rounds: int) -> dict[str, float]:
    times_by_app: dict[str, list[float]] = {CEILING: [], PRODUCT: []}
    with tempfile.TemporaryDirectory(prefix="survey-benchmark-") as folder:
        starting.set_up_in(Path(folder))
        for _ in range(rounds):
            for app, times in times_by_app.items():
                times.append(starting.server_alone(app, Path(folder)))
    return {app: median(times) for app, times in times_by_app.items()}


def _memory(server: Served) -> Memory:
    worker = server.processes()[1].memory_full_info()
    return Memory(worker.rss / 2**20, worker.uss / 2**20)


def _fsync_ms() -> float:
    """How long this disk takes to keep 4 kB: the median of 200."""
    times = []
    with tempfile.TemporaryFile(buffering=0) as file:
        for _ in range(200):
            start = time.perf_counter()
            file.write(b"\0" * 4096)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return 1000 * median(times)


def table(plan: Plan, runs: Measurements) -> str:
    """What was measured, as Markdown."""
    loads = [load for pair in runs.submissions + runs.pages for load in (pair.product, pair.ceiling)]
    client = max(load.client_busy for load in loads)
    return "\n".join(
        [
            f"{machine()}; before the start fsync {runs.fsync_ms:.2f} ms, load average {runs.others:.1f}. "
            f"Medians of {plan.rounds} alternating runs of {plan.seconds:g} s with {plan.phones} phones; in "
            f"brackets the lowest and highest ratio. The client used at most {client:.2f} of a core.",
            "",
            "| | product | yardstick | ratio | aim |",
            "|---|---:|---:|---:|---|",
            *_comparison_lines(runs.submissions, "durable submissions/s", _per_second, "≥ 0.7"),
            *_comparison_lines(runs.submissions, "99th percentile of their latency, ms", _p99, "≤ 0.5"),
            *_comparison_lines(runs.submissions, "processor time of a submission, ms", _cpu_ms, ""),
            *_comparison_lines(
                runs.on_slow_disk, "the same on a disk of 2 ms: submissions/s", _per_second, "≥ 0.7"
            ),
            *_comparison_lines(runs.on_slow_disk, "99th percentile of their latency, ms", _p99, "≤ 0.5"),
            *_comparison_lines(runs.pages, "questionnaire pages/s, gzip", _per_second, "≥ 0.5"),
            *_comparison_lines(runs.pages, "99th percentile of their latency, ms", _p99, ""),
            *_comparison_lines(runs.pages, "processor time of a page, ms", _cpu_ms, ""),
            *_view_lines(runs.view),
            *_memory_lines(runs.memory),
            *_start_lines(plan, runs),
        ]
    )


def _per_second(load: Load) -> float:
    return load.per_second


def _p99(load: Load) -> float:
    return load.p99


def _cpu_ms(load: Load) -> float:
    return 1000 * load.server_busy / load.per_second


def _comparison_lines(pairs: list[Pair], what: str, figure: Callable[[Load], float], aim: str) -> list[str]:
    if not pairs:
        return [f"| {what} | not measured | | | {aim} |"]
    ours = median(figure(pair.product) for pair in pairs)
    base = median(figure(pair.ceiling) for pair in pairs)
    ratios = sorted(pair.ratio(figure) for pair in pairs)
    digits = 2 if base < 10 else 0
    spread = f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
    return [f"| {what} | {ours:,.{digits}f} | {base:,.{digits}f} | {spread} | {aim} |"]


def _view_lines(view: FirstView) -> list[str]:
    paths = ", ".join(f"`{path}`" for path in view.paths)
    return [
        f"| first view, bytes of the document, gzip | {view.body:,} | | | ≤ 14,600 |",
        f"| the same with its headers | {view.with_headers:,} | | | ≤ 14,600 |",
        f"| requests of the first view in Chromium: {paths} | {len(view.paths)} | | | |",
    ]


def _memory_lines(memory: dict[str, Memory]) -> list[str]:
    return [
        f"| memory of the worker {when}, MB resident (its own) | {ours.rss:.0f} ({ours.uss:.0f}) "
        f"| {base.rss:.0f} ({base.uss:.0f}) | {ours.rss / base.rss:.2f} | |"
        for when in ("after start", "after load")
        for ours, base in [(memory[f"{PRODUCT} {when}"], memory[f"{CEILING} {when}"])]
    ]


def _start_lines(plan: Plan, runs: Measurements) -> list[str]:
    ours, base = runs.alone[PRODUCT], runs.alone[CEILING]
    first, later = runs.bin_serve
    what = "making the virtual environment, database" if plan.with_venv else "making database"
    return [
        f"| gunicorn until ready, s | {ours:.2f} | {base:.2f} | {ours / base:.2f} | |",
        f"| first `bin/serve`, {what} and demonstration, s | {first:.1f} | | | < 60 |",
        f"| `bin/serve` when set up, s | {later:.1f} | | | < 5 |",
    ]
