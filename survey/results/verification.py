"""Checks a certificate: recomputes every hash and every number from its contents, by the scoring core."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from survey.instrument import codec
from survey.json_value import JsonValue
from survey.results.certificate import (
    digest_of,
    responses_document,
    result_document,
    sums_of,
)
from survey.results.certificate_file import CellSums, Certificate, StratumSums, refusal_of
from survey.scoring.borders import is_equal
from survey.scoring.estimate import (
    Cells,
    combine_cells,
    group_shares,
    scored_groups,
)
from survey.scoring.findings import Findings, score_from_findings
from survey.scoring.rules import Rules
from survey.scoring.score import Score
from survey.scoring.variance import Variances, unit_factor
from survey.store import commitments


@dataclass(frozen=True)
class Check:
    """One statement of a certificate, and what is wrong with it; None when it holds."""

    subject: str
    problem: str | None


def verify(certificate: Certificate) -> tuple[Check, ...]:
    """Every check of a certificate, in the order in which one follows from the other.

    Raises
    ------
    CertificateError
        Numbers are such that nothing can be recomputed.
    """
    try:
        return tuple(_checks(certificate))
    except (ValueError, ArithmeticError) as error:
        raise refusal_of(f"{type(error).__name__}: {error}") from None


def against(certificate: Certificate, leaves: list[str]) -> Check:
    """Whether the certificate's forms are those with these leaves: none changed, removed or added since."""
    gone = len(set(certificate.leaves) - set(leaves))
    new = len(set(leaves) - set(certificate.leaves))
    problem = f"{gone} of its forms are not stored as they were, {new} stored forms are not in it"
    return Check("forms in the database", problem if gone or new else None)


def against_stored(certificate: Certificate, stored: bytes | None, *, deleted_on: date) -> Check:
    """Whether the certificate is of the forms of the stored one, once the forms themselves are deleted.

    `stored` is the certificate that was stored before, None where none was.
    """
    subject = f"forms of the stored certificate (the forms were deleted on {deleted_on.isoformat()})"
    if stored is None:
        return Check(
            subject,
            f"the forms were deleted on {deleted_on.isoformat()} and no certificate of them is stored, so "
            "only the numbers and hashes inside the file can be checked",
        )
    root = json.loads(stored)["responses"]["root"]
    problem = None if certificate.root == root else "the stored certificate is of other forms"
    return Check(subject, problem)


def _checks(certificate: Certificate) -> Iterator[Check]:
    questionnaire, leaves = certificate.questionnaire, certificate.leaves
    yield _same("digest of the file", certificate.digest, digest_of(certificate.body))
    yield _same("digest of the questionnaire", certificate.questionnaire_digest, codec.digest(questionnaire))
    yield _same("root over the forms", certificate.root, commitments.root_of(leaves))
    yield _same("leaves in order, each once", leaves, sorted(set(leaves)))
    yield _same("number of forms", certificate.n, len(leaves))
    yield _same("forms of the strata", certificate.n, sum(stratum.n for stratum in certificate.strata))
    if certificate.forms is not None:
        again = responses_document(certificate.forms, with_rows=False)
        yield _same("leaves of the forms", leaves, again["leaves"])
        sums = sums_of(certificate.forms, questionnaire, certificate.populations)
        yield _same("sums of the forms", certificate.sums, sums)
    score = _score_from(certificate)
    yield _same("score, standard errors, interval, verdict", certificate.result, result_document(score))


def _same(subject: str, stated: JsonValue, recomputed: JsonValue) -> Check:
    difference = _difference(stated, recomputed, "")
    return Check(subject, None if difference is None else f"{subject}: {difference}")


