"""Checks a certificate: recomputes every hash and every number from its contents, by the scoring core."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from survey.instrument import codec
from survey.instrument.node import InstrumentError
from survey.results.certificate import (
    FORMAT,
    VERSION,
    CountedForm,
    digest_of,
    responses_document,
    result_document,
    sums_of,
)
from survey.results.scoring_rules import rules_of
from survey.scoring.estimate import (
    Cells,
    combine_cells,
    group_shares,
    scored_groups,
    section_keys,
)
from survey.scoring.findings import Findings, score_from_findings
from survey.scoring.rules import Rules
from survey.scoring.score import Score
from survey.scoring.variance import Variances, unit_factor
from survey.store import commitments

_TOLERANCE = 1e-9


class CertificateError(ValueError):
    """A file that is no certificate; the message says what was found and what to do."""


@dataclass(frozen=True)
class Check:
    """One statement of a certificate, and what is wrong with it; None when it holds."""

    subject: str
    problem: str | None


def read_certificate(path: Path) -> dict[str, Any]:
    """The certificate in a file.

    Raises
    ------
    CertificateError
        The file cannot be read, is not JSON, or is no certificate of a version known here.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CertificateError(f"{path} cannot be read: {error.strerror}; check its name") from None
    except UnicodeDecodeError as error:
        raise CertificateError(f"{path}: not UTF-8 text at byte {error.start}; download it again") from None
    except (ValueError, RecursionError) as error:
        raise CertificateError(f"{path}: this is not JSON ({error}); download it again") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise CertificateError(f"{path}: this is not a certificate; its `format` must be {FORMAT!r}")
    if document.get("version") != VERSION:
        raise CertificateError(
            f"{path}: the certificate has version {document.get('version')!r} and {VERSION} is known here; "
            "use a newer release"
        )
    return document


def verify(document: Mapping[str, Any]) -> tuple[Check, ...]:
    """Every check of a certificate, in the order in which one follows from the other.

    Raises
    ------
    CertificateError
        A part is missing or of another kind than it must be, so nothing can be recomputed.
    """
    try:
        return tuple(_checks(document))
    except InstrumentError as error:
        raise CertificateError(f"instrument.document: {error}; ask for the certificate again") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        problem = f"{type(error).__name__}: {error}"
        raise CertificateError(
            f"a part is missing or of another kind ({problem}); ask for the certificate again"
        ) from None


def against(document: Mapping[str, Any], leaves: list[str]) -> Check:
    """Whether the certificate's forms are those with these leaves: none changed, removed or added since."""
    gone = len(set(document["responses"]["leaves"]) - set(leaves))
    new = len(set(leaves) - set(document["responses"]["leaves"]))
    problem = f"{gone} of its forms are not stored as they were, {new} stored forms are not in it"
    return Check("forms in the database", problem if gone or new else None)


def _checks(document: Mapping[str, Any]) -> Iterator[Check]:
    body = {key: value for key, value in document.items() if key != "digest"}
    yield _same("digest of the file", document["digest"], digest_of(body))
    instrument = document["instrument"]
    questionnaire = codec.from_document(instrument["document"])
    yield _same("digest of the questionnaire", instrument["digest"], codec.digest(questionnaire))
    rules, forms_part = rules_of(questionnaire), document["responses"]
    yield _same("root over the forms", forms_part["root"], commitments.root_of(forms_part["leaves"]))
    yield _same("leaves in order, each once", forms_part["leaves"], sorted(set(forms_part["leaves"])))
    yield _same("number of forms", forms_part["n"], len(forms_part["leaves"]))
    sums = document["sums"]
    yield _same("forms of the strata", forms_part["n"], sum(stratum["n"] for stratum in sums["strata"]))
    if "rows" in forms_part:
        forms = [
            CountedForm(receipt, group, tuple(ratings)) for receipt, group, ratings in forms_part["rows"]
        ]
        again = responses_document(forms, with_rows=False)
        yield _same("leaves of the forms", forms_part["leaves"], again["leaves"])
        populations = document["design"]["populations"]
        yield _same("sums of the forms", sums, sums_of(forms, questionnaire, populations))
    result = document["result"]
    score = _score_from(sums, rules, result["level"])
    yield _same("score, standard errors, interval, verdict", result, result_document(score))


def _same(subject: str, stated: Any, recomputed: Any) -> Check:
    difference = _difference(stated, recomputed, "")
    return Check(subject, None if difference is None else f"{subject}: {difference}")


