"""The whole result as JSON, for programs: numbers in full precision, null where one is undefined.

`score`, `groups` and `desks` have the names of `flask survey score --json`; `tables` hold what the page
prints, in the language asked for; `questionnaire` is the document the version's digest is taken over.
"""

import json
from dataclasses import asdict
from datetime import date
from typing import BinaryIO

from survey.drawing.tables import Table
from survey.instrument import codec
from survey.json_value import JsonObject, JsonValue
from survey.reports import cautions, tables, wording
from survey.results.campaign import VIEWS, AnswerCounts, Breakdown, CampaignResults, satisfied_share
from survey.results.cautions import cautions_of
from survey.results.form_counts import FormCounts
from survey.results.quality import ScaleQuality
from survey.results.score_file import score_entry
from survey.scoring.rules import Target
from survey.scoring.score import Score

FORMAT = "survey-result"
VERSION = 1


def write(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    """Write the result as one object, UTF-8, keys in a fixed order."""
    text = json.dumps(document(results, language), ensure_ascii=False, indent=1, allow_nan=False)
    stream.write(text.encode("utf-8", "replace"))


def document(results: CampaignResults, language: str) -> JsonObject:
    """The result as values JSON knows."""
    return {
        "format": FORMAT,
        "format_version": VERSION,
        "language": language,
        "campaign": {
            **asdict(results.campaign),
            "opens_on": results.campaign.opens_on.isoformat(),
            "closes_on": results.campaign.closes_on.isoformat(),
        },
        "digest": results.digest,
        "computed_at": results.computed_at.isoformat(),
        "summary": list(wording.summary_sentences(results, language)),
        "cautions": [
            {"key": caution.value, "text": cautions.sentence(caution, results, language)}
            for caution in cautions_of(results)
        ],
        "score": _score(results.score, results),
        "satisfied_rate": results.satisfied_rate,
        "forms": _forms(results.forms),
        "watched_interval": None if results.watched is None else [results.watched.low, results.watched.high],
        "quality": None if results.quality is None else _quality(results.quality),
        "populations": dict(results.populations),
        "populations_ignored": results.populations_ignored,
        **{name: [_part(part, results) for part in results.parts(view)] for view, name in VIEWS.items()},
        "modes": dict(results.modes),
        "channels": [
            {"key": tally.key, "label": dict(tally.label.translations), "n": tally.n}
            for tally in results.channels
        ],
        "languages": dict(results.languages),
        "answers": [_answers(row, results) for row in results.answers],
        "comments": list(results.comments),
        "tables": [_table(table) for table in tables.all_tables(results, language)],
        "questionnaire": codec.to_document(results.questionnaire),
    }


def _score(score: Score, results: CampaignResults) -> JsonObject:
    scoring = results.questionnaire.scoring
    return score_entry(score, Target(scoring.target_low, scoring.target_high), "tilted-beta")


def _forms(forms: FormCounts) -> JsonObject:
    limits = asdict(forms.rate_limits)
    return {
        **asdict(forms),
        "returned": forms.returned,
        "rates": asdict(forms.rates),
        "rate_limits": limits,
    }


def _quality(quality: ScaleQuality) -> JsonObject:
    criteria = {
        one.key: {
            "item_rest": one.item_rest,
            "satisfied": None if one.satisfied is None else asdict(one.satisfied),
        }
        for one in quality.criteria
    }
    alpha = None if quality.alpha is None else asdict(quality.alpha)
    return {"alpha": alpha, "satisfied": asdict(quality.satisfied), "criteria": criteria}


def _part(part: Breakdown, results: CampaignResults) -> JsonObject:
    """A part of the respondents; its score is null where it is too small to show."""
    score = None if part.score is None else _score(part.score, results)
    as_of = None if part.as_of is None else part.as_of.isoformat()
    labels = dict(part.label.translations)
    return {"key": part.key, "label": labels, "n": part.n, "score": score, "as_of": as_of}


def _table(table: Table) -> JsonObject:
    """A table without the borders of its columns, which concern printed numbers; days as 2026-11-24."""
    columns: list[JsonValue] = [{"key": c.key, "label": c.label, "kind": c.kind} for c in table.columns]
    rows: list[JsonValue] = [
        [cell.isoformat() if isinstance(cell, date) else cell for cell in row] for row in table.rows
    ]
    return {**asdict(table), "columns": columns, "rows": rows}


def _answers(row: AnswerCounts, results: CampaignResults) -> JsonObject:
    options = results.questionnaire.scale.options
    return {
        "criterion": row.criterion.key,
        "counts": {str(option.value): n for option, n in zip(options, row.counts, strict=True)},
        "n_valid": row.n_valid,
        "satisfied_share": satisfied_share(row, results),
        "not_applicable": row.not_applicable,
        "blank": row.blank,
        "not_asked": row.not_asked,
    }
