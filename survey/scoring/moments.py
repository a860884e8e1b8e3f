"""Sums from which a score follows: responses are added, withdrawals subtracted, shards merged.

A sample has one cell for each (stratum, group, domain). With b = (d_1 .. d_Q, d_1 x_1 .. d_Q x_Q), the marks
of valid answers and the shares they earn, a cell holds counts and the sums of w b, w b b' and w^2 b b'. Where
people were drawn in clusters it holds the sum of w b of each cluster instead of the last.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from survey.json_value import JsonObject, JsonValue
from survey.scoring.arrays import Codes, Floats, Labels, chunks, label_codes
from survey.scoring.design import Layout, SampleDesign, lay_out
from survey.scoring.estimate import answer_sheet
from survey.scoring.rules import Rules

CellKey = tuple[str, str, str]
_COUNTS = ("n", "n_weighted", "n_answered", "weight", "weight_squared", "answered_weight")
_SUMS = ("n_valid", "first", "spread", "square")


class MomentsError(ValueError):
    """Moments of different rules or designs, or of a design that sums cannot represent."""


@dataclass(frozen=True, eq=False)
class Cell:
    """The sums of one cell: its people, those with weight, those with any answer; and sums of the answers.

    `n_valid` (Q,), `first` (2Q,), `spread` and `square` (2Q, 2Q). `clusters` maps a primary sampling unit to
    its people with weight and its sum of w b (2Q,); empty where each person was drawn alone.
    """

    n: float
    n_weighted: float
    n_answered: float
    weight: float
    weight_squared: float
    answered_weight: float
    n_valid: Floats
    first: Floats
    spread: Floats
    square: Floats
    clusters: Mapping[str, tuple[float, Floats]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Moments:
    """The sums of one sample. `rules_key` identifies criteria and answer map; only equal ones can be added.

    The keys of `cells` are (stratum, group, domain), "" where the sample has none.
    """

    rules_key: str
    has_clusters: bool
    has_weights: bool
    cells: Mapping[CellKey, Cell]

    def __add__(self, other: "Moments") -> "Moments":
        """The sums of both samples together."""
        return _add(self, other, 1.0)

    def __sub__(self, other: "Moments") -> "Moments":
        """The sums without the responses of `other`, which are part of the sample."""
        return _add(self, other, -1.0)


def rules_key(rules: Rules) -> str:
    """The rules on which moments depend, as a text: criteria, their groups, and the answer map."""
    criteria = ";".join(f"{c.key}[{','.join(c.groups)}]" for c in rules.criteria)
    shares = ",".join(f"{answer}={share!r}" for answer, share in sorted(rules.shares.items()))
    return f"{criteria}|{shares}"


def moments_of(
    answers: Floats,
    rules: Rules,
    design: SampleDesign,
    *,
    group: Labels | None = None,
    domain: Labels | None = None,
) -> Moments:
    """The moments of responses; a single response is a sample of one.

    Parameters
    ----------
    answers : (n, Q) float, scale answers in the order of `rules.criteria`; NaN: no valid answer
    design : strata, clusters and weights; population sizes are parameters of `score_moments`, and second
        stages and calibration need the rows
    group, domain : (n,) labels

    Raises
    ------
    AnswersError
        Answers off the scale, or a missing group where the rules need it.
    DesignError, MomentsError
        A column has another length, a blank label or an impossible weight; the design needs the rows.

    Source
    ------
    docs/statistics.md#moments-and-counts; Wolter (2007), Introduction to Variance Estimation, ch. 6.
    """
    sheet = answer_sheet(answers, rules, group)
    n = sheet.cell_group.size
    layout = _lay_out(design, n)
    weight = layout.weight * layout.weight_unit
    keys = [_labels(labels, n) for labels in (design.strata, group, domain)]
    codes, names = _cells_of(keys)
    clusters = _cluster_names(design, keys[0])
    cells = {}
    for code, key in enumerate(names):
        rows = np.flatnonzero(codes == code)
        cells[key] = _cell(sheet.share[rows], sheet.valid[rows], weight[rows], clusters, rows)
    return Moments(rules_key(rules), design.psu is not None, design.weights is not None, cells)


def _labels(labels: Labels | None, n: int) -> Labels:
    if labels is None:
        return np.full(n, "")
    texts = np.asarray(labels).astype(str)
    if texts.shape != (n,):
        raise MomentsError(f"labels have shape {texts.shape} for {n} respondents; give one each")
    return texts


def _lay_out(design: SampleDesign, n: int) -> Layout:
    """The checked design. A part of a sample may hold one unit of a stratum."""
    if design.fpc is not None or design.ssu is not None or design.calibration is not None:
        raise MomentsError(
            "moments hold strata, clusters and weights; give population sizes when they are scored, and "
            "score second stages and calibrated weights from the rows"
        )
    return lay_out(replace(design, lonely_psu="adjust"), n)


def _cluster_names(design: SampleDesign, strata: Labels) -> Labels | None:
    if design.psu is None:
        return None
    names = np.asarray(design.psu).astype(str)
    if not design.nest:
        return names
    return np.array([f"{h}\x1f{name}" for h, name in zip(strata.tolist(), names.tolist(), strict=True)])


def _cells_of(keys: list[Labels]) -> tuple[Codes, list[CellKey]]:
    """The cell of each respondent (n,), and the keys of the cells."""
    coded = [label_codes(labels) for labels in keys]
    codes = np.zeros(keys[0].size, dtype=np.intp)
    for code, names in coded:
        codes = codes * max(len(names), 1) + code
    distinct, index = np.unique(codes, return_inverse=True)
    sizes = [max(len(names), 1) for _code, names in coded]
    positions = np.unravel_index(distinct, sizes)
    values = [[coded[k][1][i] for i in positions[k].tolist()] for k in range(3)]
    return index.astype(np.intp).reshape(-1), list(zip(*values, strict=True))


def _cell(share: Floats, valid: Floats, weight: Floats, clusters: Labels | None, rows: Codes) -> Cell:
    answered = valid.any(axis=1)
    size = 2 * valid.shape[1]
    spread, square = np.zeros((size, size)), np.zeros((size, size))
    is_unweighted = bool((weight == 1).all())
    for part in chunks(weight.size):
        b = np.hstack([valid[part], share[part]])
        weighted = b if is_unweighted else b * weight[part, None]
        spread += b.T @ weighted
        if clusters is None and not is_unweighted:
            square += weighted.T @ weighted
    if clusters is None and is_unweighted:
        square = spread.copy()
    return Cell(
        n=float(weight.size),
        n_weighted=float(np.count_nonzero(weight)),
        n_answered=float(np.count_nonzero(answered)),
        weight=float(weight.sum()),
        weight_squared=float(weight @ weight),
        answered_weight=float(weight[answered].sum()),
        n_valid=(weight > 0).astype(np.float64) @ valid,
        first=np.concatenate([weight @ valid, weight @ share]),
        spread=spread,
        square=square,
        clusters={} if clusters is None else _clusters(share, valid, weight, clusters[rows]),
    )


def _clusters(
    share: Floats, valid: Floats, weight: Floats, labels: Labels
) -> dict[str, tuple[float, Floats]]:
    b = np.hstack([valid, share]) * weight[:, None]
    clusters = {}
    for name in np.unique(labels).tolist():
        inside = labels == name
        clusters[str(name)] = (float(np.count_nonzero(weight[inside])), b[inside].sum(axis=0))
    return clusters


def _add(one: Moments, other: Moments, sign: float) -> Moments:
    if one.rules_key != other.rules_key:
        raise MomentsError("these moments were made for other criteria or another answer map; make them anew")
    if (one.has_clusters, one.has_weights) != (other.has_clusters, other.has_weights):
        raise MomentsError("one of these samples has clusters or weights and one has not; keep them apart")
    cells = dict(one.cells)
    for key, cell in other.cells.items():
        cells[key] = _sum(cells[key], cell, sign) if key in cells else _sum(_empty_like(cell), cell, sign)
    return Moments(one.rules_key, one.has_clusters, one.has_weights, cells)


def _empty_like(cell: Cell) -> Cell:
    return _cell_of(lambda _name: 0.0, lambda name: np.zeros_like(getattr(cell, name)), {})


def _sum(one: Cell, other: Cell, sign: float) -> Cell:
    clusters = dict(one.clusters)
    for name, (people, total) in other.clusters.items():
        before = clusters.get(name, (0.0, np.zeros_like(total)))
        clusters[name] = (before[0] + sign * people, before[1] + sign * total)
    return _cell_of(
        lambda name: getattr(one, name) + sign * getattr(other, name),
        lambda name: getattr(one, name) + sign * getattr(other, name),
        clusters,
    )


def _cell_of(
    count: Callable[[str], float],
    sum_of: Callable[[str], Floats],
    clusters: Mapping[str, tuple[float, Floats]],
) -> Cell:
    """The cell with the count or the sum of each name."""
    return Cell(
        n=count("n"),
        n_weighted=count("n_weighted"),
        n_answered=count("n_answered"),
        weight=count("weight"),
        weight_squared=count("weight_squared"),
        answered_weight=count("answered_weight"),
        n_valid=sum_of("n_valid"),
        first=sum_of("first"),
        spread=sum_of("spread"),
        square=sum_of("square"),
        clusters=clusters,
    )


def to_document(moments: Moments) -> JsonObject:
    """The moments as JSON values without loss of digits."""
    return {
        "made_for": moments.rules_key,
        "has_clusters": moments.has_clusters,
        "has_weights": moments.has_weights,
        "cells": [[list(key), _cell_document(cell)] for key, cell in sorted(moments.cells.items())],
    }


def _cell_document(cell: Cell) -> JsonObject:
    counts = {name: getattr(cell, name) for name in _COUNTS}
    sums = {name: getattr(cell, name).tolist() for name in _SUMS}
    clusters = {name: [people, total.tolist()] for name, (people, total) in sorted(cell.clusters.items())}
    return {**counts, **sums, "clusters": clusters}


def from_document(document: Mapping[str, JsonValue]) -> Moments:
    """The moments of a document from `to_document`.

    Raises
    ------
    MomentsError
        The document has another form.
    """
    try:
        cells = dict(map(_parse_cell, _parse_list(document["cells"])))
        has_clusters, has_weights = bool(document["has_clusters"]), bool(document["has_weights"])
        return Moments(str(document["made_for"]), has_clusters, has_weights, cells)
    except (KeyError, TypeError, ValueError) as error:
        raise MomentsError(f"this is no document of moments: {error}") from error


def _parse_cell(entry: JsonValue) -> tuple[CellKey, Cell]:
    key, document = _parse_list(entry)
    stratum, group, domain = map(str, _parse_list(key))
    values = _parse_object(document)
    clusters = {}
    for name, cluster in _parse_object(values["clusters"]).items():
        people, total = _parse_list(cluster)
        clusters[name] = (_parse_number(people), _parse_sums(total))
    cell = _cell_of(
        lambda name: _parse_number(values[name]), lambda name: _parse_sums(values[name]), clusters
    )
    return (stratum, group, domain), cell


def _parse_object(value: JsonValue) -> Mapping[str, JsonValue]:
    if not isinstance(value, Mapping):
        raise TypeError(f"an object is needed, found {value!r}")
    return value


def _parse_list(value: JsonValue) -> Sequence[JsonValue]:
    if not isinstance(value, Sequence):
        raise TypeError(f"a list is needed, found {value!r}")
    return value


def _parse_number(value: JsonValue) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"a number is needed, found {value!r}")
    return float(value)


def _parse_sums(value: JsonValue) -> Floats:
    return np.asarray(value, dtype=np.float64)
