"""A cheap phone on a bad line: how soon the questionnaire shows and can be used, and what sending costs.

Chromium with a line of 400 kbit/s and 400 ms and a processor four times slower, each visit with nothing kept
from the one before; in turn with a plain page of 14 kB on the same line.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from typing import NamedTuple

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.first_view import chromium, wire_bytes
from benchmarks.serving import PRODUCT, Served, serve
from benchmarks.tables import machine
from tests.end_to_end.phone import PHONE, watch

BYTES_A_SECOND, LATENCY_MS, SLOWER = 400_000 / 8, 400, 4
PLAIN_BYTES = 14_000
_TIMES = """() => new Promise(done => setTimeout(() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const page = performance.getEntriesByType('navigation')[0];
  let moved = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => { moved += e.value; }))
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done([paint.startTime / 1000, page.domContentLoadedEventEnd / 1000, moved]), 50);
}, 300))"""


class Visit(NamedTuple):
    """Seconds to the first paint and until the page can be used; how much the layout moved (CLS)."""

    paint: float
    usable: float
    moved: float


@dataclass(frozen=True)
class Measurements:
    """Everything that was measured.

    `sendings` has seconds and requests from the tap on Send to the receipt. `bytes_of` counts headers too.
    """

    product: list[Visit]
    plain: list[Visit]
    sendings: list[tuple[float, int]]
    bytes_of: dict[str, int]


class _PlainPage(BaseHTTPRequestHandler):
    """A page of letters that say nothing, as many bytes as the questionnaire may have."""

    letters = "".join(np.random.default_rng(1).choice(list("abcdefghijklmnopqrstuvwxyz "), PLAIN_BYTES - 80))
    page = f"<!doctype html><meta name=viewport content=width=device-width><p>{letters}".encode()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _plain_page() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _PlainPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


@contextmanager
def _phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**PHONE)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield page
    context.close()


def _visit(browser: Browser, address: str) -> Visit:
    with _phone(browser) as page:
        page.goto(address)
        return Visit(*page.evaluate(_TIMES))


def _send(browser: Browser, server: Served) -> tuple[float, int]:
    with _phone(browser) as page:
        phone = watch(page)
        phone.open(f"{server.address}/s/demo")
        phone.fill_in()
        before = len(phone.requests)
        page.evaluate(
            "() => { const began = performance.now(); new MutationObserver(() => {"
            " if (document.getElementById('receipt-code')) window.took = performance.now() - began; })"
            ".observe(document.body, { childList: true, subtree: true }); }"
        )
        phone.send()
        phone.receipt()
        return page.evaluate("window.took") / 1000, len(phone.requests) - before


def measure(rounds: int) -> Measurements:
    """Visit in turn, then answer and send."""
    with serve(PRODUCT) as product, _plain_page() as plain, chromium() as browser:
        address = f"{product.address}/s/demo"
        visits: dict[str, list[Visit]] = {address: [], plain: []}
        for _ in range(rounds):
            for where, visited in visits.items():
                visited.append(_visit(browser, where))
        sendings = [_send(browser, product) for _ in range(rounds)]
        paths = ("/s/demo", "/s/demo?lang=en", "/sw.js", "/s/demo/manifest.webmanifest")
        sizes = {path: sum(wire_bytes(product, path)) for path in paths}
    return Measurements(visits[address], visits[plain], sendings, sizes)


def table(rounds: int) -> str:
    """What was measured, as Markdown."""
    runs = measure(rounds)
    whole = sum(size for path, size in runs.bytes_of.items() if "lang" not in path)
    return "\n".join(
        [
            f"{machine()}. Chromium at {BYTES_A_SECOND * 8 / 1000:.0f} kbit/s, {LATENCY_MS} ms, "
            f"processor {SLOWER} times slower, nothing cached; medians of {rounds} visits in turn. "
            "LimeSurvey 6 on such a line, measured before: 522–601 kB, 24–25 requests, painted after 8.3 s.",
            "",
            "| | questionnaire | plain page of 14 kB | ratio | aim |",
            "|---|---:|---:|---:|---|",
            _line("first paint, s", runs, lambda visit: visit.paint, "≤ 1"),
            _line("can be used, s", runs, lambda visit: visit.usable, "≤ 1.5"),
            f"| layout that moved (CLS), most | {max(v.moved for v in runs.product):.3f} | | | 0 |",
            f"| from Send to the receipt, s | {median(seconds for seconds, _ in runs.sendings):.2f} | | | |",
            f"| requests for that | {max(requests for _, requests in runs.sendings)} | | | ≤ 2 |",
            f"| bytes of the first view, with headers | {runs.bytes_of['/s/demo']:,} | | | ≤ 14,600 |",
            f"| with service worker and manifest | {whole:,} | | | ≤ 20,000 |",
            f"| the other language | {runs.bytes_of['/s/demo?lang=en']:,} | | | one request |",
        ]
    )


def _line(what: str, runs: Measurements, figure: Callable[[Visit], float], aim: str) -> str:
    ours, base = (
        [figure(visit) for visit in runs.product],
        [figure(visit) for visit in runs.plain],
    )
    ratio = median(a / b for a, b in zip(ours, base, strict=True))
    return f"| {what} | {median(ours):.2f} | {median(base):.2f} | {ratio:.2f} | {aim} |"
