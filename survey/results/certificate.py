"""The certificate of a score: everything a stranger needs to recompute it, and a seal on the set of forms.

It holds the questionnaire's version, the design, a hash of each form that only its receipt opens, the root
over them, and every sum between answers and score. No answer of a person is in it. With `rows`, for auditors,
it also holds what each form counted: the sums are then checked against the forms, and the forms against the
root.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from survey.instrument import codec
from survey.instrument.questionnaire import GROUP_QUESTION, Questionnaire
from survey.json_value import JsonObject, JsonValue
from survey.results.campaign import CampaignResults
from survey.results.cautions import cautions_of
from survey.results.scoring_rules import rules_of
from survey.scoring.arrays import Codes, Flags, Floats, Labels
from survey.scoring.design import SampleDesign
from survey.scoring.estimate import estimates, scored_groups, section_keys
from survey.scoring.rules import Rules
from survey.scoring.score import Sample, Score, sample_of
from survey.store import commitments, questionnaires, releases, responses
from survey.store.fieldwork import Campaign
from survey.store.responses import ScoredResponse
from survey.web.errors import Refusal, RefusalKind

FORMAT, VERSION = "survey-certificate", 1
ONE_STRATUM = "all"
LEAF_RULE = "sha256(0x00 | receipt hash | group | ratings), sorted; nodes sha256(0x01 | left | right)"


class CertificateWithheldError(Refusal):
    """A certificate for everybody would say what a few people answered; the message names the group."""

    kind = RefusalKind.CONFLICT
    title = "There is no certificate for everybody yet"
    advice = (
        "A group has so few forms that its sums would be the answers of persons. Collect more forms first."
    )


class CertificateOutdatedError(Refusal):
    """The forms are no longer those that the results were released from, and no certificate was stored."""

    kind = RefusalKind.CONFLICT
    title = "There is no certificate of these results any more"
    advice = (
        "A form was withdrawn after the results were released, and nobody had asked for the certificate "
        "before. There will be one again when the results move on."
    )


@dataclass(frozen=True)
class CountedForm:
    """What one form counted: the hash of its receipt, its group, its ratings of the scored criteria."""

    receipt_hash: str
    group: str
    ratings: tuple[int | None, ...]

    @property
    def leaf(self) -> str:
        """Its leaf in the sealed set."""
        return commitments.leaf_of(self.receipt_hash, self.group, self.ratings)


def certificate(
    session: Session, campaign: Campaign, results: CampaignResults, *, with_rows: bool = False
) -> JsonObject:
    """The certificate of a campaign's results, read in the same transaction as they were.

    Raises
    ------
    CertificateOutdatedError
        A form of the results was withdrawn since.
    """
    forms = _forms(session, campaign, results.questionnaire)
    return _document(campaign, results, forms, with_rows=with_rows)


def _document(
    campaign: Campaign, results: CampaignResults, forms: Sequence[CountedForm], *, with_rows: bool
) -> JsonObject:
    if len(forms) != results.forms.valid:
        raise CertificateOutdatedError("a form was withdrawn after the results were released")
    return seal(
        {
            "format": FORMAT,
            "version": VERSION,
            "campaign": {
                "key": campaign.key,
                "name": campaign.name,
                "opens_on": campaign.opens_on.isoformat(),
                "closes_on": campaign.closes_on.isoformat(),
                "is_demo": campaign.is_demo,
            },
            "issued_on": results.computed_at.date().isoformat(),
            "instrument": {
                "key": results.questionnaire.key,
                "version": results.questionnaire.version,
                "digest": campaign.instrument_digest,
                "document": codec.to_document(results.questionnaire),
            },
            "design": {"interval": "tilted-beta", "populations": dict(results.populations)},
            "responses": responses_document(forms, with_rows=with_rows),
            "sums": sums_of(forms, results.questionnaire, results.populations),
            "cautions": [caution.value for caution in cautions_of(results)],
            "result": result_document(results.score),
        }
    )


def stored_leaves(session: Session, campaign: Campaign) -> list[str]:
    """The leaves of the forms that a campaign's released results count, in order."""
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    return [form.leaf for form in _forms(session, campaign, questionnaire)]


