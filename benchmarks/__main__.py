"""Run the benchmarks and rewrite their tables in docs/performance.md."""

import argparse

from benchmarks import results, scoring, web
from benchmarks.tables import write_between


def main() -> None:
    """Read what is wanted, measure it, write it down."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    wanted.add_argument("which", nargs="*", choices=["web", "scoring", "results", []], help="default: all")
    wanted.add_argument("--rounds", type=int, default=7, help="alternating runs (7)")
    wanted.add_argument("--seconds", type=float, default=5, help="length of a run (5)")
    wanted.add_argument("--phones", type=int, default=16, help="connections at once (16)")
    wanted.add_argument("--with-venv", action="store_true", help="the first start also installs the packages")
    args = wanted.parse_args()
    which = args.which or ["web", "scoring", "results"]
    if "web" in which:
        plan = web.Plan(args.rounds, args.seconds, args.phones, args.with_venv)
        write_between("web", web.table(plan, web.measure(plan)))
    if "scoring" in which:
        write_between("scoring", scoring.table())
    if "results" in which:
        write_between("results", results.table())


if __name__ == "__main__":
    main()