def _difference(stated: JsonValue, recomputed: JsonValue, path: str) -> str | None:
    """A sentence about the first value that differs, None where all are the same but for rounding."""
    if isinstance(recomputed, dict) and isinstance(stated, dict) and stated.keys() == recomputed.keys():
        parts = ((stated[key], recomputed[key], f"{path}.{key}".lstrip(".")) for key in recomputed)
        return _first_difference(parts)
    if isinstance(recomputed, list) and isinstance(stated, list) and len(stated) == len(recomputed):
        pairs = enumerate(zip(stated, recomputed, strict=True))
        return _first_difference((*pair, f"{path}[{i}]") for i, pair in pairs)
    if isinstance(recomputed, float) and isinstance(stated, int | float) and not isinstance(stated, bool):
        holds = is_equal(stated, recomputed)
    else:
        holds = stated == recomputed
    where = f" at {path}" if path else ""
    return None if holds else f"stated{where} {_format_value(stated)}, recomputed {_format_value(recomputed)}"


def _first_difference(parts: Iterable[tuple[JsonValue, JsonValue, str]]) -> str | None:
    return next((text for part in parts if (text := _difference(*part)) is not None), None)


def _format_value(value: JsonValue) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _score_from(certificate: Certificate) -> Score:
    """The score from the sums, with everything that is stated about it."""
    rules, cells, strata = certificate.rules, certificate.cells, certificate.strata
    estimates = combine_cells(_cells(cells, rules), rules, group_shares(rules))
    variances = _variances(strata) if strata else _no_variances(estimates.points.size)
    people = {
        stratum.stratum: sum(cell.weight * cell.n for cell in cells if cell.stratum == stratum.stratum)
        for stratum in strata
    }
    weight = sum(people.values())
    squared = sum(cell.weight**2 * cell.n for cell in cells)
    flat = sum(people[s.stratum] * s.n / (s.population or math.inf) for s in strata)
    answered = {cell.group: cell.answered for cell in cells}
    findings = Findings(
        estimates,
        variances,
        np.zeros(estimates.points.size),
        effective_n=weight**2 / squared if squared else 0.0,
        fraction_if_flat=flat / weight if weight else 0.0,
        design_df=variances.design_df,
        shows_spread=bool(variances.n_units.sum() >= 2),
        n_respondents=sum(cell.n for cell in cells),
        n_answered=sum(answered.values()),
        answered_by_group={key: answered.get(key, 0) for key in scored_groups(rules)},
        answered_weight=0.0,
        valid_weight=np.zeros(len(rules.criteria)),
        sum_weights=weight,
        people={name: w for name, w in people.items() if w > 0},
        population=None,
    )
    return score_from_findings(findings, rules, certificate.level)


def _variances(strata: Sequence[StratumSums]) -> Variances:
    """What each stratum adds to the variances, from its sums of z and z squared."""
    n = np.array([stratum.n for stratum in strata], dtype=np.float64)
    population = np.array([stratum.population or np.inf for stratum in strata], dtype=np.float64)
    units = np.array([stratum.n_scored for stratum in strata], dtype=np.float64)
    z = np.array([stratum.z for stratum in strata], dtype=np.float64)
    centred = np.where((n == 1) & (population > 1), 0.0, 1.0)[:, None]
    squares = z[:, :, 1] - centred * z[:, :, 0] ** 2 / n[:, None]
    spread = unit_factor(n)[:, None] * np.maximum(squares, 0)
    return Variances(spread * (1 - n / population)[:, None], spread, units)


def _no_variances(size: int) -> Variances:
    return Variances(np.zeros((1, size)), np.zeros((1, size)), np.zeros(1))


def _cells(cells: Sequence[CellSums], rules: Rules) -> Cells:
    shape = group_shares(rules).shape
    count, mass, total = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    groups = scored_groups(rules)
    for cell in cells:
        g = groups.index(cell.group) if rules.group_rule == "fixed" else 0
        for q, (valid, shares) in enumerate(cell.criteria):
            count[q, g] += valid
            mass[q, g] += cell.weight * valid
            total[q, g] += cell.weight * shares
    return Cells(count, mass, total)
