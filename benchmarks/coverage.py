"""How often each interval covers the truth, how wide it is, and how often a verdict is wrong: by simulation.

`python -m benchmarks.coverage` rewrites docs/statistics-coverage.md and its picture; `--quick` only prints,
from a tenth of the samples. People are drawn from populations of forms of 19 criteria whose answers move
together.
"""

import argparse
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

from survey.scoring.calibration import Calibration, Margin
from survey.scoring.design import SampleDesign
from survey.scoring.interval import score_interval
from survey.scoring.rules import Rules, ScoredCriterion, Target
from survey.scoring.score import score_responses
from survey.scoring.sequence import score_sequence, watched_level

Floats = Any
ROOT = Path(__file__).resolve().parents[1]
SEED, SAMPLES, QUICK = 20261124, 2500, 250
TOTAL, Q, POOL = 38.0, 19, 60_000
METHODS = ("tilted-beta", "t", "logit-t")
RULES = Rules(
    total_points=TOTAL,
    criteria=tuple(ScoredCriterion(f"q{q}", 2.0, f"s{q % 6}") for q in range(Q)),
    shares={answer: (answer - 1) / 4 for answer in range(1, 6)},
    target=Target(28, 30),
    when_unscored="rescale",
)
SIZES = (10, 15, 20, 30, 50, 100, 300, 1000)


@dataclass(frozen=True)
class Shape:
    """How a population answers: mean and spread of people's moods, and of an answer about its person's."""

    mean: float
    between: float
    within: float
    lean: float = 0.0

    def answers(self, rng: np.random.Generator, n: int, shift: Floats = 0.0) -> Floats:
        """Answers (n, Q) on 1..5."""
        mood = self.mean + self.between * rng.normal(size=n) + shift
        if self.lean:  # two camps
            mood = mood + self.lean * rng.choice([-1.0, 1.0], size=n)
        noise = self.within * rng.normal(size=(n, Q))
        return np.clip(np.rint(mood[:, None] + noise), 1, 5)


SHAPES: Mapping[str, Shape] = {
    "central": Shape(3.0, 0.7, 0.9),
    "on target": Shape(4.18, 0.8, 0.8),
    "just under 28": Shape(4.05, 0.75, 0.8),
    "ceiling": Shape(5.6, 0.6, 0.5),
    "polarised": Shape(3.0, 0.3, 0.6, lean=1.8),
    "near the bottom": Shape(0.9, 0.8, 0.5),
    "straight-lining": Shape(3.9, 1.1, 0.0),
}
ORDINARY = ("central", "on target", "just under 28", "polarised", "straight-lining")


@dataclass(frozen=True)
class Situation:
    """A way of sampling: `draw` makes one sample's intervals by method, `truth` is what they seek."""

    design: str
    shape: str
    n: int
    draw: Callable[[np.random.Generator], Mapping[str, tuple[float, float]]]
    truth: float


@dataclass(frozen=True)
class Outcome:
    """What came of a situation: shares covered and mean widths by method, shares missed on either side."""

    design: str
    shape: str
    n: int
    truth: float
    samples: int
    covered: Mapping[str, float]
    width: Mapping[str, float]
    above: float
    below: float
    wrongly_met: float

    @property
    def to_t(self) -> float:
        """Width of the default over that of t."""
        return self.width["tilted-beta"] / self.width["t"]


def points_of(answers: Floats) -> Floats:
    """A person's score when everything was answered."""
    return (answers.mean(axis=1) - 1) / 4 * TOTAL


def by_person(points: Floats, **design: Any) -> dict[str, tuple[float, float]]:
    """The product's intervals from whole forms."""
    return {method: score_interval(points, method=method, **design) for method in METHODS}


def by_form(answers: Floats, design: SampleDesign, rules: Rules = RULES, group: Any = None) -> Any:
    """The product's intervals from answers, through everything a score goes through."""
    score = score_responses(answers, rules, design, group=group).whole
    intervals = zip(METHODS, (score.interval, score.interval_t, score.interval_logit_t), strict=True)
    return {method: (i.low, i.high) if i is not None else (0.0, TOTAL) for method, i in intervals}


