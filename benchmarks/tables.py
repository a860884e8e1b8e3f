"""Tables of measurements, written between markers into docs/performance.md."""

import platform
from datetime import date
from pathlib import Path

import psutil

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


def machine() -> str:
    """The date and the size of this machine."""
    memory = psutil.virtual_memory().total / 2**30
    today = date.today()  # noqa: DTZ011 — the day where it was measured
    cores, cpu = psutil.cpu_count(), _cpu()
    return f"{today}, {cores} cores ({cpu}), {memory:.0f} GB, Python {platform.python_version()}"


def _cpu() -> str:
    """The processor's name as the kernel tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unnamed"
    )


def write_between(name: str, text: str) -> None:
    """Replace what stands between the page's markers of this name, and print it."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, marker, rest = page.partition(begin)
    if not marker or end not in rest:
        raise SystemExit(f"{PAGE.name} has no markers {begin} and {end}; add them where the table belongs")
    after = rest.partition(end)[2]
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
    print(text)