def _forms(session: Session, campaign: Campaign, questionnaire: Questionnaire) -> list[CountedForm]:
    keys = [criterion.key for criterion in questionnaire.scored_criteria]
    progress = releases.progress_of(session, campaign.id)
    last_id = progress.last_response_id if progress.number else None
    stored = responses.valid(session, campaign.id, last_id=last_id)
    return sorted((count_form(form, keys) for form in stored), key=lambda form: form.leaf)


def public_certificate(session: Session, campaign: Campaign, results: CampaignResults) -> JsonObject:
    """The certificate for everybody, of results that are published.

    Raises
    ------
    CertificateWithheldError
        A scored group has so few forms that its sums would be the answers of persons.
    """
    forms = _forms(session, campaign, results.questionnaire)
    _refuse_few(results, forms)
    return _document(campaign, results, forms, with_rows=False)


def _refuse_few(results: CampaignResults, forms: Sequence[CountedForm]) -> None:
    few = results.questionnaire.scoring.small_cell_suppression
    keys = [criterion.key for criterion in results.questionnaire.scored_criteria]
    ratings = Counter(
        (form.group, key)
        for form in forms
        for key, rating in zip(keys, form.ratings, strict=True)
        if rating is not None
    )
    sizes = Counter(form.group for form in forms)
    scored = [group for group in results.parts("group") if results.questionnaire.group(group.key).scored]
    problems = [
        *(
            f"the group {group.key!r} has {sizes[group.key]} forms and {few} are needed"
            for group in scored
            if 0 < sizes[group.key] < few
        ),
        *(
            f"so few forms of the group {group.key!r} are new that subtraction would show them"
            for group in scored
            if sizes[group.key] and (group.score is None or group.as_of is not None)
        ),
        *(
            f"so few people rated criteria of the section {key!r} since they were shown that subtraction "
            "would show them"
            for key in results.criteria_as_of
        ),
        *(
            f"the criterion {key!r} has {n} ratings from the group {name!r} and {few} are needed"
            for (name, key), n in sorted(ratings.items())
            if n < few
        ),
    ]
    if problems:
        raise CertificateWithheldError(f"{problems[0]}; ask for more forms first")


def count_form(form: ScoredResponse, keys: Sequence[str]) -> CountedForm:
    """What a stored form counts."""
    ratings = (form.answers.get(key) for key in keys)
    group = form.answers.get(GROUP_QUESTION)
    return CountedForm(
        form.receipt_hash,
        "" if group is None else str(group),
        tuple(rating if isinstance(rating, int) else None for rating in ratings),
    )


def responses_document(forms: Sequence[CountedForm], *, with_rows: bool) -> JsonObject:
    """The leaves and their root; the rows in the leaves' order, where they are asked for."""
    leaves = [form.leaf for form in forms]
    document: JsonObject = {
        "n": len(forms),
        "leaf": LEAF_RULE,
        "root": commitments.root_of(leaves),
        "leaves": leaves,
    }
    rows = [[form.receipt_hash, form.group, list(form.ratings)] for form in forms]
    return {**document, "rows": rows} if with_rows else document


def sums_of(
    forms: Sequence[CountedForm], questionnaire: Questionnaire, populations: Mapping[str, int]
) -> JsonObject:
    """Every sum between the forms and the score: of cells (stratum, group) and of strata."""
    rules = rules_of(questionnaire)
    group = np.array([form.group for form in forms], dtype=str)
    ratings = np.array([form.ratings for form in forms], dtype=np.float64).reshape(
        len(forms), len(rules.criteria)
    )
    weights = _weights(group, populations)
    by_group = bool(populations) or rules.group_rule == "fixed"
    strata = group if by_group else np.full(group.size, ONE_STRATUM)
    people = np.array([populations.get(name, np.inf) for name in strata.tolist()], dtype=np.float64)
    design = SampleDesign(
        strata=strata,
        weights=np.array([weights[name] for name in group.tolist()]),
        fpc=people if populations else None,
        lonely_psu="adjust",
    )
    sample = sample_of(ratings, rules, design, group)
    keys = scored_groups(rules) if rules.group_weights else tuple(sorted(set(group.tolist())))
    return {
        "strata": _strata(sample, strata, populations),
        "cells": [
            _cell(sample, group == key, key, by_group=by_group, weight=weights[key])
            for key in keys
            if (group == key).any()
        ],
    }