def generator(*names: object) -> np.random.Generator:
    """The generator of a thing of this name, the same every time."""
    return np.random.default_rng([SEED, zlib.crc32(repr(names).encode())])


def simple(name: str, n: int, fraction: float = 0.0) -> Situation:
    """Simple random sampling, from an endless population or one of n / fraction people."""
    rng = generator("pool", name)
    size = round(n / fraction) if fraction else POOL
    pool = points_of(SHAPES[name].answers(rng, size))

    def draw(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        if fraction:
            return by_person(rng.choice(pool, n, replace=False), population=size)
        return by_person(pool[rng.integers(0, size, n)])

    label = f"FPC, {fraction:.0%} asked" if fraction else "simple"
    return Situation(label, name, n, draw, float(pool.mean()))


def stratified_situation(name: str, populations: Sequence[int], *, finite: bool) -> Situation:
    """Strata of 15, 5 and 10 forms whose people differ; weighted by population."""
    rng, sizes = generator("strata", name), (15, 5, 10)
    pools = [
        points_of(SHAPES[name].answers(rng, population, shift))
        for population, shift in zip(populations, (0.0, -0.4, 0.3), strict=True)
    ]
    labels = np.repeat(["a", "b", "c"], sizes)
    known = dict(zip("abc", populations, strict=True))
    weights = np.repeat(np.array(populations) / np.array(sizes), sizes)

    def draw(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        points = [rng.choice(p, n, replace=not finite) for p, n in zip(pools, sizes, strict=True)]
        design = {"population": known} if finite else {"weights": weights}
        return by_person(np.concatenate(points), strata=labels, **design)

    truth = float(np.concatenate(pools).mean())
    return Situation("strata 15/5/10" + (", FPC" if finite else ""), name, 30, draw, truth)


def weighted_situation(name: str, n: int, variation: float, *, informative: bool) -> Situation:
    """People of unequal weight, drawn with chances of one over it; or those displeased weigh more."""
    rng = generator("weights", name)
    pool = points_of(SHAPES[name].answers(rng, POOL))
    spread = np.sqrt(np.log(1 + variation**2))
    lean = (pool.mean() - pool) / pool.std() * 0.6 if informative else 0.0
    weight = np.exp(spread * (rng.normal(size=POOL) * (0.8 if informative else 1) + lean))
    chance = 1 / weight / (1 / weight).sum()

    def draw(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        rows = rng.choice(POOL, n, p=chance)
        return by_person(pool[rows], weights=weight[rows])

    label = f"weights, CV {variation:g}" + (", informative" if informative else "")
    return Situation(label, name, n, draw, float(pool.mean()))


def fixed_situation(name: str, sizes: tuple[int, int]) -> Situation:
    """The rule `fixed`: two groups that count half each, however many forms came from them."""
    rng, shape = generator("fixed", name), SHAPES[name]
    pools = [shape.answers(rng, POOL, shift) for shift in (0.15, -0.35)]
    group = np.repeat(["citizen", "business"], sizes)
    rules = Rules(
        **{**vars(RULES), "group_rule": "fixed", "group_weights": {"citizen": 0.5, "business": 0.5}}
    )

    def draw(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        rows = [p[rng.integers(0, POOL, n)] for p, n in zip(pools, sizes, strict=True)]
        return by_form(np.concatenate(rows), SampleDesign(), rules, group)

    truth = float(np.mean([points_of(p).mean() for p in pools]))
    return Situation(f"two groups {sizes[0]}/{sizes[1]}", name, sum(sizes), draw, truth)


def not_applicable(name: str, n: int) -> Situation:
    """Four in ten answers are missing, more often those of the displeased."""
    rng = generator("na", name)
    pool = SHAPES[name].answers(rng, POOL)
    chance = np.clip(0.4 + 0.25 * (3.5 - pool.mean(axis=1, keepdims=True)) / 2, 0.05, 0.9)
    pool = np.where(rng.random(pool.shape) < chance, np.nan, pool)
    truth = float(np.mean((np.nanmean(pool, axis=0) - 1) / 4) * TOTAL)

    def draw(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        return by_form(pool[rng.integers(0, POOL, n)], SampleDesign())

    return Situation("informative blanks", name, n, draw, truth)


def clustered_situation(name: str, clusters: int, icc: float, strata: int = 1) -> Situation:
    """Five people of each cluster, whose moods share `icc` of their variance."""
    shape, size = SHAPES[name], 5
    spread = shape.between * np.sqrt(icc / (1 - icc))
    big = generator("clusters", name, icc)
    truth = float(points_of(shape.answers(big, 400_000, spread * big.normal(size=400_000))).mean())
    psu = np.repeat(np.arange(clusters), size)
    labels = np.repeat(np.arange(clusters) % strata, size)
    design = SampleDesign(psu=psu, strata=labels if strata > 1 else None)

    def draw(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        shift = np.repeat(spread * rng.normal(size=clusters), size)
        return by_form(shape.answers(rng, clusters * size, shift), design)

    label = f"{clusters} clusters, ICC {icc:g}" + (f", {strata} strata" if strata > 1 else "")
    return Situation(label, name, clusters * size, draw, truth)


def calibrated_situation(name: str, n: int, kind: str) -> Situation:
    """Weights made to meet known totals of one margin, or of two by raking."""
    rng, shape = generator("calibrated", name), SHAPES[name]
    sex, area = rng.integers(0, 2, POOL), rng.integers(0, 3, POOL)
    pool = shape.answers(rng, POOL, 0.3 * sex - 0.3 * area + 0.2)
    known = {
        "sex": {str(k): float((sex == k).sum()) for k in range(2)},
        "area": {str(k): float((area == k).sum()) for k in range(3)},
    }

    def draw(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        rows = rng.integers(0, POOL, n)
        while len(set(area[rows])) < 3 or len(set(sex[rows])) < 2:  # an office would join empty levels
            rows = rng.integers(0, POOL, n)
        margins = (
            Margin("sex", sex[rows].astype(str), known["sex"]),
            Margin("area", area[rows].astype(str), known["area"]),
        )
        used = margins if kind == "rake" else margins[:1]
        calibration = Calibration("rake" if kind == "rake" else "poststratify", used)
        return by_form(pool[rows], SampleDesign(calibration=calibration))

    label = "raked" if kind == "rake" else "post-stratified"
    return Situation(label, name, n, draw, float(points_of(pool).mean()))


def situations() -> list[Callable[[], Situation]]:
    """Everything that is tried, made when it is needed."""
    todo: list[Callable[[], Situation]] = [partial(simple, name, n) for name in SHAPES for n in SIZES]
    for name in ("on target", "ceiling"):
        finite = ((15, 0.2), (15, 0.5), (30, 0.5), (30, 0.8), (100, 0.5))
        clusters = ((10, 0.05, 1), (10, 0.2, 1), (20, 0.2, 1), (20, 0.4, 1), (10, 0.2, 5))
        todo += [
            *(partial(simple, name, *how) for how in finite),
            *(
                partial(stratified_situation, name, (90, 40, 50), finite=is_finite)
                for is_finite in (False, True)
            ),
            *(
                partial(weighted_situation, name, n, cv, informative=False)
                for n, cv in ((15, 0.5), (30, 0.5), (30, 1.0), (100, 1.0))
            ),
            partial(weighted_situation, name, 30, 1.0, informative=True),
            *(partial(fixed_situation, name, sizes) for sizes in ((10, 10), (15, 15), (25, 10), (100, 30))),
            *(partial(not_applicable, name, n) for n in (15, 30, 100)),
            *(partial(clustered_situation, name, *how) for how in clusters),
            *(
                partial(calibrated_situation, name, *how)
                for how in ((30, "post"), (30, "rake"), (100, "rake"))
            ),
        ]
    return todo


def outcome(index: int, samples: int) -> Outcome:
    """Run the situation at a place of the list."""
    situation = situations()[index]()
    rng = generator("samples", index)
    limits = [situation.draw(rng) for _ in range(samples)]
    truth = situation.truth
    by_method = {m: np.array([by_name[m] for by_name in limits]) for m in METHODS}
    low, high = by_method["tilted-beta"].T
    slack = 1e-9 * TOTAL

    def share(holds: Any) -> float:
        return float(np.mean(holds))

    return Outcome(
        situation.design,
        situation.shape,
        situation.n,
        truth,
        samples,
        covered={
            m: share((x[:, 0] <= truth + slack) & (truth <= x[:, 1] + slack)) for m, x in by_method.items()
        },
        width={m: share(x[:, 1] - x[:, 0]) for m, x in by_method.items()},
        above=share(low > truth + slack),
        below=share(high < truth - slack),
        wrongly_met=share(low >= RULES.target.low) if truth < RULES.target.low else 0.0,
    )


def share_ever_wrong(kind: str, name: str, runs: int, n: int = 300) -> float:
    """The share of runs in which an interval looked at after every response was ever wrong."""
    rng = generator("watched", kind, name)
    size = 500 if kind == "betting, N = 500" else POOL
    pool = points_of(SHAPES[name].answers(generator("pool", name), size))
    wrong = 0
    for _run in range(runs):
        points = rng.choice(pool, n, replace=size == POOL)
        if kind == "boundary on the tilted beta":
            limits = np.array(
                [_watched_interval(points[:k]) for k in (*range(5, 60, 3), *range(60, n + 1, 20))]
            )
            lows, highs = limits[:, 0], limits[:, 1]
        else:
            lows, highs = score_sequence(points, population=size if size == 500 else None)
        wrong += bool((lows > pool.mean() + 1e-9).any() or (highs < pool.mean() - 1e-9).any())
    return wrong / runs


def _watched_interval(points: Floats) -> tuple[float, float]:
    level = watched_level(points.size)
    return (0.0, TOTAL) if level is None else score_interval(points, level=level)


WATCHED = ("betting", "betting, N = 500", "boundary on the tilted beta")


def measure(samples: int, processes: int) -> tuple[list[Outcome], dict[tuple[str, str], float]]:
    """Every situation, and every kind of watching, over some processes."""
    runs = max(samples // 4, 100)
    pairs = [(kind, name) for kind in WATCHED for name in ("on target", "ceiling", "polarised")]
    with Pool(processes) as pool:
        waiting = [pool.apply_async(outcome, (index, samples)) for index in range(len(situations()))]
        ever = {pair: pool.apply_async(share_ever_wrong, (*pair, runs)) for pair in pairs}
        return [w.get() for w in waiting], {pair: w.get() for pair, w in ever.items()}


def report(today: date, outcomes: list[Outcome], ever: Mapping[tuple[str, str], float]) -> str:
    """The page for statisticians."""
    worst = min(outcomes, key=lambda o: o.covered["tilted-beta"])
    ordinary = [o for o in outcomes if o.n >= 30 and o.shape in ORDINARY]
    widest = max(ordinary, key=lambda o: o.to_t)
    even = max((o for o in ordinary if not o.design.startswith("weights, CV 1")), key=lambda o: o.to_t)
    met = max(outcomes, key=lambda o: o.wrongly_met)
    t_worst = min(outcomes, key=lambda o: o.covered["t"])
    t_short = sum(o.covered["t"] < 0.94 for o in outcomes) / len(outcomes)
    lines = [
        "# How often the intervals hold",
        "",
        f"Made by `python -m benchmarks.coverage` on {today}, seed {SEED}, {worst.samples:,} samples a",
        f"situation; a coverage near 95% has a standard error of {np.sqrt(0.05 * 0.95 / worst.samples):.2%}.",
        "",
        f"- Worst coverage of the default, tilted beta: **{worst.covered['tilted-beta']:.1%}** "
        f"({worst.design}, {worst.shape}, n = {worst.n}).",
        f"- Worst of *t*: {t_worst.covered['t']:.1%} ({t_worst.design}, {t_worst.shape}, n = {t_worst.n}); "
        f"it is under 94% in {t_short:.0%} of the situations.",
        f"- Widest against *t* at n ≥ 30 in ordinary shapes: **{even.to_t:.2f} ×** ({even.design}, "
        f"{even.shape}, n = {even.n}); with weights of variation 1, which leave half the effective forms, "
        f"{widest.to_t:.2f} × ({widest.design}, {widest.shape}, n = {widest.n}).",
        f"- `met` although the truth is under the band: at most **{met.wrongly_met:.1%}** of samples "
        f"({met.design}, {met.shape}, n = {met.n}, truth {met.truth:.2f}).",
        "",
        "![Coverage of each interval by number of forms](figures/coverage.svg)",
        "",
        "| design | shape | n | truth | tilted beta | t | logit t | width | to t | too high | too low "
        "| wrong `met` |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        *(_row(o) for o in outcomes),
        "",
        "## Watched after every response",
        "",
        "The share of runs in which the interval was ever wrong over 300 responses; it should stay under 5%.",
        "",
        "| sequence | shape | ever wrong |",
        "|---|---|--:|",
        *(f"| {kind} | {name} | {share:.1%} |" for (kind, name), share in ever.items()),
        "",
        "## Limits",
        "",
        "The coverage of the tilted beta is empirical: no proof exists. Situations unlike these, such as a",
        "very few clusters with very strong likeness, may do worse. Every figure is about sampling error:",
        "people who scan a code choose themselves, and no interval knows that.",
        "",
    ]
    return "\n".join(lines)


def _row(o: Outcome) -> str:
    covered = " | ".join(f"{o.covered[m]:.1%}" for m in METHODS)
    wrong = f"{o.wrongly_met:.1%}" if o.truth < RULES.target.low else "–"
    width = f"{o.width['tilted-beta']:.2f} | {o.to_t:.2f}"
    what = f"{o.design} | {o.shape} | {o.n} | {o.truth:.2f}"
    return f"| {what} | {covered} | {width} | {o.above:.1%} | {o.below:.1%} | {wrong} |"


def draw_picture(outcomes: list[Outcome], file: Path) -> None:
    """Coverage against n for simple random samples, one panel a shape."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib.figure import Figure

    colours = {"tilted-beta": "#0b4a8f", "t": "#dd9468", "logit-t": "#5a6672"}
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "coverage", "font.size": 8}):
        figure = Figure(figsize=(8, 4.2), layout="constrained")
        axes = figure.subplots(2, 4, sharex=True, sharey=True).ravel()
        for ax, name in zip(axes, SHAPES, strict=False):
            rows = [o for o in outcomes if o.design == "simple" and o.shape == name]
            for method in METHODS:
                ax.plot(
                    [o.n for o in rows],
                    [o.covered[method] for o in rows],
                    color=colours[method],
                    marker="o",
                    markersize=2.5,
                    linewidth=1.2,
                    label=method,
                )
            ax.axhline(0.95, color="#414d59", linewidth=0.6, linestyle=":")
            ax.set(title=name, xscale="log", ylim=(0.6, 1.01))
        axes[len(SHAPES)].axis("off")
        axes[len(SHAPES)].legend(*axes[0].get_legend_handles_labels(), loc="center", frameon=False)
        figure.supxlabel("forms")
        figure.supylabel("coverage")
        file.parent.mkdir(exist_ok=True)
        figure.savefig(file, metadata={"Date": None, "Creator": None})


def main() -> None:
    """Measure, print, and keep the full run's page and picture."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="a tenth of the samples; keeps nothing")
    options.add_argument("--processes", type=int, default=2)
    chosen = options.parse_args()
    outcomes, ever = measure(QUICK if chosen.quick else SAMPLES, chosen.processes)
    page = report(date.today(), outcomes, ever)  # noqa: DTZ011 — the day where it was measured
    print(page)
    if not chosen.quick:
        draw_picture(outcomes, ROOT / "docs" / "figures" / "coverage.svg")
        (ROOT / "docs" / "statistics-coverage.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
