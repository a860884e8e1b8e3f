"""Run the benchmarks and rewrite their tables in docs/performance.md."""

import argparse

from benchmarks import exports, phone, results, scoring, troubles, web
from benchmarks.tables import write_between


def main() -> None:
    """Read what is wanted, measure it, write it down."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    kinds = ["web", "phone", "scoring", "exports", "results", "troubles"]
    wanted.add_argument("which", nargs="*", choices=[*kinds, []], help="default: all")
    wanted.add_argument("--rounds", type=int, default=7, help="alternating runs (7)")
    wanted.add_argument("--seconds", type=float, default=5, help="length of a run (5)")
    wanted.add_argument("--phones", type=int, default=16, help="connections at once (16)")
    wanted.add_argument("--with-venv", action="store_true", help="the first start also installs the packages")
    args = wanted.parse_args()
    which = args.which or kinds
    if "web" in which:
        plan = web.Plan(args.rounds, args.seconds, args.phones, args.with_venv)
        write_between("web", web.table(plan, web.measure(plan)))
    if "phone" in which:
        write_between("phone", phone.table(args.rounds))
    if "scoring" in which:
        write_between("scoring", scoring.table())
    if "exports" in which:
        write_between("exports", exports.table())
    if "results" in which:
        write_between("results", results.table())
    if "troubles" in which:
        write_between("troubles", troubles.table(args.rounds))


if __name__ == "__main__":
    main()