def _weights(group: Labels, populations: Mapping[str, int]) -> dict[str, float]:
    """People a form of each group stands for."""
    counts = Counter(group.tolist())
    return (
        {key: populations.get(key, n) / n for key, n in counts.items()}
        if populations
        else dict.fromkeys(counts, 1.0)
    )


def _strata(sample: Sample, strata: Labels, populations: Mapping[str, int]) -> list[JsonObject]:
    rows = np.flatnonzero(sample.scored)
    _estimates, influence = estimates(sample.sheet, sample.rules, sample.layout.weight, rows)
    z = sample.layout.weight[rows][:, None] * influence
    names = _names(sample.rules)
    documents = []
    for name in sorted(set(strata.tolist())):
        inside = z[strata[rows] == name]
        documents.append(
            {
                "stratum": name,
                "n": int(np.count_nonzero(strata == name)),
                "n_scored": int(inside.shape[0]),
                "population": populations.get(name),
                "sum_z": float(inside[:, 0].sum()),
                "sum_z2": float((inside[:, 0] ** 2).sum()),
                "parts": {
                    key: [float(inside[:, k].sum()), float((inside[:, k] ** 2).sum())]
                    for k, key in enumerate(names)
                    if k > 0
                },
            }
        )
    return documents


def _names(rules: Rules) -> tuple[str, ...]:
    """The estimates in their order: the score, the sections, the criteria."""
    sections = tuple(f"section:{key}" for key in section_keys(rules))
    return ("score", *sections, *(f"criterion:{criterion.key}" for criterion in rules.criteria))


def _cell(sample: Sample, inside: Flags, key: str, *, by_group: bool, weight: float) -> JsonObject:
    valid: Floats = sample.sheet.valid[inside]
    shares: Floats = sample.sheet.share[inside]
    rows: Codes = np.flatnonzero(inside)
    return {
        "stratum": key if by_group else ONE_STRATUM,
        "group": key,
        "weight": weight,
        "n": int(rows.size),
        "answered": int(np.count_nonzero(valid.any(axis=1))),
        "criteria": {
            criterion.key: [int(valid[:, q].sum()), float(shares[:, q].sum())]
            for q, criterion in enumerate(sample.rules.criteria)
        },
    }


def result_document(score: Score) -> JsonObject:
    """What was published, number by number."""
    interval = score.interval
    return {
        "score": score.score,
        "se": score.se,
        "df": score.df,
        "df_satterthwaite": score.df_satterthwaite,
        "level": score.level,
        "interval": [None, None] if interval is None else [interval.low, interval.high],
        "max_points": score.max_points,
        "scored_max": score.scored_max,
        "verdict": score.verdict.value,
        "withheld_because": list(score.withheld_because),
        "reading": None if score.reading is None else score.reading.value,
        "sections": {s.key: {"points": s.score, "se": s.se} for s in score.sections},
        "criteria": {c.key: {"points": c.points, "se": c.se_points, "n": c.n_valid} for c in score.criteria},
    }


def seal(document: JsonObject) -> JsonObject:
    """The document with the hash of all its parts."""
    return {**document, "digest": digest_of(document)}


def digest_of(value: JsonValue) -> str:
    """SHA-256 over the canonical JSON of a value: sorted keys, no spaces, ASCII."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def as_bytes(document: Mapping[str, JsonValue]) -> bytes:
    """The certificate as its file."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace")