def _difference(stated: Any, recomputed: Any, path: str) -> str | None:
    """A sentence about the first value that differs, None where all are the same but for rounding."""
    if isinstance(recomputed, dict) and isinstance(stated, dict) and stated.keys() == recomputed.keys():
        parts = ((stated[key], recomputed[key], f"{path}.{key}".lstrip(".")) for key in recomputed)
        return _first_difference(parts)
    if isinstance(recomputed, list) and isinstance(stated, list) and len(stated) == len(recomputed):
        pairs = enumerate(zip(stated, recomputed, strict=True))
        return _first_difference((*pair, f"{path}[{i}]") for i, pair in pairs)
    if isinstance(recomputed, float) and isinstance(stated, int | float) and not isinstance(stated, bool):
        holds = math.isclose(stated, recomputed, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    else:
        holds = stated == recomputed
    where = f" at {path}" if path else ""
    return None if holds else f"stated{where} {_format_value(stated)}, recomputed {_format_value(recomputed)}"


def _first_difference(parts: Iterable[tuple[Any, Any, str]]) -> str | None:
    return next((text for part in parts if (text := _difference(*part)) is not None), None)


def _format_value(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _score_from(sums: Mapping[str, Any], rules: Rules, level: float) -> Score:
    """The score from the sums, with everything that is stated about it."""
    cells, strata = sums["cells"], sums["strata"]
    estimates = combine_cells(_cells(cells, rules), rules, group_shares(rules))
    variances = _variances(strata, rules) if strata else _no_variances(estimates.points.size)
    people = {
        stratum["stratum"]: sum(c["weight"] * c["n"] for c in cells if c["stratum"] == stratum["stratum"])
        for stratum in strata
    }
    weight = sum(people.values())
    squared = sum(cell["weight"] ** 2 * cell["n"] for cell in cells)
    flat = sum(people[s["stratum"]] * s["n"] / (s["population"] or math.inf) for s in strata)
    answered = {cell["group"]: cell["answered"] for cell in cells}
    findings = Findings(
        estimates,
        variances,
        np.zeros(estimates.points.size),
        effective_n=weight**2 / squared if squared else 0.0,
        fraction_if_flat=flat / weight if weight else 0.0,
        design_df=variances.design_df,
        shows_spread=bool(variances.n_units.sum() >= 2),
        n_respondents=sum(cell["n"] for cell in cells),
        n_answered=sum(answered.values()),
        answered_by_group={key: answered.get(key, 0) for key in scored_groups(rules)},
        answered_weight=0.0,
        valid_weight=np.zeros(len(rules.criteria)),
        sum_weights=weight,
        people={name: w for name, w in people.items() if w > 0},
        population=None,
    )
    return score_from_findings(findings, rules, level)


def _variances(strata: list[dict[str, Any]], rules: Rules) -> Variances:
    """What each stratum adds to the variances, from its sums of z and z squared."""
    n = np.array([stratum["n"] for stratum in strata], dtype=np.float64)
    population = np.array([stratum["population"] or np.inf for stratum in strata], dtype=np.float64)
    units = np.array([stratum["n_scored"] for stratum in strata], dtype=np.float64)
    z = np.array([_z(stratum, rules) for stratum in strata], dtype=np.float64)
    centred = np.where((n == 1) & (population > 1), 0.0, 1.0)[:, None]
    squares = z[:, :, 1] - centred * z[:, :, 0] ** 2 / n[:, None]
    spread = unit_factor(n)[:, None] * np.maximum(squares, 0)
    return Variances(spread * (1 - n / population)[:, None], spread, units)


def _no_variances(size: int) -> Variances:
    return Variances(np.zeros((1, size)), np.zeros((1, size)), np.zeros(1))


def _cells(cells: list[dict[str, Any]], rules: Rules) -> Cells:
    shape = group_shares(rules).shape
    count, mass, total = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    groups = scored_groups(rules)
    for cell in cells:
        g = groups.index(cell["group"]) if rules.group_rule == "fixed" else 0
        for q, criterion in enumerate(rules.criteria):
            valid, shares = cell["criteria"][criterion.key]
            count[q, g] += valid
            mass[q, g] += cell["weight"] * valid
            total[q, g] += cell["weight"] * shares
    return Cells(count, mass, total)


def _z(stratum: Mapping[str, Any], rules: Rules) -> list[list[float]]:
    """Sum and sum of squares of each estimate, in their order."""
    parts = stratum["parts"]
    sections = [parts[f"section:{key}"] for key in section_keys(rules)]
    criteria = [parts[f"criterion:{criterion.key}"] for criterion in rules.criteria]
    return [[stratum["sum_z"], stratum["sum_z2"]], *sections, *criteria]
